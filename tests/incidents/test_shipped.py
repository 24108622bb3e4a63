"""The shipped collection: valid by itself, and true to the collected facts where these are at hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from incidents import vocabulary
from incidents.derive import derived
from incidents.geojson import DERIVED, from_line, to_line
from incidents.model import Claim, Incident

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "ukraine"
OFFICIALS = ROOT / "incidents" / "extract" / "cues" / "officials.yaml"
FACTS = ROOT.parent / "shared" / "facts" / "facts.json"

needs_facts = pytest.mark.skipif(
    not FACTS.exists(), reason="the collected facts are not beside this repository"
)


def _features(path: Path) -> list[bytes]:
    lines = path.read_bytes().split(b"\n")
    assert lines[0] == b'{"type":"FeatureCollection","features":['
    assert lines[-2:] == [b"]}", b""]
    return [line.removesuffix(b",") for line in lines[1:-2]]


def _shipped() -> list[Incident]:
    return [from_line(line) for path in sorted(FOLDER.glob("*.geojson")) for line in _features(path)]


SHIPPED = _shipped()


def test_every_file_is_geojson_that_reads_back_byte_for_byte_and_lies_in_its_month() -> None:
    for path in FOLDER.glob("*.geojson"):
        collection = json.loads(path.read_bytes())
        assert collection["type"] == "FeatureCollection"
        lines = _features(path)
        incidents = [from_line(line) for line in lines]
        assert [to_line(i) for i in incidents] == lines
        assert [i.id for i in incidents] == sorted(i.id for i in incidents)
        for incident in incidents:
            day = incident.date_start or incident.date_discovered
            assert path.stem == (f"{day:%Y-%m}" if day else "undated")


def test_derived_fields_are_those_of_the_claims() -> None:
    for path in FOLDER.glob("*.geojson"):
        for line in _features(path):
            stored = json.loads(line)["properties"]
            assert {name: stored[name] for name in DERIVED} == derived(from_line(line))


def test_ids_are_unique_and_readable() -> None:
    assert len(SHIPPED) == len({i.id for i in SHIPPED}) == 24
    claims = [c.id for i in SHIPPED for c in i.claims]
    assert len(claims) == len(set(claims)) == 179
    assert all(re.fullmatch(r"ua-[a-z]+(-[a-z]+)*-20\d\d(-\d\d){0,2}", i.id) for i in SHIPPED)


def test_every_incident_is_located_with_an_honest_circle() -> None:
    for incident in SHIPPED:
        assert incident.point is not None
        assert 22 < incident.point.lon < 41
        assert 44 < incident.point.lat < 53
        assert incident.country == "UA"
        assert incident.admin1 in {"UA-63", "UA-14", "UA-32"}
        assert incident.admin1_name
        assert incident.admin2_name
        assert incident.geo_precision in {"settlement", "near", "district"}, (
            "the facts justify no finer place"
        )
        assert incident.uncertainty_m is not None
        assert incident.uncertainty_m >= 4000
        assert incident.geo_method


def test_no_source_is_lost_and_every_figure_states_its_bounds() -> None:
    qualifiers = vocabulary.terms("qualifier")
    for incident in SHIPPED:
        assert {c.source for c in incident.claims} == {s.id for s in incident.sources}
        for claim in incident.claims:
            low, high = qualifiers[claim.qualifier]["low"], qualifiers[claim.qualifier]["high"]
            assert (claim.min is None) == (low is None), claim
            assert high is not None or claim.max is None, claim
            if claim.predicate in {"denial", "accusation"}:
                assert claim.target
            if claim.predicate == "damage_share":
                assert claim.unit == "percent"


def test_one_person_has_one_key_and_two_persons_two() -> None:
    names: dict[str, set[str]] = {}
    for claim in (c for i in SHIPPED for c in i.claims):
        assert claim.speaker is not None
        assert claim.speaker.key
        names.setdefault(claim.speaker.key, set()).add(claim.speaker.name)
    klymenko = [key for key, found in names.items() if "Ihor Klymenko" in found]
    assert len(klymenko) == 1, "two offices, one person"
    officials = {row["name"]: row["key"] for row in yaml.safe_load(OFFICIALS.read_text(encoding="utf-8"))}
    known = {key for key, found in names.items() if found & officials.keys()}
    assert known == {officials[name] for found in names.values() for name in found if name in officials}
    assert "syniehubov" in known, "reading a new report counts him once"
    shared = {key for key, found in names.items() if len(found) > 1}
    assert shared == {
        "associated-press", "bbc", "prosecutor-general-of-ukraine", "the-new-york-times",
        "local-authorities-of-mariupol",
    }  # fmt: skip


def test_contradictions_stand_and_parts_do_not_lower_a_range() -> None:
    by_id = {i.id: derived(i) for i in SHIPPED}
    site = by_id["ua-izium-burial-site-2022"]
    assert (site["bodies_min"], site["bodies_max"], site["grading"]) == (440, None, "contested")
    theatre = by_id["ua-mariupol-drama-theatre-2022-03-16"]
    assert (theatre["killed_min"], theatre["killed_max"]) == (12, None)
    convoy = by_id["ua-kurylivka-convoy-2022-09-25"]
    assert (convoy["killed_min"], convoy["disputed"]) == (20, False)
    square = by_id["ua-kharkiv-freedom-square-2022-03-01"]
    assert square["disputed"] is False, "the denial there is a general one"


def test_what_the_about_page_shows_is_written_in_both_languages() -> None:
    about = yaml.safe_load((FOLDER / "collection.yaml").read_text(encoding="utf-8"))
    for field in ("title", "description", "sources", "methods", "gradings", "limits"):
        assert len(about[field]["en"]) > 0
        assert len(about[field]["uk"]) > 0
    assert about["licence"]["id"] == "CC-BY-4.0"
    assert str(len(SHIPPED)) in about["citation"]
    assert str(sum(len(i.claims) for i in SHIPPED)) in about["citation"]


def _facts() -> list[dict[str, Any]]:
    return list(json.loads(FACTS.read_text(encoding="utf-8"))["incidents"])


def _fact_key(fact: dict[str, Any]) -> tuple[Any, ...]:
    # Words such as "dozens" carry no digits in the facts; the vocabulary gives them their lower bound.
    low = vocabulary.terms("qualifier")[fact["qualifier"]]["low"]
    low = low if isinstance(low, int) else fact["min"]
    return (
        fact["url"],
        fact["predicate"],
        low,
        fact["max"],
        fact["qualifier"],
        fact["group"],
        fact.get("target"),
    )


def _claim_key(claim: Claim) -> tuple[Any, ...]:
    return (claim.url, claim.predicate, claim.min, claim.max, claim.qualifier, claim.group, claim.target)


@needs_facts
def test_all_facts_are_there_and_nothing_else() -> None:
    facts = [c for i in _facts() for c in i["claims"]]
    assert len(facts) == 179
    assert Counter(map(_fact_key, facts)) == Counter(_claim_key(c) for i in SHIPPED for c in i.claims)
    assert {c["url"] for c in facts} == {s.url for i in SHIPPED for s in i.sources}


@needs_facts
def test_speaker_outlet_date_and_note_of_every_fact_are_kept() -> None:
    shipped: dict[tuple[Any, ...], list[tuple[Incident, Claim]]] = {}
    for incident in SHIPPED:
        for claim in incident.claims:
            shipped.setdefault(_claim_key(claim), []).append((incident, claim))
    for fact in (c for i in _facts() for c in i["claims"]):
        kept = shipped[_fact_key(fact)]
        assert any(_same_words(fact, incident, claim) for incident, claim in kept), fact


def _same_words(fact: dict[str, Any], incident: Incident, claim: Claim) -> bool:
    speaker = claim.speaker
    assert speaker is not None
    source = next(s for s in incident.sources if s.id == claim.source)
    published = source.published.isoformat() if source.published else None
    said = f"{speaker.name} {speaker.role or ''} {' '.join(claim.via)} {source.publisher or ''}"
    words = set(re.findall(r"\w+", fact["speaker"])) - {"as", "cited", "by", "quoted", "told", "to"}
    via = set(re.findall(r"\w+", re.sub(r" \(in \w+\)$", "", fact["via"])))
    via -= {"citing", "in", "on", "and", "via", "quoting", "a", "interview", "the", "text", "repost"}
    return (
        words <= set(re.findall(r"\w+", said))
        and via <= set(re.findall(r"\w+", said))
        and published == fact["published"]
        and (fact.get("note") or "") in (claim.note or "")
    )


@needs_facts
def test_dates_category_and_locality_of_every_fact_are_kept() -> None:
    urls = {frozenset(c.url for c in i.claims): i for i in SHIPPED}
    for fact in _facts():
        incident = urls[frozenset(c["url"] for c in fact["claims"])]
        for field in ("date_start", "date_end", "date_discovered"):
            day = getattr(incident, field)
            assert (day.isoformat() if day else None) == fact[field]
        assert incident.category == fact["category"]
        assert set(fact.get("impact", [])) <= set(incident.impact)
        assert incident.place_name == fact.get("locality", fact["place"]).split(",")[0]
        assert fact["summary"] not in incident.summary, "summaries are in our own words"
