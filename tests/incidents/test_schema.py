from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from incidents.geojson import to_feature
from incidents.schema import incident_schema, text
from incidents.store import FolderStore
from tests.incidents.samples import incident

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "schema" / "incident-1.schema.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = incident_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text() == text(), f"run: python -m incidents.schema > {PUBLISHED.relative_to(ROOT)}"


def test_the_shipped_collection_fits_the_schema(validator: jsonschema.Draft202012Validator) -> None:
    found = [
        error.message
        for _, _, line in FolderStore.open(ROOT / "data" / "ukraine").lines()
        for error in validator.iter_errors(json.loads(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("category", "unheard"), ("title", 5), ("killed_min", "many"), ("surplus", 1), ("uncertainty_m", -1)],
)
def test_the_schema_refuses_what_the_model_refuses(
    validator: jsonschema.Draft202012Validator, field: str, value: object
) -> None:
    feature = json.loads(json.dumps(to_feature(incident(1))))
    assert validator.is_valid(feature)
    feature["properties"][field] = value
    assert not validator.is_valid(feature)
