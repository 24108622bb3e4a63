"""Jobs over a whole collection, for one machine (DuckDB) or a cluster (Spark): the same SQL, the same rows.

All of them read the derived Parquet index, never the GeoJSON, and change nothing. A near-duplicate is a candidate
for a person to judge. A rollup counts incidents; figures that sources state are never summed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from incidents import _files
from incidents._errors import BadInput
from incidents._regions import LABELLED, Regions, label

Job = Literal["duplicates", "rollup", "label"]
JOBS: Final[tuple[Job, ...]] = get_args(Job)

NEAR_KM: Final = 1.0
NEAR_DAYS: Final = 3
_EARTH_KM: Final = 6371.0088  # mean radius, IUGG
_NEAR_DEG: Final = math.degrees(NEAR_KM / _EARTH_KM)
_BAND_DEG: Final = 2 * _NEAR_DEG * 1.001  # a square of this height meets at most two bands
_DAYS_CELL: Final = 2 * NEAR_DAYS + 1
_HALF_CHORD: Final = math.sin(NEAR_KM / _EARTH_KM / 2)

# How far apart in longitude two points within NEAR_KM can be, at the end of the band that is nearer to a pole:
# sin(dlon / 2) <= sin(d / 2R) / cos(lat). Columns of a band are twice that wide, and a whole number of them goes
# round the earth, so that the cell east of the last is the first.
_HALF_WIDTH: Final = f"""2 * degrees(asin(least(1.0, {_HALF_CHORD!r} / greatest(1e-9, cos(radians(least(90.0,
    greatest(abs(band * {_BAND_DEG!r} - 90), abs((band + 1) * {_BAND_DEG!r} - 90)) + {_NEAR_DEG!r})))))))"""

DUPLICATES: Final = f"""
WITH placed AS (
    SELECT id, category, lon, lat, unix_date(coalesce(date_start, date_discovered)) AS day,
        CAST(floor((lat + 90) / {_BAND_DEG!r}) AS BIGINT) AS band
    FROM incidents
    WHERE lon IS NOT NULL AND coalesce(date_start, date_discovered) IS NOT NULL
        AND review NOT IN ('rejected', 'superseded')
), sized AS (
    SELECT *, greatest(1, CAST(floor(180 / ({_HALF_WIDTH})) AS BIGINT)) AS columns FROM placed
), cells AS (
    SELECT id, category, lon, lat, day, band,
        CAST(floor((lon + 180) * columns / 360) AS BIGINT) % columns AS cell,
        CAST(floor(day / {_DAYS_CELL}.0) AS BIGINT) AS days
    FROM sized
), bands AS (
    SELECT id, lon, lat, day, category, CAST(floor((lat + 90 - {_NEAR_DEG!r}) / {_BAND_DEG!r}) AS BIGINT) + step AS band
    FROM placed CROSS JOIN (VALUES (0), (1)) AS steps (step)
    WHERE floor((lat + 90 - {_NEAR_DEG!r}) / {_BAND_DEG!r}) + step <= floor((lat + 90 + {_NEAR_DEG!r}) / {_BAND_DEG!r})
), widths AS (
    SELECT *, {_HALF_WIDTH} AS half FROM bands
), columned AS (
    SELECT *, greatest(1, CAST(floor(180 / half) AS BIGINT)) AS columns FROM widths
), looks AS (
    SELECT id, lon, lat, day, category, band, columns,
        CAST(floor((lon + 180 - half) * columns / 360) AS BIGINT) + step AS cell
    FROM columned CROSS JOIN (VALUES (0), (1)) AS steps (step)
    WHERE step = 0 OR (columns > 1
        AND floor((lon + 180 - half) * columns / 360) + 1 <= floor((lon + 180 + half) * columns / 360))
), probes AS (
    SELECT id, lon, lat, day, category, band, ((cell % columns) + columns) % columns AS cell,
        CAST(floor((day - {NEAR_DAYS}) / {_DAYS_CELL}.0) AS BIGINT) + step AS days
    FROM looks CROSS JOIN (VALUES (0), (1)) AS steps (step)
    WHERE floor((day - {NEAR_DAYS}) / {_DAYS_CELL}.0) + step <= floor((day + {NEAR_DAYS}) / {_DAYS_CELL}.0)
), pairs AS (
    SELECT p.id AS id_a, c.id AS id_b, p.category, CAST(abs(p.day - c.day) AS INT) AS days_apart,
        2 * {_EARTH_KM!r} * asin(least(1.0, sqrt(power(sin(radians(p.lat - c.lat) / 2), 2)
            + cos(radians(p.lat)) * cos(radians(c.lat)) * power(sin(radians(p.lon - c.lon) / 2), 2)))) AS km
    FROM probes p JOIN cells c
        ON p.category = c.category AND p.band = c.band AND p.cell = c.cell AND p.days = c.days
    WHERE p.id < c.id AND abs(p.day - c.day) <= {NEAR_DAYS}
)
SELECT id_a, id_b, category, days_apart, CAST(round(km * 1000) AS INT) AS metres FROM pairs WHERE km <= {NEAR_KM!r}
"""  # noqa: S608 (only the constants above are pasted)

ROLLUP: Final = """
SELECT CAST(date_trunc('month', coalesce(date_start, date_discovered)) AS DATE) AS month, country, admin1, category,
    count(*) AS incidents, count(lon) AS placed, count(killed_min) AS with_killed_figure,
    CAST(sum(CASE WHEN disputed THEN 1 ELSE 0 END) AS BIGINT) AS disputed
FROM incidents WHERE review NOT IN ('rejected', 'superseded')
GROUP BY 1, 2, 3, 4
"""

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


class Edits(NamedTuple):
    """What has changed since the Parquet files were made: the ids that they no longer speak for, and the new rows."""

    ids: tuple[str, ...]
    rows: pa.Table


NO_EDITS: Final = Edits((), SCHEMA.empty_table())


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

    def __init__(self, files: Sequence[Path | str], *, edits: Edits = NO_EDITS) -> None:
        self._db = duckdb.connect()
        self._db.execute("CREATE MACRO unix_date(day) AS (CAST(day AS DATE) - DATE '1970-01-01')")
        self._db.register("edited", edits.rows)
        self._db.register("gone", pa.table({"id": pa.array(edits.ids, pa.string())}))
        listed = ", ".join(NEEDED)
        whole = self._db.sql(f"SELECT {listed} FROM edited")  # noqa: S608 (names of columns only)
        if files:
            stored = self._db.read_parquet([str(path) for path in files]).select(listed)
            whole = (
                stored.join(self._db.table("gone"), "id", how="anti").union(whole) if edits.ids else stored
            )
        whole.create_view("incidents")

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
        reader = self._db.sql(query_of(job)).to_arrow_reader(100_000)
        if job != "label":
            return reader
        return pa.RecordBatchReader.from_batches(LABELLED, label(reader, needed(regions)))

    def close(self) -> None:
        """Close the database, which is in memory."""
        self._db.close()
