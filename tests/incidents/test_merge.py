"""Duplicates are proposed with reasons, clear ones merge, and every merge can be taken back with nothing lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import wording
from incidents._errors import BadInput, NotFound
from incidents.derive import derived
from incidents.geojson import from_line, to_line
from incidents.merge import clear, fold, merge, propose, unmerge
from incidents.model import Change, Claim, Incident, Point, Quote, Source

IZIUM = {"place_id": "geonames:707292", "place_name": "Izium", "point": {"lon": 37.27679, "lat": 49.20697}}
KHARKIV = {
    "place_id": "geonames:706483",
    "place_name": "Kharkiv",
    "point": {"lon": 36.25475, "lat": 49.98177},
}
BY = {"by": "test", "at": "2026-11-22T12:00:00Z"}


def incident(name: str, *figures: tuple[str, int, int | None], **fields: Any) -> Incident:
    """Make an incident with one report of its own and one claim for each (predicate, min, max)."""
    source = fields.pop("source", f"s-{name}")
    claims = [
        {
            "id": f"{name}-{row}",
            "predicate": p,
            "min": low,
            "max": high,
            "url": "https://example.org",
            "source": source,
        }
        for row, (p, low, high) in enumerate(figures)
    ]
    known = {
        "title": "Shelling in Izium",
        "category": "shelling",
        "date_start": "2022-06-01",
        "date_precision": "day",
    }
    raw = {"id": name, "uncertainty_m": 5000.0, "geo_precision": "settlement", **IZIUM, **known, **fields}
    return Incident.model_validate(
        {**raw, "claims": claims, "sources": [{"id": source, "publisher": source}]}
    )


def score(a: Incident, b: Incident) -> float:
    return max((c.score for c in propose([a, b], floor=0.0)), default=0.0)


def test_two_reports_of_one_event_are_a_clear_case() -> None:
    found = propose([incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3))])
    assert [(c.a, c.b) for c in found] == [("a", "b")]
    assert clear(found[0])
    assert [p.name for p in found[0].parts] == ["category", "place", "date", "target", "figures", "text"]
    assert all(p.why and 0 <= p.score <= 1 for p in found[0].parts)


@pytest.mark.parametrize(
    "other",
    [
        {"date_start": "2022-06-20"},
        {"category": "burial_site"},
        {"category": "official_visit", "role": "context"},
        KHARKIV,
        {"review": "rejected"},
        {"point": None, "place_id": None},
    ],
)
def test_another_day_place_or_kind_is_not_even_proposed(other: dict[str, Any]) -> None:
    assert propose([incident("a"), incident("b", **other)]) == []


@pytest.mark.parametrize(
    "other",
    [
        {"date_start": "2022-06-02"},
        {"category": "explosion"},
        {"date_precision": "month"},
    ],
)
def test_doubtful_pairs_are_proposed_and_not_clear(other: dict[str, Any]) -> None:
    found = propose([incident("a"), incident("b", **other)])
    assert len(found) == 1
    assert not clear(found[0])


def test_what_one_report_tells_apart_is_a_clear_case_never() -> None:
    alike = incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3), source="s-a")
    found = propose(alike)
    assert [p.name for p in found[0].parts][-1] == "report"
    assert not clear(found[0])


def test_in_a_big_city_place_and_day_are_not_enough() -> None:
    city = KHARKIV | {"uncertainty_m": 14000.0}
    same = incident("a", ("killed", 9, 9), **city), incident("b", ("killed", 9, 9), **city)
    other = incident("a", ("killed", 9, 9), **city), incident("b", ("killed", 1, 1), **city)
    assert clear(propose(same)[0])
    assert not clear(propose(other)[0])
    assert score(*same) > score(*other)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"impact": ["commercial"]}, {"impact": ["transport"]}, "commercial here, transport there"),
        ({}, {}, "a city and a day"),
    ],
)
def test_many_strikes_hit_one_city_on_one_day(one: dict[str, Any], other: dict[str, Any], why: str) -> None:
    city = KHARKIV | {"uncertainty_m": 7200.0}
    found = propose([incident("a", **city, **one), incident("b", **city, **other)])
    assert not clear(found[0])
    assert any(why in part.why for part in found[0].parts)
    alike = [incident(name, ("killed", 3, 3), impact=["food"], **city) for name in ("a", "b")]
    assert clear(propose(alike)[0])


def test_figures_that_contradict_each_other_are_for_a_person() -> None:
    found = propose([incident("a", ("killed", 4, None)), incident("b", ("killed", 2, 2))])
    assert not clear(found[0])
    assert "the figures differ: killed 4 or more and 2" in [part.why for part in found[0].parts]


def test_a_contradiction_is_not_let_in_through_a_third() -> None:
    rows = [incident("a", ("killed", 4, 4)), incident("b"), incident("c", ("killed", 2, 2))]
    left, candidates = fold(rows, **BY)
    assert [i.id for i in left] == ["a", "c"]
    assert {(c.a, c.b) for c in candidates} == {("a", "c")}


def test_words_of_reports_are_compared_and_not_titles_made_by_rule() -> None:
    def told(name: str, words: str) -> Incident:
        quote = {"report": name, "start": 0, "end": len(words), "text": words}
        made = incident(name, ("killed", 3, 3))
        return made.model_copy(
            update={"claims": (made.claims[0].model_copy(update={"quote": Quote(**quote)}),)}
        )

    a = told("a", "three people were killed when shells fell on a market")
    b = told("b", "the railway depot burned all night and nobody came")
    text = next(part for part in propose([a, b])[0].parts if part.name == "text")
    assert text.score < 0.6


def test_a_summary_made_by_rule_says_the_figures_of_both_sides() -> None:
    a, b = incident("a", ("killed", 4, 4)), incident("b", ("killed", 2, 2))
    a, b = (
        i.model_copy(update={"claims": (i.claims[0].model_copy(update={"value": i.claims[0].min}),)})
        for i in (a, b)
    )
    a, b = (i.model_copy(update={"summary": wording.summary(i.claims)}) for i in (a, b))
    joined = merge(a, b, **BY)
    assert joined.summary == "One report: 4 killed. Another report: 2 killed."
    assert unmerge(joined) == (a, b)
    written = a.model_copy(update={"summary": "By a person."})
    assert merge(written, b, **BY).summary == "By a person."


def test_two_spots_of_one_city_are_two() -> None:
    spot = {"geo_precision": "site", "uncertainty_m": 50.0}
    there = spot | {"point": {"lon": 37.2768, "lat": 49.23}}
    assert clear(propose([incident("a", **spot), incident("b", **spot)])[0])
    assert not any(map(clear, propose([incident("a", **spot), incident("b", **there)])))


def test_a_burial_site_found_and_a_burial_site_dated_are_one() -> None:
    grave = {"category": "burial_site", "title": "Burial site in Izium"}
    found = grave | {"date_start": None, "date_precision": "unknown", "date_discovered": "2022-09-15"}
    dated = grave | {"date_start": "2022-09-10", "date_end": "2022-09-15"}
    a, b = incident("a", ("bodies", 400, None), **found), incident("b", ("bodies", 440, 440), **found)
    assert clear(propose([a, b])[0])
    assert clear(propose([a, incident("c", ("bodies", 440, 440), **dated)])[0])


def test_a_judgement_of_two_is_kept() -> None:
    pair = [incident("a"), incident("b")]
    assert propose(pair, apart={frozenset(("b", "a"))}) == []
    assert len(fold(pair, apart={frozenset(("b", "a"))}, **BY).incidents) == 2


def test_only_pairs_with_something_new_are_compared_when_asked() -> None:
    rows = [incident("a"), incident("b"), incident("c")]
    pairs = {(c.a, c.b) for c in propose(rows, new={"c"})}
    assert pairs == {("a", "c"), ("b", "c")}


def test_a_merge_keeps_both_sides_and_counts_nothing_twice() -> None:
    a, b = incident("a", ("killed", 400, None)), incident("b", ("killed", 440, 440), uncertainty_m=2000.0)
    joined = merge(a, b, **BY)
    assert joined.id == "a"
    assert joined.previous_ids == ("b",)
    assert [c.id for c in joined.claims] == ["a-0", "b-0"]
    assert joined.uncertainty_m == 2000.0, "the better known place"
    figures = derived(joined)
    assert (figures["killed_min"], figures["killed_max"], figures["n_sources"]) == (400, None, 2)


def test_merging_twice_is_refused() -> None:
    joined = merge(incident("a"), incident("b"), **BY)
    with pytest.raises(BadInput, match="b is already part of a"):
        merge(joined, incident("b"), **BY)


def test_clear_cases_fold_and_doubtful_ones_stay() -> None:
    rows = [incident("a"), incident("b", category="explosion"), incident("c"), incident("far", **KHARKIV)]
    left, candidates = fold(rows, **BY)
    assert [i.id for i in left] == ["a", "b", "far"]
    assert left[0].previous_ids == ("c",)
    assert {(c.a, c.b) for c in candidates} == {("a", "b")}


def test_a_new_report_does_not_vanish_in_what_a_person_rejected() -> None:
    a, b = incident("a", ("killed", 9, 9)), incident("b", ("killed", 9, 9))
    assert len(fold([a, b], by="x", at="2022").incidents) == 1
    left = fold([a.model_copy(update={"review": "rejected"}), b], by="x", at="2022")
    assert [i.id for i in left.incidents] == ["a", "b"]


def test_what_a_person_accepted_is_looked_at_again_with_new_claims() -> None:
    a, b = incident("a", ("killed", 9, 9), review="accepted"), incident("b", ("killed", 9, 9))
    joined = merge(a, b, by="x", at="2022")
    assert joined.review == "needs_review"
    assert unmerge(joined)[0].review == "accepted"


def test_what_one_report_tells_apart_is_not_joined_through_another() -> None:
    rows = [incident("a", source="r1"), incident("b", source="r1"), incident("c", source="r2")]
    left, candidates = fold(rows, **BY)
    assert len(left) == 2
    assert candidates, "the pair that was not merged is left for a person"


def test_far_more_incidents_are_not_compared_with_all() -> None:
    # 600 villages 0.5 degrees apart, each with a pair: pairs must be found in their own cell only.
    rows = [
        incident(f"{side}{row}", place_id=f"p{row}", point={"lon": (row % 30) * 0.9, "lat": row // 30})
        for row in range(600)
        for side in "ab"
    ]
    assert len(propose(rows)) == 600


def test_a_merge_in_the_middle_can_be_taken_back_and_the_later_one_stays() -> None:
    a, b, c = (
        incident("a", ("killed", 1, 1)),
        incident("b", ("killed", 2, 2)),
        incident("c", ("killed", 3, 3)),
    )
    joined = merge(merge(a, b, **BY), c, **BY)
    rest, back = unmerge(joined, "b")
    assert back == b
    assert [claim.id for claim in rest.claims] == ["a-0", "c-0"]
    assert unmerge(rest) == (a, c)
    with pytest.raises(NotFound, match="zzz was not merged into a"):
        unmerge(joined, "zzz")
    with pytest.raises(NotFound, match="holds no merge"):
        unmerge(a)


def test_later_edits_survive_taking_a_merge_back() -> None:
    joined = merge(incident("a", ("killed", 1, 1)), incident("b", ("killed", 2, 2)), **BY)
    reviewed = tuple(claim.model_copy(update={"review": "accepted"}) for claim in joined.claims)
    noted = Change(at="2026-11-23", by="editor", what="edited", detail={"field": "title"})
    edited = joined.model_copy(
        update={"title": "A better title", "claims": reviewed, "history": (*joined.history, noted)}
    )
    a, b = unmerge(edited)
    assert a.title == "A better title"
    assert a.history == (noted,)
    assert [c.review for c in (*a.claims, *b.claims)] == ["accepted", "accepted"]


_ids = st.sampled_from(["c1", "c2", "c3", "c4"])
_days = st.none() | st.dates(dt.date(2022, 1, 1), dt.date(2022, 12, 31))


@st.composite
def incidents(draw: st.DrawFn, name: str) -> Incident:
    sources = tuple(
        Source(id=i, publisher=draw(st.sampled_from(["X", "Y"])))
        for i in draw(st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True))
    )
    claims = tuple(
        Claim(
            id=i,
            predicate="killed",
            min=draw(st.integers(0, 9)),
            url="https://example.org",
            note=draw(st.none() | st.text(max_size=3)),
            value=draw(st.none() | st.integers(0, 9) | st.tuples(st.text(max_size=2))),
            source=draw(st.sampled_from([s.id for s in sources])) if sources else None,
        )
        for i in draw(st.lists(_ids, unique=True))
    )
    placed = draw(st.booleans())
    start = draw(_days)
    return Incident(
        id=name,
        title=draw(st.text(max_size=4)),
        category=draw(st.sampled_from(["other", "shelling", "burial_site"])),
        impact=tuple(draw(st.lists(st.sampled_from(["residential", "food", "military"]), unique=True))),
        point=Point(lon=draw(st.floats(-180, 180)), lat=draw(st.floats(-90, 90))) if placed else None,
        uncertainty_m=draw(st.none() | st.floats(0, 1e5)),
        date_start=start,
        date_precision=draw(st.sampled_from(["day", "month", "unknown"])),
        date_discovered=draw(_days),
        review=draw(st.sampled_from(["unreviewed", "accepted", "needs_review"])),
        previous_ids=tuple(draw(st.lists(st.sampled_from(["o1", "o2"]), unique=True))),
        claims=claims,
        sources=sources,
        history=tuple(
            Change(at="2022", by="x", what=what, detail={"k": draw(st.integers(0, 3))})
            for what in draw(st.lists(st.sampled_from(["created", "edited"]), max_size=2))
        ),
    )


@settings(max_examples=150, deadline=None)
@given(incidents("a"), incidents("b"), incidents("c"))
def test_any_merge_is_taken_back_exactly_even_after_a_trip_through_a_file(
    a: Incident, b: Incident, c: Incident
) -> None:
    once = merge(a, b, **BY)
    assert {claim.id for claim in once.claims} == {claim.id for claim in (*a.claims, *b.claims)}
    assert unmerge(from_line(to_line(once))) == (a, b)
    twice = from_line(to_line(merge(once, c, **BY)))
    assert unmerge(twice) == (once, c)
    assert unmerge(merge(c, once, **BY)) == (c, once)
    rest, back = unmerge(twice, "b")
    assert back == b
    assert unmerge(rest) == (a, c)


def test_many_copies_merge_side_by_side_and_each_is_taken_out_alone() -> None:
    # the likeliest pairs are neighbours, so that the merges begin at every end
    rows = [incident(f"i{n:03}", ("killed", 3, 3), summary="word " * (n + 1)) for n in range(80)]
    (one,) = fold(rows, **BY).incidents
    assert len(one.claims) == 80
    assert from_line(to_line(one)) == one
    assert all("history" not in line.detail["other"] for line in one.history), "no merge within a merge"
    rest, found = unmerge(one, "i040")
    assert found == rows[40]
    assert len(rest.claims) == 79


def test_merges_within_merges_end_before_no_file_can_hold_them() -> None:
    rows = [incident(f"i{n:03}", ("killed", 3, 3)) for n in range(60)]
    joined = rows[-1]
    for row in reversed(rows[19:-1]):
        joined = merge(row, joined, **BY)
    with pytest.raises(BadInput, match="merge i018 into it instead"):
        merge(rows[18], joined, **BY)
    assert from_line(to_line(joined)) == joined
    assert len(merge(joined, rows[0], **BY).claims) == 41 + 1
