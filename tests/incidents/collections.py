"""A small, varied collection for the tests of queries, and a slow evaluation of filters that shares no code with SQL."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterable

from geo import gazetteer
from incidents import derive, vocabulary
from incidents._fold import fold
from incidents.filters import Filter
from incidents.model import Claim, Incident, Point, Quote, Source, Speaker

DAYS = [dt.date(2022, 2, 24) + dt.timedelta(days=n * 7) for n in range(60)]
NAMES = [
    ("Izium", "geonames:707292", "UA-63"), ("Ізюм", "geonames:707292", "UA-63"), ("Bucha", "geonames:711390", "UA-32"),
    ("Łódź", "geonames:3093133", "PL-10"), ("Kupʼiansk", None, "UA-63"), (None, None, None),
]  # fmt: skip
WORDS = [
    "school",
    "shelling",
    "Школа",
    "обстріл",
    "café",
    "rubble",
    "évacuation",
    "50%",
    "under_score",
    "o'clock",
    'quote"d',
    "back\\slash",
]


def _claim(rng: random.Random, number: int) -> Claim:
    low = rng.choice([None, 0, 1, 3, 12, 400])
    words = " ".join(rng.sample(WORDS, 2))
    return Claim(
        id=f"c{number}",
        predicate=rng.choice(["killed", "injured", "denial", "damage"]),
        value=low,
        min=low,
        max=rng.choice([None, low]),
        qualifier="at_least",
        speaker=rng.choice([None, Speaker(name="Олена Приклад"), Speaker(name="Mayor of Example")]),
        quote=Quote(report="r", start=0, end=len(words), text=words),
    )


def _some(rng: random.Random, name: str) -> tuple[str, ...]:
    return tuple(rng.sample(vocabulary.words(name), rng.choice([0, 0, 1, 3])))


def incident(number: int, seed: int = 5) -> Incident:
    """Return one incident; the same number always gives the same."""
    rng = random.Random(seed * 10_000 + number)
    start = rng.choice([None, *DAYS])
    name, place_id, admin1 = rng.choice(NAMES)
    where = rng.choice([
        None, (37.28 + rng.uniform(-1, 1), 49.2 + rng.uniform(-1, 1)), (rng.uniform(-180, 180), rng.uniform(-90, 90)),
        (rng.choice([-1, 1]) * rng.uniform(179, 180), rng.uniform(-20, 20)),
    ])  # fmt: skip
    return Incident(
        id=f"i-{number:04d}",
        point=None if where is None else Point(lon=where[0], lat=where[1]),
        title=" ".join(rng.sample(WORDS, 3)),
        summary=rng.choice(["", "Ein Überblick: ÉCOLE", "снаряд влучив у ринок"]),
        role=rng.choice(vocabulary.words("role")),
        category=rng.choice(vocabulary.words("category")),
        impact=_some(rng, "impact"),
        weapon=_some(rng, "weapon"),
        sensitivity=_some(rng, "sensitivity"),
        date_start=start,
        date_end=start and rng.choice([None, start + dt.timedelta(days=rng.choice([0, 3, 40]))]),
        date_discovered=rng.choice([None, *DAYS]),
        place_name=name,
        place_id=place_id,
        country=admin1 and admin1[:2],
        admin1=admin1,
        geo_precision="unknown" if where is None else rng.choice(["site", "settlement"]),
        review=rng.choice(["unreviewed", "accepted", "rejected", "superseded", "needs_review"]),
        previous_ids=(f"old-{number}",) if number % 7 == 0 else (),
        claims=tuple(_claim(rng, k) for k in range(rng.choice([0, 1, 2]))),
        sources=tuple(
            Source(id=f"s{k}", url=f"https://example.org/{k}") for k in range(rng.choice([0, 1, 2]))
        ),
    )


def collection(size: int = 160) -> list[Incident]:
    """Return a varied collection."""
    return [incident(number) for number in range(size)]


# ---- filters, the slow way


def passes(one: Incident, where: Filter) -> bool:
    """Say whether a filter lets an incident through."""
    made = derive.derived(one)
    killed = made["killed_min"]
    return all((
        _in_time(one, where),
        not where.category or one.category in where.category,
        not where.impact or bool(set(one.impact) & set(where.impact)),
        not where.weapon or bool(set(one.weapon) & set(where.weapon)),
        not where.role or one.role in where.role,
        not where.admin1 or one.admin1 in where.admin1,
        not where.grading or made["grading"] in where.grading,
        one.review in where.review if where.review else one.review not in ("rejected", "superseded"),
        where.min_killed is None or (isinstance(killed, int | float) and killed >= where.min_killed),
        where.place is None or _at_place(one, where.place),
        where.text is None or _says(one, where.text),
        _in_space(one, where),
    ))  # fmt: skip


def _in_time(one: Incident, where: Filter) -> bool:
    first = one.date_start or one.date_discovered
    last = (one.date_end or one.date_start) if one.date_start else one.date_discovered
    if where.since and (last is None or last < where.since):
        return False
    return not (where.until and (first is None or first > where.until))


def _ids(name: str) -> Iterable[str]:
    return gazetteer.load().search(name)


def _at_place(one: Incident, name: str) -> bool:
    needle = fold(name).strip()
    spelt = fold(one.place_name or "").replace("ʼ", "'")
    return not needle or one.place_id in _ids(name) or (bool(spelt) and needle in spelt)


def _says(one: Incident, text: str) -> bool:
    said = [one.title, one.summary, one.place_name, one.admin1_name, one.admin2_name]
    for claim in one.claims:
        said += [claim.speaker and claim.speaker.name, claim.quote and claim.quote.text]
    haystack = "\n".join(fold(part) for part in said if part).replace("ʼ", "'").replace("’", "'")
    terms = fold(text).replace("’", "'").replace("ʼ", "'").split()
    found = all(term in haystack or one.place_id in _ids(term) for term in terms)
    return found or (len(terms) > 1 and one.place_id in _ids(text))


def _in_space(one: Incident, where: Filter) -> bool:
    if where.bbox is None and where.near is None and where.within is None:
        return True
    if one.point is None:
        return False
    lon, lat = one.point.lon, one.point.lat
    ok = True
    if where.bbox is not None:
        west, south, east, north = where.bbox
        across = west <= lon <= east if west <= east else lon >= west or lon <= east
        ok = ok and south <= lat <= north and across
    if where.near is not None:
        ok = ok and km(lon, lat, where.near[0], where.near[1]) <= where.near[2]
    if where.within is not None:
        ok = ok and any(_odd(lon + turn, lat, where.within) for turn in (-360, 0, 360))
    return ok


def km(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Return the great-circle distance by vectors, on a sphere of 6371.0088 km."""

    def vector(x: float, y: float) -> tuple[float, float, float]:
        x, y = math.radians(x), math.radians(y)
        return math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)

    return 6371.0088 * 2 * math.asin(min(1.0, math.dist(vector(lon, lat), vector(to_lon, to_lat)) / 2))


def _odd(lon: float, lat: float, ring: tuple[tuple[float, float], ...]) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > lat) != (by > lat) and lon < (bx - ax) * (lat - ay) / (by - ay) + ax:
            inside = not inside
    return inside
