from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dashboard import map_panel, strings, theme
from dashboard.state import View
from incidents import vocabulary

BOUNDS = {"_southWest": {"lat": 48, "lng": 30}, "_northEast": {"lat": 50, "lng": 40}}
SQUARE = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]},
}


def test_what_the_map_reports_is_read() -> None:
    seen = map_panel.read(
        {
            "bounds": BOUNDS, "center": {"lat": 49, "lng": 35}, "zoom": 6, "last_object_clicked_tooltip": "x",
            "last_object_clicked_count": 2, "all_drawings": [SQUARE],
        }
    )  # fmt: skip
    assert seen == map_panel.Seen((30, 48, 40, 50), View(35, 49, 6), "x", 2, ((1, 2), (3, 2), (3, 4), (1, 2)))


@pytest.mark.parametrize(
    "event",
    [{}, {"bounds": None, "center": None, "zoom": None, "all_drawings": None}, {"bounds": {"_southWest": {}}},
     {"center": {"lat": None, "lng": 1}, "zoom": 3}, {"all_drawings": [{"geometry": None}]}],
)  # fmt: skip
def test_an_odd_report_is_left_out(event: dict[str, Any]) -> None:
    assert map_panel.read(event) == map_panel.Seen()


def asked(lon: list[float], lat: list[float]) -> Any:
    return SimpleNamespace(points=lambda: SimpleNamespace(lon=np.array(lon), lat=np.array(lat)))


def test_the_first_view_holds_the_incidents_wherever_they_are() -> None:
    ukraine = map_panel.home(asked([30.2, 37.5, 36.2, np.nan], [50.5, 47.1, 50.0, np.nan]))
    assert (round(ukraine.lon), round(ukraine.lat), ukraine.zoom) == (34, 49, 6)
    africa = map_panel.home(asked([10, 30], [-5, 10]))
    assert 10 < africa.lon < 30
    assert africa.zoom <= 5
    assert map_panel.home(asked([36.2] * 3, [50.0] * 3)).zoom == 11
    assert map_panel.home(asked([np.nan], [np.nan])) == map_panel.WORLD
    assert map_panel.home(asked([-179.9, 179.9], [-89, 89])).zoom == 2


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_map_draws_each_category_as_the_lists_do(mode: theme.Mode) -> None:
    swatches = map_panel.palette(strings.load("uk"), mode)
    assert tuple(s.word for s in swatches) == vocabulary.words("category")
    assert all(s.color == theme.colour(s.word, mode) and s.mark == theme.mark(s.word) for s in swatches)
    assert swatches[0].label == "Авіаудар"
