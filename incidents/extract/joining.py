"""Drafts of one event made one: a report that tells of a strike in several words still tells of one incident.

Two drafts of a place are one event where their days can be the same and their categories are of one family: all kinds
of strikes, with the damage and the missing that they leave. Abuse, graves and strikes stay apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from incidents.extract.facts import SMALL_AREAS
from incidents.extract.places import Site

Days = tuple[dt.date, dt.date]
BLASTS: Final = frozenset({"missile_strike", "air_strike", "shelling", "shooting", "explosion"})
_LASTING: Final = frozenset({"detention_torture", "disappearance", "displacement", "burial_site"})
_LEFT_BEHIND: Final = frozenset({"object_damage", "other", "disappearance", "displacement"})
_PLAIN: Final = ("object_damage", "displacement", "disappearance", "other", "explosion", "shelling")
"""Categories that say less than others, the least first."""


@dataclass
class Draft:
    """An incident in the making; `facts` are positions in the list of claims.

    `is_sure` says whether the words of a claim itself gave the category, `is_dated` whether they gave the day,
    `is_earlier` whether it is told as something before the event of the report; `again` is not 0 for another event of
    the same day and place ("that evening a missile fell …").
    """

    category: str
    role: str
    site: Site | None
    days: Days | None
    value: str | None
    discovered: dt.date | None = None
    impact: tuple[str, ...] = ()
    weapon: tuple[str, ...] = ()
    facts: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    is_sure: bool = True
    is_dated: bool = False
    is_earlier: bool = False
    again: int = 0


def joined(drafts: Iterable[Draft]) -> list[Draft]:
    """Return the drafts with those of one event joined, in order of the text; dated ones take in undated ones."""
    kept: list[Draft] = []
    for d in sorted(drafts, key=lambda d: (d.days is None, d.category in _LEFT_BEHIND, min(d.spans))):
        into = _best([k for k in kept if _is_one(k, d)])
        if into is None:
            kept.append(d)
        else:
            _join(into, d)
    _set_totals_aside(kept)
    return sorted(kept, key=lambda d: min(d.spans))


def _best(found: list[Draft]) -> Draft | None:
    """Return the draft of the last day: what a report tells without a date is of the event it is written for."""
    return max(found, key=lambda d: d.days[1] if d.days else dt.date.min, default=None)


def _is_one(one: Draft, other: Draft) -> bool:
    if one.role != other.role or one.site is None or other.site is None:
        return False
    if not _is_same_place(one.site, other.site) or one.again != other.again:
        return False
    if (one.days is None or other.days is None) and one.is_earlier != other.is_earlier:
        return False
    return may_be_same_days(one.days, other.days) and _is_family(one.category, other.category)


def _is_same_place(one: Site, other: Site) -> bool:
    """Say whether two sites are one place, or one name that several places share."""
    if one.place is None or other.place is None:
        return one.place is other.place and one.found.candidates == other.found.candidates
    return one.place == other.place


def may_be_same_days(one: Days | None, other: Days | None) -> bool:
    """Say whether two intervals overlap, or one is not known."""
    return one is None or other is None or (one[0] <= other[1] and other[0] <= one[1])


def _is_family(one: str, other: str) -> bool:
    if one == other or {one, other} <= BLASTS | {"other", "object_damage"}:
        return True
    if "other" in {one, other}:
        return True
    return bool({one, other} & BLASTS) and bool({one, other} & _LEFT_BEHIND)


def _join(into: Draft, d: Draft) -> None:
    is_before = min(d.spans) < min(into.spans)
    if _says_more(d, into):
        into.category, into.is_sure = d.category, d.is_sure
    into.facts += d.facts
    into.spans += d.spans
    into.impact = tuple(dict.fromkeys([*into.impact, *d.impact]))
    into.weapon = tuple(dict.fromkeys([*into.weapon, *d.weapon]))
    into.discovered = min((day for day in (into.discovered, d.discovered) if day), default=None)
    if d.days is not None and (into.days is None or _length(d.days) < _length(into.days)):
        into.days, into.value, into.is_dated = d.days, d.value, d.is_dated
    elif d.days is None and into.category in _LASTING and (is_before or not into.is_dated):
        into.days = into.value = None


def _length(days: Days) -> dt.timedelta:
    return days[1] - days[0]


def _says_more(one: Draft, other: Draft) -> bool:
    """Say whether a draft's category tells more than another's; of two strikes the one that stands in a claim's words."""
    return (_rank(one), -min(one.spans)[0]) > (_rank(other), -min(other.spans)[0])


def _rank(d: Draft) -> tuple[int, bool, int]:
    plain = _PLAIN.index(d.category) if d.category in _PLAIN and "mine" not in d.weapon else len(_PLAIN)
    return min(plain, _PLAIN.index("shelling")), d.is_sure or plain == len(_PLAIN), plain


def _kind(d: Draft) -> str:
    return "strike" if d.category in BLASTS | {"other", "object_damage"} else d.category


def _set_totals_aside(drafts: list[Draft]) -> None:
    """A total for an area whose towns have figures of their own is their sum, not one more incident."""
    towns = [
        d for d in drafts if d.role == "incident" and d.site and d.site.place and not d.site.place.is_area
    ]
    for d in drafts:
        place = d.site.place if d.site else None
        if d.role != "incident" or place is None or not place.is_area:
            continue
        if place.kind == "country" or any(_holds(d, town) for town in towns):
            d.role = "referenced"


def _holds(area: Draft, town: Draft) -> bool:
    """Say whether a town with a draft of the same kind lies in the province or the raion of another draft."""
    one, other = area.site, town.site
    if _kind(town) != "strike" and not town.facts:
        return False
    if one is None or other is None or one.place is None or other.place is None or _kind(area) != _kind(town):
        return False
    if one.place.kind in SMALL_AREAS:
        return one.place.name in {other.place.admin2_name, f"{other.place.admin2_name} Raion"}
    return one.place.admin1 == other.place.admin1
