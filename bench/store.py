"""What the store's queries cost, beside the alternatives, in one run: `make bench-store [SIZES=100k,1M,10M]`.

100k and 1M are collections of GeoJSON files, read, indexed, asked and exported. 10M is asked only: its Parquet is the
1M's, ten times, ids and places shifted. Every figure is a median in milliseconds with nothing remembered from the
question before; alternatives hold all their columns in memory. pandas filters with an STRtree where there is a box.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import shapely
import simdjson

from bench.store_peak import BOX, CATEGORIES, RING, SINCE, TEXT, UNTIL, WORDS, Parquet, tables_in
from bench.synthetic import write_folder
from incidents import _duck, sql
from incidents import index as index_module
from incidents._duck import DuckCatalogue, make_words
from incidents._shape import FLAT, searched
from incidents.catalogues import open_catalogue
from incidents.export import write_geojson
from incidents.filters import Filter
from incidents.model import Incident
from incidents.store import FolderStore

SIZES = {"20k": 20_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
COLUMNS = ["first_day", "last_day", "category", "lon", "lat", "killed_min", "admin1", "place_id", "review"]


def median_ms(ask: Callable[[], Any], *, times: int = 15) -> float:
    """Return the median time of a question, after one that warms up."""
    ask()
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - begin) * 1000)
    return statistics.median(spent)


def line(size: str, what: str, ours: str, *others: str, target: str = "") -> None:
    """Print one figure beside its alternatives."""
    beside = " · ".join(others)
    print(f"{size:>4}  {what:<44} {ours:>12}   {beside:<58} {target and 'target ' + target}", flush=True)


def ms(value: float) -> str:
    """Return milliseconds as text."""
    return f"{value:.1f} ms"


# ---- reading and indexing


def raw_parse(folder: Path) -> float:
    """Return the seconds that one thread takes to read every line and to parse it with simdjson, and nothing else."""
    parser = simdjson.Parser()
    begin = time.perf_counter()
    for path in sorted(folder.glob("*.geojson")):
        with path.open("rb") as file:
            for raw in file:
                if raw.startswith(b'{"type":"Feature",'):
                    document = parser.parse(raw.rstrip(b",\n"))
                    del document
    return time.perf_counter() - begin


def whole_parse(folder: Path) -> float:
    """Return the seconds that one thread takes to read whole files and to parse each as one document with simdjson."""
    parser = simdjson.Parser()
    begin = time.perf_counter()
    for path in sorted(folder.glob("*.geojson")):
        document = parser.parse(path.read_bytes())
        del document
    return time.perf_counter() - begin


def bench_build(size: str, folder: Path) -> None:
    """Measure files to a ready index, what is made after that in the background, and opening with a fresh index."""
    megabytes = sum(path.stat().st_size for path in folder.glob("*.geojson")) / 1e6
    lines, whole = (statistics.median(parse(folder) for _ in range(3)) for parse in (raw_parse, whole_parse))
    shutil.rmtree(folder / index_module.FOLDER, ignore_errors=True)
    begin = time.perf_counter()
    catalogue = open_catalogue(folder)
    built = time.perf_counter() - begin
    assert isinstance(catalogue, DuckCatalogue)
    where = WORDS.model_copy(update={"bbox": BOX})
    early = median_ms(fresh(catalogue, lambda: catalogue.counts(where)), times=5)
    catalogue.settled()
    settled = time.perf_counter() - begin
    line(size, f"{megabytes:.0f} MB of GeoJSON to a ready index", f"{built:.2f} s",
         f"simdjson by line {lines:.2f} s, whole files {whole:.2f} s", f"ratio {built / lines:.1f} and {built / whole:.1f}",
         target="2.5 times")  # fmt: skip
    line(size, "the same with its hot columns, made in the background", f"{settled:.2f} s",
         f"ratio {settled / lines:.1f} and {settled / whole:.1f}")  # fmt: skip
    line(size, "date, categories, box, figure meanwhile", ms(early), target="15 ms" if size == "1M" else "")
    opened = statistics.median(_seconds(lambda: open_catalogue(folder)) for _ in range(3))
    line(size, "opening with a fresh index", f"{opened:.2f} s", target="1.5 s")


def _seconds(do: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    held = do()
    spent = time.perf_counter() - begin
    del held
    gc.collect()
    return spent


# ---- questions


class Frames:
    """The alternatives: all columns in memory as a pandas frame with an STRtree, and as a polars frame."""

    def __init__(self, folder: Path, *, tree: bool, text: bool) -> None:
        columns = ", ".join([*COLUMNS, f"{searched()} AS search_text"] if text else COLUMNS)
        table = duckdb.read_parquet([str(p) for p in tables_in(folder)]).select(columns).to_arrow_table()
        self.polars = pl.from_arrow(table)
        self.pandas = table.to_pandas(strings_to_categorical=not text, date_as_object=False)
        self.tree = None
        if tree:
            self.tree = gpd.GeoSeries(gpd.points_from_xy(self.pandas["lon"], self.pandas["lat"])).sindex

    def visible(self) -> Any:
        """Return the pandas rows that are shown by default."""
        return ~self.pandas["review"].isin(sql.HIDDEN)

    def pandas_filter(self, *, ring: bool) -> int:
        """Filter by date, categories, figure and a box or a ring with pandas and the STRtree."""
        f = self.pandas
        shape = shapely.Polygon(RING) if ring else shapely.box(*BOX)
        if self.tree is not None:
            near = f.iloc[self.tree.query(shape, predicate="intersects")]
        else:
            near = f[f["lon"].between(BOX[0], BOX[2]) & f["lat"].between(BOX[1], BOX[3])]
        held = (
            (near["last_day"] >= pd.Timestamp(SINCE)) & (near["first_day"] <= pd.Timestamp(UNTIL))
            & near["category"].isin(CATEGORIES) & (near["killed_min"] >= 2) & ~near["review"].isin(sql.HIDDEN)
        )  # fmt: skip
        return int(held.sum())

    def polars_filter(self, *, ring: bool) -> int:
        """Filter by date, categories, figure and a box (then the ring, by shapely) with polars."""
        west, south, east, north = shapely.Polygon(RING).bounds if ring else BOX
        held = self.polars.lazy().filter(
            (pl.col("last_day") >= SINCE) & (pl.col("first_day") <= UNTIL) & pl.col("category").is_in(CATEGORIES)
            & (pl.col("killed_min") >= 2) & ~pl.col("review").is_in(sql.HIDDEN)
            & pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)
        ).select("lon", "lat").collect()  # fmt: skip
        if not ring:
            return len(held)
        area = shapely.Polygon(RING)
        shapely.prepare(area)
        return int(shapely.contains_xy(area, held["lon"].to_numpy(), held["lat"].to_numpy()).sum())


def fresh(catalogue: DuckCatalogue, ask: Callable[[], Any]) -> Callable[[], Any]:
    """Return a question that remembers nothing of the one before."""

    def asked() -> Any:
        catalogue._kept.clear()  # noqa: SLF001
        return ask()

    return asked


def bench_queries(size: str, catalogue: DuckCatalogue, frames: Frames, *, text: bool) -> None:
    """Measure the questions of the dashboard, each beside pandas and polars."""
    box, ring = WORDS.model_copy(update={"bbox": BOX}), WORDS.model_copy(update={"within": RING})
    same = catalogue.counts(box).total, catalogue.counts(ring).total
    assert same[0] == frames.polars_filter(ring=False), "the alternatives give another answer"
    assert same[1] == frames.polars_filter(ring=True), "the alternatives give another answer"
    targets = {"1M": "15 ms", "10M": "70 ms"}

    def row(what: str, ask: Callable[[], Any], pandas: Callable[[], Any] | None, polars: Callable[[], Any] | None,
            target: str = "", times: int = 15) -> None:  # fmt: skip
        others = [
            f"{name} {ms(median_ms(do, times=5))}"
            for name, do in (("pandas", pandas), ("polars", polars))
            if do is not None
        ]
        line(
            size,
            what,
            ms(median_ms(fresh(catalogue, ask), times=times)),
            *others,
            target=target if size in targets else "",
        )

    row(f"date, categories, box, figure ({same[0]})", lambda: catalogue.counts(box),
        lambda: frames.pandas_filter(ring=False), lambda: frames.polars_filter(ring=False), targets.get(size, ""))  # fmt: skip
    row(f"the same with 500 corners ({same[1]})", lambda: catalogue.counts(ring),
        lambda: frames.pandas_filter(ring=True), lambda: frames.polars_filter(ring=True), targets.get(size, ""))  # fmt: skip
    f, p = frames.pandas, frames.polars
    shown = ~pl.col("review").is_in(sql.HIDDEN)
    everything = Filter()
    total = "40 ms" if size == "1M" else ""
    row("counts by category and month", lambda: catalogue.timeline(everything, "month"),
        lambda: f[frames.visible()].groupby([f["first_day"].dt.to_period("M"), "category"], observed=True).size(),
        lambda: p.lazy().filter(shown).group_by(pl.col("first_day").dt.truncate("1mo"), "category").len().collect(), total)  # fmt: skip
    row("top places", lambda: catalogue.facets(everything, ["place_id"]),
        lambda: f[frames.visible()].groupby("place_id", observed=True).size(),
        lambda: p.lazy().filter(shown).group_by("place_id").len().collect(), total)  # fmt: skip
    row("region totals", lambda: catalogue.regions(everything, "admin1"),
        lambda: f[frames.visible()].groupby("admin1", observed=True).size(),
        lambda: p.lazy().filter(shown).group_by("admin1").len().collect(), total)  # fmt: skip
    row(
        "mask of all rows for the map",
        lambda: catalogue.mask(WORDS),
        None,
        None,
        "15 ms" if size == "1M" else "",
    )
    row(
        "seven filter choices with counts",
        lambda: catalogue.facets(
            box, ["category", "impact", "weapon", "role", "admin1", "grading", "review"]
        ),
        None,
        None,
    )
    if text:
        row("text with two terms", lambda: catalogue.counts(Filter(text=" ".join(TEXT))),
            lambda: f["search_text"].str.contains(TEXT[0], regex=False) & f["search_text"].str.contains(TEXT[1], regex=False),
            lambda: p.lazy().filter(shown & pl.col("search_text").str.contains(TEXT[0], literal=True)
                                    & pl.col("search_text").str.contains(TEXT[1], literal=True)).select(pl.len()).collect(),
            "100 ms" if size == "1M" else "")  # fmt: skip


def bench_text_scan(size: str, catalogue: DuckCatalogue) -> None:
    """Measure a text search before the words are made."""
    asked = fresh(catalogue, lambda: catalogue.counts(Filter(text=" ".join(TEXT))))
    shot = catalogue._current()  # noqa: SLF001
    line(size, "text with two terms, words not yet made", ms(median_ms(asked, times=5)))
    begin = time.perf_counter()
    make_words(shot.tables)
    line(size, "making the words (once, in the background)", f"{time.perf_counter() - begin:.1f} s")


# ---- writing


def bench_edits(size: str, folder: Path, catalogue: DuckCatalogue) -> None:
    """Measure one acknowledged edit, and one with the question that shows it."""
    store = FolderStore.open(folder)
    rows = catalogue.page(Filter(), limit=200)
    incidents = [catalogue.get(row["id"]) for row in rows]

    def edited(number: int) -> Incident:
        return incidents[number % 200].model_copy(update={"title": f"Edit {number}"})

    numbers = iter(range(10_000))
    acknowledged = median_ms(lambda: store.put(edited(next(numbers))), times=100)
    line(size, "one acknowledged edit (fsync)", ms(acknowledged), target="1 ms" if size == "1M" else "")

    def seen() -> None:
        store.put(edited(next(numbers)))
        catalogue.counts(WORDS)

    line(size, "one edit and a question that shows it", ms(median_ms(seen, times=20)))
    (folder / "journal.geojsons").unlink()


def bench_export(size: str, folder: Path, catalogue: DuckCatalogue, scratch: Path) -> None:
    """Measure the export of everything beside geopandas.to_file."""
    everything = Filter(review=("unreviewed", "accepted", "needs_review", "rejected", "superseded"))
    to = scratch / "export.geojson"

    def ours() -> None:
        with to.open("wb") as file:
            write_geojson(catalogue.select_lines(everything), file)

    mine = statistics.median(_seconds(ours) for _ in range(3))
    share = 20_000  # of geopandas a share is measured: all of it takes minutes
    names = [name for name in FLAT if name not in sql.BITS]
    held = pq.read_table([str(p) for p in tables_in(folder)], columns=names).slice(0, share).to_pandas()
    frame = gpd.GeoDataFrame(held, geometry=gpd.points_from_xy(held["lon"], held["lat"]), crs="EPSG:4326")
    total = catalogue.counts(everything).total
    theirs = _seconds(lambda: frame.to_file(to, driver="GeoJSON")) * total / len(frame)
    line(size, f"export of {total} as GeoJSON", f"{mine:.2f} s",
         f"geopandas.to_file {theirs:.1f} s ({len(names)} columns)", f"{theirs / mine:.1f} times", target="8 times")  # fmt: skip
    to.unlink()


# ---- sizes


def tenfold(tables: list[Path], to: Path) -> None:
    """Write each table ten times over, ids and places shifted, in the same order."""
    to.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"memory_limit": "3GB"})
    for table in tables:
        con.execute(
            "COPY (SELECT t.* EXCLUDE (file_row_number) REPLACE (t.id || '-' || k AS id, t.lon + k * 1e-4 AS lon, t.place_id || '-' || (k % 3) AS place_id)"
            f" FROM read_parquet('{table}', file_row_number=true) t, range(10) r(k) ORDER BY file_row_number, k)"
            f" TO '{to / table.name}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {index_module.ROW_GROUP})"
        )
    con.close()


def peak_mb(folder: Path) -> float:
    """Return the peak memory of a process that opens tables and asks, in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.store_peak", str(folder)], check=True, capture_output=True, text=True
    )  # fmt: skip
    return float(done.stdout)


