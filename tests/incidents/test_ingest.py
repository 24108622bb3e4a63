"""From report files to a collection: twice is once, and one bad file does not stop the others."""

import json

import pytest
from click.testing import CliRunner

from incidents.cli import main
from incidents.derive import grading, is_disputed
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


# ---- claims that name no incident

LOOSE = (
    "date 2023-03-17 A missile hit Chuhuiv on Thursday, killing at least 4 people, police said. Chuhuiv had 31,000"
    " inhabitants. Moscow denies targeting civilians."
)


def told(folder):
    return list(FolderStore.open(folder).incidents())


def test_every_claim_that_read_shows_is_in_the_collection(tmp_path):
    report = tmp_path / "a.txt"
    report.write_text(LOOSE, encoding="utf-8")
    shown = json.loads(CliRunner().invoke(main, ["read", str(report), "--json"]).stdout)["claims"]
    done = run(str(report), "--into", str(tmp_path / "c"))
    held = told(tmp_path / "c")
    assert {c["id"] for c in shown} == {c.id for i in held for c in i.claims}
    assert f"{len(shown)} claims: {len(shown) - 1} with an incident, 1 with none" in done.stderr


def test_a_denial_of_something_else_is_context_without_a_place_and_contests_nothing(tmp_path):
    (tmp_path / "a.txt").write_text(LOOSE, encoding="utf-8")
    run(str(tmp_path / "a.txt"), "--into", str(tmp_path / "c"))
    strike, rest = sorted(told(tmp_path / "c"), key=lambda i: i.role, reverse=True)
    assert [c.predicate for c in strike.claims] == ["killed", "place_population"]
    assert (rest.role, rest.category, rest.point, rest.place_name) == ("context", "accusation", None, None)
    assert [c.predicate for c in rest.claims] == ["denial"]
    assert not is_disputed(strike)
    assert not is_disputed(rest)


def test_a_figure_for_a_whole_country_is_kept_and_is_no_range_of_anything(tmp_path):
    text = "A shell hit a house in Chuhuiv on 16 March 2023, killing 1 person. More than 4,000 civilians were killed in Ukraine since February 24."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    run(str(tmp_path / "a.txt"), "--into", str(tmp_path / "c"))
    kept = [i for i in told(tmp_path / "c") if any(c.value == 4000 for c in i.claims)]
    assert kept
    assert all(i.role != "incident" for i in kept)


def test_a_report_that_tells_nothing_is_named(tmp_path):
    (tmp_path / "quiet.txt").write_text("The weather was fine.", encoding="utf-8")
    done = run(str(tmp_path / "quiet.txt"), "--out", str(tmp_path / "o.geojson"))
    assert done.exit_code == 0
    assert "no claim and no incident found in" in done.stderr
    assert "quiet.txt" in done.stderr


# ---- what is known of a report beside its words


def sources(folder):
    return {s.title: s for i in told(folder) for s in i.sources}


def test_the_options_say_where_every_claim_comes_from(reports, tmp_path):
    about = ["--publisher", "Town Gazette", "--url", "https://example.org/a?b=1", "--title", "A strike", "--via", "Wire", "--author", "A. Writer"]  # fmt: skip
    assert run(reports[0], *about, "--into", str(tmp_path / "c")).exit_code == 0
    (held,) = told(tmp_path / "c")
    (source,) = held.sources
    assert (source.publisher, source.url, source.title) == (
        "Town Gazette",
        "https://example.org/a?b=1",
        "A strike",
    )
    assert str(source.published) == "2023-03-17"
    assert held.claims[0].via == ("A. Writer", "Wire")


def test_what_stands_at_the_head_of_a_report_is_known_and_every_offset_stays_true(tmp_path):
    report = tmp_path / "a.txt"
    filler = "x" * 400
    report.write_text(
        f"---\ntitle: {filler}\npublisher: Листок\nlanguage: en\n---\n{ONE}\n", encoding="utf-8"
    )
    run(str(report), "--into", str(tmp_path / "c"))
    (held,) = told(tmp_path / "c")
    assert (held.sources[0].title, held.sources[0].publisher) == (filler, "Листок")
    assert str(held.sources[0].published) == "2023-03-17"
    text = report.read_text(encoding="utf-8")
    assert all(text[c.quote.start : c.quote.end] == c.quote.text for c in held.claims)


def test_a_list_goes_before_a_file_beside_it_before_the_head_before_the_options(tmp_path):
    for name in ("a", "b", "c", "d"):
        head = "---\npublisher: head\n---\n" if name != "d" else ""
        place = {"a": "Izium", "b": "Balakliia", "c": "Chuhuiv", "d": "Merefa"}[name]
        (tmp_path / f"{name}.txt").write_text(head + ONE.replace("Chuhuiv", place), encoding="utf-8")
    (tmp_path / "a.txt.yaml").write_text("publisher: beside\n", encoding="utf-8")
    (tmp_path / "b.txt.json").write_text('{"publisher": "beside"}', encoding="utf-8")
    (tmp_path / "list.csv").write_text("file;title;publisher\na.txt;A;list\nb.txt;B;\nc.txt;C;\nd.txt;D;\n", encoding="utf-8")  # fmt: skip
    done = run("--list", str(tmp_path / "list.csv"), "--publisher", "option", "--into", str(tmp_path / "c"))
    assert done.exit_code == 0, done.stderr
    found = {title: s.publisher for title, s in sources(tmp_path / "c").items()}
    assert found == {"A": "list", "B": "beside", "C": "head", "D": "option"}


def test_two_pages_of_one_publisher_are_one_independent_source(reports, tmp_path):
    run(*reports, "--publisher", "Town Gazette", "--into", str(tmp_path / "c"))
    (held,) = told(tmp_path / "c")
    assert (len(held.sources), grading(held)) == (2, "weak")


