"""From a written place to a place of the gazetteer, with honest uncertainty and a reason that a person can read.

Evidence is added up in the open: each candidate carries its parts. A name that several settlements share is decided
by named province or district, by the other places of the report, by distance to them; where only size is left, the
answer says so, and where not even that decides, it is ambiguous.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from geo import distance, names
from geo._spelling import HOME, How, Match, matches, mentioned
from geo.admin import province_code
from geo.gazetteer import Gazetteer, Place, load

__all__ = ["Candidate", "Relation", "Resolution", "choose", "province_code", "resolve", "seat"]

Relation = Literal["in", "near"]
_SETTLED_BY: Final = 0.35
"""By how much the best score must lead for the choice to count as decided."""
_DOMINANT: Final = 5
"""How many times as many people make a town the obvious bearer of its name."""
_RENAMED: Final = 20_000
"""People of a town that is still meant by a former name though another place bears that name today."""
_ABROAD: Final = 20
"""How many times as many people a place abroad needs to be meant rather than one at home."""
_HAMLET: Final = 300
"""People of a settlement of which no source gives the population."""
_LONGEST: Final = 200
"""Characters of the longest text that is taken for a name."""
_SHOWN: Final = 10
"""How many candidates a resolution shows."""
_CITY: Final = 100_000
"""People of a city that is meant by its name, whatever hamlet of that name lies near other places of a report."""
_TOWN: Final = 2000
"""People of a town that a district may be named after."""
_SEAT_KM: Final = 30
"""How far a hromada's middle lies from the town it is named after, at most."""
_DISTRICT_M: Final = 50_000
"""A circle of this radius in metres is more than a district."""
_SETTLEMENT_M: Final = 4000
"""What is reported "at" a town lies this far outside its built-up area, in metres, nine times in ten."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean; `score` is the sum of `parts`."""

    place: Place
    score: float
    parts: dict[str, float]
    how: How


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a written place was resolved to. `lon`, `lat` are degrees, null when nothing fits or it stays ambiguous.

    `precision` is a word of the incident's `geo_precision`; `uncertainty_m` is the radius in metres of the circle that
    should hold the true place nine times in ten.
    """

    place: Place | None
    precision: str
    uncertainty_m: float | None
    why: str
    ambiguous: bool = False
    candidates: tuple[Candidate, ...] = field(default=())

    @property
    def lon(self) -> float | None:
        """Return the longitude in degrees."""
        return self.place.lon if self.place else None

    @property
    def lat(self) -> float | None:
        """Return the latitude in degrees."""
        return self.place.lat if self.place else None


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is known beside the name."""

    admin1: str = ""
    province: str = ""
    district: str = ""
    near: tuple[tuple[float, float], ...] = ()
    inside: frozenset[str] = frozenset()


def resolve(
    name: str,
    *,
    admin1: str | None = None,
    province: str | None = None,
    district: str | None = None,
    near: Iterable[tuple[float, float]] = (),
    context: Iterable[str] = (),
    relation: Relation = "in",
) -> Resolution:
    """Resolve a written place.

    `admin1` is an ISO 3166-2 code, `province` and `district` are as written, `near` are (lon, lat) in degrees of other
    things of the report, `context` ids of other places in it. `relation="near"` says the report means close to it.
    """
    if len(name) > _LONGEST:
        return Resolution(
            None, "unknown", None, f"{len(name)} characters are too many for the name of a place"
        )
    gazetteer = load()
    setting = _setting(gazetteer, admin1, province, district, tuple(near), tuple(context))
    found = matches(gazetteer, name, admin1=setting.admin1)
    if not found and setting.admin1 and name.strip():
        return _fall_back(gazetteer, name, setting)
    return _decide(name, [_scored(match, setting) for match in found], relation)


