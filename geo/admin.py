"""Provinces by ISO 3166-2 code: their names, and the code of a province as people write it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from rapidfuzz import fuzz, process

from geo import names
from geo.gazetteer import load

Language = Literal["en", "uk", "ru"]

UKRAINE: Final = "UA"
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
        if names.is_cyrillic(n) and (("область" in n) or "місто" in n or "город" in n or "Авто" in n)
    ]
    own = [n for n in wanted if _is_ukrainian(n) == (language == "uk")]
    return (own or [n for n in place.names if names.is_cyrillic(n)] or [place.name])[0]


def _is_ukrainian(name: str) -> bool:
    low = name.lower()
    return any(c in low for c in "іїєґ") or "ька " in low


def admin1_codes(country: str = "UA") -> list[str]:
    """Return the codes of the provinces of a country, sorted."""
    return sorted(p.admin1 for p in load().areas("admin1") if p.country == country)


_PROVINCE_WORDS: Final = frozenset(
    ["oblast", "region", "province", "obl", "olast", "obalst", "ukraine", "city", "peninsula"]
)


def _bare(province: str) -> str:
    words = [w for w in names.fold(province).split() if w not in _PROVINCE_WORDS]
    return " ".join(words)


@lru_cache(maxsize=1)
def _province_keys() -> dict[str, str]:
    """Return the skeletons of the ways to write a province, without words for province, and their codes."""
    gazetteer, keys = load(), dict[str, str]()
    for place in gazetteer.areas("admin1"):
        if place.country == UKRAINE and "City" not in place.name:
            for spelling in place.names:
                keys.setdefault(names.skeleton(_bare(spelling)), place.admin1)
    keys.pop("", None)
    return keys


@lru_cache(maxsize=4096)
def province_code(province: str) -> str | None:
    """Return the ISO 3166-2 code of a province as people write it ("Donestk Oblast", "Oblast Charkov"), or None."""
    gazetteer = load()
    exact = [p for p in gazetteer.find(province) + gazetteer.find_case(province) if p.kind == "admin1"]
    if exact:
        return exact[0].admin1
    bare, keys = _bare(province), _province_keys()
    for key in names.skeletons(bare):
        if key in keys:
            return keys[key]
    hit = process.extractOne(names.skeleton(bare), list(keys), scorer=fuzz.ratio, score_cutoff=72)
    return keys[hit[0]] if hit else None
