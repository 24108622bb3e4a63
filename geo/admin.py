"""Provinces by ISO 3166-2 code: names, and which province a point lies in or next to."""

from __future__ import annotations

from typing import Final, Literal

from geo.gazetteer import load
from geo.names import is_cyrillic

Language = Literal["en", "uk", "ru"]

CRIMEA: Final = "UA-43"
SEVASTOPOL: Final = "UA-40"
KYIV_CITY: Final = "UA-30"


def admin1_name(code: str, language: Language = "en") -> str | None:
    """Return the name of the province `code` (ISO 3166-2, `UA-63`) in a language, or None for an unknown code."""
    place = load().get(f"admin1:{code}")
    if place is None:
        return None
    if language == "en":
        return place.name
    wanted = [
        n
        for n in place.names
        if is_cyrillic(n) and (("область" in n) or "місто" in n or "город" in n or "Авто" in n)
    ]
    own = [n for n in wanted if _is_ukrainian(n) == (language == "uk")]
    return (own or [n for n in place.names if is_cyrillic(n)] or [place.name])[0]


def _is_ukrainian(name: str) -> bool:
    low = name.lower()
    return any(c in low for c in "іїєґ") or "ька " in low


def admin1_codes(country: str = "UA") -> list[str]:
    """Return the codes of the provinces of a country, sorted."""
    return sorted(p.admin1 for p in load().areas("admin1") if p.country == country)
