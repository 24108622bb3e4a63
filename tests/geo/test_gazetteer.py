"""The gazetteer: the same place under every spelling, and mentions true to the text."""

from __future__ import annotations

import pytest

from geo import gazetteer, geocode

CITIES = {
    "geonames:707292": ["Izium", "Izyum", "Ізюм", "Изюм", "ІЗЮМ", "Izjum"],
    "geonames:706483": ["Kharkiv", "Kharkov", "Khar'kov", "Харків", "Харьков", "Charkiw"],
    "geonames:703448": ["Kyiv", "Kiev", "Київ", "Киев"],
    "geonames:701822": ["Mariupol", "Mariupol'", "Mariupol’", "Маріуполь", "Мариуполь"],
    "geonames:711350": ["Bucha", "Буча"],
    "geonames:702658": ["Luhansk", "Lugansk", "Луганськ"],
    "geonames:713174": ["Bakhmut", "Artemivsk", "Бахмут"],
}


@pytest.mark.parametrize(("place_id", "spelling"), [(i, s) for i, all_ in CITIES.items() for s in all_])
def test_every_spelling_finds_the_place(place_id: str, spelling: str) -> None:
    assert place_id in {p.place_id for p in gazetteer.load().find(spelling)}
    assert place_id in gazetteer.load().search(spelling)
    assert geocode.resolve(spelling).place.place_id == place_id


@pytest.mark.parametrize(
    ("text", "name", "place_id"),
    [
        ("Удар по Ізюму", "Ізюму", "geonames:707292"),
        ("взрывы в Изюме", "Изюме", "geonames:707292"),
        ("поблизу Харкова", "Харкова", "geonames:706483"),
        ("жителі Маріуполя", "Маріуполя", "geonames:701822"),
        ("на Харківщині", "Харківщині", "admin1:UA-63"),
        ("у Харківській області", "Харківській області", "admin1:UA-63"),
        ("в Харьковской области", "Харьковской области", "admin1:UA-63"),
        ("in the Kharkiv region", "Kharkiv region", "admin1:UA-63"),
        ("в Нової Каховки", "Нової Каховки", None),
    ],
)
def test_case_forms_are_found_in_text(text: str, name: str, place_id: str | None) -> None:
    mentions = gazetteer.load().scan(text)
    assert [m.text for m in mentions] == [name]
    assert place_id is None or place_id in mentions[0].place_ids


def test_masked_words_are_no_mentions() -> None:
    text = "Izium and Bucha"
    assert [m.text for m in gazetteer.load().scan(text, masked=[(0, 5)])] == ["Bucha"]
