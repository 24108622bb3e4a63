"""Provinces by ISO 3166-2 code."""

from __future__ import annotations

import pytest

from geo import admin, gazetteer


@pytest.mark.parametrize(
    ("code", "en", "uk", "ru"),
    [
        ("UA-63", "Kharkiv Oblast", "Харківська область", "Харьковская область"),
        ("UA-32", "Kyiv Oblast", "Київська область", "Киевская область"),
        ("UA-30", "Kyiv City", "місто Київ", "город Киев"),
        (admin.CRIMEA, "Crimea", "Автономна Республіка Крим", "Автономная Республика Крым"),
        (admin.SEVASTOPOL, "Sevastopol City", "місто Севастополь", "город Севастополь"),
        ("RU-BEL", "Belgorod Oblast", "Бєлгородська область", "Белгородская область"),
    ],
)
def test_names_of_a_province(code: str, en: str, uk: str, ru: str) -> None:
    assert [admin.admin1_name(code, language) for language in ("en", "uk", "ru")] == [en, uk, ru]


def test_an_unknown_code_has_no_name() -> None:
    assert admin.admin1_name("UA-99") is None


def test_ukraine_has_27_provinces_and_every_place_of_ukraine_is_in_one() -> None:
    codes = admin.admin1_codes("UA")
    assert len(codes) == 27
    for kind in ("city", "town", "village", "settlement"):
        places = [p for p in gazetteer.load().areas(kind) if p.country == "UA"]
        assert places, kind
        assert {p.admin1 for p in places} <= set(codes)
