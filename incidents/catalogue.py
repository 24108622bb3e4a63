"""What the dashboard and the command line may ask of a collection, whatever holds it (folder, file, database).

A catalogue answers from an index and never hands out all rows. Row positions are stable for one `revision`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from incidents.filters import Filter
from incidents.model import Incident

Unit = Literal["day", "week", "month", "year"]


class Counts(NamedTuple):
    """The line that is always true: all incidents of a filter, those on the map, those without a known place."""

    total: int
    mapped: int
    unplaced: int


@dataclass(frozen=True)
class Bin:
    """One bar of the timeline: the first day of the unit, the category, how many."""

    start: dt.date
    category: str
    count: int


@dataclass(frozen=True)
class Points:
    """All incidents as columns, in row order. `lon`, `lat` are degrees, NaN without a place.

    A row that an edit has replaced stays as a hole (id "", no position, in no mask): positions only grow while a
    collection is edited. `category` and `precision` are codes into `incidents.vocabulary.words("category")` and `("geo_precision")`.
    `start` is days since 1970-01-01, the smallest int32 where the date is not known. `killed_min` is -1 where nobody
    states a figure. `ids` is an array of str.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    category: NDArray[np.uint8]
    precision: NDArray[np.uint8]
    start: NDArray[np.int32]
    killed_min: NDArray[np.int32]
    uncertainty_m: NDArray[np.float32]
    ids: NDArray[Any]


class Catalogue(Protocol):
    """A collection that can be asked. All methods are safe to call from several threads."""

    @property
    def revision(self) -> str:
        """A value that changes when, and only when, the content changes."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps the newest state from being shown (file, line and why); empty when all is well."""

    def counts(self, where: Filter) -> Counts:
        """Count the incidents that `where` lets through."""

    def page(
        self, where: Filter, *, order: str = "date", descending: bool = True, offset: int = 0, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Return flat rows (the flat properties and `id`, `lon`, `lat`), ordered by a column."""

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return, for each field, how many incidents each choice would leave, that field's own filter lifted."""

    def timeline(self, where: Filter, unit: Unit) -> list[Bin]:
        """Count incidents by unit of time and category, by date_start (else date_discovered)."""

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day among the incidents, null where no date is known."""

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        """Count incidents by region code."""

    def points(self) -> Points:
        """Return every incident as columns (cached for the revision)."""

    def mask(self, where: Filter) -> NDArray[np.bool_]:
        """Say for each row of `points()` whether `where` lets it through."""

    def get(self, incident_id: str) -> Incident:
        """Return one incident, by its id or by a previous one. Raises NotFound."""

    def select(self, where: Filter) -> Iterator[Incident]:
        """Yield the incidents that `where` lets through, in the order of the collection."""

    def select_lines(self, where: Filter) -> Iterator[bytes]:
        """Yield the same as stored Features, one JSON text each; much faster."""

    def line_of(self, incident_id: str) -> int:
        """Return the row position of an incident. Raises NotFound."""
