"""Points in a drawn ring: the exact test behind the filter word `within`."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from incidents._errors import BadInput

_TURNS: Final = (0.0, -360.0, 360.0)


def inside(
    ring: tuple[tuple[float, float], ...], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Say which points (degrees) lie inside `ring`, a closed or open ring of (lon, lat), straight in degrees.

    A ring drawn past 180° also holds the points on the other side. A ring that crosses itself is read by the
    even-odd rule. Raises BadInput for a ring without an area.
    """
    area = shapely.Polygon(ring)
    if not area.is_valid:
        area = shapely.make_valid(area)
    if area.area == 0:
        raise BadInput("within: the ring has no area")
    shapely.prepare(area)
    west, _, east, _ = area.bounds
    result = np.zeros(len(lon), dtype=np.bool_)
    for turn in _TURNS:
        if west <= 180 - turn and east >= -180 - turn:
            result |= shapely.contains_xy(area, lon - turn, lat)
    return result
