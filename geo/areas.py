"""The outlines of provinces and countries, as shapes to compute with; the same data that the map is coloured by.

The outlines are simplified (about 400 m in Ukraine, some kilometres elsewhere): near a border they may put a point on
the other side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_OFFSET: Final = 63
_BITS: Final = 5


class Area(NamedTuple):
    """One province or country: ISO 3166 code, English name, outline in WGS 84 degrees, longitude first."""

    code: str
    name: str
    outline: BaseGeometry


def areas(level: Literal["admin1", "country"]) -> list[Area]:
    """Return every area of a level that has an outline, by code."""
    text = resources.files("geo").joinpath("data", "regions.json").read_text(encoding="utf-8")
    units: dict[str, Any] = json.loads(text)[level]
    return [
        Area(code, name, _outline(rings, quantum))
        for code, (name, _, quantum, rings) in sorted(units.items())
        if rings
    ]


def _outline(packed: list[list[str]], quantum: float) -> BaseGeometry:
    """Return the polygons (shell, then holes) of an area; what the rounding has pinched off is mended."""
    polygons = [shapely.Polygon(shell, holes) for shell, *holes in _rings(packed, quantum)]
    return shapely.make_valid(shapely.MultiPolygon(polygons))


def _rings(packed: list[list[str]], quantum: float) -> Iterator[list[NDArray[np.float64]]]:
    for texts in packed:
        rings = [decode(text, quantum) for text in texts]
        if len(rings[0]) >= 4:
            yield [ring for ring in rings if len(ring) >= 4]


def decode(text: str, quantum: float) -> NDArray[np.float64]:
    """Return the positions (degrees, longitude first) of a line written by `scripts/build_basemap.py`.

    Zigzag differences of whole numbers of `quantum`, five bits a character, lowest first, the sixth bit for more.
    """
    steps: list[int] = []
    value = shift = 0
    for letter in text:
        piece = ord(letter) - _OFFSET
        value |= (piece & 31) << shift
        shift += _BITS
        if piece < 32:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    grid = np.cumsum(np.array(steps, dtype=np.float64).reshape(-1, 2), axis=0)
    return np.asarray(grid * quantum, dtype=np.float64)
