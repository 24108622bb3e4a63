"""Incident to RFC 7946 Feature and back, byte for byte. Pure: text in, text out.

Null properties are left out except where their absence would mislead a reader (ranges and dates stay, as null).
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from pydantic import ValidationError

from incidents._errors import BadInput
from incidents.derive import derived
from incidents.model import SCHEMA, Incident

DERIVED: Final = (
    "killed_min", "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max",
    "n_claims", "n_sources", "n_speakers", "grading", "disputed",
)  # fmt: skip
ALWAYS: Final = frozenset(
    {"date_start", "date_end", "place_name", "place_id", "uncertainty_m", "claims", "sources", "history",
     "impact", "weapon", "sensitivity", "previous_ids"}
)  # fmt: skip
MEMBERS: Final = frozenset({"type", "id", "geometry", "properties"})
_OUTSIDE: Final = frozenset({"id", "point", "claims", "sources", "history"})


def _compact(value: dict[str, Any], keep: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k in keep or (v is not None and v not in ([], {}))}


def to_feature(incident: Incident) -> dict[str, Any]:
    """Return the Feature of `incident`: JSON types only, fields in the order of the model."""
    raw = incident.model_dump(mode="json")
    flat = _compact({k: v for k, v in raw.items() if k not in _OUTSIDE}, ALWAYS)
    nested = {
        "claims": [_claim(claim) for claim in raw["claims"]],
        "sources": [_compact(source) for source in raw["sources"]],
        "history": raw["history"],
    }
    properties = {"schema": SCHEMA} | flat | derived(incident) | nested
    geometry = None
    if incident.point is not None:
        geometry = {"type": "Point", "coordinates": [incident.point.lon, incident.point.lat]}
    return {"type": "Feature", "id": incident.id, "geometry": geometry, "properties": properties}


_CLAIMALWAYS: Final = frozenset({"value", "min", "max", "speaker"})


def _claim(raw: dict[str, Any]) -> dict[str, Any]:
    claim = _compact(raw, _CLAIMALWAYS)
    if claim.get("speaker"):
        claim["speaker"] = _compact(claim["speaker"])
    return claim


def to_line(incident: Incident) -> bytes:
    """Return `incident` as one line of JSON without a line end. Raises BadInput for text that is not Unicode."""
    try:
        return orjson.dumps(to_feature(incident))
    except orjson.JSONEncodeError as error:
        raise BadInput(f"{incident.id}: holds what cannot be written ({error})") from error


def _point(feature: dict[str, Any]) -> dict[str, float] | None:
    geometry = feature.get("geometry")
    if geometry is None:
        return None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise BadInput("geometry: is not a Point; an incident has a Point or null")
    at = geometry.get("coordinates")
    if not isinstance(at, list) or len(at) != 2 or not all(isinstance(x, int | float) for x in at):
        raise BadInput("geometry.coordinates: is not [longitude, latitude]")
    lon, lat = at
    if not -180 <= lon <= 180 or not -90 <= lat <= 90:
        hint = "; are they swapped?" if -90 <= lon <= 90 and -180 <= lat <= 180 else ""
        raise BadInput(f"geometry.coordinates: [{lon}, {lat}] is not [longitude, latitude] in degrees{hint}")
    return {"lon": lon, "lat": lat}


def from_feature(feature: Any) -> Incident:
    """Return the Incident of a Feature. Derived fields are dropped: they are computed anew on writing.

    Raises BadInput with one line for each problem, each naming the field.
    """
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise BadInput("is not a GeoJSON Feature")
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise BadInput("properties: is missing")
    problems: list[str] = []
    if properties.get("schema") != SCHEMA:
        problems.append(f"schema: is {properties.get('schema')!r}, not {SCHEMA!r}")
    if not feature.get("id"):
        problems.append("id: is missing; every incident has one")
    problems.extend(
        f"{name}: is not a member of an incident's Feature; it would be lost, so take it out"
        for name in sorted(set(feature) - MEMBERS)
    )
    point = None
    try:
        point = _point(feature)
    except BadInput as bad:
        problems.extend(bad.problems)
    flat = {k: v for k, v in properties.items() if k != "schema" and k not in DERIVED}
    try:
        incident = Incident.model_validate({**flat, "id": str(feature.get("id") or "?"), "point": point})
    except ValidationError as error:
        problems.extend(
            f"{_where(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
        )
    if problems:
        raise BadInput(problems)
    return incident


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "properties"


def from_line(line: bytes | str) -> Incident:
    """Return the Incident on one line of a collection (a trailing comma is allowed). Raises BadInput."""
    text = line.encode() if isinstance(line, str) else line
    try:
        feature = orjson.loads(text.strip().rstrip(b","))
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}") from error
    return from_feature(feature)