def choose(
    candidates: Sequence[str],
    *,
    name: str = "",
    admin1: str | None = None,
    context: Iterable[str] = (),
    near: Iterable[tuple[float, float]] = (),
    relation: Relation = "in",
) -> Resolution:
    """Choose among the ids of a scanned mention by the other places of its report."""
    gazetteer = load()
    setting = _setting(gazetteer, admin1, None, None, tuple(near), tuple(context))
    places = [p for p in map(gazetteer.get, candidates) if p is not None]
    shown = name or (places[0].name if places else "")
    return _decide(shown, [_scored(m, setting) for m in _present(mentioned(places, shown))], relation)


def _present(found: list[Match]) -> list[Match]:
    """Leave out former and other names where the words are the present name of a place of Ukraine; large towns stay."""
    present = [m for m in found if m.how != "another name of" and m.place.country == HOME]
    largest = max((_weight(m.place) for m in present), default=0)
    return [
        m for m in found
        if not present or m in present or m.how != "another name of" or _weight(m.place) > max(_ABROAD * largest, _RENAMED)
    ]  # fmt: skip


def _setting(
    gazetteer: Gazetteer,
    admin1: str | None,
    province: str | None,
    district: str | None,
    near: tuple[tuple[float, float], ...],
    context: tuple[str, ...],
) -> _Setting:
    code = admin1 or (province_code(province) if province else None) or ""
    places = [p for p in map(gazetteer.get, context) if p is not None]
    inside = {p.admin1 for p in places if p.admin1}
    points = near + tuple(
        (p.lon, p.lat) for p in places if p.lon is not None and p.lat is not None and not p.is_area
    )
    return _Setting(code, province or "", district or "", points, frozenset(inside))


def _scored(match: Match, setting: _Setting) -> Candidate:
    place, alike, how = match
    parts = {"spelling": alike}
    if setting.admin1:
        parts["province"] = 1.0 if place.admin1 == setting.admin1 else -1.0
    elif place.admin1 in setting.inside:
        parts["same province as the report"] = 0.7 if len(setting.inside) == 1 else 0.55
    if setting.district:
        parts["district"] = _district(place, setting)
    if setting.near and place.lon is not None and place.lat is not None:
        away = min(distance.km(place.lon, place.lat, *point) for point in setting.near)
        parts["distance"] = 0.6 * math.exp(-away / 50)
    parts["size"] = (0.1 if how == "a likely misspelling of" else 0.05) * math.log10(
        max(_weight(place), _HAMLET)
    )
    if (
        not setting.admin1
        and how != "another name of"
        and place.country == HOME
        and place.population >= _CITY
    ):
        parts["a city everybody knows"] = 1.5
    weight = _hostilities().get(_raion(place), 0.0) if place.country == HOME else 0.0
    if weight:
        parts["district with reported fighting"] = 0.15 * weight
    if place.country != HOME:
        parts["abroad"] = -0.3
    return Candidate(place, round(sum(parts.values()), 4), parts, how)


def _raion(place: Place) -> str:
    return place.admin2_name.removesuffix(" Raion")


