"""The settlement nearest to a position, among those whose own position is known."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.gazetteer import Place, load

_EARTH_KM: Final = 6371.0088
_KINDS: Final = ("city", "town", "settlement", "village")


@lru_cache(maxsize=1)
def _settlements() -> tuple[list[Place], NDArray[np.float64], NDArray[np.float64]]:
    gazetteer = load()
    places = [
        place
        for kind in _KINDS
        for place in gazetteer.areas(kind)
        if place.lon is not None and place.located_by == "coordinates"
    ]
    lon = np.radians([place.lon or 0.0 for place in places])
    lat = np.radians([place.lat or 0.0 for place in places])
    return places, lon, lat


@lru_cache(maxsize=20_000)
def nearest(lon: float, lat: float, *, within_km: float = 25.0) -> tuple[Place, float] | None:
    """Return the settlement to which a position most likely belongs and its distance in km; null if none is near.

    `lon`, `lat` in degrees. A position inside a town's radius belongs to that town, even when the middle of a village
    is closer. Great-circle distance by the haversine formula on a sphere of 6371.0088 km.
    """
    places, lons, lats = _settlements()
    x, y = np.radians(lon), np.radians(lat)
    a = np.sin((lats - y) / 2) ** 2 + np.cos(y) * np.cos(lats) * np.sin((lons - x) / 2) ** 2
    km = 2 * _EARTH_KM * np.arcsin(np.sqrt(a))
    close = np.flatnonzero(km <= within_km)
    if not len(close):
        return None
    best = min(
        close, key=lambda i: (km[i] * 1000 > places[i].radius_m, km[i] * 1000 / places[i].radius_m, km[i])
    )
    if km[best] * 1000 > places[best].radius_m:
        best = close[np.argmin(km[close])]
    return places[best], float(km[best])


@lru_cache(maxsize=512)
def country_box(code: str) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north in degrees around the known settlements of a country (ISO 3166-1), or null."""
    places, lons, lats = _settlements()
    here = [i for i, place in enumerate(places) if place.country == code]
    if not here:
        return None
    lon, lat = np.degrees(lons[here]), np.degrees(lats[here])
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def looks_swapped(lon: float, lat: float, country: str, *, margin: float = 1.0) -> bool:
    """Say whether a position is outside its country but would be inside with longitude and latitude exchanged.

    Degrees; `margin` degrees around the settlements of the country still count as inside.
    """
    box = country_box(country)
    if box is None:
        return False
    west, south, east, north = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin

    def inside(x: float, y: float) -> bool:
        return west <= x <= east and south <= y <= north

    return inside(lat, lon) and not inside(lon, lat)
