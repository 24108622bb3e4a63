"""How closely a written name agrees with a place: exact, case form, other transliteration, former name, misspelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo import names
from geo.gazetteer import Gazetteer, Place, phrases

How = Literal[
    "spelt as", "a case form of", "another spelling of", "another name of", "a likely misspelling of"
]

_LEAST_ALIKE: Final = 0.7
"""Least similarity (optimal string alignment, 0-1) at which a misspelt name is still offered."""
HOME: Final = "UA"
"""The country that reports are taken to write about where they do not say."""

_NOISE: Final = re.compile(
    r"^(?:near|the|city of|village of|town of|outskirts of|м\.|с\.|смт|місто|село|селище|город|деревня|посёлок)\s+"
    r"|\s+(?:city|village|town|airbase|airport|area)$",
    re.IGNORECASE,
)


def _spellings(name: str) -> list[str]:
    """Return the name and its parts, as "Snake Island/Bile" or "Vorzel'," are written."""
    whole = name.strip(" ,.;:")
    parts = [whole, _NOISE.sub("", whole)]
    parts += [part.strip() for part in re.split(r"[/,;(]", whole)]
    return [p for p in dict.fromkeys(parts) if p]


class Match(NamedTuple):
    """A place whose spelling agrees: how closely, 0-1, and in which way."""

    place: Place
    alike: float
    how: How


_STEPS: Final[tuple[tuple[Callable[[Gazetteer, str], list[Place]], float, How], ...]] = (
    (Gazetteer.find, 1.0, "spelt as"),
    (Gazetteer.find_case, 0.95, "a case form of"),
    (Gazetteer.find_loose, 0.9, "another spelling of"),
    (Gazetteer.find_like, 0.8, "another spelling of"),
)
_VARIANT: Final = 0.05
"""What a form of the name in another language costs."""
_SAME_NAME: Final = 0.6
_SAME_FORM: Final = 0.75
_VOWELS: Final = str.maketrans("", "", "aeiou")
_OTHER_NAME: Final = 0.45
"""What a name that is not the place's present one costs: a former name, or a village that a city has taken in."""


def matches(gazetteer: Gazetteer, name: str, *, admin1: str = "") -> list[Match]:
    """Return the places a name may mean: exact, case form, transliteration, then typos.

    A looser step is taken only where the stricter ones found nothing in the named province (anywhere, without one).
    """
    found: dict[str, Match] = {}
    for step, alike, how in _STEPS:
        for spelling in _spellings(name):
            here = step(gazetteer, spelling)
            for place in here:
                found.setdefault(place.place_id, _match(place, spelling, alike, how))
            if here:
                break
        if any(match.place.admin1 == admin1 or not admin1 for match in found.values()):
            return list(found.values())
    for match in _misspelt(gazetteer, name, admin1):
        found.setdefault(match.place.place_id, match)
    return list(found.values())


def _match(place: Place, spelling: str, alike: float, how: How) -> Match:
    """Return the match, weaker where the spelling is not one of the place's present name."""
    if place.is_area or place.country != HOME or how == "a case form of":
        return Match(place, alike, how)
    folded, present = names.fold(spelling), (place.name, place.names[0])
    if folded in {names.fold(name) for name in present}:
        return Match(place, alike, how)
    keys, own = set(names.skeletons(spelling)), {names.skeleton(name) for name in present}
    if keys & own:
        return Match(place, alike, "another spelling of")
    if any(_variant(key, name) for key in keys for name in own):
        return Match(place, alike - _VARIANT, "another spelling of")
    return Match(place, alike - _OTHER_NAME, "another name of")


def _variant(one: str, other: str) -> bool:
    """Say whether two skeletons are one name in two languages (Kharkov, Kharkiv), not a former name (Zhdanov, Mariupol)."""
    return OSA.normalized_similarity(one, other) >= _SAME_NAME or one.translate(_VOWELS) == other.translate(
        _VOWELS
    )


def _misspelt(gazetteer: Gazetteer, name: str, admin1: str) -> list[Match]:
    """Return likely misspellings: the fewer people a place has, the closer the spelling must be."""
    keys = gazetteer.spellings_of(admin1 or HOME)
    found = []
    for key in dict.fromkeys(k for part in _spellings(name)[:1] for k in names.skeletons(part)[:3]):
        if len(key) > 3:
            hits = process.extract(
                key, list(keys), scorer=OSA.normalized_similarity, score_cutoff=_LEAST_ALIKE, limit=25
            )
            near = [(place, hit[1]) for hit in hits for place in gazetteer.places(keys[hit[0]])]
            found += [
                Match(p, 0.8 * alike, "a likely misspelling of") for p, alike in near if alike >= _needed(p)
            ]
    return found


def _needed(place: Place) -> float:
    """Return how alike a misspelling of a place must be, 0-1."""
    return _LEAST_ALIKE if place.population >= 5000 else 0.8


def mentioned(places: Sequence[Place], written: str) -> list[Match]:
    """Return how words found in a text agree with places: as written, else as a case form.

    A former name weighs less where the words are the present name of another place of Ukraine.
    """
    meant = set(phrases(names.fold(written).split())) if names.is_cyrillic(written) else set()
    found = [_mentioned(place, written, meant) for place in places]
    if any(m.how != "another name of" and m.place.country == HOME for m in found):
        return [_weakened(m, meant) for m in found]
    return found


def _mentioned(place: Place, written: str, meant: set[str]) -> Match:
    match = _match(place, written, 1.0, "spelt as")
    if match.how == "spelt as" or not meant & _own(place):
        return match
    return Match(place, 0.95, "a case form of")


def _own(place: Place) -> set[str]:
    return {names.fold(n) for n in (place.name, *place.names) if names.is_cyrillic(n)}


def _weakened(match: Match, meant: set[str]) -> Match:
    """Return the match of a Cyrillic form, weaker where it is only one of a former name of the place."""
    place, own = match.place, meant & _own(match.place)
    present = [names.skeleton(n) for n in (place.name, place.names[0])]
    if place.is_area or not own or any(_is_form(names.skeleton(n), p) for n in own for p in present):
        return match
    return Match(place, min(match.alike, 1 - _OTHER_NAME), "another name of")


def _is_form(one: str, present: str) -> bool:
    same = one.translate(_VOWELS) == present.translate(_VOWELS) and one[:1] == present[:1]
    return same or OSA.normalized_similarity(one, present) >= _SAME_FORM
