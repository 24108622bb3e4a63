"""Synthetic incidents of realistic distribution: Zipf over towns, dates over four years, ranges, claims, sources.

Everything follows from `(size, seed)`. Nothing here describes a real event; towns and speakers are invented.

    python -m bench.synthetic 100000 FOLDER     writes a collection folder of monthly FeatureCollections
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from incidents import vocabulary

CHUNK: Final = 100_000
FIRST_DAY: Final = dt.date(2022, 1, 1)
DAYS: Final = 4 * 365 + 1
TOWNS: Final = 6_000
UNKNOWN_SHARE: Final = 0.04
# country, admin-1 codes, west, south, east, north, share of towns: boxes roughly inside each country
_AREAS: Final = (
    ("UA", 24, 23.5, 46.5, 39.5, 51.8, 0.70),
    ("PL", 8, 15.5, 50.0, 23.0, 54.0, 0.06),
    ("SD", 9, 23.0, 10.0, 36.0, 20.0, 0.10),
    ("MM", 7, 94.5, 16.0, 99.0, 25.0, 0.08),
    ("CO", 9, -77.0, 1.0, -70.0, 10.0, 0.06),
)
_CATEGORY_WEIGHT: Final = (14, 10, 30, 8, 5, 1, 4, 2, 1, 4, 12, 4, 2, 1, 1, 1)
_SYLLABLES: Final = "ka ro lis ven mar to zel bor ni sha du pet ol hrad ivka mir slo ta ke ran".split()  # noqa: SIM905
WORDS: Final = """
residents reported several explosions before dawn in the northern district officials said that the
building of the school was hit and windows broke emergency services searched the rubble until
evening water supply was interrupted two streets near the market remained closed the administration
published a list of damaged houses a second impact followed after an hour volunteers brought people
to a shelter the hospital received wounded residents investigators documented fragments at the site
power lines were cut local media quoted a witness
""".split()  # noqa: SIM905
_SPEAKERS: Final = ("head of the region", "mayor", "regional police", "prosecutor's office", "emergency service",
                    "hospital", "monitoring mission", "village council")  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """One chunk of incidents as columns, in random order. `lon`, `lat` are degrees, NaN without a place."""

    number: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    town: NDArray[np.int32]
    category: NDArray[np.uint8]
    precision: NDArray[np.uint8]
    day: NDArray[np.int32]
    length: NDArray[np.int32]
    killed: NDArray[np.int32]
    impact: NDArray[np.uint8]
    weapon: NDArray[np.uint8]
    uncertainty_m: NDArray[np.float32]
    words: NDArray[np.int32]


@dataclass(frozen=True)
class Towns:
    """The invented places that all chunks share."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    name: list[str]
    country: list[str]
    admin1: list[str]


def towns(*, seed: int = 7, count: int = TOWNS) -> Towns:
    """Return invented towns inside a few countries, in random order of size."""
    rng = np.random.default_rng(seed)
    area = rng.choice(len(_AREAS), size=count, p=[a[6] for a in _AREAS])
    box = np.array([a[2:6] for a in _AREAS])[area]
    where = rng.random((count, 2))
    code = [int(x) for x in where[:, 0] * [_AREAS[a][1] for a in area]]
    spelt = rng.choice(_SYLLABLES, size=(count, 3))
    return Towns(
        lon=np.round(box[:, 0] + where[:, 0] * (box[:, 2] - box[:, 0]), 5),
        lat=np.round(box[:, 1] + where[:, 1] * (box[:, 3] - box[:, 1]), 5),
        name=["".join(parts).capitalize() for parts in spelt],
        country=[_AREAS[a][0] for a in area],
        admin1=[f"{_AREAS[a][0]}-{c + 1:02d}" for a, c in zip(area, code, strict=True)],
    )


def _zipf(rng: np.random.Generator, n: int, count: int) -> NDArray[np.int32]:
    """Draw towns so that the k-th town has a share of about 1/k."""
    weight = 1 / np.arange(1, count + 1)
    return (
        np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(n)).clip(0, count - 1).astype(np.int32)
    )


def _placed(rng: np.random.Generator, town: NDArray[np.int32], places: Towns) -> tuple[NDArray[Any], ...]:
    """Half of the incidents lie on the town's centroid (stacked), a third around it, the rest nearby or nowhere."""
    n = len(town)
    kind = rng.choice(4, size=n, p=[0.5, 0.3, 0.2 - UNKNOWN_SHARE, UNKNOWN_SHARE])
    spread = np.array([0.0, 0.02, 0.12, np.nan])[kind]
    precision = np.array([2, 0, 3, 7], dtype=np.uint8)[kind]
    uncertainty = np.array([3000, 50, 12000, np.nan], dtype=np.float32)[kind]
    lon = np.round(places.lon[town] + rng.normal(size=n) * spread, 6)
    lat = np.round(places.lat[town] + rng.normal(size=n) * spread * 0.7, 6)
    return lon, lat, precision, uncertainty


