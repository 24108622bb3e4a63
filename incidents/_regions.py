"""Which region a point lies in, and which points lie in an area. Stands alone: Spark ships this module to its workers as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

LABELLED = pa.schema(
    [("id", pa.string()), ("admin1", pa.string()), ("found", pa.string()), ("found_name", pa.string())]
)


@dataclass(frozen=True)
class Regions:
    """Areas in WGS 84 degrees, longitude first, as WKB: plain bytes travel between processes."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: tuple[bytes, ...]

    def finder(self) -> Finder:
        """Return the areas made ready for searching."""
        return Finder(self)


class Finder:
    """Finds the area of many points at once."""

    def __init__(self, regions: Regions) -> None:
        self._areas = shapely.from_wkb(np.array(regions.shapes, dtype=object))
        shapely.prepare(self._areas)
        self._tree = shapely.STRtree(self._areas)
        self.codes = pa.array([*regions.codes, None], pa.string())
        self.names = pa.array([*regions.names, None], pa.string())

    def find(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the area of each point, the last number + 1 outside all. On a border the first wins."""
        found = np.full(len(lon), len(self._areas), dtype=np.int64)
        point, area = self._tree.query(shapely.points(lon, lat))
        inside = shapely.intersects_xy(self._areas[area], lon[point], lat[point])
        np.minimum.at(found, point[inside], area[inside])
        return found


def label(batches: Iterable[pa.RecordBatch], regions: Regions) -> Iterator[pa.RecordBatch]:
    """Give each row (id, admin1, lon, lat) the region that its point lies in: rows of `LABELLED`."""
    finder = regions.finder()
    for batch in batches:
        lon, lat = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
        at = pa.array(finder.find(lon, lat))
        columns = [batch.column("id"), batch.column("admin1"), finder.codes.take(at), finder.names.take(at)]
        yield pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in columns], schema=LABELLED)


def within(areas: tuple[bytes, ...], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which points lie inside one of `areas` (WKB)."""
    found = np.zeros(len(lon), dtype=np.bool_)
    for area in shapely.from_wkb(np.array(areas, dtype=object)):
        shapely.prepare(area)
        found |= shapely.contains_xy(area, lon, lat)
    return found


def kept(batches: Iterable[pa.RecordBatch], areas: tuple[bytes, ...]) -> Iterator[pa.RecordBatch]:
    """Yield the rows (with lon and lat) whose points lie inside one of `areas`."""
    for batch in batches:
        lon, lat = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
        yield batch.filter(pa.array(within(areas, lon, lat)))
