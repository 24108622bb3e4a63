"""How likely two incidents are one: a score whose parts explain themselves, and the blocking that keeps it linear.

The score is place × date × category × target × (0.7 + 0.2 × figures + 0.1 × text), each part between 0 and 1, so that
no agreement of words outweighs another place or another day. A pair with an objection (other things hit, figures that
contradict each other, a city and a day and nothing more) is for a person whatever its score.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from rapidfuzz import fuzz, utils

from geo import distance
from incidents import vocabulary
from incidents.derive import RANGED, Range, figure_range
from incidents.model import Incident

CLEAR: Final = 0.8
FLOOR: Final = 0.45
PER_INCIDENT: Final = 5
"""How many doubtful pairs of one incident are kept: of a hundred near-copies nobody judges 4,950 pairs."""
_CLEAR_PER_INCIDENT: Final = 60
"""How many clear ones are: enough to join what belongs together, in memory that follows the number of incidents."""
_CELL_LAT, _CELL_LON = 0.25, 0.4  # degrees; wider than any two points that can score
_FINE_DAYS, _COARSE_DAYS = 3, 45
_WIDE_M: Final = 25_000.0
_TOWN_M: Final = 5_000.0
"""Up to this size a place, a day and a kind say enough; in a city many strikes fall on one day."""
_OBJECTION: Final = "doubt"
_NEAR_FIGURES: Final = {"killed": 0.9, "injured": 0.9, "bodies": 0.6}
"""How far two figures of one kind may lie apart (lower / higher) before they contradict each other; the count of a
burial site grows for weeks, so that more is allowed there."""
_FEW_WORDS: Final = 4


class Part(NamedTuple):
    """One reason for or against: `score` from 0 (another) to 1 (the same), in words for a person."""

    name: str
    score: float
    why: str


@dataclass(frozen=True)
class Candidate:
    """Two incidents that may be one, by id, with the reasons. `a` came first."""

    a: str
    b: str
    score: float
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the candidate as JSON types."""
        parts = [{"name": p.name, "score": p.score, "why": p.why} for p in self.parts]
        return {"a": self.a, "b": self.b, "score": self.score, "parts": parts}


