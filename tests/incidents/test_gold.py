"""The gold set is sound: spans are true, words are of the vocabulary, places exist, languages and traps are covered."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo import gazetteer
from incidents import vocabulary

GOLD = Path(__file__).resolve().parents[1] / "gold"
REPORTS = sorted(GOLD.glob("*/*.yaml"))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    text = path.with_suffix(".txt").read_bytes().decode("utf-8")
    return text, yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_spans_words_and_places_are_true(path: Path) -> None:
    text, gold = _read(path)
    dt.date.fromisoformat(gold["published"])
    for row in (*gold["claims"], *gold["places"], *gold["dates"]):
        assert text[row["start"] : row["end"]] == row["text"]
    for claim in gold["claims"]:
        for field in ("predicate", "qualifier", "modality", "polarity", "extent"):
            assert claim.get(field) is None or claim[field] in vocabulary.words(field)
        with_figure = {*vocabulary.count_predicates(), "place_population", "place_offset"}
        assert claim["predicate"] in with_figure or "value" not in claim
    for incident in gold["incidents"]:
        assert {incident["category"], *incident.get("or_category", [])} <= set(vocabulary.words("category"))
        assert set(incident.get("impact", [])) <= set(vocabulary.words("impact"))
        assert set(incident.get("weapon", [])) <= set(vocabulary.words("weapon"))
    known = gazetteer.load()
    for row in (*gold["claims"], *gold["places"], *gold["incidents"]):
        assert row.get("place_id") is None or known.get(row["place_id"]) is not None, row


def test_every_site_of_an_incident_stands_among_the_places() -> None:
    for path in REPORTS:
        _, gold = _read(path)
        sites = {p["place_id"] for p in gold["places"] if p["role"] == "site"}
        assert {i["place_id"] for i in gold["incidents"]} <= sites, path.name


def test_each_language_has_enough_reports() -> None:
    for part, least in (("dev", 8), ("held_out", 5)):
        found = Counter(p.stem[:2] for p in REPORTS if p.parent.name == part)
        if found:
            assert min(found[language] for language in ("uk", "ru", "en")) >= least


def test_every_report_has_its_traps() -> None:
    assert all(len(_read(path)[1]["forbidden"]) >= 2 for path in REPORTS)
