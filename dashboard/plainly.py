"""What rules wrote for those who mend them, in plain words of the reader's language: notes, values, place names, reasons."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from dashboard.strings import Words
from dashboard.strings import load as load_words
from geo import names
from geo.admin import admin1_name
from geo.gazetteer import load
from incidents.model import Claim, Incident

_NOTES: Final = (
    (re.compile(r"(?:a figure|houses counted) beside '(?P<word>.*)'"), "ledger.how.beside"),
    (re.compile(r"the words say that there are none"), "ledger.how.none"),
    (re.compile(r"the (?:words|verb) names? one person"), "ledger.how.one"),
)
_OWN: Final = re.compile(r"words for |a figure of people who live")
_REASONS: Final = (
    (r"(?P<written>'.*?'|\".*?\") is (?:spelt as|a case form of|another spelling of) (?P<place>.*)", "spelt"),
    (r"(?P<written>'.*?'|\".*?\") is another name of (?P<place>.*)", "other_name"),
    (r"(?P<written>'.*?'|\".*?\") is a likely misspelling of (?P<place>.*)", "misspelt"),
    (r"named", "named"),
    (r"in the named province", "province"),
    (r"but not in the named province", "not_province"),
    (r"in the named district", "district"),
    (r"close to other places of the report", "close"),
    (r"has no coordinates of its own, located by its (?P<by>hromada|raion|admin1)", "middle"),
    (r"by far the largest of (?P<n>\d+) with that name", "largest"),
    (r"ambiguous: (?P<n>\d+) places of that name in (?P<place>.*), so the circle covers them all", "covers"),
    (r"the one in a district with reported fighting is put first", "fighting"),
    (r"the report says near it", "near"),
    (r"the area a place beside it lies in", "area"),
    (r"the report ties these claims to no place", "no_place"),
    (r"coordinates of the import", "import"),
    (r"by the name in the import", "import_name"),
    (r"(?P<written>'.*?'|\".*?\") is (?P<place>.*), (?P<km>[\d.]+) km from its middle", "import_at"),
    (r"nearest settlement (?P<place>.*), (?P<km>[\d.]+) km from its middle.*", "import_near"),
)


def note(claim: Claim, words: Words) -> str:
    """Return the note of a claim; what a rule of the reader wrote is put plainly, or left out where it says nothing more."""
    if not claim.note:
        return ""
    if claim.rule:
        for pattern, key in _NOTES:
            if found := pattern.fullmatch(claim.note):
                return words(key, **found.groupdict())
        if _OWN.match(claim.note):
            return ""
    return words("ledger.note", text=claim.note)


def value(said: str, words: Words) -> str:
    """Return a value that is a word of a rule ("mass_grave") as words; what a report or a person wrote stands as it is."""
    key = f"ledger.values.{said}"
    return words(key) if words.has(key) else said


@lru_cache(maxsize=20_000)
def _ukrainian(place_id: str) -> str | None:
    place = load().get(place_id)
    if place is None or place.country != "UA" or not place.names:
        return None
    return place.names[0] if names.is_cyrillic(place.names[0]) else None


def place_name(name: str | None, place_id: str | None, words: Words) -> str | None:
    """Return a place's name in the language of the page where the gazetteer has it, else as it is stored."""
    if words.language != "uk" or not place_id:
        return name
    return _ukrainian(place_id) or name


def title(written: str, category: str, place: str | None, place_id: str | None, words: Words) -> str:
    """Return a title that a rule made ("Shelling, Kherson") in the language of the page; any other stands as it is."""
    usual = {load_words("en").term("category", category), "Harm to civilians" if category == "other" else ""}
    first, _, rest = written.partition(", ")
    if words.language != "uk" or not place or rest != place or first not in usual:
        return written
    return f"{words.term('category', category)}, {place_name(place, place_id, words)}"


@lru_cache(maxsize=2_000)
def _district(name: str) -> str | None:
    found = (p for p in load().find(name) if p.kind == "raion" and p.names and names.is_cyrillic(p.names[0]))
    return next((place.names[0] for place in found), None)


def region_name(incident: Incident, words: Words) -> str | None:
    """Return the province of an incident in the language of the page."""
    if words.language == "uk" and incident.admin1:
        return admin1_name(incident.admin1, "uk") or incident.admin1_name
    return incident.admin1_name


def district_name(name: str | None, words: Words) -> str | None:
    """Return a raion's name in the language of the page."""
    return (_district(name) or name) if name and words.language == "uk" else name


def reason(method: str, words: Words) -> str:
    """Return how a place was chosen in the language of the page; a reason that no rule wrote stands as it is."""
    if words.language != "uk":
        return method
    return "; ".join(_piece(piece, words) for piece in method.split("; "))


def _piece(piece: str, words: Words) -> str:
    for pattern, key in _REASONS:
        if found := re.fullmatch(pattern, piece):
            return words(f"ledger.reasons.{key}", **found.groupdict())
    return piece