def run(size: str, scratch: Path) -> None:
    """Measure one size."""
    folder = scratch / size
    if SIZES[size] > SIZES["1M"]:
        small = scratch / "1M"
        if not tables_in(small):
            _prepared("1M", small)
        if not tables_in(folder):
            tenfold(tables_in(small), folder)
        frames = Frames(folder, tree=False, text=False)
        bench_queries(size, Parquet(folder), frames, text=False)
    else:
        _prepared(size, folder)
        bench_build(size, folder)
        catalogue = _opened(folder)
        bench_text_scan(size, catalogue)
        bench_queries(size, catalogue, Frames(folder, tree=True, text=True), text=True)
        bench_export(size, folder, catalogue, scratch)
        bench_edits(size, folder, catalogue)
    line(size, "peak memory of a process that asks", f"{peak_mb(folder):.0f} MB",
         target="500 MB" if size == "10M" else "")  # fmt: skip


def _prepared(size: str, folder: Path) -> None:
    if not folder.exists():
        write_folder(SIZES[size], folder)
        _opened(folder)


def _opened(folder: Path) -> DuckCatalogue:
    """Open a collection and wait for its hot columns, but let no words be made: that is measured apart."""
    catalogue = open_catalogue(folder)
    assert isinstance(catalogue, DuckCatalogue)
    catalogue.settled()
    return catalogue


def main() -> None:
    """Run the sizes named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100k,1M")
    parser.add_argument("--scratch", type=Path, help="keep the collections here between runs")
    chosen = parser.parse_args()
    _duck.WORDS_FROM = sys.maxsize
    print(
        f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, polars {pl.__version__}, pandas {pd.__version__}"
    )
    with tempfile.TemporaryDirectory(prefix="bench-store-") as made:
        for size in chosen.sizes.split(","):
            run(size, chosen.scratch or Path(made))


if __name__ == "__main__":
    main()
