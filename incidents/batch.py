"""Jobs over a whole collection, for one machine (DuckDB) or a cluster (Spark): the same SQL, the same rows.

All of them read the derived Parquet index, never the GeoJSON, and change nothing. A near-duplicate is a candidate
for a person to judge. A rollup counts incidents; figures that sources state are never summed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from incidents import _files, _regions, _rings, _shape, sql
from incidents._errors import BadInput
from incidents._regions import LABELLED, Regions, label
from incidents.filters import Filter

Job = Literal["duplicates", "rollup", "label"]
JOBS: Final[tuple[Job, ...]] = get_args(Job)

NEAR_KM: Final = 1.0
NEAR_DAYS: Final = 3
_EARTH_KM: Final = 6371.0088  # mean radius, IUGG
_NEAR_DEG: Final = math.degrees(NEAR_KM / _EARTH_KM)
_WIDE: Final = (
    4  # a cell is so many times as wide as "near": few neighbours to look into, few strangers in each
)
_BAND_DEG: Final = _WIDE * _NEAR_DEG
_CELL_DAYS: Final = 2 * NEAR_DAYS
_HALF_CHORD: Final = math.sin(NEAR_KM / _EARTH_KM / 2)

# How far apart in longitude two points within NEAR_KM can be, at the end of the band that is nearer to a pole:
# sin(dlon / 2) <= sin(d / 2R) / cos(lat). Columns of a band are at least _WIDE times as wide as that, and a whole
# number of them goes round the earth, so that the cell east of the last is the first. Numbers are written with an
# exponent: without one Spark reads a slow decimal.
_REACH: Final = f"""2 * degrees(asin(least(1e0, {_HALF_CHORD:.17e} / greatest(1e-9, cos(radians(least(90e0,
    greatest(abs(band * {_BAND_DEG:.17e} - 90), abs((band + 1) * {_BAND_DEG:.17e} - 90)) + {_NEAR_DEG:.17e})))))))"""
_COLUMNS: Final = f"greatest(1, CAST(floor(360 / ({_WIDE} * reach)) AS BIGINT))"
_SOUTH: Final = f"floor((lat + 90 - {_NEAR_DEG:.17e}) / {_BAND_DEG:.17e})"
_NORTH: Final = f"floor((lat + 90 + {_NEAR_DEG:.17e}) / {_BAND_DEG:.17e})"
_WEST: Final = "floor((lon + 180 - reach) * columns / 360e0)"
_EAST: Final = "floor((lon + 180 + reach) * columns / 360e0)"
_FIRST: Final = f"floor(day / {_CELL_DAYS}e0)"
_LAST: Final = f"floor((day + {NEAR_DAYS}) / {_CELL_DAYS}e0)"
_STEPS: Final = "CROSS JOIN (VALUES (0), (1)) AS steps (step)"

_SHOWN: Final = "review NOT IN ('rejected', 'superseded')"

# Every incident stands in one cell (`cells`) and looks into the few cells that its neighbours can be in (`looks`):
# one or two bands, one or two columns, one or two spans of days, forward in time only, so that a pair meets once.
DUPLICATES: Final = f"""
WITH placed AS (
    SELECT id, category, lon, lat, unix_date(coalesce(date_start, date_discovered)) AS day
    FROM incidents
    WHERE lon IS NOT NULL AND coalesce(date_start, date_discovered) IS NOT NULL AND {_SHOWN}
), standing AS (
    SELECT *, CAST(floor((lat + 90) / {_BAND_DEG:.17e}) AS BIGINT) AS band FROM placed
), measured AS (
    SELECT *, {_REACH} AS reach FROM standing
), cells AS (
    SELECT id, category, lon, lat, day, band, CAST({_FIRST} AS BIGINT) AS span,
        CAST(floor((lon + 180) * {_COLUMNS} / 360e0) AS BIGINT) % {_COLUMNS} AS cell
    FROM measured
), bands AS (
    SELECT id, lon, lat, day, category, CAST({_SOUTH} AS BIGINT) + step AS band
    FROM placed {_STEPS} WHERE {_SOUTH} + step <= {_NORTH}
), reaching AS (
    SELECT *, {_REACH} AS reach FROM bands
), ruled AS (
    SELECT *, {_COLUMNS} AS columns FROM reaching
), across AS (
    SELECT id, lon, lat, day, category, band, columns, CAST({_WEST} AS BIGINT) + step AS cell
    FROM ruled {_STEPS} WHERE step = 0 OR (columns > 1 AND {_WEST} + 1 <= {_EAST})
), looks AS (
    SELECT id, lon, lat, day, category, band, ((cell % columns) + columns) % columns AS cell,
        CAST({_FIRST} AS BIGINT) + step AS span
    FROM across {_STEPS} WHERE {_FIRST} + step <= {_LAST}
), pairs AS (
    SELECT least(p.id, c.id) AS id_a, greatest(p.id, c.id) AS id_b, p.category,
        CAST(c.day - p.day AS INT) AS days_apart,
        2 * {_EARTH_KM:.17e} * asin(least(1e0, sqrt(power(sin(radians(p.lat - c.lat) / 2), 2)
            + cos(radians(p.lat)) * cos(radians(c.lat)) * power(sin(radians(p.lon - c.lon) / 2), 2)))) AS km
    FROM looks p JOIN cells c
        ON p.category = c.category AND p.band = c.band AND p.cell = c.cell AND p.span = c.span
    WHERE c.day - p.day BETWEEN 0 AND {NEAR_DAYS} AND (c.day > p.day OR p.id < c.id)
)
SELECT id_a, id_b, category, days_apart, CAST(round(km * 1000) AS INT) AS metres FROM pairs WHERE km <= {NEAR_KM:e}
"""  # noqa: S608 (only the constants above are pasted)

ROLLUP: Final = f"""
SELECT CAST(date_trunc('month', coalesce(date_start, date_discovered)) AS DATE) AS month, country, admin1, category,
    count(*) AS incidents, count(lon) AS placed, count(killed_min) AS with_killed_figure,
    CAST(sum(CASE WHEN disputed THEN 1 ELSE 0 END) AS BIGINT) AS disputed
