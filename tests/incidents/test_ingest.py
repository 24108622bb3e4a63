"""From report files to a collection: twice is once, and one bad file does not stop the others."""

import json

import pytest
from click.testing import CliRunner

from incidents.cli import main
from incidents.ingest import LARGEST
from incidents.store import FolderStore

ONE = "date 2023-03-17 A missile hit Chuhuiv on Thursday, killing at least 4 people, police said."
OTHER = "date 2023-03-18 Пʼятеро людей загинули внаслідок ракетного удару по Чугуєву 16 березня, повідомив Олег Синєгубов."


@pytest.fixture
def reports(tmp_path):
    (tmp_path / "a.txt").write_text(ONE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(OTHER, encoding="utf-8")
    return [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]


def run(*args):
    return CliRunner().invoke(main, ["ingest", *args])


def test_two_reports_of_one_event_become_one_incident_with_both_figures(reports, tmp_path):
    out = tmp_path / "out.geojson"
    assert run(*reports, "--out", str(out)).exit_code == 0
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    (strike,) = [f for f in features if f["properties"]["category"] == "missile_strike"]
    assert {c["value"] for c in strike["properties"]["claims"]} == {4, 5}
    assert strike["properties"]["n_sources"] == 2
    assert (strike["properties"]["killed_min"], strike["properties"]["killed_max"]) == (4, None)
    assert strike["properties"]["date_start"] == "2023-03-16"


def test_ingesting_again_changes_nothing(reports, tmp_path):
    folder = tmp_path / "collection"
    run(*reports, "--into", str(folder))
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    again = run(*reports, "--into", str(folder))
    assert again.exit_code == 0
    assert "2 reports already there" in again.stderr
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_second_report_joins_what_the_folder_holds(reports, tmp_path):
    folder = tmp_path / "collection"
    run(reports[0], "--into", str(folder))
    run(reports[1], "--into", str(folder))
    assert [len(i.sources) for i in FolderStore.open(folder).incidents()] == [2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \r\n\xef\xbb\xbf", "is empty"),
        ("Погибли двое".encode("cp1251"), "not UTF-8"),
        (b"\xff\xfeP\x00", "not UTF-8"),
        (b"x" * (LARGEST + 1), "bytes; a report may have up to"),
        (b"a\x00b", "binary data"),
    ],
)
def test_an_unreadable_report_is_named_and_the_others_go_on(reports, tmp_path, content, told):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    out = tmp_path / "out.geojson"
    result = run(str(bad), *reports, "--out", str(out))
    assert result.exit_code == 1
    assert "bad.txt" in result.stderr
    assert told in result.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["features"]
    assert "Traceback" not in result.output


def test_misuse_is_told_apart_from_bad_reports(reports, tmp_path):
    assert run(*reports).exit_code == 2
    assert run("--out", str(tmp_path / "o.geojson")).exit_code == 2
    assert run(*reports, "--out", str(tmp_path / "o"), "--published", "yesterday").exit_code == 2


def test_markup_in_a_report_stays_text(tmp_path):
    bad = tmp_path / "r.txt"
    bad.write_text(
        "<script>alert(1)</script> Two people were killed in <b>Chuhuiv</b>, said Ivan <i>Petrenko</i>.",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["read", str(bad), "--json", "--published", "2023-03-17"])
    reading = json.loads(result.stdout)
    text = bad.read_text(encoding="utf-8")
    assert all(text[c["quote"]["start"] : c["quote"]["end"]] == c["quote"]["text"] for c in reading["claims"])


def test_a_copy_with_other_white_space_is_no_second_source(reports, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text(ONE.replace(". ", ".  \n") + "\n", encoding="utf-8")
    out = tmp_path / "out.geojson"
    done = run(reports[0], str(copy), "--out", str(out))
    assert "1 report already there" in done.stderr
    (strike,) = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert strike["properties"]["grading"] == "weak"


def test_a_denial_without_an_object_disputes_the_one_event_of_the_report(tmp_path):
    text = "A missile hit Chuhuiv on 16 March 2023, killing 4 people, police said. The defence ministry denied responsibility."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "out.geojson"
    run(str(tmp_path / "a.txt"), "--out", str(out))
    (strike,) = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert strike["properties"]["disputed"]
    assert strike["properties"]["grading"] == "contested"
