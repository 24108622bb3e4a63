"""What the ledger of one incident shows, computed from its claims. Pure: no drawing, no words of the interface.

Each kind of figure (and each unit) has an axis of its own; nothing is summed, averaged or settled.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from incidents import vocabulary
from incidents.derive import Range, figure_range, speaker_key
from incidents.model import Claim, Figure, Incident, Source

_SET_ASIDE: Final = frozenset({"rejected", "superseded"})
# Which kinds of figure a denial speaks about when its target names them in so many words. A denial that names none
# of them ("war crimes") stands with the accusations and touches no count.
_NAMED_KINDS: Final = {
    "graves": r"\bgraves?\b|\bburial|могил|похован|захорон",
    "bodies": r"\bbod(?:y|ies)\b|\bcorpses?\b|\bтіл|\bтел(?:а|о|ах)?\b|труп",
    "killed": r"\bkill(?:ed|ings?)\b|\bdeaths?\b|\bdeath toll\b|\bdied\b|загиб|погиб|вбит|убит",
    "injured": r"\binjur|\bwounded\b|поранен|ранен",
    "missing": r"\bmissing\b|зникл|пропавш",
}
_FAR_FUTURE: Final = "9999"


@dataclass(frozen=True)
class Mark:
    """Where a figure stands on its axis, as shares of the axis (0 to 1); an open end is None."""

    low: float | None
    high: float | None
    is_about: bool = False

    @property
    def is_point(self) -> bool:
        """Say whether the figure is one value."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Row:
    """One claim, with the source it stands in. `published` is ISO 8601, null where nobody saw a date."""

    claim: Claim
    source: Source | None
    source_number: int | None
    published: str | None
    mark: Mark | None

    @property
    def is_set_aside(self) -> bool:
        """Say whether a reviewer rejected the claim; it is shown all the same."""
        return self.claim.review in _SET_ASIDE

    @property
    def group(self) -> str | None:
        """Return whom the figure counts, null where the source does not say."""
        return None if self.claim.group in (None, "", "unknown") else self.claim.group


