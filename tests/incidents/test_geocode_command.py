"""`geocode` on the command line: one JSON object with a fixed shape, a reason in every case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incidents.cli import main

KEYS = ["place_id", "name", "lat", "lon", "admin1", "precision", "uncertainty_m", "why", "candidates"]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["geocode", *words])


def asked(*words: str, exit_code: int = 0) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == exit_code, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.mark.parametrize("name", ["Izium", "Izyum", "Ізюм", "Изюм", "Изюме", "Ізюмі"])
def test_one_place_under_all_its_names(name: str) -> None:
    found = asked(name)
    assert list(found) == KEYS
    assert found["place_id"] == "geonames:707292"
    assert found["name"] == "Izium"
    assert found["admin1"] == "UA-63"
    assert found["precision"] == "settlement"
    assert (found["lat"], found["lon"]) == pytest.approx((49.207, 37.277), abs=0.001)
    assert 1000 < found["uncertainty_m"] < 15000


def test_what_nothing_decides_is_ambiguous_with_candidates() -> None:
    found = asked("Михайлівка")
    assert found["place_id"] is None
    assert found["lat"] is None
    assert found["lon"] is None
    assert found["why"].startswith("ambiguous")
    assert len(found["candidates"]) > 2
    assert {"place_id", "name", "lat", "lon", "admin1", "score", "parts"} <= set(found["candidates"][0])


def test_province_and_district_are_read_as_people_write_them() -> None:
    assert asked("Lyman", "--province", "Donestk Oblast")["admin1"] == "UA-14"
    assert asked("Lyman", "--admin1", "ua-14")["place_id"] == "geonames:704204"
    village = asked("Андріївка", "--province", "Київська обл.", "--district", "Макарівська громада")
    assert village["place_id"] == "katottg:UA32080190030018486"


def test_a_name_that_is_none_is_an_answer() -> None:
    found = asked("Qwrtzpsdfg", exit_code=1)
    assert found["place_id"] is None
    assert found["lat"] is None
    assert found["candidates"] == []
    assert "Qwrtzpsdfg" in found["why"]
    assert "too many" in asked("я" * 5000, exit_code=1)["why"]


def test_a_wrong_code_is_misuse_and_says_what_is_right() -> None:
    result = run("Izium", "--admin1", "63")
    assert result.exit_code == 2
    assert "UA-63" in result.output


def test_the_text_form_gives_place_position_and_reason() -> None:
    result = run("Wolnowacha", "--province", "Donezk")
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "Volnovakha  geonames:689198"
    assert "another spelling of Volnovakha" in result.output


def test_a_name_that_is_nowhere_is_a_failure_with_the_nearest_names() -> None:
    result = run("Lndon")
    assert result.exit_code == 1
    assert "the nearest names: London" in result.output
