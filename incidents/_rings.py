"""Points in a drawn ring: the exact test behind the filter word `within`."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from incidents._errors import BadInput

_TURNS: Final = (0.0, -360.0, 360.0)
_MANY: Final = 20_000
_GRID: Final = 32
_OUT, _IN, _EDGE = 0, 1, 2


def copies(ring: tuple[tuple[float, float], ...]) -> tuple[bytes, ...]:
    """Return the area of `ring` as WKB wherever points between -180 and 180 can lie in it, for workers elsewhere.

    A point lies in the ring when it lies in one of them. Raises BadInput for a ring without an area.
    """
    area = _area(ring)
    west, _, east, _ = area.bounds
    turns = [turn for turn in _TURNS if west <= 180 - turn and east >= -180 - turn]
    return tuple(bytes(shapely.to_wkb(affinity.translate(area, xoff=turn))) for turn in turns)


def _area(ring: tuple[tuple[float, float], ...]) -> shapely.Polygon | shapely.MultiPolygon:
    area = shapely.Polygon(ring)
    if not area.is_valid:
        area = shapely.make_valid(area)
    if area.area == 0:
        raise BadInput("within: the ring has no area")
    return area


def inside(
    ring: tuple[tuple[float, float], ...], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Say which points (degrees) lie inside `ring`, a closed or open ring of (lon, lat), straight in degrees.

    A ring drawn past 180° also holds the points on the other side. A ring that crosses itself is read by the
    even-odd rule. Raises BadInput for a ring without an area.
    """
    area = _area(ring)
    shapely.prepare(area)
    west, _, east, _ = area.bounds
    result = np.zeros(len(lon), dtype=np.bool_)
    for turn in _TURNS:
        if west <= 180 - turn and east >= -180 - turn:
            result |= _contained(area, lon - turn, lat)
    return result


def _contained(
    area: shapely.Polygon | shapely.MultiPolygon, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Test only the points near the edge one by one: a grid over the area knows the cells wholly in or out."""
    if len(x) < _MANY:
        return np.asarray(shapely.contains_xy(area, x, y))
    west, south, east, north = area.bounds
    column = np.floor((x - west) * (_GRID / (east - west)))
    row = np.floor((y - south) * (_GRID / (north - south)))
    framed = (column >= 0) & (column < _GRID) & (row >= 0) & (row < _GRID)
    cell = np.where(framed, row * _GRID + column, _GRID * _GRID).astype(np.int64)
    kind = _cells(area)[cell]
    result: NDArray[np.bool_] = kind == _IN
    edge = np.flatnonzero((kind == _EDGE) | ~framed)
    result[edge] = shapely.contains_xy(area, x[edge], y[edge])
    return result


def _cells(area: shapely.Polygon | shapely.MultiPolygon) -> NDArray[np.uint8]:
    """Return for each cell of the grid whether it is out, in or on the edge; one more for all points outside it."""
    west, south, east, north = area.bounds
    x = np.linspace(west, east, _GRID + 1)
    y = np.linspace(south, north, _GRID + 1)
    # a hair wider than the cell, so that a point that rounding puts into the next one is still judged rightly
    dx, dy = (east - west) / _GRID * 1e-6, (north - south) / _GRID * 1e-6
    south_of, west_of = (a.ravel() for a in np.meshgrid(y[:-1], x[:-1], indexing="ij"))
    north_of, east_of = (a.ravel() for a in np.meshgrid(y[1:], x[1:], indexing="ij"))
    boxes = shapely.box(west_of - dx, south_of - dy, east_of + dx, north_of + dy)
    kind = np.full(_GRID * _GRID + 1, _OUT, dtype=np.uint8)
    kind[:-1][shapely.intersects(area, boxes)] = _EDGE
    kind[:-1][shapely.contains_properly(area, boxes)] = _IN
    return kind
