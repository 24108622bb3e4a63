"""A spatial index that counts points in any part of the map under any filter, without being rebuilt.

Points are projected to Web Mercator (EPSG:3857, the square world with y down), quantized to 28 bits an axis and sorted
along a Z-order curve (Morton 1966), so that the points of a map cell are one run of the order. A filter adds prefix
sums along that order: the figures of a cell are then two look-ups and a subtraction.

Cells are numbered (column, row) from the north-west; at level L the world is 2**L cells wide. A map at zoom z shows
cells of 64 pixels at level z + 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo._errors import BadView

BITS: Final = 28
SIDE: Final = 1 << BITS
CELL_LEVELS: Final = 2
CELL_PIXELS: Final = 256 >> CELL_LEVELS
MAX_ZOOM: Final = 20
MAX_CELLS: Final = 40_000
MAX_LATITUDE: Final = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """A rectangle of cells at a level: columns x0 to x1, rows y0 to y1, half open.

    Columns may run past the world's edge on either side (a view across the antimeridian) and are then wrapped.
    """

    level: int
    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def of(cls, west: float, south: float, east: float, north: float, *, zoom: int) -> Window:
        """Return the smallest window at a zoom that holds the degrees given; west > east crosses the antimeridian.

        Raises BadView.
        """
        if not all(map(math.isfinite, (west, south, east, north))) or south > north:
            raise BadView(
                f"a view needs finite degrees and south ≤ north, not {west}, {south}, {east}, {north}"
            )
        level = check_zoom(zoom) + CELL_LEVELS
        if west > east:
            east += 360.0
        step = SIDE >> level
        left, right = (math.floor((lon + 180.0) / 360.0 * SIDE) for lon in (west, east))
        _, (low, high) = quantize(np.zeros(2), np.array([north, south]))
        return cls(level, left // step, int(low) // step, right // step + 1, int(high) // step + 1)

    def checked(self) -> Window:
        """Return the window cut to the world: at most once around, rows inside. Raises BadView."""
        check_zoom(self.level - CELL_LEVELS)
        side = 1 << self.level
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise BadView("a view must not end before it begins")
        if max(abs(self.x0), abs(self.x1)) > 64 * side:
            raise BadView(f"columns lie between {-64 * side} and {64 * side} at this zoom")
        cut = Window(
            self.level,
            self.x0,
            min(max(self.y0, 0), side),
            min(self.x1, self.x0 + side),
            min(max(self.y1, 0), side),
        )
        if cut.cells > MAX_CELLS:
            raise BadView(f"a view has at most {MAX_CELLS} cells, not {cut.cells}")
        return cut

    @property
    def cells(self) -> int:
        """Return how many cells the window has."""
        return max(self.x1 - self.x0, 0) * max(self.y1 - self.y0, 0)

    def ranges(self, level: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the first and the last-but-one key of every cell at a level at least as fine, row by row."""
        finer = level - self.level
        side = 1 << level
        columns = np.arange(self.x0 << finer, self.x1 << finer) % side
        rows = np.arange(self.y0 << finer, self.y1 << finer)
        code = (_spread(rows)[:, None] << np.uint64(1)) | _spread(columns)[None, :]
        shift = np.uint64(2 * (BITS - level))
        return (code << shift).ravel(), ((code + np.uint64(1)) << shift).ravel()


def check_zoom(zoom: int) -> int:
    """Return the zoom if the index has it. Raises BadView."""
    if not 0 <= zoom <= MAX_ZOOM:
        raise BadView(f"zoom lies between 0 and {MAX_ZOOM}, not {zoom}")
    return zoom