FROM incidents WHERE {_SHOWN}
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (only the constant above is pasted)

PLACED: Final = "SELECT id, admin1, lon, lat FROM incidents WHERE lon IS NOT NULL"

_ORDER: Final = {
    "duplicates": [("id_a", "ascending"), ("id_b", "ascending")],
    "rollup": [(name, "ascending") for name in ("month", "country", "admin1", "category")],
    "label": [("id", "ascending")],
}


NEEDED: Final = (
    "id", "category", "review", "country", "admin1", "lon", "lat", "date_start", "date_discovered", "killed_min",
    "disputed",
)  # fmt: skip
"""The columns of the index that the jobs read."""
_KINDS: Final = (
    *[pa.string()] * 5, pa.float64(), pa.float64(), pa.date32(), pa.date32(), pa.float64(), pa.bool_(),
)  # fmt: skip
SCHEMA: Final = pa.schema(list(zip(NEEDED, _KINDS, strict=True)))


_ASKED: Final = {
    "role": pa.string(), "grading": pa.string(), "place_id": pa.string(), "place_fold": pa.string(),
    "search_text": pa.string(), "impact_bits": pa.int32(), "weapon_bits": pa.int32(), "first_day": pa.date32(),
    "last_day": pa.date32(),
}  # fmt: skip
WIDE: Final = pa.schema([*SCHEMA, *_ASKED.items()])
"""The columns that a filter may ask for besides; read only where there is one. Those of
`_shape.folded` are not in the index."""


class Edits(NamedTuple):
    """What has changed since the Parquet files were made: the ids that they no longer speak for, and the new rows."""

    ids: tuple[str, ...]
    rows: pa.Table


NO_EDITS: Final = Edits((), WIDE.empty_table())


class Chosen(NamedTuple):
    """Which incidents a job is about: the filter, and how it finds places by name. The empty filter chooses all."""

    where: Filter = Filter()
    places: sql.Places = sql.no_places

    @property
    def is_folded(self) -> bool:
        """Whether the filter asks for folded text, which the index of a folder does not hold."""
        return self.where.text is not None or self.where.place is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the index that have to be read."""
        if self.where.is_empty:
            return NEEDED
        return tuple(name for name in WIDE.names if self.is_folded or name not in _shape.folded())

    def select(self, dialect: sql.Dialect, source: str) -> sql.Sql:
        """Return the SELECT of what a job needs; `within` is cut down to its bounding box only, see `areas`."""
        test = sql.condition(self.where, dialect=dialect, places=self.places)
        listed = ", ".join(NEEDED)
        return sql.Sql(f"SELECT {listed} FROM {source} WHERE {test.text}", test.params)  # noqa: S608 (values are bound)

    @property
    def areas(self) -> tuple[bytes, ...]:
        """The areas (WKB) of the filter's ring; empty where it has none."""
        return _rings.copies(self.where.within) if self.where.within else ()

    def query(self, job: Job) -> str:
        """Return the SQL of `job`, over a table `incidents` of what was chosen.

        Rejected and superseded incidents are left out, unless the filter asks for them.
        """
        text = query_of(job)
        return text.replace(_SHOWN, "TRUE") if self.where.review else text


