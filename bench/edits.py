"""Edits and exports at size: `python -m bench.edits [--count 1000000] [--folder KEPT]`.

Prints the time of one acknowledged edit beside the plain way (rewrite the month's file), of a look-up, a compaction,
and of an export as GeoJSON beside `geopandas.to_file` on the same rows (flat columns only: it has less to write).
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd

from bench import synthetic
from incidents import _compacted, _files, _lines
from incidents._duck import DuckCatalogue
from incidents.catalogues import open_catalogue
from incidents.export import write_geojson
from incidents.filters import Filter
from incidents.store import FolderStore

_NESTED = ("claims", "sources", "history", "impact", "weapon", "sensitivity", "previous_ids")


def quantiles(seconds: list[float]) -> str:
    """Return median, 95th percentile and maximum in milliseconds."""
    ordered = sorted(seconds)
    return (
        f"p50 {statistics.median(ordered) * 1e3:.3f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1e3:.3f} ms, "
        f"max {ordered[-1] * 1e3:.1f} ms ({len(ordered)})"
    )


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def collection(count: int, kept: Path | None) -> Iterator[Path]:
    """Yield a synthetic collection folder; one that is kept is made only once."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary) / "collection"
        if not folder.exists():
            synthetic.write_folder(count, folder)
        yield folder


def edits(store: FolderStore, ids: list[str]) -> None:
    """Print how long one acknowledged edit takes, and the alternative."""
    dice = random.Random(1)
    spent = []
    for number in range(600):
        incident = store.get(dice.choice(ids))
        changed = incident.model_copy(update={"title": f"edited {number}"})
        spent.append(timed(lambda changed=changed: store.put(changed, by="bench")))
    print(f"one acknowledged edit          {quantiles(spent)}")
    print(f"  a bare append and fsync      {quantiles(bare(store.folder, 200))}")
    states = store.files()
    plain = [timed(lambda: rewrite(dice.choice(states).path)) for _ in range(12)]
    print(f"  rewriting the month's file   {quantiles(plain)}")
    looked = [timed(lambda: store.get(dice.choice(ids))) for _ in range(300)]
    print(f"one look-up by id              {quantiles(looked)}")
    print(f"compaction of those edits      {timed(store.compact):.2f} s")


def bare(folder: Path, count: int) -> list[float]:
    """Return how long this disk takes to make one line durable: the floor under every edit."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:

        def append() -> None:
            os.write(file.fileno(), b"x" * 1500)
            os.fsync(file.fileno())

        return [timed(append) for _ in range(count)]


def rewrite(path: Path) -> None:
    """Save one month the plain way: read, replace one Feature, write whole, fsync, rename."""
    with path.open("rb") as file:
        lines = [line for _, line in _lines.read_lines(file, path.name)]
    lines[0] = orjson.dumps(orjson.loads(lines[0]))
    _files.write_whole(path, _lines.written(lines))


def waiting(store: FolderStore, ids: list[str]) -> None:
    """Print how long a question waits after a compaction that touched every month, and with the index made first."""
    catalogue = open_catalogue(store.folder)
    some = set(random.Random(2).sample(ids, 1000))
    edited = [incident for incident in store.incidents() if incident.id in some]

    def after_compaction(tag: str, *, with_note: bool) -> float:
        if isinstance(catalogue, DuckCatalogue):
            catalogue.settled()
        store.put([incident.model_copy(update={"title": f"{tag} {incident.id}"}) for incident in edited])
        store.compact()
        if not with_note:
            (store.folder / _compacted.FOLDER / _compacted.NOTE).unlink()
        return timed(lambda: catalogue.counts(Filter(category=("shelling",))))

    ours, plain = (after_compaction(str(is_told), with_note=is_told) for is_told in (True, False))
    print(f"first question after a compaction of {len(store.files())} files  {ours:.3f} s")
    print(f"  with the index made first    {plain:.3f} s")


def export(store: FolderStore, folder: Path) -> None:
    """Print how long an export takes, and geopandas."""
    out = folder / "ours.geojson"

    def ours() -> None:
        with out.open("wb") as file:
            write_geojson((line for _, _, line in store.lines()), file)

    mine = min(timed(ours) for _ in range(2))
    rows, lon, lat = [], [], []
    for _, _, line in store.lines():
        feature = orjson.loads(line)
        rows.append({k: v for k, v in feature["properties"].items() if k not in _NESTED})
        at = feature["geometry"]["coordinates"] if feature["geometry"] else (None, None)
        lon.append(at[0])
        lat.append(at[1])
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=gpd.points_from_xy(lon, lat), crs=4326)
    theirs = timed(lambda: frame.to_file(folder / "theirs.geojson", driver="GeoJSON"))
    print(f"export of {len(rows):,} as GeoJSON  {mine:.2f} s ({out.stat().st_size / 1e6:,.0f} MB)")
    print(
        f"  geopandas.to_file            {theirs:.2f} s, {len(frame.columns)} columns: {theirs / mine:.1f} times as long"
    )


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with collection(given.count, given.folder) as folder, tempfile.TemporaryDirectory() as temporary:
        opened = timed(lambda: FolderStore.open(folder))
        store = FolderStore.open(folder)
        ids = [_lines.id_of(line) for _, _, line in store.lines()]
        size = sum(state.size for state in store.files())
        print(
            f"{len(ids):,} incidents in {len(store.files())} files, {size / 1e6:,.0f} MB; opening {opened * 1e3:.1f} ms"
        )
        edits(store, ids)
        waiting(store, ids)
        export(store, Path(temporary))


if __name__ == "__main__":
    main()
