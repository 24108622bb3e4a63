"""Resolving a written place: the right entry, or "ambiguous" with candidates, always with a reason and a circle."""

from __future__ import annotations

import pytest

from geo import gazetteer, geocode
from geo.distance import km


def test_a_shared_name_is_not_guessed_silently() -> None:
    found = geocode.resolve("Андріївка")
    assert found.place is None
    assert found.lon is None
    assert found.ambiguous
    assert "ambiguous" in found.why
    assert len(found.candidates) > 3
    assert found.candidates[0].score >= found.candidates[-1].score


def test_the_named_province_decides() -> None:
    found = geocode.resolve("Lyman", province="Donestk Oblast")
    assert found.place.place_id == "geonames:704204"
    assert not found.ambiguous
    assert "province" in found.why


def test_the_named_district_decides() -> None:
    found = geocode.resolve("Lyman", province="Kharkiv Oblast", district="Vovchansk")
    assert found.place.hromada_name.startswith("Vovchanska")


def test_other_places_of_the_report_decide() -> None:
    izium, slovyansk = "geonames:707292", geocode.resolve("Sloviansk").place.place_id
    found = geocode.resolve("Dovhenke", context=[izium, slovyansk])
    assert found.place.admin2_name.startswith("Izium")


def test_what_stays_open_within_a_province_gets_a_circle_that_holds_all() -> None:
    found = geocode.resolve("Андріївка", admin1="UA-32")
    assert found.ambiguous
    for candidate in found.candidates:
        if candidate.place.admin1 == "UA-32" and candidate.parts["spelling"] == 1.0:
            away = km(found.lon, found.lat, candidate.place.lon, candidate.place.lat)
            assert away * 1000 <= found.uncertainty_m


@pytest.mark.parametrize(
    ("written", "province", "name"),
    [
        ("Wolnowacha", None, "Volnovakha"),
        ("Mariupol'", "Donetsk", "Mariupol"),
        ("Borodyanka", "Kyiv oblast", "Borodianka"),
        ("Jytomyr", "Jytomyr Oblast", "Zhytomyr"),
        ("Lysytsjansk", "Loehansk Oblast", "Lysychansk"),
        ("Severodontsk", "Luhansk Oblast", "Siverskodonetsk"),
        ("Marakiv", "Kyiv Oblast", "Makariv"),
        ("Nova Basan'", "Chernihivs'ka oblast", "Nova Basan"),
        ("Харьковщина", None, "Kharkiv Oblast"),
        ("Kharkiv region", None, "Kharkiv Oblast"),
        ("Izium district", None, "Iziumskyi Raion"),
        ("Snake Island", None, "Snake Island"),
        ("Белгород", None, "Belgorod"),
        ("Warsaw", None, "Warsaw"),
        ("Росія", None, "Russia"),
    ],
)
def test_usual_spellings_and_typos(written: str, province: str | None, name: str) -> None:
    found = geocode.resolve(written, province=province)
    assert found.place is not None, found.why
    assert found.place.name == name
    assert found.uncertainty_m > 0


@pytest.mark.parametrize(
    ("province", "code"),
    [
        ("Donestk Oblast", "UA-14"),
        ("Donets'ka oblast", "UA-14"),
        ("Oblast Charkov", "UA-63"),
        ("Saporischschja Oblast", "UA-23"),
        ("Dnjepropetrovsk Oblast", "UA-12"),
        ("Soemy Oblast", "UA-59"),
        ("Tsjernihiv Oblast", "UA-74"),
        ("Луганська область", "UA-09"),
        ("Луганской области", "UA-09"),
        ("Crimea", "UA-43"),
        ("Crimean Peninsula", "UA-43"),
    ],
)
def test_provinces_as_people_write_them(province: str, code: str) -> None:
    assert geocode.province_code(province) == code


def test_a_village_without_coordinates_says_how_it_was_located() -> None:
    found = geocode.resolve("Велика Комишуваха", admin1="UA-63")
    assert found.place.located_by == "hromada"
    assert found.precision == "district"
    assert "located by its hromada" in found.why


def test_an_unknown_name_in_a_known_province_is_the_province() -> None:
    found = geocode.resolve("Qwrtzpsdfg", province="Sumy Oblast")
    assert found.place.place_id == "admin1:UA-59"
    assert found.precision == "region"


@pytest.mark.parametrize("name", ["", " ", "???", "Qwrtzpsdfg", "\u200b", "9" * 40])
def test_nothing_fits_is_an_answer(name: str) -> None:
    found = geocode.resolve(name)
    assert found.place is None
    assert found.why


def test_near_a_place_is_less_certain_than_in_it() -> None:
    inside, near = geocode.resolve("Mariupol"), geocode.resolve("Mariupol", relation="near")
    assert near.precision == "near"
    assert near.uncertainty_m > inside.uncertainty_m
    assert near.place == inside.place


def test_a_present_name_goes_before_a_former_one() -> None:
    mention = gazetteer.load().scan("Пожежа у Смілі.")[0]
    found = geocode.choose(mention.place_ids, name="Смілі")
    assert found.place is not None
    assert found.place.name == "Smila"


def test_the_office_of_a_hromada_stands_in_the_town_it_is_named_after() -> None:
    hromada = gazetteer.load().find("Бериславська громада")[0]
    town = geocode.seat(hromada)
    assert town is not None
    assert town.name == "Beryslav"
