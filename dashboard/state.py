"""What the page shows, as one value that the address bar holds in full. Pure: no Streamlit, no collection.

Every word of an address is read by itself: a bad one is named and left out, the rest applies.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from dashboard import strings
from incidents._errors import BadInput
from incidents.filters import Filter

LAYERS: Final = ("incidents", "regions", "density")
SIZES: Final = ("count", "killed")
FILTER_WORDS: Final = tuple(Filter.model_fields)
MAX_WORD: Final = 4000
EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2100, 1, 1)
MOST_KILLED: Final = 1_000_000_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class View:
    """Where the map looks: degrees WGS 84 and the zoom of the web map."""

    lon: float
    lat: float
    zoom: float


@dataclass(frozen=True)
class State:
    """Filter, selection, view and the switches of the page."""

    where: Filter = field(default_factory=Filter)
    selected: str | None = None
    view: View | None = None
    language: str = strings.DEFAULT
    layer: str = "incidents"
    size: str = "count"
    circles: bool = False
    follow: bool = False


@dataclass(frozen=True)
class Problem:
    """A word of the address that could not be used; `why` is empty for a word nobody knows."""

    word: str
    value: str
    why: str = ""


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"use one of: {', '.join(allowed)}")
        return text

    return read


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise ValueError(f"a number from {low:g} to {high:g} is needed")
        return number

    return read


def _switch(text: str) -> bool:
    return _one_of(("0", "1"))(text) == "1"


def _identifier(text: str) -> str:
    if len(text) > 200:
        raise ValueError("an identifier has at most 200 characters")
    return text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "id": _identifier,
    "lat": _number(-90, 90),
    "lon": _number(-540, 540),
    "zoom": _number(0, 19),
    "lang": _one_of(tuple(strings.LANGUAGES)),
    "layer": _one_of(LAYERS),
    "size": _one_of(SIZES),
    "circles": _switch,
    "follow": _switch,
}


def _filter_word(word: str, value: str) -> Filter:
    if len(value) > MAX_WORD:
        raise BadInput(f"{word}: is longer than {MAX_WORD} characters")
    return Filter.from_words({word: value})


def _plausible(where: Filter) -> None:
    """Refuse what no widget can show. Raises ValueError."""
    for day in (where.since, where.until):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise ValueError(f"a day from {EARLIEST} to {LATEST} is needed")
    if where.min_killed is not None and not 0 <= where.min_killed <= MOST_KILLED:
        raise ValueError(f"a number from 0 to {MOST_KILLED} is needed")
    numbers = [*(where.bbox or ()), *(where.near or ()), *(n for pair in where.within or () for n in pair)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("degrees are plain numbers")
    if any("\x00" in text for text in (where.text, where.place, *where.admin1) if text):
        raise ValueError("holds a character that no text has")


def _first_line(error: Exception, word: str) -> str:
    return str(error).splitlines()[0].removeprefix(f"{word}: ")


def read(words: Mapping[str, str]) -> tuple[State, list[Problem]]:
    """Read an address; return what can be used, and what could not."""
    problems: list[Problem] = []
    chosen: dict[str, Any] = {}
    filters: dict[str, Any] = {}
    for word, value in words.items():
        try:
            if word in FILTER_WORDS:
                if value != "":
                    alone = _filter_word(word, value)
                    _plausible(alone)
                    filters[word] = getattr(alone, word)
            elif word in _READERS:
                chosen[word] = _READERS[word](value)
            else:
                problems.append(Problem(word, value))
        except (BadInput, ValueError) as error:
            problems.append(Problem(word, value, _first_line(error, word)))
    return _state(chosen, _together(filters, problems)), problems


def _together(filters: dict[str, Any], problems: list[Problem]) -> Filter:
    """Build the filter; words that are right alone but not together are dropped, last first."""
    while filters:
        try:
            return Filter.model_validate(filters)
        except ValueError as error:
            word, value = filters.popitem()
            problems.append(Problem(word, str(value), str(error).splitlines()[0]))
    return Filter()


def _state(chosen: dict[str, Any], where: Filter) -> State:
    view, usual = None, State()
    if {"lat", "lon", "zoom"} <= chosen.keys():
        view = View(chosen["lon"], chosen["lat"], chosen["zoom"])
    return State(
        where=where,
        selected=chosen.get("id"),
        view=view,
        language=chosen.get("lang", strings.DEFAULT),
        layer=chosen.get("layer", usual.layer),
        size=chosen.get("size", usual.size),
        circles=chosen.get("circles", False),
        follow=chosen.get("follow", False),
    )


def write(state: State) -> dict[str, str]:
    """Return the words of the address for `state`; what is as usual is left out."""
    words = written_filter(state.where)
    usual = State()
    if state.selected:
        words["id"] = state.selected
    if state.view:
        words |= {
            "lat": f"{state.view.lat:.4f}",
            "lon": f"{state.view.lon:.4f}",
            "zoom": f"{state.view.zoom:g}",
        }
    if state.language != usual.language:
        words["lang"] = state.language
    words |= {
        name: getattr(state, name)
        for name in ("layer", "size")
        if getattr(state, name) != getattr(usual, name)
    }
    words |= {name: "1" for name in ("circles", "follow") if getattr(state, name)}
    return words


def written_filter(where: Filter) -> dict[str, str]:
    """Return the words of a filter as the address holds them."""
    return dict(parse_qsl(where.to_query()))


def link(state: State) -> str:
    """Return the query part of the address for `state`."""
    return urlencode(write(state), safe=", ")


def in_view(where: Filter, bounds: Box) -> Filter:
    """Return `where` within a view: west, south, east, north in degrees; longitudes may run past the date line.

    An own rectangle of the filter holds as well: both are intersected.
    """
    west, south, east, north = bounds
    box = (_wrapped(west), max(south, -90.0), _wrapped(east), min(north, 90.0))
    if east - west >= 360:
        box = (-180.0, box[1], 180.0, box[3])
    if where.bbox is None:
        return replace_filter(where, bbox=box)
    if _crosses(box) or _crosses(where.bbox):
        return _as_ring(where, box)
    return replace_filter(where, bbox=_common(box, where.bbox))


def _crosses(box: Box) -> bool:
    return box[0] > box[2]


def _common(a: Box, b: Box) -> Box:
    west, south = max(a[0], b[0]), max(a[1], b[1])
    return (west, south, max(west, min(a[2], b[2])), max(south, min(a[3], b[3])))


def _as_ring(where: Filter, box: Box) -> Filter:
    """Keep the rectangle of the filter as a ring where a box across the date line leaves no common box."""
    if where.within is not None or where.bbox is None or _crosses(where.bbox):
        return where
    west, south, east, north = where.bbox
    ring = ((west, south), (east, south), (east, north), (west, north))
    return replace_filter(where, bbox=box, within=ring)


def _wrapped(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def replace_filter(where: Filter, **words: Any) -> Filter:
    """Return `where` with some words set anew. Raises BadInput for a value that cannot be."""
    merged = {**where.model_dump(), **words}
    return Filter.model_validate(merged)


__all__ = ["Problem", "State", "View", "in_view", "link", "read", "replace", "replace_filter", "write"]