def test_a_source_may_be_named_later_and_what_is_known_is_never_overwritten(reports, tmp_path):
    folder = str(tmp_path / "c")
    run(reports[0], "--into", folder)
    later = run(reports[0], "--publisher", "Town Gazette", "--title", "A strike", "--into", folder)
    assert "1 incident now with what is known of the source" in later.stderr
    again = run(reports[0], "--publisher", "Somebody Else", "--into", folder)
    assert "now with" not in again.stderr
    (held,) = told(folder)
    assert (held.sources[0].publisher, held.sources[0].title) == ("Town Gazette", "A strike")
    assert held.history[-1].detail["before"][0]["publisher"] is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("l.csv", "file,titel\na.txt,x\n", ["l.csv:1: titel: not known"]),
        ("l.csv", "file,url,published\na.txt,javascript:alert(1),16.9.2022\n", ["l.csv:2: url: is not", "l.csv:2: published: is not"]),
        ("l.csv", "file,title\nnone.txt,x\n,y\n", ["l.csv:2: file: there is no", "l.csv:3: file: is missing"]),
        ("l.csv", "file,title\na.txt,x,y\n", ["l.csv:2: has 3 cells"]),
        ("l.csv", "file\na.txt\n./a.txt\n", ["is there twice"]),
        ("l.csv", "file\n", ["names no report"]),
        ("l.json", "[{", ["is not JSON"]),
        ("l.json", "[1]", ["entry 1: file: is missing"]),
        ("l.jsonl", '{"file": "a.txt", "via": 3}\n', ["l.jsonl:1: via: is not"]),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_told_with_every_fault_and_nothing_is_written(
    reports, tmp_path, name, content, said
):
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = run("--list", str(tmp_path / name), "--out", str(tmp_path / "o.geojson"))
    assert done.exit_code == 1
    assert all(one in done.stderr for one in said), done.stderr
    assert not (tmp_path / "o.geojson").exists()


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"a.txt.yaml": "publsiher: x\n"}, "publsiher: is not known here; known are title, publisher"),
        ({"a.txt.yaml": "a: b: c"}, "is not YAML"),
        ({"a.txt.json": "[]"}, "is not a mapping"),
        ({"a.txt.yaml": 'title: "\\ud800"'}, "title: is not a text"),
        ({"a.txt.yaml": "a: &a [x, x]\ntitle: [*a, *a]"}, "title: is not a text"),
        ({"a.txt.yaml": "title: !!python/object/apply:os.getcwd []"}, "is not YAML"),
        ({"a.txt.yaml": "published: 20220916"}, "published: is not a day"),
        ({"a.txt.json": "[" * 100_000}, "is not JSON"),
        ({"a.txt.yaml": "[" * 5_000}, "is not YAML"),
        ({"a.txt.yaml": "url: http://[::1"}, "url: is not an address"),
        ({"a.txt.json": "{}", "a.txt.yml": ""}, "keep one of them"),
        ({"a.txt": "---\nurl: example.org\n---\nText."}, "head: url: is not an address"),
    ],
)
def test_a_byline_that_cannot_be_used_stops_its_own_report_only(reports, tmp_path, beside, said):
    for name, content in beside.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = run(*reports, "--out", str(tmp_path / "o.geojson"))
    assert done.exit_code == 1
    assert said in done.stderr
    assert "1 report read" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "https://example.org"], "is that of one report, and 2 are named"),
        (["--published", "yesterday", "--language", "English"], "--published: is not a day"),
        (["--language", "English"], "--language: is not the code"),
    ],
)
def test_bad_options_are_misuse(reports, tmp_path, words, said):
    done = run(*reports, *words, "--out", str(tmp_path / "o.geojson"))
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_rule_of_hyphens_is_no_head(tmp_path):
    (tmp_path / "a.txt").write_text(f"---\n{ONE}\n---\nMore: soon.", encoding="utf-8")
    assert run(str(tmp_path / "a.txt"), "--out", str(tmp_path / "o.geojson")).exit_code == 0


def test_what_cannot_be_moved_into_the_files_is_saved_all_the_same_and_told(reports, tmp_path):
    run(reports[0], "--into", str(tmp_path / "c"))
    (path,) = (tmp_path / "c").glob("*.geojson")
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            '"FeatureCollection",', '"FeatureCollection","name":"mine",'
        ),
        encoding="utf-8",
    )
    done = run(reports[1], "--into", str(tmp_path / "c"))
    assert done.exit_code == 0
    assert "1 report read" in done.stderr
    assert "saved in the journal" in done.stderr
    assert '"name":"mine"' in path.read_text(encoding="utf-8")
    assert len({s.id for i in told(tmp_path / "c") for s in i.sources}) == 2


def test_everything_in_a_folder_may_be_named_and_bylines_are_no_reports(reports, tmp_path):
    (tmp_path / "a.txt.yaml").write_text("publisher: Town Gazette", encoding="utf-8")
    (tmp_path / "list.csv").write_text("file,publisher\nb.txt,Listed Gazette\n", encoding="utf-8")
    done = run(
        *map(str, sorted(tmp_path.iterdir())),
        "--list",
        str(tmp_path / "list.csv"),
        "--into",
        str(tmp_path / "c"),
    )
    assert "2 reports read" in done.stderr
    publishers = {s.publisher for i in told(tmp_path / "c") for s in i.sources}
    assert publishers == {"Town Gazette", "Listed Gazette"}


def test_a_folder_is_no_report(tmp_path):
    done = run(str(tmp_path), "--out", str(tmp_path / "o.geojson"))
    assert done.exit_code == 1
    assert "is a folder; name the reports in it" in done.stderr
