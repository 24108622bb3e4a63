"""Figures and statements in less usual wordings, and figures that count nobody."""

import datetime as dt

import pytest

from incidents.extract import read

DAY = dt.date(2022, 10, 26)


def _found(text):
    return {(c.predicate, c.value) for c in read(text, published=DAY).claims}


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Five lives were lost in the attack on Kherson on Monday.", {("killed", 5)}),
        (
            "The shelling of Nikopol claimed two lives and left seven people with burns.",
            {("killed", 2), ("injured", 7)},
        ),
        (
            "Three people died, with 14 more in hospital, after the missile attack on Chuhuiv.",
            {("killed", 3), ("injured", 14)},
        ),
        (
            "Rescuers found another body under the rubble in Sloviansk, raising the toll to 11.",
            {("bodies", 1), ("killed", 11)},
        ),
        ("A couple in their sixties was killed in their kitchen in Huliaipole.", {("killed", 2)}),
        (
            "Upwards of 200 people are believed to be buried in the forest near Izium.",
            {("bodies", 200)},
        ),
        (
            "Russian troops held 367 villagers in the basement of the school in Yahidne for 28 days.",
            {("detained", 367)},
        ),
        ("The death toll climbed from 9 to 12 overnight.", {("killed", 12)}),
        (
            "Rescuers said the number of people killed had reached 45, up from 40 on Sunday.",
            {("killed", 45)},
        ),
        ("Residents buried 22 neighbours in the yard of the hospital.", {("bodies", 22)}),
        (
            "A total of 528 civilians were killed in the region since February, of whom 27 were children.",
            {("killed", 528), ("killed", 27)},
        ),
        (
            "The explosion killed a 9-year-old and injured her two brothers.",
            {("killed", 1), ("injured", 2)},
        ),
        ("Eleven of the 30 wounded remain in intensive care.", {("injured", 11), ("injured", 30)}),
        ("Windows were shattered in 18 high-rise buildings.", {("damage_share", 18)}),
        ("Життя втратили четверо мешканців Сіверська.", {("killed", 4)}),
        ("До лікарні доставили 9 людей.", {("injured", 9)}),
        ("За медичною допомогою звернулися 17 мешканців.", {("injured", 17)}),
        ("Гостру реакцію на стрес зазнали четверо дітей.", {("injured", 4)}),
        ("Двоє цивільних убиті, ще один зазнав травм.", {("killed", 2), ("injured", 1)}),
        ("На міні підірвалися двоє трактористів: один загинув.", {("killed", 1)}),
        ("Жизни лишились трое жителей Соледара.", {("killed", 3)}),
        ("За медпомощью обратились 23 человека.", {("injured", 23)}),
        ("Город разрушен на 70 процентов.", {("damage_share", 70)}),
        ("Деревня находится в 15 километрах к северу от Изюма.", {("place_offset", 15)}),
        ("Насчитали 33 могилы.", {("graves", 33)}),
        (
            "Six men, a woman and two girls were killed.",
            {("killed", 9), ("killed", 6), ("killed", 1), ("killed", 2)},
        ),
        ("Two men were hit by the blast, one died.", {("killed", 1)}),
        ("The strike made 120 families homeless.", {("displaced", 120)}),
        ("Thirty-one people have not been heard from since Monday.", {("missing", 31)}),
        ("The mayor was abducted from his office.", {("detained", 1)}),
        ("Nineteen civilians were shot and buried in one pit.", {("killed", 19)}),
        ("In total 33 residents were killed or injured.", set()),
        ("The bodies of two elders lay in the yard.", {("bodies", 2)}),
        ("Around half of the buildings in the town are destroyed.", {("damage_share", 50)}),
        ("37 residential buildings, two schools and a clinic suffered damage.", {("damage_share", 37)}),
        ("Тіло ще одного загиблого деблокували рятувальники.", {("bodies", 1)}),
        ("Вбитими є щонайменше семеро людей.", {("killed", 7)}),
        ("Швидка забрала 60-річного чоловіка з осколковими пораненнями.", {("injured", 1)}),
        ("Населення громади до вторгнення становило 18 тисяч осіб.", {("place_population", 18000)}),
        ("Врачи борются за жизнь троих детей.", {("injured", 3)}),
        ("В плен взяли 12 мирных жителей.", {("detained", 12)}),
        ("Под обстрел попали двое мужчин, один скончался.", {("killed", 1)}),
        ("The whereabouts of 17 workers are unknown.", {("missing", 17)}),
        ("Two were rushed to intensive care.", {("injured", 2)}),
        (
            "The strike had taken the lives of a 43-year-old woman and her two sons, aged 9 and 15.",
            {("killed", 3), ("killed", 1), ("killed", 2)},
        ),
        (
            "A grenade fell on a car, killing its driver and seriously wounding his passenger.",
            {("killed", 1), ("injured", 1)},
        ),
        ("More than 150 homes have been reduced to rubble.", {("damage_share", 150)}),
        ("Eighty-five per cent of the town is destroyed.", {("damage_share", 85)}),
        ("No civilians were harmed.", {("injured", 0)}),
        ("In 2021, 43 people died in road accidents.", set()),
        ("У Бучі поховали 58 невпізнаних тіл.", {("bodies", 58)}),
        ("Авіабомба вбила вчительку та двох її учнів.", {("killed", 3), ("killed", 1), ("killed", 2)}),
        ("Наразі відомо про одного загиблого.", {("killed", 1)}),
        ("Постраждала 1 людина: 57-річний чоловік отримав поранення.", {("injured", 1)}),
        ("Майже половина будинків зруйнована.", {("damage_share", 50)}),
        ("Уражено 4 приватні будинки.", {("damage_share", 4)}),
        ("Из города выехали 2400 человек.", {("displaced", 2400)}),
        (
            "Госпитализированы 18 человек, состояние четверых тяжелое.",
            {("injured", 18), ("injured", 4)},
        ),
        ("The UN documented 508 cases of arbitrary detention.", {("detained", 508)}),
        ("The mission confirmed 8 cases of enforced disappearance.", {("missing", 8)}),
        (
            "At least 33 people have been killed in the region this week, including 5 on Friday.",
            {("killed", 33), ("killed", 5)},
        ),
        ("More than 40 people took shelter in the cellar; none was hurt.", {("injured", 0)}),
    ],
)
def test_figures_in_less_usual_wordings(text, figures):
    assert _found(text) == figures


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("Most of the bodies bore signs of violent death, the police chief said.", "cause"),
        ("They died of shrapnel wounds, the coroner said.", "cause"),
        ("На теле погибшего были следы пыток.", "cause"),
        ("A war crimes investigation has been launched, prosecutors said.", "investigation"),
        ("Exhumation of the site is expected to last two weeks.", "investigation"),
        ("Прокуратура розпочала досудове розслідування.", "investigation"),
        ("There was no independent confirmation of the report.", "evidence_status"),
        ("Officials would not say how many people were inside.", "count_withheld"),
        ("Міністерство не називає кількості загиблих.", "count_withheld"),
        ("The city, recaptured by Ukraine in November, is shelled daily.", "control_change"),
        ("Українські військові увійшли до Херсона.", "control_change"),
        ("The man died after stepping on a mine.", "cause"),
        ("Влучання у лікарню, частково зруйновано корпус.", "damage"),
        ("Прокуратура расследует военное преступление.", "investigation"),
        ("The head of the UN mission arrived in Kherson on Tuesday.", "visit"),
        ("It is not yet known how many people are under the rubble.", "count_withheld"),
        ("There was no immediate word on casualties.", "count_withheld"),
        ("Сколько людей пострадало, неизвестно.", "count_withheld"),
        ("Доказів вони не надали.", "evidence_status"),
        ("Each side blamed the other for the strike.", "accusation"),
        ("The Kremlin said that Russia had not shelled the plant.", "denial"),
        ("The city has been under Russian control since 2 March.", "control_change"),
        ("A fire broke out at a warehouse.", "damage"),
        ("The exact number of the dead is still being established.", "count_withheld"),
        ("Інформація про загиблих і постраждалих встановлюється.", "count_withheld"),
        ("Балаклію звільнили 8 вересня.", "control_change"),
        ("Балаклея была освобождена 8 сентября.", "control_change"),
    ],
)
def test_statements_in_less_usual_wordings(text, predicate):
    assert predicate in {c.predicate for c in read(text, published=DAY).claims}


@pytest.mark.parametrize(
    "text",
    [
        "About 200 rescuers and 40 vehicles worked at the site.",
        "The hall seats 450 people.",
        "Power was cut to 12,000 customers.",
        "The report is based on 65 interviews with survivors.",
        "Four people have been pulled alive from the rubble.",
        "Rescuers freed 5 people from under the rubble.",
        "Зал розрахований на 300 осіб.",
        "З-під завалів врятували 7 людей.",
        "Ліквідовано 540 окупантів.",
        "Мужчине грозит до 10 лет лишения свободы.",
        "На месте работают 80 спасателей.",
        "Швидка допомога приїхала за 12 км від лінії фронту.",
        "З полону звільнили 30 людей.",
    ],
)
def test_figures_that_count_no_harm(text):
    assert _found(text) == set()
