"""What is said besides counts of people: denials, damage, houses counted, figures withheld."""

import datetime as dt

import pytest

from incidents.extract import read
from incidents.model import Claim

DAY = dt.date(2024, 5, 26)


def _claims(text: str, predicate: str) -> list[Claim]:
    return [c for c in read(text, published=DAY).claims if c.predicate == predicate]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The army command said it had not launched any missile at the town.", "army command"),
        ("Moscow maintains that exclusively military targets were hit.", "moscow"),
        ("The village head said the rumours were false.", "village head"),
        ("У Кремлі відкинули ці звинувачення.", "кремл"),
        ("У міноборони заявили, що не обстрілювали лікарню.", "міноборони"),
        ("Москва запевняє, що цілить виключно по військових об'єктах.", "москва"),
        ("Ця інформація не відповідає дійсності, уточнили в поліції.", "поліц"),
        ("В Киеве эти обвинения отрицают.", "киев"),
        ("Мэрия опровергла сообщения о жертвах.", "мэрия"),
        ("Командование утверждает, что не наносило ударов по рынку.", "командование"),
    ],
)  # fmt: skip
def test_denials_and_who_denies(text: str, speaker: str) -> None:
    denials = _claims(text, "denial")
    assert denials
    assert speaker in (denials[0].speaker.name.lower() if denials[0].speaker else "")


@pytest.mark.parametrize(
    "text",
    [
        "Защитники отбросили врага от села.",
        "За добу ворог не завдавав ударів по місту.",
        "Захисники відкинули противника від села.",
    ],
)
def test_what_is_no_denial(text: str) -> None:
    assert _claims(text, "denial") == []


@pytest.mark.parametrize(
    "text",
    [
        "The blast blew out windows in the lyceum.",
        "A pharmacy, a bakery and a bus station suffered heavy damage.",
        "The fire engulfed a furniture warehouse.",
        "Вибуховою хвилею вибило шибки в амбулаторії.",
        "Уламки пошкодили фасад театру.",
        "Пошкоджень зазнали два магазини та поліклініка.",
        "Осколками посечён фасад общежития.",
        "Снаряд уничтожил элеватор.",
        "Повреждения получили больница и детский сад.",
    ],
)
def test_damage_without_a_count(text: str) -> None:
    assert _claims(text, "damage")


@pytest.mark.parametrize(
    "text", ["A missile hit a market.", "Снаряд попал в рынок.", "Дрон влучив у будинок."]
)
def test_a_hit_alone_is_no_damage(text: str) -> None:
    assert _claims(text, "damage") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Nearly 40 private homes suffered damage.", 40),
        ("The strike damaged a clinic and eleven houses.", 11),
        ("Пошкоджено ліцей та 14 приватних садиб.", 14),
        ("Сім господарських споруд згоріли.", 7),
        ("Повреждения получили 23 частных дома.", 23),
        ("Двадцать домов разрушены.", 20),
    ],
)
def test_counts_of_houses(text: str, count: int) -> None:
    found = _claims(text, "damage_share")
    assert [(c.value, c.unit) for c in found] == [(count, "buildings")]


@pytest.mark.parametrize(
    "text",
    [
        "Даних про загиблих та поранених наразі немає.",
        "Информации о пострадавших пока не поступало.",
        "Information on casualties is still being verified.",
    ],
)
def test_no_data_yet_is_no_zero(text: str) -> None:
    assert _claims(text, "count_withheld")
    assert _claims(text, "killed") == _claims(text, "injured") == []


@pytest.mark.parametrize(
    "text",
    [
        "The village head denied that four people were killed in Toretsk.",
        "Claims that nine people died in Toretsk are untrue, the council said.",
        "Староста спростував чутки про шістьох загиблих.",
        "Слухи о девяти погибших в Торецке мэр опроверг.",
    ],
)
def test_a_denied_figure_is_claimed_by_nobody(text: str) -> None:
    assert _claims(text, "killed") == []
    assert [c.target for c in _claims(text, "denial")] != [None]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Moscow denied hitting the bridge, where four people were killed.", None),
        ("Moscow accused Kyiv of shelling Donetsk, killing four people.", "Moscow"),
        ("Kyiv denied the reports of ten dead, but said four people were killed.", "Kyiv"),
    ],
)
def test_what_stands_beside_a_denial_or_an_accusation(text: str, speaker: str | None) -> None:
    assert [(c.value, c.speaker and c.speaker.name) for c in _claims(text, "killed")] == [(4, speaker)]