def clear(candidate: Candidate) -> bool:
    """Say whether the two may be merged without asking anybody: likely enough, and nothing speaks against it."""
    return candidate.score >= CLEAR and not any(part.name == _OBJECTION for part in candidate.parts)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the comparison needs of an incident, computed once."""

    incident: Incident
    day: int | None  # ordinal of the day that it is sorted under
    coarse: bool
    text: str
    cyrillic: bool
    ranges: dict[str, Range] = field(default_factory=dict)


def _ordinal(day: dt.date | None) -> int | None:
    return day.toordinal() if day else None


def _words(incident: Incident) -> Iterator[str]:
    """Yield the words of the reports themselves; titles and summaries are made by rules and are alike anyway."""
    yield from dict.fromkeys(c.quote.text for c in incident.claims if c.quote)
    yield from dict.fromkeys(s.title for s in incident.sources if s.title)


def _seen(incident: Incident) -> _Seen:
    text = utils.default_process(" ".join(_words(incident)))
    ranges = {name: figure_range(incident.claims, name) for name in RANGED}
    return _Seen(
        incident=incident,
        day=_ordinal(incident.date_start or incident.date_discovered or incident.date_reported),
        coarse=incident.date_start is None or incident.date_precision != "day",
        text=text,
        cyrillic=any("а" <= char <= "ӿ" for char in text),
        ranges={name: found for name, found in ranges.items() if found != Range(None, None)},
    )


def _km(a: Incident, b: Incident) -> float | None:
    """Return the distance of two points in kilometres; null where one is not known."""
    if a.point is None or b.point is None:
        return None
    return distance.km(a.point.lon, a.point.lat, b.point.lon, b.point.lat)


def _size(radius_m: float) -> float:
    """Return how much being in one place says: much in a village, little in an oblast."""
    for limit_km, score in ((7, 1.0), (15, 0.9), (25, 0.75), (60, 0.5)):
        if radius_m <= limit_km * 1000:
            return score
    return 0.3


_RADIUS_M: Final = 5000.0  # of a place whose uncertainty nobody stated


def _place(a: _Seen, b: _Seen) -> Part:
    one, other = a.incident, b.incident
    radii = [i.uncertainty_m if i.uncertainty_m is not None else _RADIUS_M for i in (one, other)]
    same = one.place_id is not None and one.place_id == other.place_id
    far = _km(one, other)
    if far is None:
        return Part("place", _size(max(radii)) if same else 0.0, "no point" if same else "no place in common")
    between = far - sum(radii) / 1000
    if far <= 0.5 or (same and between <= 0):
        return Part("place", _size(max(radii)), f"both at {one.place_name or one.place_id or 'one spot'}")
    if between <= 0:
        return Part("place", min(0.6, _size(max(radii))), f"{far:.1f} km apart, their circles meet")
    if between <= 2 or same:
        return Part("place", 0.5, f"{far:.1f} km apart")
    return Part("place", 0.0, f"{far:.0f} km apart")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _gap(a: tuple[dt.date, dt.date], b: tuple[dt.date, dt.date]) -> int:
    """Return the days between two intervals; 0 where they touch or overlap."""
    return max(0, (b[0] - a[1]).days, (a[0] - b[1]).days)


_PRECISION: Final = {"day": 1.0, "week": 0.85, "month": 0.7, "year": 0.4, "unknown": 0.7}


def _interval(incident: Incident) -> tuple[dt.date, dt.date] | None:
    if incident.date_start is None:
        return None
    return incident.date_start, incident.date_end or incident.date_start


def _stepped(days: int, steps: Sequence[tuple[int, float]], beyond: float = 0.0) -> float:
    return next((score for limit, score in steps if days <= limit), beyond)


def _date(a: _Seen, b: _Seen) -> Part:
    one, other = _interval(a.incident), _interval(b.incident)
    if one and other:
        return _happened(a.incident, b.incident, _gap(one, other))
    found = a.incident.date_discovered, b.incident.date_discovered
    if found[0] and found[1]:
        days = abs((found[0] - found[1]).days)
        return Part("date", _stepped(days, ((3, 1.0), (14, 0.9), (45, 0.6))), f"found {_days(days)} apart")
    if one or other:
        return _found_after(one or other, found[0] or found[1])
    return _reported(a.incident, b.incident)


def _happened(a: Incident, b: Incident, gap: int) -> Part:
    sharp = min(_PRECISION[a.date_precision], _PRECISION[b.date_precision])
    if gap == 0:
        return Part("date", sharp, f"both on {a.date_start}" if sharp == 1 else "the intervals overlap")
    return Part("date", sharp * _stepped(gap, ((1, 0.6), (3, 0.2))), f"{_days(gap)} apart")


def _found_after(happened: tuple[dt.date, dt.date] | None, found: dt.date | None) -> Part:
    if happened is None or found is None:
        return Part("date", 0.55, "one has no date")
    days = (found - happened[0]).days
    if 0 <= days <= 14:
        return Part("date", 0.9, f"found {_days(days)} after the other began")
    return Part("date", 0.5 if 0 <= days <= 120 else 0.0, f"found {_days(days)} after the other began")


def _reported(a: Incident, b: Incident) -> Part:
    if a.date_reported is None or b.date_reported is None:
        return Part("date", 0.5, "no date known")
    days = abs((a.date_reported - b.date_reported).days)
    return Part(
        "date", _stepped(days, ((1, 0.95), (7, 0.75), (45, 0.6)), 0.4), f"reported {_days(days)} apart"
    )


def _category(a: _Seen, b: _Seen) -> Part:
    one, other = a.incident.category, b.incident.category
    terms = vocabulary.terms("category")
    if one == other:
        return Part("category", 0.85 if one == "other" else 1.0, f"both {one}")
    if terms[one]["kind"] != terms[other]["kind"]:
        return Part("category", 0.0, f"{one} is not {other}")
    family = terms[one].get("family")
    if family is not None and family == terms[other].get("family"):
        return Part("category", 0.75, f"{one} and {other} are often confused")
    if "other" in {one, other}:
        return Part("category", 0.6, "one is not categorised")
    return Part("category", 0.0, f"{one} is not {other}")


def _agreement(a: Range, b: Range) -> float:
    """Return 1 where two ranges can hold one number, else how near they come to each other."""
    low = max(a.low or 0, b.low or 0)
    high = min(math.inf if r.high is None else r.high for r in (a, b))
    return 1.0 if low <= high else high / low


def _figures(a: _Seen, b: _Seen) -> Part:
    both = [name for name in RANGED if name in a.ranges and name in b.ranges]
    if not both:
        return Part("figures", 0.5, "no figure of the same kind in both")
    agreed = {name: _agreement(a.ranges[name], b.ranges[name]) for name in both}
    told = (f"{name} {_span(a.ranges[name])} and {_span(b.ranges[name])}" for name in both)
    return Part("figures", round(sum(agreed.values()) / len(both), 3), "; ".join(told))


def _span(figures: Range) -> str:
    if figures.low == figures.high:
        return f"{figures.low}"
    if figures.high is None:
        return f"{figures.low} or more"
    return f"up to {figures.high}" if figures.low is None else f"{figures.low} to {figures.high}"


def _text(a: _Seen, b: _Seen) -> Part:
    if a.cyrillic != b.cyrillic or min(len(seen.text.split()) for seen in (a, b)) < _FEW_WORDS:
        return Part("text", 0.5, "the reports' words cannot be compared")
    ratio = fuzz.token_sort_ratio(a.text, b.text) / 100
    return Part("text", round(ratio, 3), f"the reports' words agree to {ratio:.0%}")


def _target(a: _Seen, b: _Seen) -> Part:
    one, other = a.incident.impact, b.incident.impact
    if not one or not other:
        return Part("target", 1.0, "what was hit is not told in both")
    if shared := [name for name in one if name in other]:
        return Part("target", 1.0, f"both {', '.join(shared)}")
    return Part("target", 0.8, f"{', '.join(one)} here, {', '.join(other)} there")


def _objections(a: _Seen, b: _Seen, parts: Mapping[str, Part]) -> Iterator[Part]:
    """Yield what speaks against joining the two without asking; `parts` are the comparisons made."""
    told = [f"other things were hit: {parts['target'].why}"] if parts["target"].score < 1 else []
    for name, least in _NEAR_FIGURES.items():
        one, other = a.ranges.get(name), b.ranges.get(name)
        if one and other and _agreement(one, other) < least:
            told.append(f"the figures differ: {name} {_span(one)} and {_span(other)}")
    if not told and _is_city(a, b) and not _corroborated(a, b, parts):
        told = ["a city and a day are all that they have in common"]
    yield from (Part(_OBJECTION, 0.0, why) for why in told)


def _is_city(a: _Seen, b: _Seen) -> bool:
    return max(i.incident.uncertainty_m or 0.0 for i in (a, b)) > _TOWN_M


def _corroborated(a: _Seen, b: _Seen, parts: Mapping[str, Part]) -> bool:
    """Say whether something more than place, day and kind is the same in both."""
    return bool(
        set(a.incident.impact) & set(b.incident.impact)
        or parts["figures"].score == 1
        or (parts["text"].score >= CLEAR and parts["text"].why.endswith("%"))
    )


def _apart(a: _Seen, b: _Seen) -> Part | None:
    """Say where one report tells the two apart; whoever wrote it knew that they are two."""
    shared = {s.id for s in a.incident.sources} & {s.id for s in b.incident.sources}
    if not shared:
        return None
    return Part("report", 0.5, "one report tells of both as two")


_GATES: Final[tuple[Callable[[_Seen, _Seen], Part], ...]] = (_category, _place, _date)


def _compare(a: _Seen, b: _Seen, floor: float) -> Candidate | None:
    parts: list[Part] = []
    score = 1.0
    for gate in _GATES:
        part = gate(a, b)
        score *= part.score
        if score < floor:
            return None
        parts.append(part)
    target, figures, text = _target(a, b), _figures(a, b), _text(a, b)
    parts += [target, figures, text]
    score *= target.score * (0.7 + 0.2 * figures.score + 0.1 * text.score)
    if (apart := _apart(a, b)) is not None:
        parts.append(apart)
        score *= apart.score
    if score < floor:
        return None
    parts += _objections(a, b, {part.name: part for part in parts})
    return Candidate(a.incident.id, b.incident.id, round(score, 4), tuple(parts))


@dataclass
class _Block:
    """Incidents of one cell, by day; coarse dates apart, because they reach further."""

    fine: list[tuple[int, int]] = field(default_factory=list)
    coarse: list[tuple[int, int]] = field(default_factory=list)

    def near(self, day: int, *, coarse: bool) -> Iterator[int]:
        """Yield the rows whose day is near enough to be compared."""
        for rows, is_coarse in ((self.fine, False), (self.coarse, True)):
            reach = _COARSE_DAYS if coarse or is_coarse else _FINE_DAYS
            low, high = bisect_left(rows, (day - reach, -1)), bisect_right(rows, (day + reach, math.inf))
            yield from (row for _, row in rows[low:high])


_Key = tuple[int, int] | str


def _key(incident: Incident) -> _Key | None:
    if incident.point is None or (incident.uncertainty_m or 0) > _WIDE_M:
        return f"{incident.place_id}/{incident.category}" if incident.place_id else None
    return math.floor(incident.point.lat / _CELL_LAT), math.floor(incident.point.lon / _CELL_LON)


def _around(key: _Key) -> Iterator[_Key]:
    if isinstance(key, str):
        yield key
        return
    for lat in (-1, 0, 1):
        for lon in (-1, 0, 1):
            yield key[0] + lat, key[1] + lon


def _pairs(rows: Sequence[_Seen], new: Collection[str] | None) -> Iterator[tuple[int, int]]:
    """Yield each pair of rows that is worth comparing, once, the earlier first."""
    blocks: dict[_Key, _Block] = defaultdict(_Block)
    keys = [_key(seen.incident) for seen in rows]
    for row, (key, seen) in enumerate(zip(keys, rows, strict=True)):
        if key is not None:
            block = blocks[key]
            (block.coarse if seen.coarse else block.fine).append((seen.day or 0, row))
    for block in blocks.values():
        block.fine.sort()
        block.coarse.sort()
    for row, (key, seen) in enumerate(zip(keys, rows, strict=True)):
        if key is None or (new is not None and seen.incident.id not in new):
            continue
        near = {
            other
            for at in _around(key)
            if at in blocks
            for other in blocks[at].near(seen.day or 0, coarse=seen.coarse)
        }
        for other in near:
            known = new is not None and rows[other].incident.id not in new
            if other > row or (known and other != row):
                yield min(row, other), max(row, other)


def neighbours(incidents: Iterable[Incident], new: Sequence[Incident]) -> Iterator[Incident]:
    """Yield those of `incidents` that `propose` could compare with one of `new`, or that have its id, now or before."""
    ids = {incident.id for incident in new}
    keys: set[_Key | None] = {near for i in new if (key := _key(i)) is not None for near in _around(key)}
    for incident in incidents:
        if _key(incident) in keys or not ids.isdisjoint((incident.id, *incident.previous_ids)):
            yield incident


class _Best:
    """The best pairs of each incident, in the memory of those that are kept."""

    def __init__(self, most: int = PER_INCIDENT) -> None:
        self._most = most
        self._of: dict[str, list[Candidate]] = defaultdict(list)

    def add(self, candidate: Candidate) -> None:
        for end in (candidate.a, candidate.b):
            mine = self._of[end]
            mine.append(candidate)
            if len(mine) >= 4 * self._most:
                self._cut(mine)

    def _cut(self, mine: list[Candidate]) -> None:
        mine.sort(key=rank)
        del mine[self._most :]

    def kept(self) -> list[Candidate]:
        for mine in self._of.values():
            self._cut(mine)
        return list({(c.a, c.b): c for mine in self._of.values() for c in mine}.values())


def rank(candidate: Candidate) -> tuple[float, str, str]:
    """Return what candidates are sorted by: the likeliest first."""
    return -candidate.score, candidate.a, candidate.b


def best(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the pairs that are among the `PER_INCIDENT` best of one of their ends, best first."""
    found = _Best()
    for candidate in candidates:
        found.add(candidate)
    return sorted(found.kept(), key=rank)


def propose(
    incidents: Sequence[Incident],
    *,
    new: Collection[str] | None = None,
    apart: Collection[frozenset[str]] = (),
    floor: float = FLOOR,
) -> list[Candidate]:
    """Return the pairs that may be one incident, best first; the earlier incident of the input is `a`.

    `new` limits the pairs to those with at least one incident of these ids. `apart` are pairs of ids that a person
    has judged to be two. Rejected and superseded incidents are left out. Of the doubtful pairs of an incident those
    that are among the `PER_INCIDENT` best of either end are returned, of the clear ones twelve times as many. Takes
    time in proportion to the incidents and their near neighbours in space and time, not to all pairs.
    """
    rows = [_seen(i) for i in incidents if i.review not in {"rejected", "superseded"}]
    found = (_compare(rows[a], rows[b], floor) for a, b in _pairs(rows, new))
    sure, doubtful = _Best(_CLEAR_PER_INCIDENT), _Best()
    for c in found:
        if c is not None and frozenset((c.a, c.b)) not in apart:
            (sure if clear(c) else doubtful).add(c)
    return sorted([*sure.kept(), *doubtful.kept()], key=rank)
