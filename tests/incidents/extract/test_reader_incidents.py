"""Which incidents a report gives: category, day and place of each, and what gives none."""

import datetime as dt

from incidents.extract import read

DAY = dt.date(2023, 5, 10)


def _incidents(text: str) -> list[tuple[str, str, str | None]]:
    return [
        (d.category, d.site.place.name if d.site and d.site.place else "", d.value)
        for d in read(text, published=DAY).drafts
        if d.role == "incident"
    ]


def test_the_day_in_a_dateline_is_the_day_of_writing() -> None:
    text = "KHARKIV, May 10 (Press Service) - Two people were killed when a missile hit a market in Kharkiv on Monday."
    assert _incidents(text) == [("missile_strike", "Kharkiv", "2023-05-08")]


def test_the_day_on_which_a_toll_rose_is_not_the_day_of_the_strike() -> None:
    text = "The number of dead in Chasiv Yar rose to 15 on Tuesday. The missile struck the dormitory on Saturday."
    assert [day for _, _, day in _incidents(text)] == ["2023-05-06"]


def test_people_missing_after_a_strike_are_no_disappearance() -> None:
    text = (
        "After the strike on a building in Dnipro 12 people are dead. Another 34 people are still missing.\n\n"
        "It was hit by a Kh-22 missile."
    )
    assert {category for category, _, _ in _incidents(text)} == {"missile_strike"}


def test_signs_of_torture_on_the_buried_are_part_of_the_burial() -> None:
    text = "At a mass burial near Izium 40 bodies were exhumed. Many bear signs of torture."
    assert {category for category, _, _ in _incidents(text)} == {"burial_site"}


def test_a_total_for_the_country_is_no_incident_of_a_town() -> None:
    text = (
        "Since the start of the year 270 civilians were killed in the country.\n\n"
        "In Bucha a shell killed two people on Monday."
    )
    found = read(text, published=DAY)
    assert [[found.claims[i].value for i in d.facts] for d in found.drafts] == [[2]]


def test_a_town_that_owns_something_is_named() -> None:
    text = "Mariupol's theatre was bombed on Monday, killing 12 people."
    assert _incidents(text) == [("air_strike", "Mariupol", "2023-05-08")]


def test_a_mayor_who_says_there_tells_of_the_town() -> None:
    text = "Lviv mayor Andriy Sadovyi said one person was killed there by a missile on Monday."
    assert _incidents(text) == [("missile_strike", "Lviv", "2023-05-08")]


def test_harm_of_another_kind_in_the_province_is_no_sum_of_its_towns() -> None:
    text = "In Kherson region 1,900 people were evacuated on Monday.\n\nRussian forces shelled Kherson on Tuesday, wounding nine."
    assert {category for category, _, _ in _incidents(text)} == {"displacement", "shelling"}


def test_a_total_that_is_spread_over_towns_belongs_to_none_of_them() -> None:
    text = (
        "Росіяни вбили 3 цивільних Донеччини: 2 у Бахмуті та 1 у Красногорівці. Ще 8 людей дістали поранення."
    )
    found = read(text, published=DAY)
    in_towns = [[found.claims[i].value for i in d.facts] for d in found.drafts if d.role == "incident"]
    assert in_towns == [[2], [1]]


def test_the_day_of_a_rescue_is_not_the_day_of_the_strike() -> None:
    text = (
        "В ночь на 9 мая ракета попала в дом в Славянске, погибли трое. "
        "Тело еще одного человека достали из-под завалов 10 мая."
    )
    assert len(_incidents(text)) == 1


def test_a_capital_that_speaks_is_no_place_of_harm() -> None:
    text = "A missile strike on Makiivka killed 89 servicemen on Monday.\n\nKyiv spoke of 400 dead."
    assert [place for _, place, _ in _incidents(text)] == ["Makiivka"]


def test_damage_is_part_of_the_strike_that_killed_there() -> None:
    text = "Семь человек погибли при ударе по Львову 8 мая.\n\nПовреждены 70 домов во Львове 8 мая."
    assert _incidents(text) == [("other", "Lviv", "2023-05-08")]


def test_a_hospital_that_was_hit_is_a_site_and_one_that_took_people_in_is_not() -> None:
    hit = read("A missile hit a hospital in Kharkiv, killing two.", published=DAY)
    taken = read("A missile hit Izium. Two wounded were taken to a hospital in Kharkiv.", published=DAY)
    assert [(p.text, p.role) for p in hit.places] == [("Kharkiv", "site")]
    assert ("Kharkiv", "site") not in [(p.text, p.role) for p in taken.places]


def test_the_beginning_of_a_word_is_no_place() -> None:
    assert read("Ракета влучила в будинок.", published=DAY).places == ()
