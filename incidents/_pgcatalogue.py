"""The catalogue of a collection in PostgreSQL. The conditions are those of `incidents.sql`, word for word.

Where a filter names a position, a test on the spatial index is put beside the condition; it lets the same rows through.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyarrow import csv
from shapely.affinity import translate

from incidents import _shape, sql, vocabulary
from incidents._errors import BadInput, NotFound
from incidents.catalogue import Bin, Counts, Points, Unit
from incidents.filters import Filter
from incidents.geojson import from_line
from incidents.model import Incident
from incidents.postgres import PostgresStore
from incidents.sql import POSTGRESQL, Sql

_SOURCE: Final = "searched"
_MARK: Final = re.compile(r"\?")
_EVERY_REVIEW: Final = Filter(review=vocabulary.words("review"))


class _Rows(NamedTuple):
    """All incidents of one revision: the columns, and the `row_no` of each."""

    revision: str
    points: Points
    row_no: NDArray[np.int64]


class PostgresCatalogue:
    """Answers questions from the database. Safe to use from several threads."""

    def __init__(self, store: PostgresStore, *, places: sql.Places) -> None:
        self._store, self._places = store, places
        self._lock = threading.Lock()
        self._rows: _Rows | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps the newest state from being shown; a database always shows its newest."""
        return ()

    @property
    def revision(self) -> str:
        """A value that changes when, and only when, the content changes."""
        return self._store.revision()

    def _condition(self, where: Filter) -> Sql:
        test = sql.condition(where, dialect=POSTGRESQL, places=self._places)
        return sql.both([test, *_spatial(where)])

    def _ask(self, question: Sql) -> list[list[Any]]:
        text, values = named(question)
        return self._store.server.read(text, **values)

    # ---- questions

    def counts(self, where: Filter) -> Counts:
        """Count the incidents that `where` lets through."""
        total, mapped = self._ask(sql.counts(self._condition(where), _SOURCE))[0]
        return Counts(total, mapped, total - mapped)

    def page(
        self, where: Filter, *, order: str = "date", descending: bool = True, offset: int = 0, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Return flat rows, ordered by a column. Raises BadInput."""
        test = self._condition(where)
        columns = ", ".join(_shape.FLAT)
        found = self._ask(
            sql.rows(
                test, _SOURCE, columns=columns, order=order, descending=descending, offset=offset, limit=limit
            )
        )
        return [dict(zip(_shape.FLAT, row, strict=True)) for row in found]

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return, for each field, how many incidents each choice would leave, that field's own filter lifted."""
        return {field: self._facet(where, field) for field in fields}

    def _facet(self, where: Filter, field: str) -> dict[str, int]:
        lifted = where.without(field) if field in Filter.model_fields else where
        if field == "review":
            lifted = lifted.model_copy(update={"review": _EVERY_REVIEW.review})
        return sql.choices(field, self._ask(sql.facet(field, self._condition(lifted), _SOURCE)))

    def timeline(self, where: Filter, unit: Unit) -> list[Bin]:
        """Count incidents by unit of time and category, by date_start (else date_discovered)."""
        found = self._ask(sql.timeline(unit, self._condition(where), _SOURCE, POSTGRESQL))
        return [Bin(sql.day_of(start), category, count) for start, category, count in found]

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day among the incidents, null where no date is known."""
        first, last = self._ask(sql.extent(self._condition(where), _SOURCE))[0]
        return None if first is None else (sql.day_of(first), sql.day_of(last))

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        """Count incidents by region code."""
        return dict(self._ask(sql.facet(level, self._condition(where), _SOURCE)))

    # ---- every row

    def points(self) -> Points:
        """Return every incident as columns (cached for the revision)."""
        return self._all().points

    def mask(self, where: Filter) -> NDArray[np.bool_]:
        """Say for each row of `points()` whether `where` lets it through."""
        held = self._all()
        found = sql.positions(self._condition(where), _SOURCE)
        # one value instead of a million rows: eight bytes for each row number, most significant first
        packed = self._ask(
            Sql(f"SELECT string_agg(int8send(row_no), ''::bytea) FROM ({found.text}) AS chosen", found.params)
        )[0][0]
        mask = np.zeros(len(held.row_no), dtype=np.bool_)
        at, known = _positions(held.row_no, np.frombuffer(packed or b"", dtype=">i8"))
        mask[at[known]] = True
        return mask

    def _all(self) -> _Rows:
        revision = self.revision
        with self._lock:
            if self._rows is None or self._rows.revision != revision:
                self._rows = _fetched(self._store, revision)
            return self._rows

    # ---- single incidents

    def get(self, incident_id: str) -> Incident:
        """Return one incident, by its id or by a previous one. Raises NotFound."""
        return self._store.get(incident_id)

    def line_of(self, incident_id: str) -> int:
        """Return the row position of an incident. Raises NotFound."""
        held = self._all()
        found = self._store.row_of(incident_id)
        at, known = _positions(held.row_no, np.array([found]))
        if not known[0]:
            raise NotFound(f"{incident_id}: no incident in {self._store} has this id, now or before")
        return int(at[0])

    def select(self, where: Filter) -> Iterator[Incident]:
        """Yield the incidents that `where` lets through, in the order of the collection."""
        for line in self.select_lines(where):
            yield from_line(line)

    def select_lines(self, where: Filter) -> Iterator[bytes]:
        """Yield the stored Features that `where` lets through, one JSON text each, in the order of the collection."""
        found = sql.positions(self._condition(where), _SOURCE)
        text, values = named(
            Sql(f"SELECT feature FROM texts WHERE row_no IN ({found.text}) ORDER BY row_no", found.params)
        )
        for (line,) in self._store.stream(text, **values):
            yield line.encode()


def named(question: Sql) -> tuple[str, dict[str, Any]]:
    """Return a question with names in place of question marks, as the driver wants it, and the values by name."""
    numbers = itertools.count()
    text = _MARK.sub(lambda _: f":v{next(numbers)}", question.text)
    return text, {f"v{number}": value for number, value in enumerate(question.params)}


def _positions(
    row_no: NDArray[np.int64], wanted: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where `wanted` stand in the sorted `row_no`, and which of them are there at all."""
    at = np.minimum(np.searchsorted(row_no, wanted), max(0, len(row_no) - 1))
    known = row_no[at] == wanted if len(row_no) else np.zeros(len(wanted), dtype=np.bool_)
    return at, known


# ---- the spatial index


def _spatial(where: Filter) -> list[Sql]:
    parts = []
    if where.bbox is not None:
        parts.append(_boxes(*where.bbox))
    if where.near is not None:
        lon, lat, km = where.near
        spread = km / 111.0 / max(0.01, np.cos(np.radians(min(89.0, abs(lat) + km / 111.0))))
        parts.append(_boxes(lon - spread, lat - km / 111.0, lon + spread, lat + km / 111.0))
    if where.within is not None:
        parts.append(Sql("ST_Contains(ST_GeomFromWKB(?, 4326), geom)", (_area(where.within),)))
    return parts


def _boxes(west: float, south: float, east: float, north: float) -> Sql:
    """Test the index with a box of degrees that may cross 180°; a hair wider than the box, whose own test follows."""
    south, north = max(-90.0, south) - 1e-9, min(90.0, north) + 1e-9
    if west <= east and east - west >= 360:
        return Sql("geom IS NOT NULL")
    west, east = _turned(west), _turned(east)
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    one = "geom && ST_MakeEnvelope(?, ?, ?, ?, 4326)"
    return sql.either([Sql(one, (a - 1e-9, south, b + 1e-9, north)) for a, b in spans])


def _turned(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def _area(ring: tuple[tuple[float, float], ...]) -> bytes:
    """Return the area of a drawn ring as WKB, read as `incidents._rings.inside` reads it."""
    area = shapely.Polygon(ring)
    if not area.is_valid:
        area = shapely.make_valid(area)
    if area.area == 0:
        raise BadInput("within: the ring has no area")
    turned = [translate(area, xoff=by) for by in (-360.0, 0.0, 360.0)]
    whole = shapely.union_all([part for part in turned if part.bounds[0] <= 180 and part.bounds[2] >= -180])
    return bytes(shapely.to_wkb(whole))


# ---- all points


_POINTS: Final = (
    "row_no",
    "id",
    "lon",
    "lat",
    "category",
    "geo_precision",
    "day",
    "killed_min",
    "uncertainty_m",
)


def _fetched(store: PostgresStore, revision: str) -> _Rows:
    """Read the columns of all incidents; by COPY, because a million rows by the usual way take minutes."""
    codes = ", ".join(
        f"array_position(ARRAY[{', '.join(f'{w!r}' for w in vocabulary.words(name))}], {name}) - 1"
        for name in ("category", "geo_precision")
    )
    sink = io.BytesIO()
    store.copy_out(
        f"COPY (SELECT row_no, id, lon, lat, {codes}, first_day - DATE '1970-01-01', killed_min, uncertainty_m"
        " FROM incidents ORDER BY row_no) TO STDOUT (FORMAT csv)",
        sink,
    )
    sink.seek(0)
    kinds = {"id": "string", "row_no": "int64", "day": "int32", "category": "int16", "geo_precision": "int16"}
    kinds |= dict.fromkeys(("lon", "lat", "killed_min", "uncertainty_m"), "float64")
    schema = pa.schema([(name, kinds[name]) for name in _POINTS])
    table = schema.empty_table()
    if sink.getbuffer().nbytes:
        table = csv.read_csv(
            sink,
            read_options=csv.ReadOptions(column_names=_POINTS),
            convert_options=csv.ConvertOptions(column_types=schema, null_values=[""]),
        )

    def column(name: str, blank: float, dtype: Any) -> NDArray[Any]:
        return np.asarray(table[name].fill_null(blank).to_numpy(), dtype=dtype)

    points = Points(
        lon=column("lon", np.nan, np.float64),
        lat=column("lat", np.nan, np.float64),
        category=column("category", 0, np.uint8),
        precision=column("geo_precision", len(vocabulary.words("geo_precision")) - 1, np.uint8),
        start=column("day", np.iinfo(np.int32).min, np.int32),
        killed_min=column("killed_min", -1, np.int32),
        uncertainty_m=column("uncertainty_m", np.nan, np.float32),
        ids=table["id"].to_numpy(),
    )
    return _Rows(revision, points, table["row_no"].to_numpy())