def columns(chunk: int, *, n: int = CHUNK, seed: int = 1) -> Columns:
    """Return chunk number `chunk` of `n` incidents; the same arguments always give the same incidents."""
    rng = np.random.default_rng([seed, chunk])
    town = _zipf(rng, n, TOWNS)
    lon, lat, precision, uncertainty = _placed(rng, town, towns())
    weight = np.array(_CATEGORY_WEIGHT) / sum(_CATEGORY_WEIGHT)
    harm = rng.random(n) < 0.3
    # attacks come in waves: a slow season and a weekly rhythm over an even floor
    day = ((rng.beta(1.3, 1.6, n) * 0.7 + rng.random(n) * 0.3) * DAYS).astype(np.int32)
    return Columns(
        number=np.arange(n, dtype=np.int64) + chunk * n,
        lon=lon,
        lat=lat,
        town=town,
        category=rng.choice(len(weight), size=n, p=weight).astype(np.uint8),
        precision=precision,
        day=day,
        length=rng.choice(4, size=n, p=[0.9, 0.06, 0.03, 0.01]).astype(np.int32),
        killed=np.where(harm, np.minimum(rng.zipf(2.0, n), 600), -1).astype(np.int32),
        impact=rng.integers(0, 12, n).astype(np.uint8),
        weapon=rng.integers(0, 12, n).astype(np.uint8),
        uncertainty_m=uncertainty,
        words=rng.integers(0, len(WORDS), (n, 38)).astype(np.int32),
    )


def sizes(total: int) -> list[int]:
    """Split `total` into chunks."""
    return [CHUNK] * (total // CHUNK) + ([total % CHUNK] if total % CHUNK else [])


def all_columns(total: int, *, seed: int = 1) -> Iterator[Columns]:
    """Yield `total` incidents in chunks."""
    for chunk, n in enumerate(sizes(total)):
        yield columns(chunk, n=n, seed=seed)


def features(part: Columns) -> Iterator[dict[str, Any]]:
    """Yield valid `incident/1` Features, derived fields included, in the order that the product writes them."""
    places = towns()
    category, precision = vocabulary.words("category"), vocabulary.words("geo_precision")
    impact, weapon = vocabulary.words("impact"), vocabulary.words("weapon")
    for i in range(len(part.number)):
        number, killed, town = int(part.number[i]), int(part.killed[i]), int(part.town[i])
        start = FIRST_DAY + dt.timedelta(days=int(part.day[i]))
        end = start + dt.timedelta(days=int(part.length[i]))
        told = " ".join(WORDS[w] for w in part.words[i])
        name = places.name[town]
        point = None
        if part.precision[i] != 7:
            point = {"type": "Point", "coordinates": [float(part.lon[i]), float(part.lat[i])]}
        claim = _claim(number, killed, town, told)
        source = {"id": f"s{number % 997}", "publisher": f"Example Monitor {number % 40}",
                  "url": f"https://example.org/{number}"}  # fmt: skip
        flat = {
            "schema": "incident/1",
            "title": f"{category[part.category[i]].replace('_', ' ').capitalize()}, {name}, {start}",
            "summary": told[:250],
            "role": "incident" if part.category[i] < 12 else "context",
            "category": category[part.category[i]],
            "impact": [impact[part.impact[i]]],
            "weapon": [weapon[part.weapon[i]]] if number % 3 else [],
            "date_start": start.isoformat(),
            "date_end": end.isoformat(),
            "date_precision": "day",
            "date_reported": end.isoformat(),
            "place_name": name,
            "place_id": f"synthetic:{town}",
            "country": places.country[town],
            "admin1": places.admin1[town],
            "admin1_name": f"Region {places.admin1[town]}",
            "geo_precision": precision[part.precision[i]],
            "uncertainty_m": None if point is None else float(part.uncertainty_m[i]),
            "sensitivity": [],
            "review": "rejected" if number % 50 == 0 else "unreviewed",
            "previous_ids": [],
        }
        figure = killed if killed >= 0 else None
        made = {"killed_min": figure, "killed_max": figure, "injured_min": None, "injured_max": None,
                "bodies_min": None, "bodies_max": None, "n_claims": 1, "n_sources": 1, "n_speakers": 1,
                "grading": "weak", "disputed": False}  # fmt: skip
        nested = {"claims": [claim], "sources": [source], "history": []}
        yield {
            "type": "Feature",
            "id": f"syn-{number:08d}",
            "geometry": point,
            "properties": flat | made | nested,
        }


def _claim(number: int, killed: int, town: int, told: str) -> dict[str, Any]:
    figure = killed if killed >= 0 else None
    quoted = told[20:90]
    return {
        "id": f"c{number}",
        "predicate": "killed" if figure is not None else "damage",
        "value": figure,
        "min": figure,
        "max": figure,
        "qualifier": "as_stated",
        "extent": "whole",
        "speaker": {"name": f"{_SPEAKERS[number % 8]} {town % 300}", "role": "official"},
        "modality": "asserted",
        "polarity": "positive",
        "attribution": "explicit",
        "quote": {"report": "r", "start": 20, "end": 20 + len(quoted), "text": quoted},
        "source": f"s{number % 997}",
        "review": "unreviewed",
    }


def write_folder(total: int, folder: Path, *, seed: int = 1) -> None:
    """Write a collection folder of monthly FeatureCollections, one Feature per line."""
    folder.mkdir(parents=True, exist_ok=True)
    months: dict[str, list[bytes]] = {}
    for part in all_columns(total, seed=seed):
        for feature in features(part):
            months.setdefault(feature["properties"]["date_start"][:7], []).append(orjson.dumps(feature))
    for month, lines in months.items():
        body = b",\n".join(lines)
        (folder / f"{month}.geojson").write_bytes(
            b'{"type":"FeatureCollection","features":[\n' + body + b"\n]}\n"
        )


if __name__ == "__main__":
    write_folder(int(sys.argv[1]), Path(sys.argv[2]))
