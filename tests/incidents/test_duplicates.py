"""Merging in a stored collection: clear cases on the way in, doubtful ones by a person, all of it reversible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incidents import cli, duplicates
from incidents._errors import NotFound
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
    done = duplicates.absorb(store, [incident("b", ("killed", 4, None))], **BY)
    assert (done.added, done.merged, done.candidates) == ([], ["b"], [])
    assert ids(store) == ["a"]
    assert store.get("b").id == "a"
    assert {c.id for c in store.get("a").claims} == {"a-0", "b-0"}


def test_taking_in_the_same_again_changes_nothing(store: FolderStore) -> None:
    new = [incident("a", ("killed", 3, 3)), incident("b", ("killed", 4, None)), *doubtful()[1:]]
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
    assert "a  b" in told
    assert "explosion and" in told or "shelling and" in told
    assert "1 pairs wait" in told


def test_a_person_merges_and_takes_it_back(store: FolderStore) -> None:
    duplicates.absorb(store, doubtful(), **BY)
    before = {i.id: i for i in store.incidents()}
    done = run(store, "accept", "1", "--by", "editor")
    assert done.exit_code == 0, done.output
    assert ids(store) == ["a"]
    assert store.get("a").history[-1].by == "editor"
    assert "0 pairs wait" in run(store, "list").output
    assert run(store, "undo", "a").exit_code == 0
    assert {i.id: i for i in store.incidents()} == before
    duplicates.absorb(store, doubtful(), **BY)
    run(store, "find")
    assert "0 pairs wait" in run(store, "list").output, "what a person took back is not proposed again"


def test_a_rejected_pair_stays_two(store: FolderStore) -> None:
    clear_pair = [incident("a", ("killed", 3, 3)), incident("b", ("killed", 3, 3))]
    store.put(clear_pair)
    assert "1 pairs may be one" in run(store, "find").output
    assert run(store, "reject", "1").exit_code == 0
    assert "0 pairs may be one" in run(store, "find").output
    duplicates.absorb(store, [incident("c", category="burial_site")], **BY)
    assert ids(store) == ["a", "b", "c"]


def test_pairs_whose_incidents_are_gone_do_not_wait_for_ever(store: FolderStore) -> None:
    duplicates.absorb(store, doubtful(), **BY)
    assert "1 pairs wait" in run(store, "list").output
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
        (["accept", "9"], "name two ids, or one of the numbers"),
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
