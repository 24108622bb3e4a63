"""Which place, day and category an incident gets, by family of wording; every sentence is made up."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents import extract, ingest
from incidents.extract import Reading

PUBLISHED = dt.date(2024, 5, 26)
Row = tuple[str | None, str | None, str]


def _read(text: str) -> Reading:
    return extract.read(text, published=PUBLISHED)


def _incidents(text: str) -> set[Row]:
    found = ingest.incidents_of(_read(text))
    return {
        (i.place_name, i.date_start.isoformat() if i.date_start else None, i.category)
        for i in found
        if i.role == "incident"
    }


def _places(text: str) -> set[str | None]:
    return {place for place, _, _ in _incidents(text)}


@pytest.mark.parametrize(
    "text",
    [
        "A drone hit a garage in Derhachi, north-west of Kharkiv, wounding two men.",
        "The attack on Nikopol that killed two was condemned from Kyiv.",
        "У Марганці внаслідок обстрілу загинув чоловік. У Москві звинувачення назвали вигадкою.",
        "В Купянске снаряд убил женщину, её сына увезли в больницу Харькова.",
        "Міна вбила пастуха в Оріхові Запорізької області. Степногірськ виглядає так само.",
        "Ракета влучила в будинок у Лозовій, загинуло подружжя. На Лиманському напрямку тривають бої.",
        "Shelling of Antonivka killed a nurse, the group Open Dnipro said.",
        "ХАРЬКОВ, 25 мая. Бомба упала на цех в Богодухове, погиб сторож.",
        "A missile hit a depot in Izmail and killed a driver. The survivors left for Mykolaiv.",
        "Снаряд упав у Бериславі, двоє загиблих. Така ж доля, як у Бахмута, чекає на інші міста.",
    ],
)
def test_only_the_place_that_was_hit_is_a_site(text: str) -> None:
    assert len(_places(text)) == 1
    assert _places(text) & {
        "Derhachi", "Nikopol", "Marhanets", "Kupiansk", "Orikhiv", "Lozova", "Antonivka", "Bohodukhiv", "Izmail", "Beryslav",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Rockets fell on Sumy on Friday. The missile strike killed two people. Three drones also hit the suburbs of Sumy.",
        "У Сумах 24 травня прогримів вибух. Ракета влучила у склад. Обстріл забрав життя двох людей, троє зниклих безвісти.",
        "24 мая обстреляны Сумы, погибли двое. Удар пришёлся по складу, ракета разрушила крышу.",
    ],
)
def test_one_event_told_in_several_words_is_one_incident(text: str) -> None:
    found = _incidents(text)
    assert len(found) == 1
    assert {(place, day) for place, day, _ in found} == {("Sumy", "2024-05-24")}


def test_an_event_told_as_earlier_keeps_its_own_day_and_place() -> None:
    text = (
        "A bomb killed three people in Vovchansk on Saturday.\n\n"
        "A day earlier a drone killed a driver in Lyptsi, the prosecutors said."
    )
    assert _incidents(text) == {
        ("Vovchansk", "2024-05-25", "air_strike"),
        ("Lyptsi", "2024-05-24", "air_strike"),
    }


def test_what_is_only_called_to_mind_is_no_incident() -> None:
    text = (
        "Авіабомба вбила двох людей у Куп'янську 25 травня. Торік подібний удар по Ізюму забрав шість життів."
    )
    assert _places(text) == {"Kupiansk"}


def test_the_day_of_a_search_or_of_a_paper_is_not_that_of_the_attack() -> None:
    searched = (
        "Rescuers were searching the ruins in Toretsk on Sunday. The strike on Friday killed four people."
    )
    assert _incidents(searched) == {("Toretsk", "2024-05-24", "missile_strike")} or {
        day for _, day, _ in _incidents(searched)
    } == {"2024-05-24"}
    released = "Nine people were held in a cellar in Balakliia, says a report released on Thursday."
    assert {day for _, day, _ in _incidents(released)} == {None}


def test_a_day_is_not_carried_to_another_town_of_another_paragraph() -> None:
    text = "On Friday shelling killed two people in Orikhiv.\n\nIn Huliaipole artillery fire wounded a nurse."
    assert ("Huliaipole", None, "shelling") in _incidents(text)


def test_a_figure_of_the_region_is_no_incident_of_a_town() -> None:
    text = "Russian drones hit Stanislav and wounded a man. Two people were killed and nine injured across the region."
    counted = [c.value for i in ingest.incidents_of(_read(text)) for c in i.claims if i.place_name]
    assert 9 not in counted


def test_items_of_a_list_do_not_lend_each_other_their_weapons() -> None:
    text = (
        "За добу 25 травня ворог здійснив 40 обстрілів області.\n\n"
        "Білопілля: двоє загиблих.\nГлухів: дрон влучив у подвір'я, поранено жінку.\nКраснопілля: без постраждалих."
    )
    assert _incidents(text) == {
        ("Bilopillia", "2024-05-25", "shelling"),
        ("Hlukhiv", "2024-05-25", "air_strike"),
        ("Krasnopillia", "2024-05-25", "shelling"),
    }


def test_a_mayor_tells_of_the_town_of_the_office() -> None:
    text = '"Five of ours are dead," said Olha Petrenko, head of the Stepnohirsk community. Two of the wounded died in Zaporizhzhia.'
    assert _places(text) == {"Stepnohirsk"}


def test_wounded_who_die_in_a_hospital_elsewhere_were_hurt_where_they_were_hurt() -> None:
    text = "A shell wounded four people in Nikopol on Friday. One of the wounded died in Dnipro on Saturday."
    assert _incidents(text) == {("Nikopol", "2024-05-24", "shelling")}


def test_debris_of_what_was_shot_down_may_hit_something() -> None:
    text = "У Шостці уламки збитого дрона впали на склад, поранено сторожа."
    assert _incidents(text) == {("Shostka", None, "air_strike")}


def test_words_run_together_still_name_a_place_and_a_night() -> None:
    text = "The army fired at Nikopolthis night with howitzers,one woman died."
    assert _incidents(text) == {("Nikopol", "2024-05-25", "shelling")}


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("On 20 May a mine killed a man near Izium. A day earlier two people were hurt there.", "2024-05-19"),
        ("20 травня міна вбила чоловіка під Ізюмом. Двома днями раніше там постраждали двоє.", "2024-05-18"),
        ("20 мая мина убила мужчину под Изюмом. Накануне там пострадали двое.", "2024-05-19"),
        ("20 мая мина убила мужчину под Изюмом. На следующий день пострадали двое.", "2024-05-21"),
        ("20 травня міна вбила чоловіка. Напередодні дощило.", "2024-05-19"),
        ("Two days after the fire of 20 May. Three days later the road was open.", "2024-05-23"),
    ],
)
def test_steps_from_a_day_named_before(words: str, day: str) -> None:
    assert day in {d.value for d in _read(words).dates}


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Минула ніч була важкою.", "2024-05-25/2024-05-26"),
        ("Эта ночь прошла спокойно.", "2024-05-25/2024-05-26"),
        ("Торік, нагадаємо, удар 29 квітня забрав життя водія.", "2023-04-29"),
        ("A hearing will be held on 10 June.", "2024-06-10"),
    ],
)
def test_nights_and_years(words: str, value: str) -> None:
    assert value in {d.value for d in _read(words).dates}


def test_a_year_of_birth_is_no_date() -> None:
    assert [d for d in _read("Поранено жінку 1958 року народження.").dates if d.value == "1958"] == []


def test_a_large_city_does_not_lose_to_a_hamlet_of_its_name() -> None:
    text = "A drone killed three people in Zaporizhzhia on Saturday. In Kherson two people died."
    found = {i.place_name: i.admin1_name for i in ingest.incidents_of(_read(text))}
    assert found["Zaporizhzhia"] == "Zaporizhzhia Oblast"


def test_a_former_name_does_not_beat_villages_that_bear_it_today() -> None:
    text = "Two people were killed in Ivanivka. A shell hit Kherson."
    assert "Bilozerka" not in _places(text)


def test_nobody_killed_and_nothing_hit_is_no_incident() -> None:
    assert _incidents("Nobody was killed in Zaporizhzhia.") == set()
    assert _places("A shell hit a barn in Orikhiv, Zaporizhzhia region. Nobody was hurt.") == {"Orikhiv"}


def test_where_the_wounded_are_treated_is_no_site() -> None:
    for text in (
        "Снаряд ранил троих в Гуляйполе, двоих отвезли в Запорожье. Обстрел произошёл в субботу.",
        "Снаряд поранив трьох у Гуляйполі, двоє лікуються в Запоріжжі. Обстріл стався в суботу.",
        "A shell wounded three people in Huliaipole, two of them are being treated in Zaporizhzhia. The attack happened on Saturday.",
    ):
        assert {(place, day) for place, day, _ in _incidents(text)} == {("Huliaipole", "2024-05-25")}


def test_the_district_of_the_heading_is_no_second_incident() -> None:
    text = "Attack on Synelnykove district: one dead\n\nOn Saturday a drone hit a yard in Pokrovske and killed a man."
    assert _places(text) == {"Pokrovske"}


def test_the_day_beside_the_word_of_the_strike_is_its_day() -> None:
    text = "The toll of Tuesday's missile strike on Pavlohrad rose to five after rescuers found two bodies overnight."
    assert {day for _, day, _ in _incidents(text)} == {"2024-05-21"}


@pytest.mark.parametrize(
    "text",
    [
        "A drone wounded a woman in Sevastopol on Friday, the Moscow-installed governor said.",
        "Kyiv and Moscow traded accusations over a strike on a hostel in Starobilsk. Rockets killed eight people there, the Moscow-appointed head said.",
        "В Горловке снаряд ранил двоих подростков. В Киеве слова назначенного Москвой чиновника пока не комментировали.",
        "London condemned the strike on a market in Sloviansk that killed two people.",
    ],
)
def test_a_capital_that_speaks_was_not_hit(text: str) -> None:
    assert _places(text) & {"Sevastopol", "Starobilsk", "Horlivka", "Sloviansk"}
    assert len(_places(text)) == 1


def test_a_total_spread_over_towns_without_figures_is_of_none_of_them() -> None:
    text = "За 24 травня росіяни вбили двох жителів Донеччини: у Новогродівці та Часовому Яру."
    assert _places(text) == {"Novohrodivka", "Chasiv Yar"}
    assert [
        c.value for i in ingest.incidents_of(_read(text)) if i.place_name == "Chasiv Yar" for c in i.claims
    ] == []


def test_a_day_before_counts_from_a_day_that_is_past() -> None:
    text = "Обход проведут завтра. Накануне в Шебекино дрон ударил по машине, ранен водитель."
    assert "2024-05-25" in {d.value for d in _read(text).dates}
    assert "2024-05-25" in {
        d.value for d in _read("Во время вчерашнего обстрела города ранен волонтёр.").dates
    }


def test_the_day_of_a_rescue_or_of_an_older_count_is_not_that_of_the_strike() -> None:
    text = (
        "Кількість загиблих унаслідок удару по будинку в Шостці зросла до семи. Уночі з-під завалів дістали тіло жінки. "
        "Ще вчора йшлося про шістьох загиблих.\n\nРакета влучила в будинок 23 травня ввечері."
    )
    assert {day for _, day, _ in _incidents(text)} == {"2024-05-23"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A shell killed a man in Avdiivka, not counting Mariupol and Volnovakha, the governor said.", "Avdiivka"),
        ("Из Мариуполя вывезли сто человек, автобусы идут в Запорожье. Завод бомбили, погибли две женщины.", "Mariupol"),
        ("Ракета влучила в Дніпровську ГЕС у Запоріжжі, загинув охоронець.", "Zaporizhzhia"),
        ("Volunteers driving from Balakliia to Izium were hit by a mortar shell near Savyntsi, two were wounded.", "Savyntsi"),
        ("Снаряд убил женщину в Торецке. В Одессе похоронили ребёнка, погибшего при другом ударе.", "Toretsk"),
        ("Military hospital in Selydove was hit by shelling, two patients died.", "Selydove"),
    ],
)  # fmt: skip
def test_places_told_of_by_the_way(text: str, place: str) -> None:
    assert _places(text) == {place}


def test_a_small_place_is_known_by_the_word_of_its_shelling() -> None:
    assert _places("Внаслідок артобстрілу Одрадокам'янки загинули троє людей.") == {"Odradokamianka"}


def test_two_provinces_named_together_are_no_town() -> None:
    text = "Shelling killed a man in Beryslav. Most deaths were in Donetsk and Kherson regions, the monitors said."
    assert _places(text) == {"Beryslav"}


def test_an_ambiguous_name_told_of_twice_is_one_incident() -> None:
    text = "У Семенівці авіабомба знищила школу, двоє загинули. Вибух у Семенівці стався 24 травня."
    assert len(_incidents(text)) == 1


def test_an_old_day_after_an_event_without_one_is_another_event() -> None:
    text = "A missile hit a shop in Kostiantynivka, killing 14 people. The town had been hit in September 2023, when 16 were killed."
    assert _incidents(text) == {("Kostiantynivka", None, "missile_strike")}


def test_a_strike_of_years_ago_that_is_remembered_keeps_its_day() -> None:
    text = "Рік тому, 12 травня 2023 року, ракета влучила в училище в Мерефі. Загинули троє викладачів, шестеро поранені."
    assert _incidents(text) == {("Merefa", "2023-05-12", "missile_strike")}


def test_suspects_who_were_arrested_are_no_victims_of_detention() -> None:
    text = "Семью из трёх человек расстреляли в Волновахе. Задержаны двое контрактников."
    assert {category for _, _, category in _incidents(text)} == {"shooting"}


def test_what_a_town_was_shelled_with_is_told_beside_the_word() -> None:
    assert _incidents("Россияне обстреляли Николаев ракетами, погиб сторож.") == {
        ("Mykolaiv", None, "missile_strike")
    }
    assert _incidents("Россияне обстреляли Николаев из миномётов, погиб сторож.") == {
        ("Mykolaiv", None, "shelling")
    }


def test_counts_of_weeks_are_of_no_incident() -> None:
    text = (
        "Between 1 and 15 May the mission recorded 87 killed and 225 injured. The deadliest event was the attack of 14 May "
        "on a block of flats in Dnipro, where 45 people died."
    )
    assert [c.value for i in ingest.incidents_of(_read(text)) if i.role == "incident" for c in i.claims] == [
        45
    ]


def test_over_the_same_period_takes_the_stretch() -> None:
    text = "Between 1 and 15 May shelling in Kherson wounded 31. On 14 May a bomb fell. Nine died over the same fortnight."
    assert [d.value for d in _read(text).dates][-1] == "2024-05-01/2024-05-15"


def test_an_earlier_count_is_of_the_same_event() -> None:
    text = "Ракета вбила 14 людей у Києві 25 травня, повідомили рятувальники. Раніше мер Віталій Кличко говорив про 12 загиблих."
    assert _incidents(text) == {("Kyiv", "2024-05-25", "missile_strike")}


@pytest.mark.parametrize(
    "text",
    [
        "A missile killed 52 people in Kramatorsk on Friday, the governor said. The Kremlin called the accusation a provocation.",
        "A convoy was hit near Zaporizhzhia on Friday and 25 people were killed. A Russian-installed official blamed Kyiv for the strike.",
    ],
)
def test_a_denial_is_of_the_one_incident_that_the_report_tells(text: str) -> None:
    (told,) = [i for i in ingest.incidents_of(_read(text)) if i.role == "incident"]
    assert {"denial", "accusation"} & {c.predicate for c in told.claims}


def test_another_strike_of_the_same_evening_is_another_incident() -> None:
    text = "25 травня КАБ вбив двох людей у Харкові. Того ж дня ввечері ракета впала в центрі міста, поранено 25 людей."
    assert _incidents(text) == {
        ("Kharkiv", "2024-05-25", "air_strike"),
        ("Kharkiv", "2024-05-25", "missile_strike"),
    }


def test_somebody_led_away_and_not_heard_of_is_a_disappearance() -> None:
    for text in (
        "In Hola Prystan a village head was taken from his home on 28 April and has not been seen since, relatives said.",
        "У Голій Пристані 28 квітня забрали старосту села, його доля невідома.",
        "В Голой Пристани 28 апреля увезли старосту, о его судьбе ничего не известно.",
    ):
        assert _incidents(text) == {("Hola Prystan", "2024-04-28", "disappearance")}


def test_an_embassy_and_an_earlier_week_are_no_part_of_the_event() -> None:
    assert _places("A strike on a queue in Chernihiv killed ten people, the US embassy in Kyiv said.") == {
        "Chernihiv"
    }
    text = "Seven people were killed overnight in Lviv. Earlier in the week more than 50 people died in a strike in Poltava."
    assert ("Poltava", None, "other") in _incidents(text)


def test_a_place_is_decided_by_the_town_it_lies_by() -> None:
    text = "В Макарове под Киевом нашли 30 тел."
    found = {i.place_name: i.admin1_name for i in ingest.incidents_of(_read(text))}
    assert found == {"Makariv": "Kyiv Oblast"}


def test_a_quiet_place_beside_the_town_of_a_mayor_is_no_site() -> None:
    text = "Мэр Горловки заявил об обстреле центра города в субботу утром. Снаряд убил продавщицу.\n\nВ Макеевке было спокойно."
    assert _places(text) == {"Horlivka"}
    text = "A missile struck a plant in Shostka and killed three people. Power was out in Konotop because of repairs, not an attack."
    assert _places(text) == {"Shostka"}


def test_the_day_may_follow_two_sentences_later() -> None:
    text = (
        "У Старобільську окупанти розстріляли двох жителів. Про це розповів голова області.\n\n"
        "За його словами, це сталося 20 травня на виїзді з міста."
    )
    assert _incidents(text) == {("Starobilsk", "2024-05-20", "shooting")}


def test_a_weekday_that_is_planned_lies_ahead() -> None:
    assert "2024-05-29" in {d.value for d in _read("Эксгумация намечена на среду.").dates}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Monitors interviewed twelve families in Poltava and Lviv. Nine villagers were held in a school in Snihurivka.", "Snihurivka"),
        ("Правозахисники опитали свідків у Львові. У підвалі школи в Снігурівці утримували дев'ять селян.", "Snihurivka"),
        ("Our reporter is in nearby Kramatorsk. A shell killed two people in Kostiantynivka.", "Kostiantynivka"),
        ("Снаряд ранил троих в Орехове. В Запорожье врачи сказали нам, что двое из раненых лечатся у них.", "Orikhiv"),
        ("A shell wounded five in Orikhiv. In Zaporizhzhia, surgeons said three of the wounded were being treated there.", "Orikhiv"),
        ("In town Orikhiv of Zaporizhzhia regionafter the shelling were found 3 bodies of killed people.", "Orikhiv"),
        ("Автобус розстріляли на виїзді з Бучі, загинули двоє. В Ірпені того вечора було спокійно.", "Bucha"),
        ("Машину расстреляли на выезде из Бучи, погибли двое. В Ирпене было очень тихо.", "Bucha"),
    ],
)  # fmt: skip
def test_places_of_interviews_hospitals_and_quiet_days_are_no_sites(text: str, place: str) -> None:
    assert _places(text) == {place}


def test_a_child_called_like_a_city_is_no_place_and_her_age_no_count() -> None:
    for text in (
        "A missile killed four people in Merefa. The youngest of the dead, a girl called Odesa, was six.",
        "Ракета вбила чотирьох людей у Мерефі. Наймолодшій із загиблих, дівчинці на ім'я Одеса, було шість.",
    ):
        assert _places(text) == {"Merefa"}
        assert [c.value for c in _read(text).claims] == [4]
        assert [p.text for p in _read(text).places if p.text.startswith(("Odesa", "Одеса"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "On Friday, neighbours lit candles at the school in Merefa, where a missile killed three people on 12 May 2023.",
        "У п'ятницю мешканці поклали квіти біля школи в Мерефі, де 12 травня 2023 року ракета вбила трьох людей.",
        "В пятницу жители возложили цветы у школы в Мерефе, где 12 мая 2023 года ракета убила троих человек.",
    ],
)
def test_the_day_of_remembrance_is_not_that_of_the_strike(text: str) -> None:
    assert {(place, day) for place, day, _ in _incidents(text)} == {("Merefa", "2023-05-12")}


def test_the_day_of_a_dateline_in_capitals_is_that_of_filing() -> None:
    text = "ХАРЬКОВ, 25 мая. Дрон попал в автобус, погибла женщина. Удар нанесли в пятницу."
    assert {day for _, day, _ in _incidents(text)} == {"2024-05-24"}


def test_a_toll_of_fields_and_other_communities_is_of_no_town() -> None:
    text = (
        "Учора біля Снігурівки на міні підірвався тракторист, один загиблий. "
        "За березень на полях області загинуло 7 людей, це інші громади."
    )
    assert [
        c.value
        for i in ingest.incidents_of(_read(text))
        if i.place_name
        for c in i.claims
        if c.predicate == "killed"
    ] == [1]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("До одинадцяти зросла кількість загиблих у Сумах.", {("killed", 11)}),
        ("До тринадцати выросло число пострадавших в Сумах.", {("injured", 13)}),
        ("У Сумах 4 людини загинуло,9 поранено.", {("killed", 4), ("injured", 9)}),
        ("The death toll from a strike on a clinic in Shostka, Sumy region, has risen to nine.", {("killed", 9)}),
    ],
)  # fmt: skip
def test_tolls_however_they_are_ordered(text: str, figures: set[tuple[str, int]]) -> None:
    found = _read(text).claims
    assert {(c.predicate, c.value) for c in found} == figures
    assert {c.qualifier for c in found} == {"as_stated"}


def test_who_made_the_summary_speaks_it() -> None:
    text = "🔴 Суми. Зведення Олега Григорова на ранок 25 травня\n\nУночі поранено 3 людей."
    assert "Hryhorov" in str(_read(text).claims[0].speaker) or "Григоров" in str(
        _read(text).claims[0].speaker
    )


def test_midnight_is_not_the_night_after() -> None:
    assert [d.text for d in _read("Снаряд упав опівночі.").dates] == []


@pytest.mark.parametrize(
    "text",
    [
        "5 людей загинуло, 12 поранено. Серед поранених є дві медсестри.",
        "5 человек погибло, 12 ранено. Среди ранено есть 2 учительница.",
        "5 people died, 12 were injured. Among injured there are 2 teachers.",
    ],
)
def test_some_of_the_wounded_are_no_more_wounded(text: str) -> None:
    assert {(c.value, c.extent) for c in _read(text).claims} == {(5, "whole"), (12, "whole"), (2, "part")}


@pytest.mark.parametrize(
    "text",
    [
        "On 17 May a missile hit a hostel in Shostka and killed ten people.\n\nThe true figures are higher, the mission says. In May 2023 it recorded 98 deaths.",
        "17 мая в Шостке ракета попала в гостиницу, погибли 10 человек.\n\nРеальные цифры выше, считают в миссии. В мае 2023 года она учла 98 погибших.",
    ],
)
def test_what_a_mission_counted_in_a_month_is_of_no_town(text: str) -> None:
    assert _incidents(text) == {("Shostka", "2024-05-17", "missile_strike")}


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Four of those kidnapped are still missing.", {("missing", 4)}),
        ("Nine of those imprisoned have died.", {("killed", 9)}),
        ("The soldiers kidnapped 3 men.", {("detained", 3)}),
        ("Загинуло 3 людини ,поранено 8“сказав начальник.", {("killed", 3), ("injured", 8)}),
        ("12 ранено. Среди раненых две учительницы.", {("injured", 12), ("injured", 2)}),
    ],
)
def test_what_became_of_those_taken_or_hurt(text: str, figures: set[tuple[str, int]]) -> None:
    assert {(c.predicate, c.value) for c in _read(text).claims} == figures


def test_some_of_the_dead_of_a_month_are_of_no_town() -> None:
    text = (
        "По данным миссии, в апреле в Украине погибли 140 человек. Среди погибших — семь детей.\n\n"
        "17 мая в Шостке ракета попала в гостиницу, погибли 10 человек."
    )
    assert [c.value for i in ingest.incidents_of(_read(text)) if i.place_name for c in i.claims] == [10]


@pytest.mark.parametrize(
    "text",
    [
        "In Kherson it was quiet until a shell killed two people.",
        "У Херсоні було тихо, але ввечері снаряд вбив двох людей.",
        "В Херсоне было спокойно, но днём снаряд убил двух человек.",
        "Наша група працювала у Херсоні, коли снаряд вбив двох людей.",
        "Our team was in Kherson when a shell wounded two of us.",
        "In Kherson, doctors said two people were killed by a shell.",
    ],
)
def test_quiet_until_something_fell_and_reporters_under_fire_are_at_a_site(text: str) -> None:
    assert [(i.place_name, i.role) for i in ingest.incidents_of(_read(text))] == [("Kherson", "incident")]