EVERYTHING: Final = Chosen()


class Engine(Protocol):
    """Something that runs the jobs over Parquet files."""

    def table(self, job: Job, regions: Regions | None = None) -> pa.Table:
        """Run `job` and return its rows, in no particular order."""

    def write(self, job: Job, to: Path, regions: Regions | None = None) -> None:
        """Run `job` and write its rows as Parquet to `to`, complete or absent."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def run(job: Job, engine: Engine, *, regions: Regions | None = None) -> pa.Table:
    """Run `job` and return its rows in order; the same rows from every engine."""
    return engine.table(job, regions).sort_by(_ORDER[job])


def query_of(job: Job) -> str:
    """Return the SQL of `job`, over a table `incidents` with the columns of the index."""
    return {"duplicates": DUPLICATES, "rollup": ROLLUP, "label": PLACED}[job]


def needed(regions: Regions | None) -> Regions:
    """Return `regions`, which the job cannot do without. Raises BadInput."""
    if regions is None:
        raise BadInput("regions: the job `label` needs the areas to look in")
    return regions


class DuckEngine:
    """The jobs on this machine. `files` are Parquet files of an index."""

    def __init__(
        self, files: Sequence[Path | str], *, edits: Edits = NO_EDITS, chosen: Chosen = EVERYTHING
    ) -> None:
        self._chosen = chosen
        self._db = duckdb.connect()
        self._db.execute("CREATE MACRO unix_date(day) AS (CAST(day AS DATE) - DATE '1970-01-01')")
        self._db.register("edited", edits.rows)
        self._db.register("gone", pa.table({"id": pa.array(edits.ids, pa.string())}))
        listed = ", ".join(chosen.columns)
        whole = self._db.sql(f"SELECT {listed} FROM edited")  # noqa: S608 (names of columns only)
        if files:
            stored = self._db.read_parquet([str(path) for path in files]).select(listed)
            whole = (
                stored.join(self._db.table("gone"), "id", how="anti").union(whole) if edits.ids else stored
            )
        whole.create_view("incidents" if chosen.where.is_empty else "everything")
        if areas := chosen.areas:
            register: Any = self._db.create_function  # its stub does not know functions of Arrow arrays
            register("in_ring", partial(_in_ring, areas), ["DOUBLE", "DOUBLE"], "BOOLEAN", type="arrow")

    def table(self, job: Job, regions: Regions | None = None) -> pa.Table:
        """Run `job` and return its rows."""
        reader = self._reader(job, regions)
        return pa.Table.from_batches(reader, schema=reader.schema)

    def write(self, job: Job, to: Path, regions: Regions | None = None) -> None:
        """Run `job` and write its rows as one Parquet file. Raises CannotWrite."""
        reader = self._reader(job, regions)
        with _files.replacing(to) as file, pq.ParquetWriter(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    def _reader(self, job: Job, regions: Regions | None) -> pa.RecordBatchReader:
        text, params = self._chosen.query(job), None
        if not self._chosen.where.is_empty:
            chosen, params = self._chosen.select(sql.DUCKDB, "everything")
            ring = " AND in_ring(lon, lat)" if self._chosen.where.within else ""
            text = f"WITH incidents AS ({chosen}{ring}) SELECT * FROM ({text})"  # noqa: S608 (values are bound)
        reader: pa.RecordBatchReader = self._db.sql(text, params=params).to_arrow_reader(100_000)
        if job != "label":
            return reader
        return pa.RecordBatchReader.from_batches(LABELLED, label(reader, needed(regions)))

    def close(self) -> None:
        """Close the database, which is in memory."""
        self._db.close()


def _in_ring(areas: tuple[bytes, ...], lon: Any, lat: Any) -> pa.Array:
    at = (np.asarray(values, dtype=np.float64) for values in (lon, lat))
    return pa.array(_regions.within(areas, *at))
