"""What a person changes is changed, nothing of what stood before is lost, and every problem is told at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from incidents import editing, placing
from incidents._errors import BadInput, Conflict, NotFound
from incidents.derive import derived
from incidents.editing import Edit, Hand
from incidents.geojson import from_line, to_line
from incidents.merge import merge, unmerge
from incidents.model import Claim, Incident, Quote, Source, Speaker
from incidents.store import FolderStore
from tests.incidents.samples import incident

HAND = Hand("Ana", "2026-01-02T03:04:05+00:00", "the page says so")


def told(key: str, low: int, **more: object) -> Claim:
    words = f"{low} people"
    quote = Quote(report="r1", start=0, end=len(words), text=words)
    usual = {
        "id": f"c-{key * 8}",
        "predicate": "killed",
        "value": low,
        "min": low,
        "max": low,
        "quote": quote,
        "source": "s1",
    }
    return Claim.model_validate(usual | more)


def two_voices() -> Incident:
    return incident(
        7,
        claims=(
            told("a", 3, speaker=Speaker(name="Rescue Service", role="agency", key="rescue")),
            told("b", 20, source="s2"),
        ),
        sources=(Source(id="s1", publisher="Gazette"), Source(id="s2", publisher="Courier")),
    )


def test_an_accepted_incident_says_who_when_why_and_what_it_was() -> None:
    before = two_voices()
    after = editing.set_review(before, "accepted", hand=HAND)
    assert after.review == "accepted"
    line = after.history[-1]
    assert (line.by, line.at) == ("Ana", HAND.at)
    assert line.detail == {"changed": {"review": ["unreviewed", "accepted"]}, "why": "the page says so"}
    assert editing.set_review(after, "accepted", hand=HAND) is after
    assert from_line(to_line(after)) == after


def test_a_rejected_claim_stays_and_leaves_the_range() -> None:
    before = two_voices()
    assert (derived(before)["killed_min"], derived(before)["killed_max"]) == (3, 20)
    after = editing.set_review(before, "rejected", hand=HAND, claims=["bbbb"])
    assert (derived(after)["killed_min"], derived(after)["killed_max"]) == (3, 3)
    assert [c.review for c in after.claims] == ["unreviewed", "rejected"]
    assert after.review == "unreviewed"
    assert after.history[-1].detail["claim"] == "c-bbbbbbbb"


def test_only_a_person_s_gradings_can_be_set() -> None:
    confirmed = editing.set_grading(two_voices(), "confirmed", hand=HAND)
    assert derived(confirmed)["grading"] == "confirmed"
    assert derived(editing.set_grading(confirmed, "none", hand=HAND))["grading"] == "fair"
    with pytest.raises(BadInput, match=r"fair.*follows from the sources.*confirmed, discounted, none"):
        editing.set_grading(confirmed, "fair", hand=HAND)


@pytest.mark.parametrize(
    ("written", "start", "end", "precision"),
    [
        ("2022-03-09", dt.date(2022, 3, 9), dt.date(2022, 3, 9), "day"),
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "month"),
        ("2022", dt.date(2022, 1, 1), dt.date(2022, 12, 31), "year"),
        ("2022-03-01/2022-03-05", dt.date(2022, 3, 1), dt.date(2022, 3, 5), "day"),
        ("unknown", None, None, "unknown"),
    ],
)
def test_a_date_is_written_as_exactly_as_it_is_known(
    written: str, start: dt.date | None, end: dt.date | None, precision: str
) -> None:
    after = editing.correct(two_voices(), {"date": written}, hand=HAND)
    assert (after.date_start, after.date_end, after.date_precision) == (start, end, precision)


def test_fields_are_corrected_together_and_the_former_values_kept() -> None:
    before = two_voices()
    fields = {
        "title": "Fire at the depot",
        "weapon": "drone, mortar",
        "sensitivity": "graphic",
        "summary": "",
    }
    after = editing.correct(before, fields, hand=HAND)
    assert (after.title, after.weapon, after.sensitivity) == (
        "Fire at the depot",
        ("drone", "mortar"),
        ("graphic",),
    )
    assert after.history[-1].detail["changed"] == {
        "title": [before.title, "Fire at the depot"],
        "weapon": [[], ["drone", "mortar"]],
        "sensitivity": [[], ["graphic"]],
    }


def test_every_problem_of_an_edit_is_told_at_once() -> None:
    with pytest.raises(BadInput) as bad:
        editing.correct(
            two_voices(),
            {"categry": "x", "title": " ", "weapon": "gun", "date_reported": "2022-13-01", "place_name": "Izium", "review": "x"},
            hand=HAND,
        )  # fmt: skip
    told_of = "\n".join(bad.value.problems)
    assert len(bad.value.problems) == 6
    assert "categry: cannot be edited here; do you mean category?" in told_of
    for part in (
        "title: cannot be empty",
        "weapon: 'gun'",
        "date_reported: '2022-13-01'",
        "--place",
        "review --as",
    ):
        assert part in told_of
    with pytest.raises(BadInput, match="before date_start"):
        editing.correct(two_voices(), {"date_start": "2022-03-09", "date_end": "2022-03-01"}, hand=HAND)
    with pytest.raises(BadInput, match="in the future"):
        editing.correct(two_voices(), {"date": "2199-01-01"}, hand=HAND)


@pytest.mark.parametrize("last", ["9999", "9999-12", "9999-12-31"])
def test_the_end_of_the_calendar_is_in_the_future_like_any_other_day(last: str) -> None:
    with pytest.raises(BadInput, match="in the future"):
        editing.correct(two_voices(), {"date": last}, hand=HAND)


def test_a_name_that_is_not_unicode_is_told_and_nothing_saved(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path, create=True)
    store.put(two_voices())
    hand = HAND._replace(by="half a letter \udcff")
    after = editing.set_review(two_voices(), "accepted", hand=hand)
    with pytest.raises(BadInput, match=f"{after.id}: holds what cannot be written"):
        editing.save(store, [Edit(two_voices(), after)], by="Ana")
    assert store.get(after.id) == two_voices()


@pytest.mark.parametrize(
    ("fields", "value", "low", "high", "qualifier"),
    [
        ({"value": "25"}, 25, 25, 25, "as_stated"),
        ({"value": "20-25"}, 20, 20, 25, "as_stated"),
        ({"value": "1,200"}, 1200, 1200, 1200, "as_stated"),
        ({"value": "400", "qualifier": "more_than"}, 400, 400, None, "more_than"),
        ({"value": "", "qualifier": "dozens"}, None, 12, None, "dozens"),
        ({"max": "30"}, 20, 20, 30, "as_stated"),
        ({"max": ""}, 20, 20, None, "at_least"),
        ({"value": "unknown"}, None, None, None, "unspecified"),
    ],
)
def test_the_bounds_of_a_claim_follow_its_figure(
    fields: dict[str, str], value: int | None, low: int | None, high: int | None, qualifier: str
) -> None:
    before = two_voices()
    claim = editing.correct_claim(before, "bbbb", fields, hand=HAND).claims[1]
    assert (claim.value, claim.min, claim.max, claim.qualifier) == (value, low, high, qualifier)
    assert (claim.id, claim.quote) == (before.claims[1].id, before.claims[1].quote)


def test_a_claim_of_another_kind_and_by_another_speaker() -> None:
    before = two_voices()
    after = editing.correct_claim(
        before, "c-bbbb", {"predicate": "injured", "speaker": "rescue service", "extent": "part"}, hand=HAND
    )
    claim = after.claims[1]
    assert (claim.predicate, claim.extent) == ("injured", "part")
    assert claim.speaker == Speaker(name="rescue service", role="agency", key="rescue")
    assert derived(after)["n_speakers"] == 1
    assert derived(after)["injured_min"] == 20
    own = editing.correct_claim(after, "c-bbbb", {"speaker": ""}, hand=HAND)
    assert own.claims[1].speaker is None
    assert [line.what for line in own.history] == ["claim", "claim"]


def test_a_claim_cannot_be_made_into_nonsense() -> None:
    with pytest.raises(BadInput) as bad:
        editing.correct_claim(
            two_voices(), "bbbb", {"value": "many", "quote": "x", "modality": "sure", "extent": ""}, hand=HAND
        )
    assert len(bad.value.problems) == 4
    with pytest.raises(BadInput, match="no such claim"):
        editing.correct_claim(two_voices(), "zzzz", {"value": "3"}, hand=HAND)
    with pytest.raises(BadInput, match="min 9 is over max 5"):
        editing.correct_claim(two_voices(), "bbbb", {"min": "9", "max": "5"}, hand=HAND)
    with pytest.raises(NotFound, match="begins several"):
        editing.find_claim(two_voices(), "c-")


def test_a_claim_added_by_hand_leads_to_its_page() -> None:
    fields = {
        "predicate": "injured", "value": "5", "url": "https://example.org/page", "publisher": "Herald",
        "published": "2022-03-10", "speaker": "The mayor",
    }  # fmt: skip
    before = two_voices()
    after = editing.add_claim(before, fields, hand=HAND)
    claim, source = after.claims[-1], after.sources[-1]
    assert (claim.predicate, claim.min, claim.quote, claim.url) == ("injured", 5, None, fields["url"])
    assert (source.publisher, source.url, claim.source) == ("Herald", fields["url"], source.id)
    assert editing.add_claim(before, fields, hand=HAND).claims[-1].id == claim.id
    again = editing.add_claim(after, fields | {"value": "6"}, hand=HAND)
    assert len(again.sources) == 3
    with pytest.raises(BadInput, match="is there already"):
        editing.add_claim(after, fields, hand=HAND)
    with pytest.raises(BadInput) as bad:
        editing.add_claim(before, {"value": "x", "colour": "red"}, hand=HAND)
    assert {problem.partition(":")[0] for problem in bad.value.problems} >= {"predicate", "url", "colour"}


def test_claims_move_to_an_incident_of_their_own_with_their_source() -> None:
    before = two_voices()
    left, new = editing.split(before, ["c-bbbb"], hand=HAND)
    assert [c.id for c in left.claims] == ["c-aaaaaaaa"]
    assert [s.id for s in left.sources] == ["s1"]
    assert (new.claims, [s.id for s in new.sources]) == (before.claims[1:], ["s2"])
    assert (new.place_name, new.date_start, new.review) == (
        before.place_name,
        before.date_start,
        "needs_review",
    )
    assert new.id not in {before.id, ""}
    kept = left.history[-1].detail["before"]
    assert kept["claims"][0]["quote"]["text"] == "20 people"
    assert kept["sources"][0]["publisher"] == "Courier"
    with pytest.raises(BadInput, match="no claim would be left"):
        editing.split(before, ["aaaa", "bbbb"], hand=HAND)


def test_claims_move_to_an_incident_that_is_there() -> None:
    other = incident(9)
    left, grown = editing.split(two_voices(), ["aaaa"], hand=HAND, into=other)
    assert [c.id for c in grown.claims] == ["c9", "c-aaaaaaaa"]
    assert {s.id for s in grown.sources} == {"s1"}
    assert grown.history[-1].detail["from"] == left.id
    with pytest.raises(BadInput, match="is the incident that the claims are in"):
        editing.split(left, ["bbbb"], hand=HAND, into=left)


def test_a_merge_can_still_be_taken_back_after_a_correction() -> None:
    one, other = incident(3, id="one"), two_voices()
    joined = merge(one, other, by="x", at="2022")
    edited = editing.correct_claim(joined, "bbbb", {"value": "21"}, hand=HAND)
    back, again = unmerge(edited)
    assert [c.id for c in back.claims] == ["c3"]
    assert [c.value for c in again.claims] == [3, 21]


def test_a_place_by_name_by_id_by_coordinates_and_none() -> None:
    named = editing.move(two_voices(), placing.named("Ізюм"), hand=HAND)
    assert (named.place_id, named.admin1, named.geo_precision) == ("geonames:707292", "UA-63", "settlement")
    same = editing.move(two_voices(), placing.by_id("geonames:707292"), hand=HAND)
    assert (same.point, same.uncertainty_m) == (named.point, named.uncertainty_m)
    spot = editing.move(named, placing.at(37.2601, 49.2103, precision="site"), hand=HAND)
    assert (spot.point.lon, spot.geo_precision, spot.uncertainty_m) == (37.2601, "site", 50.0)  # type: ignore[union-attr]
    assert spot.admin1 == "UA-63"
    nowhere = editing.move(spot, placing.unknown(), hand=HAND)
    assert (nowhere.point, nowhere.place_name, nowhere.admin1, nowhere.geo_precision) == (
        None,
        None,
        None,
        "unknown",
    )
    assert nowhere.history[-1].detail["changed"]["place_name"] == ["Izium", None]


def test_a_place_that_is_not_clear_is_asked_back_with_what_it_may_be() -> None:
    with pytest.raises(BadInput, match=r"ambiguous[\s\S]*geonames:\d+  Ivanivka"):
        placing.named("Ivanivka")
    with pytest.raises(BadInput, match="no province known here"):
        placing.named("Ivanivka", province="Atlantis")
    with pytest.raises(BadInput, match="not in the gazetteer"):
        placing.by_id("geonames:0")
    with pytest.raises(BadInput) as bad:
        placing.at(200, 0, precision="roughly", uncertainty_m=-1)
    assert len(bad.value.problems) == 3


def test_a_lost_update_is_refused_with_both_versions(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "c", create=True)
    seen = two_voices()
    store.put(seen)
    mine = editing.set_review(seen, "accepted", hand=HAND)
    theirs = editing.correct(seen, {"title": "Theirs"}, hand=Hand("Boris", "2026-01-02T00:00:00+00:00"))
    assert editing.save(store, [Edit(seen, theirs)], by="Boris") == 1
    with pytest.raises(Conflict) as met:
        editing.save(store, [Edit(seen, mine)], by="Ana")
    said = str(met.value)
    assert "changed meanwhile by Boris" in said
    assert "there now: title: Shelling № 7 → Theirs" in said
    assert "yours:     review: unreviewed → accepted" in said
    assert store.get(seen.id) == theirs


def test_edits_of_several_incidents_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put([two_voices(), incident(9)])
    left, new = editing.split(two_voices(), ["aaaa"], hand=HAND)
    stale = Edit(incident(9, title="never was"), incident(9, title="mine"))
    with pytest.raises(Conflict):
        editing.save(store, [Edit(two_voices(), left), Edit(None, new), stale], by="Ana")
    assert {i.id for i in store.incidents()} == {"i0007", "i0009"}
    assert editing.save(store, [Edit(two_voices(), left), Edit(None, new)], by="Ana") == 2
    assert store.get(new.id) == new
    with pytest.raises(Conflict, match="is there already"):
        editing.save(store, [Edit(None, new.model_copy(update={"title": "again"}))], by="Ana")


def test_the_exact_words_of_an_added_claim_are_kept_and_a_private_name_in_them_is_marked() -> None:
    fields = {"predicate": "killed", "value": "1", "url": "https://example.org/n"}
    said = "Oksana Tkach, 45, was killed"
    named = editing.add_claim(incident(1), fields | {"words": f"“{said}”"}, hand=HAND).claims[-1]
    assert named.note == f"“{said}”"
    assert named.sensitivity == ("personal_information",)
    plain = editing.add_claim(incident(1), fields | {"words": "One person was killed"}, hand=HAND).claims[-1]
    assert plain.sensitivity == ()
