"""Flat rows as the index holds them, for the tests of the batch jobs. Invented; no real event."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from incidents._regions import Regions
from incidents.batch import SCHEMA
from incidents.filters import Filter

_USUAL: Final = {"category": "shelling", "review": "unreviewed", "country": "UA", "disputed": False}

_WEST = shapely.box(0, 0, 1, 1).difference(shapely.box(0.45, 0.45, 0.55, 0.55))
REGIONS: Final = Regions(
    codes=("XX-1", "XX-2"),
    names=("West", "East"),
    shapes=(shapely.to_wkb(_WEST), shapely.to_wkb(shapely.box(1, 0, 2, 1))),
)


def flat(rows: list[dict[str, Any]]) -> pa.Table:
    """Return `rows` with the usual values where they say nothing."""
    return pa.Table.from_pylist([{**_USUAL, **row} for row in rows], schema=SCHEMA)


def scattered(count: int, *, lon: float, lat: float, seed: int = 3) -> list[dict[str, Any]]:
    """Return incidents within a few kilometres and days, some of them on one spot; degrees wrap where they must."""
    rng = np.random.default_rng(seed)
    east = rng.normal(size=count) * 0.03 / max(0.0002, np.cos(np.radians(lat)))
    north = np.where(rng.random(count) < 0.1, 0.0, rng.normal(size=count) * 0.03)
    lons = (lon + np.where(north == 0, 0.0, east) + 180) % 360 - 180
    lats = np.clip(lat + north, -90, 90)
    first = dt.date(2022, 3, 4)
    return [
        {
            "id": f"i{number:05}",
            "lon": round(float(lons[number]), 6),
            "lat": round(float(lats[number]), 6),
            "date_start": first + dt.timedelta(days=int(rng.integers(0, 30))),
            "category": ("shelling", "explosion")[int(rng.integers(0, 2))],
            "admin1": "UA-63",
        }
        for number in range(count)
    ]


RING: Final = ((30.0, 46.5), (38.0, 47.0), (37.0, 51.0), (33.5, 48.0), (31.0, 51.5))
"""A ring with a bay, so that its bounding box holds points that it does not."""
WHERES: Final = (
    Filter(since=dt.date(2023, 3, 1), until=dt.date(2024, 1, 1), category=("shelling", "air_strike")),
    Filter(bbox=(25.0, 46.0, 33.0, 52.0), min_killed=1, impact=("education", "military")),
    Filter(near=(32.0, 49.0, 300.0), review=("rejected", "unreviewed")),
    Filter(text="hospital residents"),
    Filter(place="Ізюм"),
    Filter(within=RING),
    Filter(within=RING, place="Изюм", role=("incident",), weapon=("drone",)),
    Filter(review=("rejected", "superseded")),
)
"""Every word of a filter, in some company."""
