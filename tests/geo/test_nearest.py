from __future__ import annotations

import pytest

from geo.nearest import looks_swapped, nearest


@pytest.mark.parametrize(
    ("lon", "lat", "name"), [(37.25, 49.21, "Izium"), (36.30, 50.0, "Kharkiv"), (30.23, 50.55, "Bucha")]
)
def test_a_position_belongs_to_the_town_around_it(lon: float, lat: float, name: str) -> None:
    found = nearest(lon, lat)
    assert found is not None
    assert found[0].name == name
    assert 0 <= found[1] < 12


def test_far_from_everything_there_is_nothing() -> None:
    assert nearest(-40.0, 30.0) is None


def test_swapped_coordinates_are_told_from_wrong_ones() -> None:
    assert looks_swapped(49.2, 37.3, "UA")
    assert not looks_swapped(37.3, 49.2, "UA")
    assert not looks_swapped(-100.0, 10.0, "UA")
    assert not looks_swapped(49.2, 37.3, "nowhere")
