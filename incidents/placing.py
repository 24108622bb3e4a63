"""The place of an incident as a person sets it: by name, by its id in the gazetteer, by coordinates, or not known.

Each function returns the place fields of `incidents.model.Incident`, all of them, so that none is left of another place.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from geo import admin, geocode
from geo.gazetteer import Place, load
from geo.geocode import Resolution
from incidents import vocabulary
from incidents._errors import BadInput
from incidents._locate import located
from incidents.model import Point

FIELDS: Final = (
    "point", "place_name", "place_id", "country", "admin1", "admin1_name", "admin2_name", "geo_precision",
    "uncertainty_m", "geo_method",
)  # fmt: skip
_POSITION: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)")
_SHOWN: Final = 5
_USUAL_M: Final = {"site": 50.0, "vicinity": 250.0, "settlement": 4_000.0, "near": 10_000.0}
_BLANK: Final = dict.fromkeys(FIELDS) | {"geo_precision": "unknown"}


def named(name: str, *, province: str | None = None, district: str | None = None) -> dict[str, Any]:
    """Return the place that `name` means, in any spelling. Raises BadInput with the candidates where that is not clear."""
    if province and geocode.province_code(province) is None:
        raise BadInput(f"province: {province!r} is no province known here")
    found = geocode.resolve(name, province=province, district=district)
    if found.place is None or found.ambiguous or found.lon is None:
        others = "".join(f"\n  {_told(c.place)}" for c in found.candidates[:_SHOWN])
        hint = "; name the province, the district, or one of these ids" if others else ""
        raise BadInput(f"place: {found.why}{hint}{others}")
    return _resolved(found, f"set by a person: {found.why}")


def by_id(place_id: str) -> dict[str, Any]:
    """Return the place with this id of the gazetteer, such as `geonames:707292`. Raises BadInput."""
    place = load().get(place_id.strip())
    if place is None:
        raise BadInput(
            f"place_id: {place_id!r} is not in the gazetteer; `geocode NAME` prints ids such as geonames:707292"
        )
    found = geocode.choose([place.place_id], name=place.name)
    return _resolved(found, f"set by a person: {place.name}, {place.place_id}")


def at(
    lon: float,
    lat: float,
    *,
    precision: str | None = None,
    uncertainty_m: float | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """Return the place at coordinates in degrees, longitude first, with the settlement they lie in. Raises BadInput.

    Without `precision` and `uncertainty_m` (metres) the decimals say how exact the coordinates are.
    """
    problems = []
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        problems.append(f"at: {lon}, {lat} is not a longitude and a latitude in degrees")
    if precision is not None and precision not in vocabulary.words("geo_precision"):
        problems.append(f"precision: {precision!r} is none of {', '.join(vocabulary.words('geo_precision'))}")
    if uncertainty_m is not None and not 0 < uncertainty_m <= 20_000_000:
        problems.append(f"uncertainty: {uncertainty_m:g} is no distance in metres")
    if problems:
        raise BadInput(problems)
    fields = located(name, lon, lat)
    why = str(fields["geo_method"]).partition("; ")[2]
    told = {
        "geo_precision": precision or fields["geo_precision"],
        "geo_method": f"coordinates set by a person; {why}",
    }
    if uncertainty_m is not None:
        told["uncertainty_m"] = uncertainty_m
    elif precision is not None:
        told["uncertainty_m"] = _USUAL_M.get(precision, fields["uncertainty_m"])
    return {**_BLANK, **fields, **told, "point": Point(lon=lon, lat=lat)}


def written(text: str, *, province: str | None = None) -> dict[str, Any]:
    """Return the place that one line of text means: a name, an id, `LON, LAT`, or nothing for not known. Raises BadInput."""
    text = text.strip()
    if not text:
        return unknown()
    if re.fullmatch(r"[a-z]+:\S+", text):
        return by_id(text)
    position = _POSITION.fullmatch(text)
    if position:
        return at(float(position[1]), float(position[2]))
    return named(text, province=province)


def unknown() -> dict[str, Any]:
    """Return the place of an incident of which nobody knows where it was."""
    return {**_BLANK, "geo_method": "set to not known by a person"}


def _resolved(found: Resolution, why: str) -> dict[str, Any]:
    place = found.place
    if place is None or place.lon is None or place.lat is None:
        raise BadInput(f"place: {found.why}")
    return {
        "point": Point(lon=place.lon, lat=place.lat),
        "place_name": place.name,
        "place_id": place.place_id,
        "country": place.country or None,
        "admin1": place.admin1 or None,
        "admin1_name": place.admin1_name or admin.admin1_name(place.admin1) or None,
        "admin2_name": place.admin2_name or None,
        "geo_precision": found.precision,
        "uncertainty_m": found.uncertainty_m,
        "geo_method": why,
    }


def _told(place: Place) -> str:
    where = ", ".join(part for part in (place.admin2_name, place.admin1_name or place.country) if part)
    return f"{place.place_id}  {place.name}, {where}"