@dataclass(frozen=True)
class Voice:
    """What one speaker said on one axis, in order of publication. `name` null is the report's own voice."""

    name: str | None
    role: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Axis:
    """All figures of one kind and one unit. `ticks` and `top` are in the unit of the figures."""

    predicate: str
    unit: str | None
    top: Figure
    step: Figure
    range: Range
    only_parts: bool
    voices: tuple[Voice, ...]
    denials: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return every row of the axis, voice by voice."""
        return tuple(row for voice in self.voices for row in voice.rows)

    @property
    def ticks(self) -> tuple[Figure, ...]:
        """Return the labelled values, from 0 to the top."""
        return tuple(self.step * n for n in range(round(self.top / self.step) + 1))


@dataclass(frozen=True)
class Ledger:
    """Everything the sources say about one incident, laid side by side."""

    incident: Incident
    axes: tuple[Axis, ...]
    accusations: tuple[Voice, ...]
    denials: tuple[Voice, ...]
    statements: tuple[tuple[str, tuple[Row, ...]], ...]
    unknown_kinds: tuple[str, ...]
    said_unknown: tuple[Row, ...]
    is_blame_unknown: bool
    n_speakers: int


def nice_step(top: float) -> Figure:
    """Return a round step (1, 2 or 5 times a power of ten) that divides an axis up to `top` in two to five."""
    if top <= 4:
        return 1
    size = 10 ** math.floor(math.log10(top / 4))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= top / 5)
    return int(step) if step >= 1 else step


def build(incident: Incident) -> Ledger:
    """Lay out the claims of `incident`."""
    rows = _rows(incident)
    figures = [row for row in rows if row.claim.predicate in vocabulary.count_predicates()]
    figures = [row for row in figures if row.claim.polarity != "unknown"]
    axes_without = _axes(figures)
    denials = [row for row in rows if row.claim.predicate == "denial"]
    beside = {row.claim.id: _denied_axis(row.claim, axes_without) for row in denials}
    axes = tuple(_with_denials(axis, n, denials, beside) for n, axis in enumerate(axes_without))
    accusations = [row for row in rows if row.claim.predicate == "accusation"]
    return Ledger(
        incident=incident,
        axes=axes,
        accusations=_voices(accusations),
        denials=_voices([row for row in denials if beside[row.claim.id] is None]),
        statements=_statements(rows),
        unknown_kinds=_unknown_kinds(incident, axes),
        said_unknown=tuple(row for row in rows if row.claim.polarity == "unknown"),
        is_blame_unknown=not accusations,
        n_speakers=len({key for claim in incident.claims if (key := speaker_key(claim)) is not None}),
    )


def _rows(incident: Incident) -> list[Row]:
    numbers = {source.id: n for n, source in enumerate(incident.sources, start=1)}
    sources = {source.id: source for source in incident.sources}
    rows = []
    for claim in incident.claims:
        source = sources.get(claim.source or "")
        published = source.published.isoformat() if source and source.published else None
        rows.append(Row(claim, source, numbers.get(claim.source or ""), published, None))
    return sorted(rows, key=_order)


def _order(row: Row) -> str:
    return row.published or row.claim.said_on or _FAR_FUTURE


def _voices(rows: Iterable[Row]) -> tuple[Voice, ...]:
    """Group rows by speaker; the speakers stand in the order of their first publication."""
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(speaker_key(row.claim), []).append(row)
    voices = []
    for members in groups.values():
        speaker = members[0].claim.speaker
        role = next((r.claim.speaker.role for r in members if r.claim.speaker and r.claim.speaker.role), None)
        voices.append(Voice(speaker.name if speaker else None, role, tuple(members)))
    return tuple(voices)


def _axes(figures: Sequence[Row]) -> tuple[Axis, ...]:
    groups: dict[tuple[str, str | None], list[Row]] = {}
    for row in figures:
        groups.setdefault((row.claim.predicate, row.claim.unit), []).append(row)
    order = vocabulary.count_predicates()
    keys = sorted(groups, key=lambda key: (order.index(key[0]), key[1] or ""))
    return tuple(_axis(key, groups[key]) for key in keys)


def _axis(key: tuple[str, str | None], rows: Sequence[Row]) -> Axis:
    predicate, unit = key
    bounds = [b for row in rows for b in (row.claim.min, row.claim.max) if b is not None]
    step = nice_step(_headroom(rows, max(bounds, default=0), unit))
    top = step * max(1, math.ceil(_headroom(rows, max(bounds, default=0), unit) / step))
    marked = [_marked(row, top) for row in rows]
    span = figure_range((row.claim for row in rows), predicate)
    parts_only = not any(r.claim.extent == "whole" and r.mark is not None for r in marked)
    return Axis(predicate, unit, top, step, span, parts_only, _voices(marked), ())


def _headroom(rows: Sequence[Row], highest: Figure, unit: str | None) -> float:
    """Leave room beyond the highest figure where one is open upwards, so that its arrow can be seen."""
    if unit == "percent":
        return 100
    is_open = any(row.claim.max is None and row.claim.min == highest for row in rows)
    return float(highest) * (1.12 if is_open else 1.0)


def _marked(row: Row, top: Figure) -> Row:
    claim = row.claim
    if claim.min is None and claim.max is None:
        return row
    low = None if claim.min is None else max(0.0, min(1.0, claim.min / top))
    high = None if claim.max is None else max(0.0, min(1.0, claim.max / top))
    mark = Mark(low, high, is_about=claim.qualifier == "about")
    return Row(claim, row.source, row.source_number, row.published, mark)


def _denied_axis(claim: Claim, axes: Sequence[Axis]) -> int | None:
    """Return the axis that a denial is aimed at: by a claim's id, a predicate, or a kind that its target names."""
    target = (claim.target or "").casefold()
    if claim.extent == "beside" or not target:
        return None
    for n, axis in enumerate(axes):
        named = _NAMED_KINDS.get(axis.predicate)
        if target == axis.predicate or any(row.claim.id.casefold() == target for row in axis.rows):
            return n
        if named and re.search(named, target):
            return n
    return None


def _with_denials(axis: Axis, n: int, denials: Sequence[Row], beside: dict[str, int | None]) -> Axis:
    mine = tuple(row for row in denials if beside[row.claim.id] == n)
    return Axis(
        axis.predicate, axis.unit, axis.top, axis.step, axis.range, axis.only_parts, axis.voices, mine
    )


def _statements(rows: Sequence[Row]) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    counts = set(vocabulary.count_predicates())
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.claim.predicate in counts | {"accusation", "denial"} or row.claim.polarity == "unknown":
            continue
        groups.setdefault(row.claim.predicate, []).append(row)
    return tuple((predicate, tuple(members)) for predicate, members in groups.items())


def _unknown_kinds(incident: Incident, axes: Sequence[Axis]) -> tuple[str, ...]:
    """Name the kinds that a reader expects for this category and for which nobody states a figure."""
    kind = vocabulary.terms("category").get(incident.category, {}).get("kind")
    if kind != "harm" or incident.role == "context":
        return ()
    expected = ("graves", "bodies") if incident.category == "burial_site" else ("killed", "injured")
    stated = {axis.predicate for axis in axes if any(row.mark for row in axis.rows)}
    return tuple(word for word in expected if word not in stated)


def parse_day(text: str | None) -> dt.date | None:
    """Return an ISO 8601 day, null for an interval or anything else."""
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
