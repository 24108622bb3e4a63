"""The team's database and the cluster's jobs, measured beside the one-machine way in the same run.

    python -m bench.team postgis --count 1000000     the same questions to PostGIS and to the index of a folder
    python -m bench.team spark --count 10000000      the three jobs on Spark and on DuckDB, at growing sizes

Nothing described here happened; the incidents are those of `bench.synthetic`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bench import synthetic
from geo.areas import areas
from incidents import vocabulary
from incidents._regions import Regions
from incidents.batch import SCHEMA, DuckEngine, Engine, Job
from incidents.catalogue import Catalogue
from incidents.catalogues import open_catalogue
from incidents.filters import Filter
from incidents.postgres import PostgresStore
from incidents.store import FolderStore

SCRIPT = Path(__file__).parents[1] / "scripts" / "postgres.sh"
RUNS = 15
Question = Callable[[Catalogue, Filter], object]


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def p50(works: list[Callable[[], object]]) -> float:
    """Return the median in milliseconds over different questions of one kind, after one to warm up."""
    works[0]()
    return statistics.median(seconds(work) for work in works[1:]) * 1000


# ---- PostGIS


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Start a throw-away server with more memory than the tests give it."""
    folder.chmod(0o755)
    log = folder / "start.out"
    with log.open("w") as out:
        subprocess.run(
            ["sh", SCRIPT, "start", folder / "server"], stdout=out, check=True, env={
                "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "SHARED_BUFFERS": "2GB", "WORK_MEM": "64MB"}
        )  # fmt: skip
    try:
        yield log.read_text().strip()
    finally:
        subprocess.run(["sh", SCRIPT, "stop", folder / "server"], check=False)


def circle(rng: np.random.Generator, vertices: int = 500) -> tuple[tuple[float, float], ...]:
    """Return a ragged ring of so many vertices somewhere in the busiest area."""
    lon, lat = rng.uniform(28, 36), rng.uniform(47, 51)
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = rng.uniform(1.4, 2.0, vertices)
    return tuple(
        zip((lon + radius * np.cos(turn)).tolist(), (lat + 0.7 * radius * np.sin(turn)).tolist(), strict=True)
    )


def filters(rng: np.random.Generator) -> Filter:
    """Return a filter by date, categories, box and figure."""
    since = dt.date(2022, 1, 1) + dt.timedelta(days=int(rng.integers(0, 900)))
    west, south = rng.uniform(24, 34), rng.uniform(46, 49)
    chosen = tuple(
        rng.choice(["shelling", "air_strike", "missile_strike", "explosion", "shooting"], 2, replace=False)
    )
    return Filter(
        since=since, until=since + dt.timedelta(days=180), category=chosen, bbox=(west, south, west + 5, south + 3),
        min_killed=1,
    )  # fmt: skip


def worded(rng: np.random.Generator) -> Filter:
    """Return a search for two words."""
    return Filter(text=" ".join(rng.choice(synthetic.WORDS, 2, replace=False)))


def span(rng: np.random.Generator) -> Filter:
    """Return a filter by date only, half of all."""
    since = dt.date(2022, 1, 1) + dt.timedelta(days=int(rng.integers(0, 700)))
    return Filter(since=since, until=since + dt.timedelta(days=730))


QUESTIONS: dict[str, tuple[Callable[[np.random.Generator], Filter], Question]] = {
    "date, categories, box, figure: counts": (filters, lambda c, w: c.counts(w)),
    "date, categories, box, figure: mask": (filters, lambda c, w: c.mask(w)),
    "ring of 500 vertices: counts": (lambda rng: Filter(within=circle(rng)), lambda c, w: c.counts(w)),
    "text, two words: counts": (worded, lambda c, w: c.counts(w)),
    "by category and month": (span, lambda c, w: c.timeline(w, "month")),
    "top places": (span, lambda c, w: c.facets(w, ["place_name"])),
    "region totals": (span, lambda c, w: c.regions(w, "admin1")),
    "first page, newest first": (span, lambda c, w: c.page(w)),
    "one incident by id": (span, lambda c, w: c.get(f"syn-{hash(w) % 1000:08d}")),
}


def compare(folder: Catalogue, database: Catalogue) -> None:
    """Print the median of each kind of question, side by side, and check that both say the same."""
    print(f"\n| question, p50 of {RUNS} different ones | index of a folder | PostGIS | ratio |")
    print("|---|---:|---:|---:|")
    for name, (make, ask) in QUESTIONS.items():
        wheres = [make(np.random.default_rng(seed)) for seed in range(RUNS + 1)]
        if folder.counts(wheres[0]) != database.counts(wheres[0]):
            raise SystemExit(f"{name}: the two differ")
        one, other = (p50([partial(ask, c, where) for where in wheres]) for c in (folder, database))
        print(f"| {name} | {one:.1f} ms | {other:.1f} ms | {other / one:.1f} |", flush=True)


def saves(folder: FolderStore, database: PostgresStore) -> None:
    """Print what one acknowledged edit takes."""
    for name, store in (("folder", folder), ("PostGIS", database)):
        held = [database.get(f"syn-{n:08d}") for n in range(31)]
        edits = [one.model_copy(update={"title": f"edited in {name}"}) for one in held]
        print(
            f"one edit, {name}: p50 {p50([lambda s=store, e=e: s.put(e) for e in edits]):.2f} ms", flush=True
        )  # type: ignore[misc]


def postgis(count: int, kept: Path | None) -> None:
    """Load `count` incidents into both and ask both the same."""
    with tempfile.TemporaryDirectory(prefix="bench-team-") as temp, postgres(Path(temp)) as url:
        collection = kept or Path(temp) / "collection"
        if not collection.exists():
            synthetic.write_folder(count, collection)
        files, store = FolderStore.open(collection), PostgresStore.open(url)
        size = sum(state.size for state in files.files())
        print(f"{count:,} incidents, {size / 1e9:.2f} GB of GeoJSON", flush=True)
        took = seconds(lambda: store.load_lines(line for _, _, line in files.lines()))
        print(f"load into PostGIS with all indexes: {took:.1f} s, {count / took:,.0f} a second", flush=True)
        made: list[Catalogue] = []
        print(
            f"index of the folder: {seconds(lambda: made.append(open_catalogue(collection))):.1f} s",
            flush=True,
        )
        database = open_catalogue(url)
        print(f"all points from PostGIS: {seconds(database.points):.1f} s", flush=True)
        held = store.server.read("SELECT pg_database_size(current_database())")[0][0]
        print(f"the database takes {held / 1e9:.2f} GB", flush=True)
        compare(made[0], database)
        saves(files, store)


# ---- Spark


def rows(part: synthetic.Columns, *, years: int) -> pa.Table:
    """Return a chunk of synthetic incidents with the columns that the jobs read, spread over `years` times the time."""
    places = synthetic.towns()
    category = np.array(vocabulary.words("category"))[part.category]
    spread = part.day * years + part.number % years
    day = (np.datetime64(synthetic.FIRST_DAY) + spread).astype("datetime64[D]")
    known = ~np.isnan(part.lon)
    columns: dict[str, Any] = {
        "id": [f"syn-{number:08d}" for number in part.number],
        "category": category,
        "review": np.where(part.number % 50 == 0, "rejected", "unreviewed"),
        "country": np.array(places.country)[part.town],
        "admin1": np.array(places.admin1)[part.town],
        "lon": pa.array(part.lon, mask=~known),
        "lat": pa.array(part.lat, mask=~known),
        "date_start": pa.array(day),
        "date_discovered": pa.nulls(len(day), pa.date32()),
        "killed_min": pa.array(part.killed.astype(float), mask=part.killed < 0),
        "disputed": part.number % 7 == 0,
    }
    return pa.table(columns).select(SCHEMA.names).cast(SCHEMA)


def parquet(count: int, folder: Path) -> list[Path]:
    """Write `count` incidents as Parquet files of half a million.

    Beyond a million the same number falls on a day as with a million, over a longer time: a collection grows by going
    on, and pairs within three days would otherwise grow with the square of its size.
    """
    paths, held = [], []
    for number, part in enumerate(synthetic.all_columns(count)):
        held.append(rows(part, years=max(1, count // 1_000_000)))
        if len(held) == 5 or (number + 1) * synthetic.CHUNK >= count:
            paths.append(folder / f"{number:03}.parquet")
            pq.write_table(pa.concat_tables(held), paths[-1], row_group_size=30_720)
            held = []
    return paths


def provinces() -> Regions:
    """Return the provinces that the map is coloured by."""
    listed = areas("admin1")
    return Regions(
        tuple(a.code for a in listed),
        tuple(a.name for a in listed),
        tuple(shapely.to_wkb(a.outline) for a in listed),
    )


def timed(engine: Engine, job: Job, regions: Regions, to: Path) -> tuple[float, int]:
    """Return the seconds that writing the result takes, and its rows."""
    took = seconds(lambda: engine.write(job, to, regions))
    count = sum(
        pq.ParquetFile(p).metadata.num_rows for p in ([to] if to.is_file() else sorted(to.glob("*.parquet")))
    )
    shutil.rmtree(to) if to.is_dir() else to.unlink()
    return took, count


def spark(count: int, master: str, memory: str) -> None:
    """Run the jobs at a hundredth, a tenth and the whole of `count` on both engines."""
    from incidents._spark import SparkEngine

    regions, jobs = provinces(), ("rollup", "label", "duplicates")
    options = {"spark.driver.memory": memory}
    found: dict[str, list[tuple[int, float, float]]] = {job: [] for job in jobs}
    with tempfile.TemporaryDirectory(prefix="bench-team-") as temp:
        folder = Path(temp)
        print(
            f"Spark at {master}: start {seconds(lambda: SparkEngine(parquet(1000, folder), master=master, options=options)):.1f} s"
        )
        print(
            "\n| job | incidents | rows of the result | DuckDB | Spark | Spark / DuckDB |\n|---|---:|---:|---:|---:|---:|"
        )
        for size in (count // 100, count // 10, count):
            files = parquet(size, folder)
            duck, cluster = DuckEngine(files), SparkEngine(files, master=master, options=options)
            for job in jobs:
                one, n = timed(duck, job, regions, folder / "duck.parquet")
                other, m = timed(cluster, job, regions, folder / "spark")
                if n != m:
                    raise SystemExit(f"{job}: {n} rows and {m} rows")
                found[job].append((size, one, other))
                print(
                    f"| {job} | {size:,} | {n:,} | {one:.2f} s | {other:.2f} s | {other / one:.2f} |",
                    flush=True,
                )
            duck.close()
        cluster.close()
    for job, points in found.items():
        print(crossing(job, points))


def crossing(job: str, points: list[tuple[int, float, float]]) -> str:
    """Say at which size Spark is as fast as DuckDB: measured here, else extrapolated along the last two sizes.

    Also for a cluster of more cores than this machine has, as if its time per incident fell with the cores and its
    fixed time stayed: the best that can be hoped for.
    """
    for size, one, other in points:
        if other <= one:
            return f"{job}: Spark is the faster one from {size:,} incidents on this machine (measured)"
    (a, duck_a, spark_a), (b, duck_b, spark_b) = points[-2:]
    duck, cluster = (duck_b - duck_a) / (b - a), (spark_b - spark_a) / (b - a)
    fixed = (spark_b - cluster * b) - (duck_b - duck * b)
    told = [f"{job}: DuckDB is ahead at every size measured; extrapolated, Spark would win"]
    for times in (1, 4, 16):
        gain = duck - cluster / times
        where = f"from about {max(fixed / gain, 0):,.0f} incidents" if gain > 0 else "at no size"
        told.append(f"{where} with {times} times the cores" if times > 1 else f"{where} on this machine")
    return f"{told[0]} {', '.join(told[1:])}"


def main() -> None:
    """Run one half or both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["postgis", "spark"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--collection", type=Path, help="a synthetic folder that is there already")
    parser.add_argument("--master", default="local[*]")
    parser.add_argument("--memory", default="6g", help="for Spark's driver")
    given = parser.parse_args()
    if given.what != "spark":
        postgis(given.count or 1_000_000, given.collection)
    if given.what != "postgis":
        spark(given.count or 10_000_000, given.master, given.memory)


if __name__ == "__main__":
    main()