@lru_cache(maxsize=1)
def _hostilities() -> dict[str, float]:
    lines = (Path(__file__).parent / "data" / "hostilities.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith(("#", "raion"))]
    return {raion: float(weight) for raion, weight in cells}


@lru_cache(maxsize=1024)
def seat(area: Place) -> Place | None:
    """Return the town that a hromada is named after and lies around, null where no such town is near its middle."""
    stem = names.stem(area.name.removesuffix(" Hromada"))
    if area.kind != "hromada" or len(stem) < 3 or area.lon is None or area.lat is None:
        return None
    gazetteer = load()
    towns = gazetteer.spellings_of(area.admin1 or HOME)
    rows = dict.fromkeys(
        row for key, all_rows in towns.items() if key.startswith(stem[:-1]) for row in all_rows
    )
    near = [p for p in gazetteer.places(rows) if p.located_by == "coordinates" and _km(p, area) < _SEAT_KM]
    return max(near, key=lambda p: (p.population, -_km(p, area)), default=None)


@lru_cache(maxsize=1024)
def _anchors(district: str, admin1: str) -> tuple[tuple[float, float], ...]:
    """Return the points a named district may lie at: raions and hromadas by name, else the towns it is named after."""
    stem = names.stem(district)
    if len(stem) < 3:
        return ()
    gazetteer = load()
    areas = [p for kind in ("raion", "hromada") for p in gazetteer.areas(kind)]
    hits = [p for p in areas if (not admin1 or p.admin1 == admin1) and names.stem(p.name) == stem]
    if not hits:
        towns = gazetteer.spellings_of(admin1 or HOME)
        near = (row for key, rows in towns.items() if key.startswith(stem[:-1]) for row in rows)
        hits = [p for p in gazetteer.places(dict.fromkeys(near)) if p.population > _TOWN]
    return tuple((p.lon, p.lat) for p in hits if p.lon is not None and p.lat is not None)


_AREA_WEIGHT: Final = {
    "country": 10_000_000,
    "admin1": 1_000_000,
    "area": 1_000_000,
    "sea": 1_000_000,
    "raion": 50_000,
}


_QUARTER: Final = 2000
"""The most people that count for a part of a city: reports name it far more seldom than a town of its size."""


def _weight(place: Place) -> int:
    """Return how many people stand for a place; areas count as large ones."""
    if place.kind == "quarter":
        return min(place.population, _QUARTER)
    return _AREA_WEIGHT.get(place.kind, place.population)


def _district(place: Place, setting: _Setting) -> float:
    """Return 1 where the place lies in the named district, less with the distance to it."""
    anchors = _anchors(setting.district, setting.admin1)
    if not anchors or place.lon is None or place.lat is None:
        return 0.0
    away = min(distance.km(place.lon, place.lat, *anchor) for anchor in anchors)
    return math.exp(-max(0.0, away - 10) / 30)


def _decide(name: str, candidates: list[Candidate], relation: Relation) -> Resolution:
    ranked = tuple(sorted(candidates, key=_order))
    if not ranked:
        return Resolution(None, "unknown", None, f"no place in the gazetteer is written like {name!r}")
    best, rivals = _front(ranked)
    if rivals and not _dominant(best, rivals) and not _together(best.place, [c.place for c in rivals]):
        listed = ", ".join(f"{c.place.name} ({_where(c.place)})" for c in ranked[:3])
        why = f"ambiguous: {len(rivals) + 1} places are written like {name!r} and nothing decides: {listed}"
        return Resolution(None, "unknown", None, why, ambiguous=True, candidates=ranked[:_SHOWN])
    return _settled(name, best, rivals, ranked[:_SHOWN], relation)


def _order(candidate: Candidate) -> tuple[float, bool, str]:
    """Order candidates by score; of equal ones the one with coordinates of its own goes first."""
    place = candidate.place
    return -candidate.score, place.located_by != "coordinates", place.place_id


def _front(ranked: tuple[Candidate, ...]) -> tuple[Candidate, list[Candidate]]:
    """Return the best candidate and its rivals: those that the evidence does not tell apart from it.

    Among them a place far larger than all others goes first, before any base rate.
    """
    level = [c for c in ranked if ranked[0].score - c.score < _SETTLED_BY]
    level = _at_home_first(level)
    largest = max(level, key=lambda c: _weight(c.place))
    best = largest if _dominant(largest, [c for c in level if c is not largest]) else level[0]
    return best, [c for c in level if c is not best and not _same_spot(best.place, c.place)]


def _at_home_first(level: list[Candidate]) -> list[Candidate]:
    """Leave out what lies abroad, unless it is far better known than every bearer of the name in Ukraine."""
    home = [_weight(c.place) for c in level if c.place.country == HOME]
    least = _ABROAD * max([*home, _HAMLET]) if home else 0
    return [c for c in level if c.place.country == HOME or _weight(c.place) >= least]


def _dominant(best: Candidate, rivals: list[Candidate]) -> bool:
    largest = max((_weight(c.place) for c in rivals), default=0)
    return _weight(best.place) >= max(_DOMINANT * largest, 5000)


def _settled(
    name: str, best: Candidate, rivals: list[Candidate], ranked: tuple[Candidate, ...], relation: Relation
) -> Resolution:
    place = best.place
    precision, radius = _precision(place)
    reasons = _reasons(name, best)
    shared = bool(rivals) and not _dominant(best, rivals)
    if rivals and not shared:
        reasons.append(f"by far the largest of {len(rivals) + 1} with that name")
    elif rivals:
        radius = max(radius, max(_km(place, c.place) for c in rivals) * 1000 + 1000)
        precision = "district" if radius < _DISTRICT_M else "region"
        reasons += _sharing(best, rivals)
    if relation == "near":
        precision, radius = (
            ("near" if precision == "settlement" else precision),
            max(2 * radius, radius + 5000),
        )
        reasons.append("the report says near it")
    return Resolution(place, precision, round(radius, -2), "; ".join(reasons), shared, ranked)


def _sharing(best: Candidate, rivals: list[Candidate]) -> list[str]:
    where = best.place.admin1_name or best.place.country
    reasons = [f"ambiguous: {len(rivals) + 1} places of that name in {where}, so the circle covers them all"]
    if "district with reported fighting" in best.parts:
        reasons.append("the one in a district with reported fighting is put first")
    return reasons


def _precision(place: Place) -> tuple[str, float]:
    of_kind = {"admin1": "region", "country": "country", "raion": "district", "hromada": "district"}
    of_kind |= {"sea": "region", "area": "region", "site": "vicinity", "island": "vicinity"}
    if place.kind in of_kind:
        return of_kind[place.kind], place.radius_m
    if place.located_by in ("admin1", "raion", "hromada"):
        return "district", place.radius_m
    return "settlement", place.radius_m + _SETTLEMENT_M


def _reasons(name: str, best: Candidate) -> list[str]:
    place = best.place
    reasons = [f"{name!r} is {best.how} {place.name} ({_where(place)})"]
    if best.parts.get("province", 0) > 0:
        reasons.append("in the named province")
    elif best.parts.get("province", 0) < 0:
        reasons.append("but not in the named province")
    if best.parts.get("district"):
        reasons.append("in the named district")
    if best.parts.get("distance", 0) > 0.1:
        reasons.append("close to other places of the report")
    if place.located_by in ("hromada", "raion", "admin1"):
        reasons.append(f"has no coordinates of its own, located by its {place.located_by}")
    return reasons


def _where(place: Place) -> str:
    return ", ".join(part for part in (place.admin2_name, place.admin1_name or place.country) if part)


def _km(one: Place, other: Place) -> float:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return 500.0
    return distance.km(one.lon, one.lat, other.lon, other.lat)


def _same_spot(one: Place, other: Place) -> bool:
    if one.is_area != other.is_area:
        return _km(one, other) < 30
    if (one.located_by == "coordinates") == (other.located_by == "coordinates"):
        return False
    return _km(one, other) * 1000 < max(one.radius_m, other.radius_m)


def _together(best: Place, rivals: list[Place]) -> bool:
    """Say whether all bearers of the name lie in one province, so that one circle can honestly cover them."""
    return bool(best.admin1) and all(r.admin1 == best.admin1 for r in rivals)


def _fall_back(gazetteer: Gazetteer, name: str, setting: _Setting) -> Resolution:
    province = gazetteer.get(f"admin1:{setting.admin1}")
    if province is None:
        return Resolution(None, "unknown", None, f"no place in the gazetteer is written like {name!r}")
    why = f"no settlement is written like {name!r}; only the province is known"
    return Resolution(province, "region", province.radius_m, why)