def quantize(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Project degrees (EPSG:4326) to whole steps of a world `SIDE` steps wide, y down.

    Beyond the Mercator edge of 85.05 degrees a point lies on the edge, so that none is lost.
    """
    sine = np.sin(np.radians(np.clip(lat, -MAX_LATITUDE, MAX_LATITUDE)))
    x = (lon + 180.0) / 360.0 % 1.0
    y = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)
    return tuple(np.clip((v * SIDE).astype(np.int64), 0, SIDE - 1) for v in (x, y))  # type: ignore[return-value]


def _spread(values: Any) -> NDArray[np.uint64]:
    """Put a zero bit between the bits of each number (the even half of a Morton code)."""
    v = np.asarray(values).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        v = (v | (v << np.uint64(shift))) & np.uint64(mask)
    return v


def usable(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which positions can stand on a map: finite, -180 ≤ lon ≤ 180, -90 ≤ lat ≤ 90."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0))


class Grid:
    """All points of a collection in curve order. Positions that cannot stand on a map are left out.

    `lon`, `lat` are degrees. `codes` are columns of small integers whose shares are counted (name → uint8), `sums` are
    columns of lower bounds that are added up (name → integers, negative where there is no figure).
    """

    def __init__(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        *,
        codes: Mapping[str, NDArray[np.uint8]] | None = None,
        sums: Mapping[str, NDArray[np.int32]] | None = None,
    ) -> None:
        rows = np.flatnonzero(usable(lon, lat)).astype(np.int32)
        x, y = quantize(lon[rows], lat[rows])
        keys = (_spread(y) << np.uint64(1)) | _spread(x)
        order = np.argsort(keys, kind="stable")
        self.size = len(lon)
        self.keys: NDArray[np.uint64] = keys[order]
        self.rows: NDArray[np.int32] = rows[order]
        self.x: NDArray[np.int32] = x[order].astype(np.int32)
        self.y: NDArray[np.int32] = y[order].astype(np.int32)
        self.codes = {name: column[self.rows] for name, column in (codes or {}).items()}
        self.sums = {name: column[self.rows] for name, column in (sums or {}).items()}

    def select(self, mask: NDArray[np.bool_]) -> Selection:
        """Apply a filter: `mask` says for each point, in the order given at construction, whether it counts."""
        if mask.shape != (self.size,):
            raise ValueError(f"the mask has shape {mask.shape}; {(self.size,)} would be right")
        return Selection(self, mask)

    @property
    def nbytes(self) -> int:
        """Return the memory the index holds, in bytes."""
        columns: list[NDArray[Any]] = [self.keys, self.rows, self.x, self.y]
        columns += [*self.codes.values(), *self.sums.values()]
        return sum(column.nbytes for column in columns)


def _running(values: NDArray[Any]) -> Ints:
    """Return prefix sums with a leading 0, so that the sum of [a, b) is `out[b] - out[a]`."""
    out = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, dtype=np.int64, out=out[1:])
    return out


class Selection:
    """The points that a filter lets through, ready to be counted cell by cell."""

    def __init__(self, grid: Grid, mask: NDArray[np.bool_]) -> None:
        self.grid = grid
        inside = mask[grid.rows]
        self.places: NDArray[np.int32] = np.flatnonzero(inside).astype(np.int32)
        self._before = np.zeros(len(inside) + 1, np.int32)
        np.cumsum(inside, dtype=np.int32, out=self._before[1:])

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def _x(self) -> Ints:
        return _running(self.grid.x[self.places])

    @cached_property
    def _y(self) -> Ints:
        return _running(self.grid.y[self.places])

    @cached_property
    def _sums(self) -> dict[str, tuple[Ints, Ints]]:
        """For each summed column: prefix sums of the figures, and of whether there is one."""
        out = {}
        for name, column in self.grid.sums.items():
            values = column[self.places]
            out[name] = (_running(np.maximum(values, 0)), _running(values >= 0))
        return out

    @cached_property
    def _by_code(self) -> dict[str, tuple[NDArray[Any], int]]:
        """For each coded column: where its codes stand in the selection, one code after the other, and how many codes.

        The places of code k are moved by k times `_stride`, so that one ascending column holds them all and one look-up
        answers for every code: each call of numpy hands the interpreter over, and may wait to get it back.
        """
        out = {}
        for name, column in self.grid.codes.items():
            values = column[self.places]
            codes = int(values.max(initial=0)) + 1
            kind = np.dtype(np.int32 if codes * self._stride < 2**31 else np.int64)
            order = np.argsort(values, kind="stable")
            out[name] = (values[order].astype(kind) * kind.type(self._stride) + order.astype(kind), codes)
        return out

    @property
    def _stride(self) -> int:
        return len(self) + 1

    def prepare(self) -> None:
        """Compute now what the first view would compute."""
        _ = self._x, self._y, self._sums, self._by_code

    @property
    def nbytes(self) -> int:
        """Return the memory that this filter holds beyond the index, in bytes, once everything is computed."""
        per_row = 4 + 16 + 16 * len(self.grid.sums) + 4 * len(self.grid.codes)
        return self._before.nbytes + per_row * len(self)

    def runs(self, window: Window, level: int | None = None) -> tuple[Ints, Ints]:
        """Return where the run of each cell begins and ends in the selection, for all cells, row by row."""
        low, high = window.ranges(window.level if level is None else level)
        keys = self.grid.keys
        first, last = np.searchsorted(keys, low), np.searchsorted(keys, high)
        return self._before[first].astype(np.int64), self._before[last].astype(np.int64)

    def count(self, window: Window) -> int:
        """Count the points inside a window, exactly."""
        begin, end = self.runs(window.checked())
        return int((end - begin).sum())

    def count_inside(self, west: float, south: float, east: float, north: float, *, zoom: int) -> int:
        """Count the points inside a rectangle of degrees, edges included; west > east crosses the antimeridian.

        Whole cells are subtractions; only the points in cells that the edge cuts are looked at one by one.
        """
        window = Window.of(west, south, east, north, zoom=zoom).checked()
        begin, end = self.runs(window)
        wide, high = window.x1 - window.x0, window.y1 - window.y0
        inner = np.zeros((high, wide), bool)
        inner[1:-1, 1:-1] = True
        whole = inner.ravel()
        total = int((end - begin)[whole].sum())
        cut = [(a, b) for a, b in zip(begin[~whole], end[~whole], strict=True) if b > a]
        if not cut:
            return total
        places = np.concatenate([self.places[a:b] for a, b in cut])
        (left, right), (low, top) = quantize(np.array([west, east]), np.array([north, south]))
        x, y = self.grid.x[places], self.grid.y[places]
        width = east - west if west <= east else east - west + 360.0
        # 180 and -180 are one column: a rectangle nearly around the world may begin and end in the same step
        all_around = width >= 360.0 or (left == right and width > 180.0)
        across = ((x - left) % SIDE <= (right - left) % SIDE) | all_around
        return total + int((across & (y >= low) & (y <= top)).sum())

    def shares(self, name: str, begin: Ints, end: Ints) -> Ints:
        """Count each code of a column in each run; shape (runs, codes)."""
        flat, codes = self._by_code[name]
        # of the width of the column: numpy would copy the whole column to a wider one at every look-up
        moved = np.arange(codes, dtype=flat.dtype) * flat.dtype.type(self._stride)
        low, high = (np.searchsorted(flat, moved[:, None] + edge.astype(flat.dtype)) for edge in (begin, end))
        return np.ascontiguousarray((high - low).T, np.int64)

    def totals(self, name: str, begin: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return for each run the sum of the lower bounds of a column and how many points state one."""
        figures, stated = self._sums[name]
        return figures[end] - figures[begin], stated[end] - stated[begin]

    def clusters(self, window: Window) -> Clusters:
        """Gather the points of a window into symbols that do not cover each other; every point is in exactly one."""
        window = window.checked()
        begin, end = self.runs(window)
        full = np.flatnonzero(end > begin)
        begin, end = begin[full], end[full]
        n = end - begin
        scale = CELL_PIXELS * (1 << window.level) / SIDE
        wide = max(window.x1 - window.x0, 1)
        world = CELL_PIXELS << window.level
        x = (self._x[end] - self._x[begin]) / np.maximum(n, 1) * scale
        y = (self._y[end] - self._y[begin]) / np.maximum(n, 1) * scale
        turn = (window.x0 + full % wide) // (1 << window.level)
        x = x + turn * world - window.x0 * CELL_PIXELS
        y = y - window.y0 * CELL_PIXELS
        root = _merged(full // wide, full % wide, x, y, n)
        return Clusters(self, window, begin, end, root, x, y)

    def density(self, window: Window, finer: int = 2) -> tuple[NDArray[np.int64], int]:
        """Count points in cells `finer` levels below the window's; returns (rows, columns) and the level."""
        window = window.checked()
        level = min(window.level + finer, BITS)
        begin, end = self.runs(window, level)
        return (end - begin).reshape(
            (window.y1 - window.y0) << finer, (window.x1 - window.x0) << finer
        ), level

    def rows_of(self, runs: list[tuple[int, int]], *, offset: int = 0, limit: int = 20) -> NDArray[np.int32]:
        """Return one page of the rows (positions given at construction) that lie in some runs."""
        out: list[NDArray[np.int32]] = []
        for begin, end in runs:
            skipped = min(offset, end - begin)
            offset -= skipped
            taken = self.places[begin + skipped : min(end, begin + skipped + limit)]
            limit -= len(taken)
            out.append(self.grid.rows[taken])
            if limit <= 0:
                break
        return np.concatenate(out) if out else np.empty(0, np.int32)


def radius(n: Any) -> Any:
    """Return the radius of a symbol for a count, in pixels. `atlas-incidents.js` has the same formula."""
    return np.where(np.asarray(n) <= 1, 6.5, np.minimum(11.0 + 4.2 * np.log10(np.maximum(n, 1)), 38.0))


def _merged(row: Ints, column: Ints, x: NDArray[Any], y: NDArray[Any], n: Ints) -> Ints:
    """Say for each cell which cell's symbol it joins: the largest neighbour that it would cover, if that one stays.

    Looks at the eight neighbours only, so a symbol depends on nothing further than two cells away and does not change
    when the view moves.
    """
    count = len(n)
    own = np.arange(count)
    if not count:
        return own
    wide = int(column.max()) + 3
    at = np.full((int(row.max()) + 3) * wide, -1, np.int64)
    spot = (row + 1) * wide + column + 1
    at[spot] = own
    size = radius(n)
    around = [dy * wide + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    close: list[tuple[Ints, NDArray[np.bool_]]] = []
    for step in around:
        other = at[spot + step]
        near = other >= 0
        near &= np.hypot(x - x[other], y - y[other]) < 0.8 * (size + size[other])
        near &= (n[other] > n) | ((n[other] == n) & (other < own))
        close.append((other, near))
    stays = ~np.logical_or.reduce([near for _, near in close])
    root, best = own.copy(), np.zeros(count, np.int64)
    for other, near in close:
        better = near & stays[other] & (n[other] > best)
        root[better], best[better] = other[better], n[other][better]
    return root


@dataclass
class Clusters:
    """The symbols of one view. Positions are pixels from the window's north-west corner."""

    selection: Selection
    window: Window
    _begin: Ints
    _end: Ints
    _root: Ints
    _x: NDArray[np.float64]
    _y: NDArray[np.float64]

    @cached_property
    def _group(self) -> tuple[Ints, Ints]:
        """The cells that give a symbol, and for each cell the number of its symbol."""
        roots, group = np.unique(self._root, return_inverse=True)
        return roots, group

    def _added(self, values: NDArray[Any]) -> Ints:
        """Add up a figure of the cells over the symbols."""
        roots, group = self._group
        out = np.zeros((len(roots), *values.shape[1:]), np.int64)
        np.add.at(out, group, values)
        return out

    def __len__(self) -> int:
        return len(self._group[0])

    @cached_property
    def n(self) -> Ints:
        """How many points each symbol stands for."""
        return self._added(self._end - self._begin)

    @cached_property
    def xy(self) -> NDArray[np.float64]:
        """The mean position of each symbol's points; shape (symbols, 2)."""
        roots, group = self._group
        weight = (self._end - self._begin).astype(np.float64)
        total = np.bincount(group, weight, len(roots))
        means = [
            np.bincount(group, weight * v, len(roots)) / np.maximum(total, 1) for v in (self._x, self._y)
        ]
        return np.stack(means, axis=1)

    def shares(self, name: str) -> Ints:
        """Count each code of a column in each symbol; shape (symbols, codes)."""
        return self._added(self.selection.shares(name, self._begin, self._end))

    def totals(self, name: str) -> tuple[Ints, Ints]:
        """Return for each symbol the sum of a column's lower bounds and how many points state one."""
        figures, stated = self.selection.totals(name, self._begin, self._end)
        return self._added(figures), self._added(stated)

    @cached_property
    def stacked(self) -> NDArray[np.bool_]:
        """Whether all points of a symbol stand on one spot (0.15 m), so that no zoom takes them apart."""
        roots, group = self._group
        keys, places = self.selection.grid.keys, self.selection.places
        first, last = keys[places[self._begin]], keys[places[self._end - 1]]
        low = np.full(len(roots), np.iinfo(np.uint64).max, np.uint64)
        high = np.zeros(len(roots), np.uint64)
        np.minimum.at(low, group, first)
        np.maximum.at(high, group, last)
        return np.asarray(low == high)

    @cached_property
    def first_row(self) -> NDArray[np.int32]:
        """One row (position given at construction) of each symbol; its only one where n is 1."""
        roots, _ = self._group
        selection = self.selection
        return selection.grid.rows[selection.places[self._begin[roots]]]

    def runs_of(self, symbol: int) -> list[tuple[int, int]]:
        """Return the runs of the selection that one symbol stands for. Raises BadView."""
        if not 0 <= symbol < len(self):
            raise BadView(f"this view has {len(self)} symbols; there is no number {symbol}")
        cells = np.flatnonzero(self._group[1] == symbol)
        return [(int(self._begin[i]), int(self._end[i])) for i in cells]

    def extent_of(self, symbol: int) -> tuple[float, float, float, float]:
        """Return west, south, east, north of one symbol's points, degrees. Raises BadView."""
        places = np.concatenate([self.selection.places[a:b] for a, b in self.runs_of(symbol)])
        x, y = self.selection.grid.x[places] / SIDE, self.selection.grid.y[places] / SIDE
        edge = self.window.x0 / (1 << self.window.level)
        x = (x - edge) % 1.0 + edge
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.array([y.max(), y.min()])))))
        return (float(x.min() * 360 - 180), float(lat[0]), float(x.max() * 360 - 180), float(lat[1]))

    def over_time(self, steps: NDArray[np.uint8], first: int, last: int) -> NDArray[np.int64]:
        """Count each symbol's points before step `first`, then in each step up to `last`, which is left out.

        `steps` holds the step of each point of the selection; shape (symbols, 1 + last - first).
        """
        roots, group = self._group
        length = self._end - self._begin
        columns = 1 + last - first
        if not len(length):
            return np.zeros((0, columns), np.int64)
        start = np.repeat(self._begin - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
        step = steps[np.arange(int(length.sum())) + start].astype(np.int64)
        fits = step < last
        column = np.maximum(step - first + 1, 0)
        flat = (np.repeat(group, length) * columns + column)[fits]
        return np.bincount(flat, minlength=len(roots) * columns).reshape(len(roots), columns)
