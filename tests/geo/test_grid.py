"""Clusters add up: whatever the view, the zoom and the filter, the symbols stand for exactly what is there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo._errors import BadView
from geo.grid import CELL_LEVELS, MAX_CELLS, SIDE, Grid, Window, quantize, usable

EDGES = [-180.0, 180.0, -179.9999999, 179.9999999, 0.0]
POLES = [-90.0, 90.0, -85.06, 85.06, 85.0511287, -85.0511287, 0.0]
lons = st.one_of(st.sampled_from(EDGES), st.floats(-180, 180), st.floats(179, 180), st.floats(30, 30.001))
lats = st.one_of(st.sampled_from(POLES), st.floats(-90, 90), st.floats(50, 50.001))
some_points = st.lists(st.tuples(lons, lats), max_size=60)


def _grid(points: list[tuple[float, float]]) -> Grid:
    lon, lat = np.array(points, float).reshape(-1, 2).T
    code = (np.arange(len(lon)) % 3).astype(np.uint8)
    return Grid(lon, lat, codes={"kind": code}, sums={"dead": (np.arange(len(lon), dtype=np.int32) % 4) - 1})


def _in_cells(points: list[tuple[float, float]], window: Window) -> np.ndarray:
    """Brute force: which points lie in a window of cells, by floating point alone."""
    lon, lat = np.array(points, float).reshape(-1, 2).T
    side = 1 << window.level
    x, y = (v * side // SIDE for v in quantize(lon, lat))
    wide = min(window.x1 - window.x0, side)
    across = (x - window.x0) % side < wide
    return across & (y >= window.y0) & (y < window.y1)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    points=some_points, zoom=st.integers(0, 18), at=st.tuples(lons, lats),
    wide=st.integers(0, 60), high=st.integers(0, 40), passing=st.integers(0, 2**60 - 1),
)  # fmt: skip
def test_clusters_add_up_in_any_view_under_any_filter(
    points: list[tuple[float, float]], zoom: int, at: tuple[float, float], wide: int, high: int, passing: int
) -> None:
    grid = _grid(points)
    mask = np.array([bool(passing >> i & 1) for i in range(len(points))], bool)
    corner = Window.of(at[0], at[1], at[0], at[1], zoom=zoom)
    window = Window(
        corner.level, corner.x0 - wide // 2, corner.y0 - high // 2, corner.x0 + wide, corner.y0 + high
    )
    selection = grid.select(mask)
    clusters = selection.clusters(window)
    inside = _in_cells(points, window) & mask
    assert clusters.n.sum() == inside.sum() == selection.count(window)
    kinds = np.bincount(np.arange(len(points))[inside] % 3, minlength=3)
    if inside.any():
        shares = clusters.shares("kind")
        assert (shares.sum(axis=1) == clusters.n).all()
        assert (np.pad(shares.sum(axis=0), (0, 3 - shares.shape[1])) == kinds).all()
        dead = (np.arange(len(points))[inside] % 4) - 1
        lower, stated = clusters.totals("dead")
        assert (lower.sum(), stated.sum()) == (dead[dead > 0].sum(), (dead >= 0).sum())
    listed = [selection.rows_of(clusters.runs_of(i), limit=100).tolist() for i in range(len(clusters))]
    assert sorted(row for rows in listed for row in rows) == np.flatnonzero(inside).tolist()


def _between(x: np.ndarray, west: float, east: float) -> np.ndarray:
    """Walk eastward from `west` to `east` in steps of the grid and mark what is passed, the ends included."""
    first, last = (math.floor((lon + 180.0) / 360.0 * SIDE) for lon in (west, east))
    last += SIDE if west > east else 0
    return ((x - first) % SIDE) <= last - first


@settings(max_examples=150, deadline=None)
@given(points=some_points, zoom=st.integers(0, 18), a=st.tuples(lons, lats), b=st.tuples(lons, lats))
def test_a_rectangle_of_degrees_counts_what_is_inside_exactly(
    points: list[tuple[float, float]], zoom: int, a: tuple[float, float], b: tuple[float, float]
) -> None:
    west, east = a[0], b[0]
    south, north = sorted((a[1], b[1]))
    try:
        Window.of(west, south, east, north, zoom=zoom).checked()
    except BadView:
        return
    got = _grid(points).select(np.ones(len(points), bool)).count_inside(west, south, east, north, zoom=zoom)
    x, y = quantize(*np.array(points, float).reshape(-1, 2).T)
    _, (low, high) = quantize(np.zeros(2), np.array([north, south]))
    assert got == (_between(x, west, east) & (y >= low) & (y <= high)).sum()


@pytest.mark.parametrize("zoom", range(19))
def test_the_whole_world_holds_everything_at_every_zoom_that_may_ask_for_it(zoom: int) -> None:
    rng = np.random.default_rng(zoom)
    points = list(zip(rng.uniform(-180, 180, 500), rng.uniform(-90, 90, 500), strict=True))
    selection = _grid(points).select(np.ones(500, bool))
    side = 1 << (zoom + CELL_LEVELS)
    if side * side <= MAX_CELLS:
        assert selection.clusters(Window(zoom + CELL_LEVELS, 0, 0, side, side)).n.sum() == 500
    else:
        with pytest.raises(BadView, match="cells"):
            selection.clusters(Window(zoom + CELL_LEVELS, 0, 0, side, side))


def test_a_view_across_the_antimeridian_joins_both_sides() -> None:
    points = [(179.99, 10.0), (-179.99, 10.0), (0.0, 10.0)]
    selection = _grid(points).select(np.ones(3, bool))
    window = Window.of(179.0, 9.0, -179.0, 11.0, zoom=5)
    clusters = selection.clusters(window)
    assert clusters.n.tolist() == [2]
    west, south, east, north = clusters.extent_of(0)
    assert east - west == pytest.approx(0.02, abs=1e-5)
    assert (south, north) == pytest.approx((10, 10), abs=1e-5)


def test_many_on_one_spot_are_one_symbol_and_each_is_listed_once() -> None:
    points = [(37.25, 49.2)] * 3000 + [(39.9, 49.2)]
    selection = _grid(points).select(np.ones(3001, bool))
    for zoom in (6, 12, 18):
        clusters = selection.clusters(Window.of(37.2, 49.1, 37.3, 49.3, zoom=min(zoom, 14)))
        i = int(np.argmax(clusters.n))
        assert clusters.n[i] == 3000
        assert clusters.stacked[i]
        runs = clusters.runs_of(i)
        pages = [selection.rows_of(runs, offset=at, limit=12).tolist() for at in range(0, 3000, 12)]
        assert sorted(row for page in pages for row in page) == list(range(3000))


def test_a_symbol_does_not_change_when_the_view_moves() -> None:
    rng = np.random.default_rng(5)
    points = list(zip(rng.normal(31, 2, 4000), rng.normal(49, 1.5, 4000), strict=True))
    selection = _grid(points).select(np.ones(4000, bool))
    window = Window.of(27, 46, 35, 52, zoom=7)
    moved = Window(window.level, window.x0 - 3, window.y0 - 2, window.x1 + 6, window.y1 + 5)

    def middle(view: Window) -> set[tuple[int, int, int]]:
        clusters = selection.clusters(view)
        x, y = clusters.xy.T + np.array([[view.x0 * 64], [view.y0 * 64]])
        keep = (x > (window.x0 + 3) * 64) & (x < (window.x1 - 3) * 64)
        keep &= (y > (window.y0 + 3) * 64) & (y < (window.y1 - 3) * 64)
        return {
            (round(a), round(b), int(n)) for a, b, n in zip(x[keep], y[keep], clusters.n[keep], strict=True)
        }

    assert len(middle(window)) > 20
    assert middle(window) == middle(moved)


def test_symbols_take_apart_when_one_zooms_in() -> None:
    points = [(31.0, 49.0), (31.001, 49.0), (31.0, 49.001)]
    selection = _grid(points).select(np.ones(3, bool))
    far = selection.clusters(Window.of(30, 48, 32, 50, zoom=6))
    near = selection.clusters(Window.of(30.99, 48.99, 31.01, 49.01, zoom=17))
    assert far.n.tolist() == [3]
    assert near.n.tolist() == [1, 1, 1]


def test_positions_that_cannot_stand_on_a_map_are_left_out() -> None:
    lon = np.array([np.nan, 10.0, 181.0, np.inf, 20.0, -200.0])
    lat = np.array([10.0, np.nan, 10.0, 10.0, 20.0, 91.0])
    assert usable(lon, lat).tolist() == [False, False, False, False, True, False]
    selection = Grid(lon, lat).select(np.ones(6, bool))
    assert len(selection) == 1
    assert selection.clusters(Window(2, 0, 0, 4, 4)).first_row.tolist() == [4]


def test_an_empty_collection_and_a_filter_that_lets_nothing_through_are_empty_maps() -> None:
    for points, mask in (([], np.zeros(0, bool)), ([(1.0, 1.0)], np.zeros(1, bool))):
        clusters = _grid(points).select(mask).clusters(Window(2, 0, 0, 4, 4))
        assert len(clusters) == clusters.n.sum() == 0
        assert clusters.shares("kind").sum() == 0


@pytest.mark.parametrize(
    ("window", "word"),
    [
        (Window(101, 0, 0, 1, 1), "zoom"),
        (Window(-3, 0, 0, 1, 1), "zoom"),
        (Window(8, 5, 0, 4, 1), "end before"),
        (Window(8, 0, 0, 256, 256), "cells"),
        (Window(8, 10**9, 0, 10**9 + 1, 1), "columns"),
    ],
)
def test_a_view_that_cannot_be_drawn_is_told_why(window: Window, word: str) -> None:
    with pytest.raises(BadView, match=word):
        window.checked()


@pytest.mark.parametrize("edges", [(math.nan, 0, 1, 1), (0, math.inf, 1, 1), (0, 5, 1, 1)])
def test_degrees_that_make_no_view_are_refused(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadView):
        Window.of(*edges, zoom=3)


def test_a_view_of_zero_size_is_empty_and_no_error() -> None:
    selection = _grid([(0.0, 0.0)]).select(np.ones(1, bool))
    assert selection.clusters(Window(4, 3, 3, 3, 3)).n.sum() == 0


def test_a_mask_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="would be right"):
        _grid([(0.0, 0.0)]).select(np.ones(2, bool))


def test_counts_over_time_add_up_and_fall_into_their_step() -> None:
    points = [(31.0, 49.0)] * 10 + [(35.0, 50.0)] * 5
    selection = _grid(points).select(np.ones(15, bool))
    clusters = selection.clusters(Window.of(30, 48, 36, 51, zoom=7))
    step = np.array([0] * 5 + [1] * 5 + [0, 0, 1, 3, 255], np.uint8)[selection.grid.rows]
    assert clusters.n.sum() == 15
    assert clusters.over_time(step, 0, 4).sum(axis=0).tolist() == [0, 7, 6, 0, 1]
    assert clusters.over_time(step, 1, 3).sum(axis=0).tolist() == [7, 6, 0]
    assert clusters.over_time(step, 0, 4).sum(axis=1).tolist() == [4, 10]


def test_the_density_surface_counts_every_point_once() -> None:
    rng = np.random.default_rng(2)
    points = list(zip(rng.uniform(20, 40, 900), rng.uniform(44, 53, 900), strict=True))
    selection = _grid(points).select(np.ones(900, bool))
    window = Window.of(18, 43, 42, 54, zoom=5)
    grid, level = selection.density(window)
    assert level == window.level + 2
    assert grid.sum() == selection.count(window) == 900
