"""Where an imported row is: its own coordinates first, the place it names second, the nearest settlement third."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from geo import distance
from geo.gazetteer import Place, load
from geo.geocode import Resolution, province_code, resolve
from geo.nearest import looks_swapped, nearest

_SAME_PLACE_KM: Final = 15.0
_SAME_HROMADA_KM: Final = 25.0
_CLOSE_KM: Final = 10.0
_BY_DECIMALS: Final = ((4, "vicinity", 250.0), (3, "vicinity", 250.0), (2, "settlement", 2_000.0))


def located(
    text: str | None,
    lon: float | None,
    lat: float | None,
    *,
    admin1: str | None = None,
    province: str | None = None,
) -> dict[str, Any]:
    """Return the place fields of an incident: id, canonical name, region, precision, uncertainty and how it was found.

    `lon`, `lat` in degrees. With coordinates the point stays as it was given, and the place only names it.
    """
    region = admin1 or (province_code(province) if province else None)
    if lon is None or lat is None:
        return _by_name(text, region) if text else {"geo_method": "no coordinates and no place in the import"}
    found, why = _named(text, lon, lat, region)
    precision, metres = _by_decimals(lon, lat)
    return found | {
        "geo_precision": precision,
        "uncertainty_m": metres,
        "geo_method": f"coordinates of the import; {why}",
    }


def _by_decimals(lon: float, lat: float) -> tuple[str, float]:
    decimals = max(len(repr(value).partition(".")[2]) for value in (lon, lat))
    for least, precision, metres in _BY_DECIMALS:
        if decimals >= least:
            return precision, metres
    return "district", 20_000.0


def _named(text: str | None, lon: float, lat: float, region: str | None) -> tuple[dict[str, Any], str]:
    for candidate in _resolved(text, region, round(lon, 1), round(lat, 1)).candidates if text else ():
        place = candidate.place
        away = _km(place, lon, lat)
        if away is not None and away <= _reach(place):
            return _fields(place), f"{text!r} is {place.name}, {away:.1f} km from its middle"
    close = nearest(round(lon, 4), round(lat, 4))
    if close is None:
        return {"place_name": text}, "no settlement within 25 km in the gazetteer"
    place, away = close
    unlike = f", not at a known place called {text!r}" if text else ""
    why = f"nearest settlement {place.name}, {away:.1f} km from its middle{unlike}"
    if away <= max(_CLOSE_KM, place.radius_m / 1000):
        return _fields(place), why
    return _fields(place) | {"place_name": text, "place_id": None, "admin2_name": None}, why


def _reach(place: Place) -> float:
    """Return how far from a place's point, in km, its name is still believed; villages stand at their hromada's middle."""
    return max(
        _SAME_PLACE_KM if place.located_by == "coordinates" else _SAME_HROMADA_KM, place.radius_m / 500
    )


def _km(place: Place, lon: float, lat: float) -> float | None:
    if place.lon is None or place.lat is None or place.is_area:
        return None
    return distance.km(place.lon, place.lat, lon, lat)


@lru_cache(maxsize=50_000)
def _resolved(
    text: str, region: str | None, lon: float | None = None, lat: float | None = None
) -> Resolution:
    near = [] if lon is None or lat is None else [(lon, lat)]
    return resolve(" ".join(text.split()), admin1=region, near=near)


def _by_name(text: str, region: str | None) -> dict[str, Any]:
    found = _resolved(text, region)
    if found.place is None or found.ambiguous or found.lon is None:
        return {
            "place_name": text,
            "geo_method": f"the import names {text!r} and no coordinates; {found.why}",
        }
    return _fields(found.place) | {
        "lon": found.lon,
        "lat": found.lat,
        "geo_precision": found.precision,
        "uncertainty_m": found.uncertainty_m,
        "geo_method": f"by the name in the import; {found.why}",
    }


class Misplaced(NamedTuple):
    """What is to be said of coordinates that do not fit what the row says beside them."""

    field: str
    why: str
    swapped: bool = False


_FAR_KM: Final = 100.0


def misplaced(text: str | None, lon: float, lat: float, *, country: str | None = None) -> Misplaced | None:
    """Return what does not fit between coordinates (degrees) and the place or country named; null where all fits.

    `swapped` where the two numbers exchanged would be at the named place, or in its country while the given are not.
    """
    places = _spelt(text) if text else ()
    away = [(_km(place, lon, lat) or 0.0, place) for place in places if not place.is_area]
    if not text or not places:
        return _misplaced_unnamed(text, lon, lat)
    if not away or min(km for km, _ in away) <= _FAR_KM:
        return None
    km, place = min(away, key=lambda pair: pair[0])
    here = f"longitude {lon:g}, latitude {lat:g} is {km:,.0f} km from {place.name} ({place.country})"
    if abs(lon) <= 90 and _fits_swapped(place, lon, lat, country or place.country):
        there = f"longitude {lat:g}, latitude {lon:g} is {_km(place, lat, lon) or 0:,.0f} km from it"
        return Misplaced("lat", f"{here}; {there}: are the columns exchanged?", swapped=True)
    return Misplaced("lat", f"{here}, the nearest place known as {text!r}")


@lru_cache(maxsize=50_000)
def _spelt(text: str) -> tuple[Place, ...]:
    """Return the places of exactly this name in any script; what is only alike would accuse the wrong row."""
    return tuple(place for place in load().find(" ".join(text.split())) if place.lon is not None)


def _fits_swapped(place: Place, lon: float, lat: float, country: str) -> bool:
    return (_km(place, lat, lon) or 0.0) <= _FAR_KM or any(
        looks_swapped(lon, lat, one) for one in {country, place.country}
    )


def _misplaced_unnamed(text: str | None, lon: float, lat: float) -> Misplaced | None:
    """Judge coordinates that stand alone, or beside a name that nobody knows."""
    close = nearest(round(lon, 4), round(lat, 4))
    if close is None and abs(lon) <= 90 and (other := nearest(round(lat, 4), round(lon, 4))):
        why = f"no settlement is known near longitude {lon:g}, latitude {lat:g}; exchanged, it would be"
        return Misplaced("lat", f"{why} {other[1]:.0f} km from {other[0].name} ({other[0].country})")
    if text:
        return Misplaced("place_name", f"{text[:60]!r} is not found; the row keeps its coordinates")
    return None


def _fields(place: Place) -> dict[str, Any]:
    return {
        "place_name": place.name,
        "place_id": place.place_id,
        "country": place.country,
        "admin1": place.admin1 or None,
        "admin1_name": place.admin1_name or None,
        "admin2_name": place.admin2_name or None,
    }


@lru_cache(maxsize=512)
def country_code(name: str) -> str:
    """Return the ISO 3166-1 code of a country as people write it; the name itself where it is not known."""
    if len(name) == 2 and name.isupper():
        return name
    return next((place.country for place in load().find(name) if place.kind == "country"), name)
