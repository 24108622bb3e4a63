"""Merging in a stored collection: clear cases on the way in, doubtful ones by a person, all of it reversible."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incidents import cli, duplicates
from incidents._errors import NotFound
from incidents.merge import PER_INCIDENT, Candidate, best
from incidents.store import FolderStore
from tests.incidents.test_merge import BY, incident


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore.open(tmp_path / "collection", create=True)


def run(store: FolderStore, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["merge", *words, "--into", str(store.folder)])


def ids(store: FolderStore) -> list[str]:
    return sorted(i.id for i in store.incidents())


def doubtful() -> list[Any]:
    return [incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3), category="explosion")]


def test_a_clear_duplicate_joins_what_is_stored(store: FolderStore) -> None:
    store.put(incident("a", ("killed", 3, 3)))
    done = duplicates.absorb(store, [incident("b", ("killed", 3, None))], **BY)
    assert (done.added, done.merged, done.candidates) == ([], ["b"], [])
    assert ids(store) == ["a"]
    assert store.get("b").id == "a"
    assert {c.id for c in store.get("a").claims} == {"a-0", "b-0"}


def test_taking_in_the_same_again_changes_nothing(store: FolderStore) -> None:
    new = [incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, None)), *doubtful()[1:]]
    new[2] = new[2].model_copy(update={"id": "c"})
    duplicates.absorb(store, new, **BY)
    before = {p.name: p.read_bytes() for p in store.folder.iterdir() if p.suffix != ".lock"}
    again = duplicates.absorb(store, new, **BY)
    assert again.added == []
    assert {p.name: p.read_bytes() for p in store.folder.iterdir() if p.suffix != ".lock"} == before


def test_a_known_incident_brings_only_what_is_missing(store: FolderStore) -> None:
    store.put(incident("a", ("killed", 3, 3)).model_copy(update={"title": "Edited by a person"}))
    duplicates.absorb(store, [incident("a", ("killed", 3, 3), ("injured", 5, 5))], **BY)
    kept = store.get("a")
    assert kept.title == "Edited by a person"
    assert [c.predicate for c in kept.claims] == ["killed", "injured"]


def test_a_doubtful_pair_waits_and_is_never_merged_silently(store: FolderStore) -> None:
    for one in doubtful():
        duplicates.absorb(store, [one], **BY)
    assert ids(store) == ["a", "b"]
    told = run(store, "list").output
    assert "(a)" in told
    assert "(b)" in told
    assert told.count("2022-06-01; Izium (± 5 km)") == 2
    assert told.count("killed 3") >= 2
    assert "differs: shelling and explosion are often confused" in told
    assert "1 pair waits" in told


def test_a_person_merges_and_takes_it_back(store: FolderStore) -> None:
    duplicates.absorb(store, doubtful(), **BY)
    before = {i.id: i for i in store.incidents()}
    done = run(store, "accept", "1", "--by", "editor")
    assert done.exit_code == 0, done.output
    assert ids(store) == ["a"]
    assert store.get("a").history[-1].by == "editor"
    assert "0 pairs wait" in run(store, "list").output
    assert run(store, "undo", "a").exit_code == 0
    now = {i.id: i for i in store.incidents()}
    assert {i.id: i.model_copy(update={"history": ()}) for i in now.values()} == before
    assert [(i.history[-1].what, i.history[-1].detail) for i in now.values()] == [
        ("merge taken back", {"other": "b"}),
        ("merge taken back", {"other": "a"}),
    ]
    run(store, "find")
    assert "1 pair waits" in run(store, "list").output, "it may be proposed again"
    run(store, "reject", "1")
    assert "0 pairs may be" in run(store, "find").output, "unless it was said to be two"


def test_what_was_taken_back_is_not_merged_again_unasked(store: FolderStore) -> None:
    pair = [incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3))]
    assert duplicates.absorb(store, pair, **BY).merged == ["b"]
    duplicates.undo(store, "a", **BY)
    duplicates.absorb(store, [incident("c", ("killed", 3, 3))], **BY)
    assert len(ids(store)) == 2, "the third joins one of the two and does not pull in the other"


def test_a_rejected_pair_stays_two(store: FolderStore) -> None:
    clear_pair = [incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3))]
    store.put(clear_pair)
    assert "1 pair may be one" in run(store, "find").output
    assert run(store, "reject", "1").exit_code == 0
    assert "0 pairs may be one" in run(store, "find").output
    duplicates.absorb(store, [incident("c", category="burial_site")], **BY)
    assert ids(store) == ["a", "b", "c"]


def test_pairs_whose_incidents_are_gone_do_not_wait_for_ever(store: FolderStore) -> None:
    duplicates.absorb(store, doubtful(), **BY)
    assert "1 pair waits" in run(store, "list").output
    store.delete("b")
    run(store, "find")
    assert "0 pairs wait" in run(store, "list").output


def test_a_later_merge_keeps_the_judgements_of_the_other(store: FolderStore) -> None:
    store.put([incident(n) for n in ("a", "b", "c")])
    duplicates.reject(store, "b", "c", **BY)
    duplicates.accept(store, "a", "b", **BY)
    assert duplicates.told_apart(store) == {frozenset(("a", "c"))}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["accept", "9"], "no pair waits"),
        (["accept", "a", "zzz"], "zzz"),
        (["undo", "a"], "holds no merge"),
        (["undo", "zzz"], "zzz"),
    ],
)
def test_a_wrong_name_is_told_in_a_line(store: FolderStore, words: list[str], told: str) -> None:
    store.put(incident("a"))
    done = run(store, *words)
    assert done.exit_code != 0
    assert told in done.output
    assert len(done.output.splitlines()) <= 3


def test_what_is_not_there_is_not_merged(store: FolderStore) -> None:
    with pytest.raises(NotFound):
        duplicates.accept(store, "x", "y", **BY)


# ---- many near-copies


def copies(number: int) -> list[Any]:
    """Incidents that are doubtful in every pair: one place and day, figures that contradict each other."""
    return [
        incident(f"i{n:03}", ("killed", 2**n, 2**n), title=f"Message {n}", date_precision="month")
        for n in range(number)
    ]


def test_near_copies_are_one_group_with_few_pairs_and_the_list_is_short(store: FolderStore) -> None:
    duplicates.absorb(store, copies(40), **BY)
    assert len(ids(store)) == 40
    (group,) = duplicates.groups(store)
    assert len(group.ids) == 40
    assert len(group.pairs) <= 40 * PER_INCIDENT
    ends = Counter(i for pair in group.pairs for i in (pair.a, pair.b))
    assert min(ends.values()) >= PER_INCIDENT
    told = run(store, "list").output
    assert "group of 40 incidents" in told
    assert f"of each incident the {PER_INCIDENT} likeliest are kept" in told
    assert len(told.splitlines()) < 40
    assert len(run(store, "list", "--all").output.splitlines()) > len(group.pairs)


def test_the_likeliest_pairs_of_an_incident_are_those_kept() -> None:
    pairs = [Candidate(f"a{n}", "z", round(0.5 + n / 100, 2), ()) for n in range(20)]
    others = [Candidate(f"a{n}", f"b{n}{k}", 0.79, ()) for n in range(20) for k in range(PER_INCIDENT)]
    kept = {c.score for c in best([*pairs, *others]) if c.b == "z"}
    assert kept == {0.69, 0.68, 0.67, 0.66, 0.65}


def test_a_group_is_merged_at_once_and_any_of_it_taken_out_again(store: FolderStore) -> None:
    store.put(copies(4))
    before = {i.id: i for i in store.incidents()}
    run(store, "find")
    done = run(store, "accept", "2", "--group")
    assert done.exit_code == 0, done.output
    assert ids(store) == ["i000"]
    assert len(store.get("i000").claims) == 4
    assert "0 pairs wait" in run(store, "list").output
    run(store, "undo", "i000", "i002")
    assert store.get("i002").model_copy(update={"history": ()}) == before["i002"]
    assert len(store.get("i000").claims) == 3


def test_a_group_is_told_apart_at_once(store: FolderStore) -> None:
    store.put(copies(4))
    run(store, "find")
    assert run(store, "reject", "1", "--group").exit_code == 0
    assert "0 pairs may be one" in run(store, "find").output


def test_a_group_with_two_that_were_told_apart_is_not_merged_at_once(store: FolderStore) -> None:
    store.put(copies(3))
    run(store, "find")
    run(store, "reject", "i000", "i002")
    done = run(store, "accept", "1", "--group")
    assert done.exit_code == 1
    assert "were told apart" in done.output
    assert ids(store) == ["i000", "i001", "i002"]


def test_a_group_that_nobody_can_have_looked_at_is_judged_by_pairs(store: FolderStore) -> None:
    chain = [f"i{n:04}" for n in range(duplicates.LARGEST_GROUP + 1)]
    store.put([incident(i) for i in chain])
    duplicates.record(store, [Candidate(a, b, 0.7, ()) for a, b in pairwise(chain)], by="somebody")
    assert "--group" not in run(store, "list").output
    for judged in ("accept", "reject"):
        done = run(store, judged, "1", "--group")
        assert done.exit_code == 1
        assert "301 incidents are too many" in done.output
        assert "one by one" in done.output
    assert ids(store) == chain
    run(store, "reject", chain[150], chain[151])
    assert [len(group.ids) for group in duplicates.groups(store)] == [151, 150]


def test_a_pair_that_stands_alone_is_no_group_and_keeps_its_number(store: FolderStore) -> None:
    there = {"place_id": "p", "point": {"lon": 30.0, "lat": 50.0}}
    pair = [incident("x", **there), incident("y", category="explosion", **there)]
    store.put([*copies(3), *pair])
    run(store, "find")
    told = run(store, "list").output
    number = duplicates.waiting(store).index(next(c for c in duplicates.waiting(store) if c.a == "x")) + 1
    assert f"{number:>4}  " in told
    run(store, "accept", str(number))
    assert ids(store) == ["i000", "i001", "i002", "x"]
