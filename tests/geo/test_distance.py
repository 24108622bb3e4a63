"""Distances, bearings and offsets agree with each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import distance

LON = st.floats(-180, 180)
LAT = st.floats(-85, 85)


def test_kyiv_to_kharkiv_is_about_410_km() -> None:
    assert distance.km(30.5238, 50.45466, 36.25475, 49.98177) == pytest.approx(411, abs=3)


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance.km(30, 0, 30, 1) == pytest.approx(111.195, abs=0.01)
    assert distance.bearing(30, 0, 30, 1) == pytest.approx(0)
    assert distance.bearing(30, 0, 31, 0) == pytest.approx(90)


@settings(deadline=None)
@given(LON, LAT, st.floats(0, 359.9), st.floats(0.01, 500))
def test_a_destination_lies_as_far_as_asked(lon: float, lat: float, course: float, far: float) -> None:
    lon2, lat2 = distance.destination(lon, lat, bearing_deg=course, distance_km=far)
    assert distance.km(lon, lat, lon2, lat2) == pytest.approx(far, rel=1e-4, abs=1e-4)
    assert -180 <= lon2 <= 180
    assert -90 <= lat2 <= 90


@settings(deadline=None)
@given(LON, LAT, LON, LAT)
def test_distance_is_the_same_both_ways(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    assert distance.km(lon1, lat1, lon2, lat2) == pytest.approx(distance.km(lon2, lat2, lon1, lat1))
