"""The score of the gold set: a perfect reading is perfect, and each kind of fault costs what it should."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bench.scoring import MEASURES, Score, Tally, cases, days_of, score
from incidents.model import Incident

CASES = [*cases("dev"), *cases("held_out")]


def perfect(gold: dict[str, Any]) -> tuple[dict[str, Any], list[Incident]]:
    """Return the reading that the gold set asks for, without what is optional."""
    claims = [
        {k: v for k, v in c.items() if k != "speaker"}
        | ({"speaker": {"name": c["speaker"][0]}} if "speaker" in c else {})
        for c in gold["claims"]
    ]
    reading = {
        "claims": [c for c in claims if not c.get("optional")],
        "places": [p for p in gold["places"] if not p.get("optional")],
        "dates": [d for d in gold["dates"] if not d.get("optional")],
    }
    incidents = []
    for row in (i for i in gold["incidents"] if not i.get("optional")):
        start, end = days_of(row["when"]) if row.get("when") else (None, None)
        fields = {"category": row["category"], "place_id": row["place_id"], "date_start": start}
        fields |= {"date_end": end, "date_discovered": row.get("discovered")}
        incidents.append(Incident.model_validate({"id": str(len(incidents)), "title": "x"} | fields))
    return reading, incidents


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_gold_reading_is_perfect_and_breaks_no_rule_of_its_own(case: Any) -> None:
    result = score(case.gold, *perfect(case.gold))
    assert result.told == []
    assert all(result.tallies[name].f1 == 1 for name in MEASURES)


def _case(name: str) -> dict[str, Any]:
    return copy.deepcopy(next(c.gold for c in CASES if c.name == name))


def _spoilt(change: Any) -> Score:
    gold = _case("uk-02-total-and-part")
    reading, incidents = perfect(copy.deepcopy(gold))
    change(reading, incidents)
    return score(gold, reading, incidents)


def test_each_fault_costs_what_it_should() -> None:
    missing = _spoilt(lambda r, _: r["claims"].pop(0))
    assert missing.tallies["claims"].missed == 1
    assert missing.tallies["claims"].precision == 1
    speaker = _spoilt(lambda r, _: r["claims"][0].update(speaker={"name": "Reuters"}))
    assert speaker.tallies["claims"].f1 == 1
    assert speaker.tallies["+ speaker"] == Tally(speaker.tallies["claims"].right - 1, 1, 1)
    hedge = _spoilt(lambda r, _: r["claims"][0].update(qualifier="about"))
    assert hedge.tallies["+ speaker"].f1 == 1
    assert hedge.tallies["+ qualifier"].f1 < 1
    day = _spoilt(
        lambda _, i: i.__setitem__(0, i[0].model_copy(update={"date_start": None, "date_end": None}))
    )
    assert day.tallies["incidents"] == Tally(0, 1, 1)
    place = _spoilt(lambda r, _: r["places"][0].update(role="mention"))
    assert place.tallies["places"] == Tally(0, 1, 1)


def test_forbidden_extractions_are_counted() -> None:
    def add_eight(reading: dict[str, Any], _: list[Incident]) -> None:
        reading["claims"].append({"predicate": "killed", "value": 8, "start": 0, "end": 5, "text": "seven"})

    def whole(reading: dict[str, Any], _: list[Incident]) -> None:
        reading["claims"][1]["extent"] = "whole"

    assert len(_spoilt(add_eight).forbidden) == 1
    assert len(_spoilt(whole).forbidden) == 1


def test_either_day_of_a_night_is_good_and_another_is_not() -> None:
    def on(day: str) -> Any:
        return lambda r, _: r["dates"][0].update(value=day)

    assert _spoilt(on("2024-02-10")).tallies["dates"].f1 == 1
    assert _spoilt(on("2024-02-11")).tallies["dates"] == Tally(0, 1, 1)