def test_a_denial_ends_where_something_else_is_said() -> None:
    text = "Moscow denies targeting civilians and said its forces had hit a depot."
    assert [c.target for c in _claims(text, "denial")] == ["targeting civilians"]


@pytest.mark.parametrize(
    "text",
    [
        "ЗСУ знищили ворожий склад.",
        "Уничтожен склад боеприпасов.",
        "The army destroyed an enemy warehouse in Pology.",
    ],
)
def test_what_armies_lose_is_no_damage_here(text: str) -> None:
    assert _claims(text, "damage") == []


@pytest.mark.parametrize(
    ("text", "party", "speaker"),
    [
        ("The occupation office blamed the fire on Ukrainian forces.", "Ukraine", "occupation office"),
        ("Russia is to blame for the blast, the village head said.", "Russia", "village head"),
        ("Староста звинуватив в обстрілі російські війська.", "Russia", "староста"),
        ("В ударе по рынку администрация обвинила ВСУ.", "Ukraine", "администрация"),
        ("Ответственность за взрыв мэр возложил на Москву.", "Russia", "мэр"),
        ("МИД назвал удар преступлением России.", "Russia", "мид"),
    ],
)
def test_who_blames_whom(text: str, party: str, speaker: str) -> None:
    found = _claims(text, "accusation")
    assert [c.value for c in found] == [party]
    assert speaker in (found[0].speaker.name.lower() if found[0].speaker else "")


def test_bound_hands_are_no_cause_of_death() -> None:
    assert _claims("Seven bodies with their hands tied were found in Bucha.", "cause") == []


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("Речник міноборони РФ заявив, що удару завдали по ангарах з озброєнням.", True),
        ("Moscow said the strike had targeted a command post.", True),
        ("В администрации ДНР заявили, что удар нанесли украинские военные.", False),
        ("Генштаб ЗСУ повідомив, що удару завдали по штабу.", False),
    ],
)
def test_an_attacker_who_says_the_target_was_military_denies(text: str, *, denies: bool) -> None:
    assert bool(_claims(text, "denial")) is denies


@pytest.mark.parametrize(
    ("text", "party", "speaker"),
    [
        ("Russian troops shelled a bakery in Orikhiv, killing four people.", "Russia", None),
        ("Ukrainian artillery hit a bakery in Donetsk, killing four people.", "Ukraine", None),
        ("The Ukrainian military said a Russian rocket killed four.", "Russia", "Ukrainian military"),
        ("Moscow said Ukrainian drones attacked Belgorod, wounding two residents.", "Ukraine", "Moscow"),
        ("Росіяни вдарили по Оріхову: четверо загиблих.", "Russia", None),
        ("Унаслідок російського обстрілу Нікополя поранено двох людей.", "Russia", None),
        ("ВСУ обстреляли Горловку, ранены двое мирных жителей.", "Ukraine", None),
    ],
)
def test_a_side_named_as_the_doer_is_told_as_an_accusation(
    text: str, party: str, speaker: str | None
) -> None:
    assert [(c.value, c.speaker and c.speaker.name) for c in _claims(text, "accusation")] == [
        (party, speaker)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ukrainian forces struck a barracks in Rovenky, killing 12 soldiers.",
        "Ukrainian troops killed 120 occupiers over the day.",
        "Russia denied that Russian forces shelled the market, killing three people.",
        "Окупанти не обстрілювали місто, двоє людей загинули в ДТП.",
        "The Russian army was seen near Izium. Two people were killed by a mine.",
        "Ukrainian officials said three people were killed.",
    ],
)
def test_a_battle_a_denial_or_a_side_that_only_speaks_accuses_nobody(text: str) -> None:
    assert _claims(text, "accusation") == []
