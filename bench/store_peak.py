"""The questions of `bench.store`, and the peak memory of a process that asks them and has loaded nothing else."""

from __future__ import annotations

import datetime as dt
import math
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from incidents._duck import DuckCatalogue, State
from incidents._snapshot import Snapshot
from incidents.catalogues import place_ids
from incidents.filters import Filter
from incidents.index import Part, Table

SINCE, UNTIL = dt.date(2023, 3, 1), dt.date(2023, 9, 1)
CATEGORIES = ("shelling", "air_strike", "shooting")
BOX = (30.0, 47.0, 36.0, 50.0)
TEXT = ("hospital", "rubble")
_TURN = [2 * math.pi * k / 500 for k in range(500)]
RING = tuple(
    (
        33 + 3 * math.cos(a) * (1 + 0.2 * math.sin(9 * a)),
        48.5 + 1.5 * math.sin(a) * (1 + 0.2 * math.sin(9 * a)),
    )
    for a in _TURN
)
WORDS = Filter(since=SINCE, until=UNTIL, category=CATEGORIES, min_killed=2)


def tables_in(folder: Path) -> list[Path]:
    """Return the tables of an index."""
    return sorted(folder.rglob("*.parquet"))


class Parquet(DuckCatalogue):
    """A catalogue over tables alone, without the GeoJSON that they would come from."""

    def __init__(self, folder: Path) -> None:
        tables = tuple(
            Table(str(p.relative_to(folder)), p.stat().st_size, pq.read_metadata(p).num_rows)
            for p in tables_in(folder)
        )
        self._parts = [Part("all.geojson", "0", 0, 0, 0, tables)]
        self._folder = folder
        super().__init__(_Nothing(folder), places=place_ids)

    def _opened(self) -> State:
        shot = Snapshot(self._parts, self._folder, {})
        if not shot.is_settled:
            shot.settle()
        return State(shot, {}, {})


class _Nothing:
    def __init__(self, path: Path) -> None:
        self.path, self.label = path, ""

    def latest(self) -> object:
        return None

    def stamp(self) -> object:
        return None

    def view(self) -> Any:
        raise NotImplementedError

    def overlay(self) -> dict[str, bytes | None]:
        return {}


def main(folder: Path) -> None:
    """Ask everything and print the peak memory in MB."""
    catalogue = Parquet(folder)
    for where in (
        WORDS.model_copy(update={"bbox": BOX}),
        WORDS.model_copy(update={"within": RING}),
        Filter(),
    ):
        catalogue.counts(where)
        catalogue.timeline(where, "month")
        catalogue.regions(where, "admin1")
        catalogue.facets(where, ["category", "place_id", "impact"])
    # not ru_maxrss: a child begins with that of its parent
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
