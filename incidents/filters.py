"""One description of a filter: the same words on the command line, in the dashboard and in the address bar."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from incidents._errors import BadInput
from incidents.model import Category, Grading, Impact, Review, Role, Weapon

_FORMS: Final = {
    "since": "a day, as in 2022-03-01",
    "until": "a day, as in 2022-03-31",
    "near": "longitude, latitude and kilometres, as in 36.23,49.99,20",
    "bbox": "west, south, east and north in degrees, as in 36,47,38.5,50.2",
    "within": "at least three corners, longitude and latitude each, as in 36 49,38 49,37 50",
    "min_killed": "a whole number, as in 5",
}


def _listed(raw: object) -> object:
    return tuple(word for word in raw.split(",") if word) if isinstance(raw, str) else raw


def _numbers(raw: object) -> object:
    return tuple(float(part) for part in raw.split(",")) if isinstance(raw, str) else raw


def _ring(raw: object) -> object:
    """Read `lon lat,lon lat,…`."""
    if not isinstance(raw, str):
        return raw
    return tuple(tuple(float(x) for x in pair.split()) for pair in raw.split(","))


class Filter(BaseModel):
    """What to show. An empty filter shows everything that is not rejected or superseded.

    `since` and `until` test overlap with [date_start, date_end] (else date_discovered), inclusive.
    `bbox` is west, south, east, north in degrees; west > east crosses the antimeridian.
    `near` is lon, lat, km. `within` is a closed or open ring of (lon, lat). `place` and `text` match every spelling
    and both scripts. Lists are alternatives (or); different words must all hold (and).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: dt.date | None = None
    until: dt.date | None = None
    category: Annotated[tuple[Category, ...], BeforeValidator(_listed)] = ()
    impact: Annotated[tuple[Impact, ...], BeforeValidator(_listed)] = ()
    weapon: Annotated[tuple[Weapon, ...], BeforeValidator(_listed)] = ()
    role: Annotated[tuple[Role, ...], BeforeValidator(_listed)] = ()
    admin1: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    place: str | None = None
    near: Annotated[tuple[float, float, float] | None, BeforeValidator(_numbers)] = None
    bbox: Annotated[tuple[float, float, float, float] | None, BeforeValidator(_numbers)] = None
    within: Annotated[tuple[tuple[float, float], ...] | None, BeforeValidator(_ring)] = None
    min_killed: int | None = None
    grading: Annotated[tuple[Grading, ...], BeforeValidator(_listed)] = ()
    review: Annotated[tuple[Review, ...], BeforeValidator(_listed)] = ()
    text: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether the filter lets everything through."""
        return self == Filter()

    def without(self, *fields: str) -> Filter:
        """Return the filter with `fields` lifted."""
        return self.model_copy(update={name: Filter.model_fields[name].get_default() for name in fields})

    def to_query(self) -> str:
        """Return the filter as the query part of an address; the empty filter is the empty string."""
        pairs = [(name, _written(value)) for name, value in self if value not in (None, ())]
        return urlencode(pairs, safe=", ")

    @classmethod
    def from_words(cls, words: dict[str, str]) -> Filter:
        """Read a filter from words as they stand in an address or on a command line.

        Raises BadInput with one line for each bad word.
        """
        try:
            return cls.model_validate({name: value for name, value in words.items() if value != ""})
        except (ValidationError, ValueError) as error:
            raise BadInput(_problems(error)) from error

    @classmethod
    def from_query(cls, query: str) -> Filter:
        """Read the query part of an address. Raises BadInput."""
        return cls.from_words(dict(parse_qsl(query)))


def _problems(error: ValueError) -> list[str]:
    if not isinstance(error, ValidationError):
        return [str(error)]
    told: dict[str, str] = {}
    for e in error.errors():
        name = str(e["loc"][0]) if e["loc"] else "filter"
        form = _FORMS.get(name)
        given = f"{str(e['input'])[:60]!r} " if isinstance(e.get("input"), str) else ""
        told.setdefault(name, f"{given}is not {form}" if form else e["msg"].removeprefix("Value error, "))
    return [f"{name}: {what}" for name, what in told.items()]


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(" ".join(_plain(x) for x in v) if isinstance(v, tuple) else _plain(v) for v in value)
    return str(value)


def _plain(value: object) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
