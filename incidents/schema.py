"""The JSON Schema of `incident/1`, generated from the model. `python -m incidents.schema` prints it.

It describes one Feature as it stands on a line of a collection; `validate` checks more than a schema can say.
"""

from __future__ import annotations

import json
from typing import Any, Final

from incidents import vocabulary
from incidents.geojson import ALWAYS, DERIVED
from incidents.model import SCHEMA, Incident

ADDRESS: Final = "urn:incident-atlas:schema:incident:1"


def incident_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one incident as a GeoJSON Feature."""
    model = Incident.model_json_schema(ref_template="#/$defs/{model}")
    definitions = {name: value for name, value in model["$defs"].items() if name != "Point"}
    fields = {n: v for n, v in model["properties"].items() if n not in {"id", "point"}}
    properties = {"schema": {"const": SCHEMA}} | fields | _derived()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": "Incident",
        "description": model["description"],
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": model["properties"]["id"],
            "geometry": {"anyOf": [_point(), {"type": "null"}]},
            "properties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["schema", "title", "role", "category", *sorted(ALWAYS), *DERIVED],
                "properties": properties,
            },
        },
        "$defs": definitions,
    }


def _point() -> dict[str, Any]:
    lon, lat = (
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    )
    return {
        "title": "Point, WGS 84, [longitude, latitude]",
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"const": "Point"},
            "coordinates": {"type": "array", "prefixItems": [lon, lat], "minItems": 2, "maxItems": 2},
        },
    }


def _derived() -> dict[str, Any]:
    figure = {"anyOf": [{"type": "number"}, {"type": "null"}], "description": "derived from the claims"}
    count = {"type": "integer", "minimum": 0, "description": "derived from the claims and sources"}
    fields: dict[str, Any] = {name: count if name.startswith("n_") else figure for name in DERIVED}
    fields["grading"] = {
        "enum": list(vocabulary.words("grading")),
        "description": "derived, or a person's judgement",
    }
    fields["disputed"] = {"type": "boolean", "description": "derived: a denial, or rival accusations"}
    return fields


def text() -> str:
    """Return the schema as it is published."""
    return json.dumps(incident_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
