"""`review` and `edit` at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incidents import cli
from incidents.duplicates import told_apart
from incidents.store import FolderStore
from incidents.stores import open_store
from incidents.validate import check
from tests.incidents.samples import incident
from tests.incidents.test_editing import two_voices


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put([two_voices(), incident(9)])
    store.compact()
    return store.folder


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def test_a_review_is_shown_and_kept_with_name_and_reason(folder: Path) -> None:
    done = run(
        "review", "i0007", "i0009", "--as", "accepted", "--by", "Ana", "--why", "checked", "--into", folder
    )
    assert done.exit_code == 0, done.output
    assert done.output.count("review: unreviewed → accepted") == 2
    assert "2 incidents changed by Ana" in done.output
    assert {i.review for i in open_store(folder).incidents()} == {"accepted"}
    shown = run("show", "i0007", "--from", folder).output
    assert "Ana: review" in shown
    assert "(checked)" in shown
    assert not check(folder)


def test_a_dry_run_shows_before_and_after_and_keeps_nothing(folder: Path) -> None:
    done = run(
        "review",
        "i0007",
        "--claim",
        "c-bbbb",
        "--as",
        "rejected",
        "--grading",
        "confirmed",
        "--from",
        folder,
        "--dry-run",
    )
    assert done.exit_code == 0, done.output
    assert "claim c-bbbbbbbb review: unreviewed → rejected" in done.output
    assert "killed_max: 20 → 3" in done.output
    assert "grading: fair → confirmed" in done.output
    assert open_store(folder).get("i0007") == two_voices()


def test_what_is_wrong_with_a_review_is_said_at_once(folder: Path) -> None:
    done = run("review", "i0007", "nobody", "nothing", "--as", "accepted", "--into", folder)
    assert done.exit_code == 1
    assert "nobody" in done.output
    assert "nothing" in done.output
    assert open_store(folder).get("i0007").review == "unreviewed"
    assert run("review", "i0007", "--into", folder).exit_code == 2
    assert "fair" in run("review", "i0007", "--grading", "fair", "--into", folder).output


def test_fields_place_and_claims_are_corrected(folder: Path) -> None:
    steps: list[tuple[object, ...]] = [
        ("title=Fire", "date=2022-03", "--place", "Izium", "--province", "Kharkiv Oblast"),
        ("--claim", "bbbb", "value=20-25"),
        ("--add-claim", "predicate=injured", "value=4", "url=https://example.org/x"),
    ]
    for step in steps:
        done = run("edit", "i0007", *step, "--into", folder, "--by", "Ana")
        assert done.exit_code == 0, done.output
    shown = run("show", "i0007", "--from", folder).output
    assert "Fire" in shown
    assert "Izium, Kharkiv Oblast, UA" in shown
    assert "killed    3 to 25" in shown
    assert "killed 20 to 25" in shown
    assert "“20 people”" in shown
    assert "https://example.org/x" in shown
    assert "3 sources, 1 speaker\n" in shown
    assert not check(folder)


def test_claims_are_split_off_into_a_new_incident_that_the_fields_describe(folder: Path) -> None:
    done = run("edit", "i0007", "--split", "bbbb", "title=Another town", "--into", folder)
    assert done.exit_code == 0, done.output
    found = {i.title: i for i in open_store(folder).incidents()}
    assert [c.id for c in found["Another town"].claims] == ["c-bbbbbbbb"]
    assert [c.id for c in found[two_voices().title].claims] == ["c-aaaaaaaa"]
    assert frozenset(i.id for i in found.values() if i.id != "i0009") in told_apart(open_store(folder))
    again = run("edit", found["Another town"].id, "--split", "bbbb", "--to", "i0009", "--into", folder)
    assert again.exit_code == 1
    assert "no claim would be left" in again.output
    assert not check(folder)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name what is to be corrected"),
        (("title",), "title: is not FIELD=VALUE"),
        (("--claim", "bbbb"), "--claim: name what is to be corrected"),
        (("--place", "Izium", "--at", "1,2"), "--place, --at: give one of them"),
        (("--precision", "site", "title=x"), "--precision: goes with --at"),
        (("--at", "north"), "--at north: is not LON,LAT"),
        (("--split", "bbbb", "--claim", "aaaa", "value=3"), "are different edits"),
        (("weapon=gun", "colour=red"), "colour: cannot be edited here"),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing_and_says_why(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    done = run("edit", "i0007", *words, "--into", folder)
    assert done.exit_code in {1, 2}
    assert said in done.output
    assert open_store(folder).get("i0007") == two_voices()


def test_the_history_tells_from_where_to_where_a_place_was_moved_by_whom_and_why(folder: Path) -> None:
    moves = (
        ("--place", "Izium", "--province", "Kharkiv Oblast", "--why", "the pit is in Izium"),
        ("--at", "37.2485,49.2121", "--precision", "site"),
        ("--no-place",),
    )
    for words in moves:
        done = run("edit", "i0009", *words, "--by", "Ana", "--into", folder)
        assert done.exit_code == 0, done.output
    told = [
        line for line in run("show", "i0009", "--from", folder).output.splitlines() if "Ana: place" in line
    ]
    assert "→ Izium, " in told[0]
    assert "Kharkiv" in told[0]
    assert told[0].endswith("(the pit is in Izium)")
    assert "→ lon 37.2485, lat 49.2121" in told[1]
    assert "→ ± 50 m" in told[1]
    assert "→ not known" in told[2]
    assert "lon 37.2485, lat 49.2121 → none" in told[2]


def test_the_history_tells_to_which_incident_claims_went_and_which_was_merged(folder: Path) -> None:
    claim = open_store(folder).get("i0007").claims[0].id
    assert (
        run("edit", "i0007", "--split", claim, "--to", "i0009", "--by", "Ana", "--into", folder).exit_code
        == 0
    )
    assert "claims moved away i0009" in run("show", "i0007", "--from", folder).output
    assert "claims moved here i0007" in run("show", "i0009", "--from", folder).output
    assert run("merge", "accept", "i0007", "i0009", "--into", folder).exit_code == 0
    assert "merged i0009" in run("show", "i0007", "--from", folder).output
