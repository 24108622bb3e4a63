"""Why a filter leaves nothing: which of its words, and the nearest that would leave something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, Protocol

from rapidfuzz import fuzz, process, utils

from geo.gazetteer import load
from geo.geocode import province_code
from incidents.catalogue import Counts
from incidents.filters import Filter

_MOST: Final = 5
_ALIKE: Final = 70


class Asked(Protocol):
    """What the hints ask of a collection: a catalogue, or something that remembers its answers."""

    def counts(self, where: Filter) -> Counts:
        """Count the incidents of `where`."""

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the incidents that each choice of each field would leave."""

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day."""

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        """Count incidents by region code."""


Why = Literal[
    "empty", "span", "undated", "alike", "elsewhere", "unknown", "code", "held", "none", "swapped", "nowhere", "together",
    "without",
]  # fmt: skip


class Hint(NamedTuple):
    """One reason. `word` and `value` are the filter word; `names` what is there instead, of all or the first few.

    `alike`: places of the collection spelt nearly so. `elsewhere`: a known place without incidents, and places with
    some. `unknown`: no such place, and the nearest of the gazetteer. `without`: `left` incidents when `word` is lifted.
    """

    why: Why
    word: str = ""
    value: str = ""
    names: tuple[str, ...] = ()
    left: int = 0
    is_more: bool = False


def why_nothing(catalogue: Asked, where: Filter) -> list[str]:
    """Return lines that say why `where` leaves no incident, with known values that come near; empty where it leaves some."""
    return [_told(hint) for hint in reasons(catalogue, where)]


def reasons(catalogue: Asked, where: Filter) -> list[Hint]:
    """Return why `where` leaves no incident: words that leave none by themselves, or those without which some are left."""
    if catalogue.counts(where).total:
        return []
    if not catalogue.counts(Filter()).total:
        return [Hint("empty")]
    words = [name for name, value in where if value not in (None, ())]
    alone = [name for name in words if not catalogue.counts(_only(where, name)).total]
    told = [hint for name in alone for hint in _hint(catalogue, where, name)]
    if told or len(words) < 2:
        return told
    left = {name: catalogue.counts(where.without(name)).total for name in words}
    return [Hint("together"), *(Hint("without", name, left=count) for name, count in left.items() if count)]


def _option(name: str) -> str:
    return name.replace("_", "-")


def _only(where: Filter, name: str) -> Filter:
    return Filter().model_copy(update={name: getattr(where, name)})


def _hint(catalogue: Asked, where: Filter, name: str) -> Iterator[Hint]:
    value = getattr(where, name)
    if name == "place":
        yield _place(catalogue, str(value))
    elif name == "admin1":
        yield from (_region(catalogue, str(code)) for code in value)
    elif name in {"near", "bbox", "within"}:
        yield _area(catalogue, where, name)
    elif name in {"since", "until"}:
        span = catalogue.extent(Filter())
        days = tuple(str(day) for day in span or ())
        yield Hint("span" if span else "undated", name, str(value), days)
    elif isinstance(value, tuple):
        yield _some("held", name, ",".join(value), _largest(catalogue.facets(Filter(), [name])[name]))
    else:
        yield Hint("none", name, str(value))


def _some(why: Why, word: str, value: str, rows: list[str]) -> Hint:
    return Hint(why, word, value, tuple(rows[:_MOST]), is_more=len(rows) > _MOST)


def _largest(held: dict[str, int]) -> list[str]:
    return sorted((word for word, count in held.items() if count), key=lambda word: (-held[word], word))


def _place(catalogue: Asked, name: str) -> Hint:
    held = catalogue.facets(Filter(), ["place_name"])["place_name"]
    close = process.extract(
        name,
        held.keys(),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=_ALIKE,
        limit=_MOST,
    )
    if close:
        return Hint("alike", "place", name, tuple(found for found, _, _ in close))
    if load().search(name):
        return _some("elsewhere", "place", name, _largest(held))
    known = dict.fromkeys(place.name for place in load().nearly(name))
    return Hint("unknown", "place", name, tuple(known))


def _region(catalogue: Asked, code: str) -> Hint:
    held = catalogue.regions(Filter(), "admin1")
    meant = province_code(code)
    if meant and meant != code:
        return Hint("code", "admin1", code, (meant,))
    return _some("held", "admin1", code, _largest(held))


def _area(catalogue: Asked, where: Filter, name: str) -> Hint:
    value = getattr(where, name)
    if name == "near":
        other: object = (value[1], value[0], value[2])
    elif name == "bbox":
        other = (value[1], value[0], value[3], value[2])
    else:
        other = tuple((lat, lon) for lon, lat in value)
    swapped = _only(where, name).model_copy(update={name: other})
    if count := catalogue.counts(swapped).total:
        return Hint("swapped", name, swapped.to_query().partition("=")[2], left=count)
    return Hint("nowhere", name)


# ---- in the words of the command line


def _told(hint: Hint) -> str:
    """Return a hint as a line for somebody who typed the filter as options."""
    given = f"--{_option(hint.word)} {hint.value}".rstrip()
    listed = _listed(hint)
    lines: dict[Why, str] = {
        "empty": "the collection is empty",
        "span": f"{given}: the incidents lie between {' and '.join(hint.names)}",
        "undated": f"{given}: no incident has a date",
        "alike": f"{given}: did you mean {' or '.join(hint.names)}?",
        "elsewhere": f"{given}: no incident is there; there are some in {listed}",
        "unknown": f"{given}: no such place is known{f'; the nearest names are {listed}' if listed else ''}",
        "code": f"{given}: takes codes; did you mean {listed}?",
        "held": f"{given}: there are {listed or 'none of any'}",
        "none": f"{given}: no incident has that",
        "swapped": f"--{hint.word}: longitude stands first; did you mean {given} ({hint.left:,})?",
        "nowhere": f"{given}: no incident of the collection lies there",
        "together": "each of these words alone leaves some incidents, all together none",
        "without": f"without {given} there are {hint.left:,}",
    }
    return lines[hint.why]


def _listed(hint: Hint) -> str:
    return ", ".join(hint.names) + (" …" if hint.is_more else "")
