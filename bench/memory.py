"""A catalogue in memory, for tests and measurements of the map: columns in, the questions answered in numpy."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench import synthetic
from incidents import vocabulary
from incidents._errors import NotFound
from incidents.catalogue import Bin, Counts, Points, Unit
from incidents.filters import Filter
from incidents.model import Incident

DAY_0 = dt.date(1970, 1, 1)
CATEGORIES, PRECISIONS = vocabulary.words("category"), vocabulary.words("geo_precision")


class MemoryCatalogue:
    """Filters by category, since, until and bbox only. Ids are `i` and the row's number."""

    def __init__(self, points: Points, *, titles: Sequence[str] | None = None, revision: str = "1") -> None:
        self._points, self._titles, self._revision = points, titles, revision
        self.asked: Counter[str] = Counter()

    @property
    def revision(self) -> str:
        return self._revision

    def points(self) -> Points:
        self.asked["points"] += 1
        return self._points

    def mask(self, where: Filter) -> NDArray[np.bool_]:
        self.asked["mask"] += 1
        p = self._points
        out = np.ones(len(p.lon), bool)
        if where.category:
            out &= np.isin(p.category, [CATEGORIES.index(word) for word in where.category])
        if where.since:
            out &= p.start >= (where.since - DAY_0).days
        if where.until:
            out &= p.start <= (where.until - DAY_0).days
        if where.bbox:
            west, south, east, north = where.bbox
            out &= (p.lon >= west) & (p.lon <= east) & (p.lat >= south) & (p.lat <= north)
        return out

    def counts(self, where: Filter) -> Counts:
        mask = self.mask(where)
        mapped = int((mask & np.isfinite(self._points.lon)).sum())
        return Counts(int(mask.sum()), mapped, int(mask.sum()) - mapped)

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        found = Counter((["UA-63", "UA-14", "UA-32", ""] * len(self._points.lon))[: len(self._points.lon)])
        return dict(found) if level == "admin1" else {"UA": len(self._points.lon)}

    def get(self, incident_id: str) -> Incident:
        row = self.line_of(incident_id)
        p = self._points
        start = None if p.start[row] < -99_999 else DAY_0 + dt.timedelta(int(p.start[row]))
        return Incident.model_validate(
            {
                "id": str(p.ids[row]),
                "point": {"lon": float(p.lon[row]), "lat": float(p.lat[row])},
                "title": self._titles[row] if self._titles else f"Incident number {row}",
                "category": CATEGORIES[p.category[row]],
                "date_start": start,
                "date_precision": "day" if start else "unknown",
                "place_name": "Town",
                "geo_precision": PRECISIONS[p.precision[row]],
                "uncertainty_m": float(p.uncertainty_m[row]),
            }
        )

    def line_of(self, incident_id: str) -> int:
        row = int(incident_id[1:]) if re.fullmatch(r"i[0-9]{1,9}", incident_id) else -1
        if not 0 <= row < len(self._points.lon):
            raise NotFound(f"no incident {incident_id}")
        return row

    def select(self, where: Filter) -> Iterator[Incident]:
        return (self.get(str(self._points.ids[row])) for row in np.flatnonzero(self.mask(where)))

    def page(self, where: Filter, **_: Any) -> list[dict[str, Any]]:
        return [incident.model_dump() for incident in self.select(where)]

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        return {field: {} for field in fields}

    def timeline(self, where: Filter, unit: Unit) -> list[Bin]:
        return []

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        return None


def points(size: int, *, seed: int = 3, lon: Any = None, lat: Any = None) -> Points:
    """Make columns: Zipf over towns in Ukraine, four years; every fifth incident at a site of its own."""
    rng = np.random.default_rng(seed)
    towns = np.stack([rng.uniform(23.5, 39.5, 400), rng.uniform(46.5, 51.5, 400)], axis=1)
    at = towns[np.minimum(rng.zipf(1.4, size) - 1, 399)]
    site = rng.random(size) < 0.2
    at = at + rng.normal(0, 0.03, (size, 2)) * site[:, None]
    return Points(
        lon=at[:, 0] if lon is None else np.asarray(lon, float),
        lat=at[:, 1] if lat is None else np.asarray(lat, float),
        category=rng.integers(0, 12, size).astype(np.uint8),
        precision=np.where(site, 0, 2).astype(np.uint8),
        start=(19047 + rng.integers(0, 1400, size)).astype(np.int32),
        killed_min=np.where(rng.random(size) < 0.4, rng.poisson(2, size), -1).astype(np.int32),
        uncertainty_m=np.where(site, 50, 3000).astype(np.float32),
        ids=np.array([f"i{row:07d}" for row in range(size)], dtype=object),
    )


def synthetic_points(size: int, *, seed: int = 1) -> Points:
    """Return the columns of `size` synthetic incidents (see `bench.synthetic`)."""
    parts = list(synthetic.all_columns(size, seed=seed))

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    first = (synthetic.FIRST_DAY - DAY_0).days
    return Points(
        lon=joined("lon"),
        lat=joined("lat"),
        category=joined("category"),
        precision=joined("precision"),
        start=joined("day") + np.int32(first),
        killed_min=joined("killed"),
        uncertainty_m=joined("uncertainty_m"),
        ids=np.array([f"i{row:07d}" for row in range(size)], dtype=object),
    )
