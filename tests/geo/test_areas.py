from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.areas import areas, decode


def test_known_places_lie_in_their_province() -> None:
    outlines = {area.code: area for area in areas("admin1")}
    for lon, lat, code in (
        (37.25, 49.21, "UA-63"),
        (30.22, 50.55, "UA-32"),
        (37.55, 47.10, "UA-14"),
        (24.03, 49.84, "UA-46"),
    ):
        found = [c for c, area in outlines.items() if area.outline.contains(shapely.Point(lon, lat))]
        assert found == [code]
    assert outlines["UA-63"].name == "Kharkiv Oblast"


def test_countries_have_outlines_as_well() -> None:
    outlines = {area.code: area.outline for area in areas("country")}
    assert outlines["UA"].contains(shapely.Point(32.0, 49.0))
    assert all(outline.is_valid for outline in outlines.values())


def test_lines_are_zigzag_differences_of_five_bits() -> None:
    # after the worked example of Google's polyline format, longitude first here
    assert decode("_p~iF~ps|U", 1e-5)[0] == pytest.approx([38.5, -120.2])
    np.testing.assert_allclose(decode("_p~iF~ps|U_ulLnnqC", 1e-5)[1], [40.7, -120.95])
