from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from incidents import importing, validate
from incidents._errors import BadInput, UnreadableCollection
from incidents._guess import shown
from incidents._mapping import parse_mapping
from incidents._rejected import Rejected
from incidents.cli import main
from incidents.model import Incident, Source
from incidents.store import FolderStore, write_file
from tests.incidents.samples import incident

ROOT = Path(__file__).resolve().parents[2]
TIMEMAP = ROOT.parent / "shared" / "data" / "timemap-incidents.json"

TABLE = """\
event_id,event_date,sub_event_type,location,latitude,longitude,notes,fatalities,source_url
E1,16.09.2022,Shelling/artillery,Izium,49.2,37.2768,"Two houses, one street",3,https://example.org/a
E2,17.09.2022,Air/drone strike,Ізюм,49.2021,37.2701,A yard,,https://example.org/b;https://example.org/c
E3,18.09.2022,Attack,Izyum,149.2,37.27,Out of range,lots of,
E4,19.09.2022,Attack,Izyum
E5,31.09.2022,Attack,Izyum,,,No such day,1,
E6,20.09.2022,Something new,Изюм,,,No coordinates,1,https://example.org/d
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def _read(path: Path, mapping: Any = None, **options: Any) -> tuple[list[Incident], list[Rejected]]:
    rejected: list[Rejected] = []
    chosen = mapping or importing.guessed(path)
    return list(importing.read(path, chosen, on_rejected=rejected.append, **options)), rejected


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(TABLE)
    return path


def test_a_table_comes_in_by_a_guessed_mapping(table: Path) -> None:
    incidents, _ = _read(table)
    assert [i.id for i in incidents] == ["E1", "E2", "E6"]
    first, second, last = incidents
    assert first.date_start == dt.date(2022, 9, 16)
    assert first.category == "shelling"
    assert (first.point.lon, first.point.lat) == (37.2768, 49.2) if first.point else False
    assert [(c.predicate, c.min, c.max, c.url) for c in first.claims] == [
        ("killed", 3, 3, "https://example.org/a")
    ]
    assert [s.url for s in second.sources] == ["https://example.org/b", "https://example.org/c"]
    assert (last.geo_precision, last.claims[0].min) == ("settlement", 1)


def test_one_place_under_every_spelling(table: Path) -> None:
    incidents, _ = _read(table)
    assert {(i.place_name, i.place_id, i.admin1) for i in incidents} == {
        ("Izium", "geonames:707292", "UA-63")
    }


def test_swapped_columns_are_rejected_where_the_country_tells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title,country,lat,lon\nx,Ukraine,37.27,49.2\ny,Ukraine,49.2,37.27\n")
    incidents, rejected = _read(path)
    assert [(i.title, i.country) for i in incidents] == [("y", "UA")]
    assert [(r.line, r.field) for r in rejected] == [(2, "lat")]
    assert "swapped" in rejected[0].reason


def test_rejected_rows_have_line_field_and_reason(table: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.csv"
    result = run("import", table, "--into", tmp_path / "c", "--rejected", report)
    assert result.exit_code == 1
    assert "3 incidents imported" in result.output
    assert "3 rows were left out" in result.output
    with report.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["field"]) for row in rows] == [
        ("4", "lat"), ("4", "killed"), ("5", ""), ("6", "date_start"),
    ]  # fmt: skip
    assert "31.09.2022" in rows[3]["reason"]
    assert validate.check(tmp_path / "c") == []


@pytest.mark.parametrize("figure", ["1" + "0" * 30, "nan", "inf", "-4", "2.5", "9007199254740993"])
def test_a_figure_that_counts_nothing_is_rejected(tmp_path: Path, figure: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f"id,title,date,killed,url\na,T,2022-03-01,{figure},https://example.org/a\nb,T,2022-03-01,3,https://example.org/b\n"
    )
    result = run("import", path, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv")
    assert result.exit_code == 1
    assert "is not a count" in (tmp_path / "r.csv").read_text()
    assert len(FolderStore.open(tmp_path / "c").ids()) == 1


def test_a_figure_too_large_for_a_file_is_named_by_validate_and_read_past(tmp_path: Path) -> None:
    write_file(tmp_path / "c.geojson", [incident(1)])
    text = (tmp_path / "c.geojson").read_text().replace('"value":1,', f'"value":1{"0" * 30},')
    assert "0" * 30 in text
    (tmp_path / "c.geojson").write_text(text)
    problems = "\n".join(map(str, validate.check(tmp_path / "c.geojson")))
    assert "is not a figure of anything" in problems


def test_the_guess_is_shown_editable_and_gives_the_same(table: Path, tmp_path: Path) -> None:
    shown_text = run("import", table, "--guess").stdout
    edited = yaml.safe_load(shown_text)
    edited["fields"]["category"]["words"]["Shelling/artillery"] = "explosion"
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(edited))
    assert run("import", table, "--mapping", tmp_path / "m.yaml", "--into", tmp_path / "c").exit_code == 1
    store = FolderStore.open(tmp_path / "c")
    assert store.get("E1").category == "explosion"
    assert store.get("E2").category == "air_strike"


def test_a_second_run_changes_nothing_and_edits_stay(table: Path, tmp_path: Path) -> None:
    run("import", table, "--into", tmp_path / "c")
    store = FolderStore.open(tmp_path / "c")
    store.put(store.get("E1").model_copy(update={"title": "edited"}))
    store.compact()
    before = {s.name: s.sha256 for s in store.files()}
    assert "3 were there already" in run("import", table, "--into", tmp_path / "c").output
    assert {s.name: s.sha256 for s in store.files()} == before
    run("import", table, "--into", tmp_path / "c", "--replace")
    assert store.get("E1").title != "edited"


def test_an_unknown_column_or_field_is_named_with_what_there_is(table: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "mapping: incident-atlas/1\nname: m\nreads: csv\nfields: {title: headline, lat: breite}\n"
    )
    result = run("import", table, "--mapping", mapping, "--into", tmp_path / "c")
    assert result.exit_code == 1
    assert "fields.title: events.csv has no column 'headline'; it has: event_date" in result.output
    assert "'breite'" in result.output
    assert list((tmp_path / "c").glob("*.geojson")) == []
    with pytest.raises(BadInput, match=r"fields\.titel: is not a field; there are: id, title"):
        parse_mapping("mapping: incident-atlas/1\nname: m\nreads: csv\nfields: {titel: x}\n", "m.yaml")
    with pytest.raises(BadInput, match=r"m\.yaml: fields\.title\.form"):
        parse_mapping(
            "mapping: incident-atlas/1\nname: m\nreads: csv\nfields: {title: {form: x}}\n", "m.yaml"
        )
    with pytest.raises(BadInput, match="is not YAML"):
        parse_mapping("a: [", "m.yaml")


def test_a_word_without_a_meaning_is_rejected_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title,kind\na,shelling\nb,mystery\n")
    mapping = parse_mapping(
        "mapping: incident-atlas/1\nname: m\nreads: csv\n"
        "fields: {title: title, category: {from: kind, words: {Shelling: shelling}}}\n",
        "m",
    )
    incidents, rejected = _read(path, mapping)
    assert [i.title for i in incidents] == ["a"]
    assert [(r.line, r.field) for r in rejected] == [(3, "category")]
    assert "fields.category.words" in rejected[0].reason


def test_the_ready_mapping_takes_words_that_it_has_never_seen(tmp_path: Path) -> None:
    path = tmp_path / "timemap.json"
    weapon = [
        {"key": "Weapon System", "value": "Something new"},
        {"key": "Type of area affected", "value": "The moon"},
    ]
    row = {
        "id": "X1", "date": "2/4/2022", "latitude": "49.2", "longitude": "37.27", "location": "Izyium", "filters": weapon,
        "description": "", "sources": [{"id": "s", "path": "https://example.org/1"}, {"id": "s", "path": "HIDDEN"}],
    }  # fmt: skip
    path.write_text(
        json.dumps([row, row | {"id": "X2", "latitude": "", "longitude": "", "location": "Izyum"}])
    )
    (first, second), rejected = _read(path)
    assert rejected == []
    assert (first.category, first.weapon, first.impact) == ("other", ("other",), ())
    assert first.date_start == dt.date(2022, 2, 4)
    assert [(s.id, s.url) for s in first.sources] == [("s", "https://example.org/1"), ("s-2", None)]
    assert {first.place_id, second.place_id} == {"geonames:707292"}
    assert second.geo_precision == "settlement"


def test_foreign_geojson_of_any_geometry(tmp_path: Path) -> None:
    square = [[[30, 50], [30.1, 50], [30.1, 50.1], [30, 50.1], [30, 50]]]
    features = [
        {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [30.5, 50.4, 120]},
         "properties": {"name": "A point", "date": "2022-03", "deaths": 2}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square},
         "properties": {"name": "An area", "date": "2022"}},
        {"type": "Feature", "geometry": None, "properties": {"name": "Nowhere", "date": None}},
    ]  # fmt: skip
    path = tmp_path / "f.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, indent=1))
    (point, area, nowhere), rejected = _read(path)
    assert rejected == []
    assert (point.id, point.date_start, point.date_end, point.date_precision) == (
        "7", dt.date(2022, 3, 1), dt.date(2022, 3, 31), "month",
    )  # fmt: skip
    assert (area.date_end, area.date_precision) == (dt.date(2022, 12, 31), "year")
    assert area.point is not None
    assert area.uncertainty_m is not None
    assert 6000 < area.uncertainty_m < 8000
    assert nowhere.point is None
    assert nowhere.id == _read(path)[0][2].id


def test_our_own_files_come_in_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "ours.geojson"
    given = [incident(n) for n in range(5)]
    write_file(path, given)
    path.write_bytes(path.read_bytes().replace(b'"category":"shelling"', b'"category":"unheard"', 1))
    incidents, rejected = _read(path)
    assert incidents == given[1:]
    assert [(r.line, r.field) for r in rejected] == [(2, "category")]


def test_two_rows_with_one_id_are_both_kept_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\nx,one\nx,two\n")
    result = run("import", path, "--into", tmp_path / "c")
    assert result.exit_code == 0
    assert {i.id: i.title for i in FolderStore.open(tmp_path / "c").incidents()} == {"x": "one", "x-2": "two"}
    assert "3,id,x is there twice; this row was kept as x-2" in (tmp_path / "a.csv.rejected.csv").read_text()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"title,date\n\xcf\xf0\xe8,2022-01-01\n", "is not utf-8 text (byte 0xcf"),
        ("a.csv", b"title,title\nx,y\n", "two columns named title"),
        ("a.csv", b"foo,bar\n1,2\n", "no column looks like a title, a date or a place"),
        ("a.csv", b'title,date\n"open,2022-01-01\n', "a.csv:2: is not CSV"),
        ("a.csv", b"", "has no header row"),
        ("a.csv", b"title,date\n", "has no rows"),
        ("a.json", b'[{"title": "x"}, 5]', "a.json:1: is not a JSON object"),
        ("a.json", b'[{"title": "x"},\n\n{"title": ', "a.json:3: the file is cut off"),
        ("a.geojson", b'{"type": "Topology",\n"arcs": []}', "not GeoJSON"),
        ("a.json", b"", "is empty"),
    ],
)
def test_files_that_cannot_be_read_are_one_clear_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run("import", path, "--into", tmp_path / "c")
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "c").exists() or list(FolderStore.open(tmp_path / "c").incidents()) == []


def test_other_encodings_and_separators(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("назва;дата;широта;довгота\nВибух;24.02.2022;49,2;37,27\n".encode("cp1251"))
    mapping = importing.guessed(path, encoding="cp1251")
    incidents, rejected = _read(path, mapping, encoding="cp1251", places=False)
    assert rejected == []
    assert incidents[0].title == "Вибух"
    assert incidents[0].point is not None
    assert (incidents[0].point.lon, incidents[0].point.lat) == (37.27, 49.2)
    assert run("import", path, "--guess", "--encoding", "klingon").exit_code == 2


def test_a_file_that_breaks_off_in_the_middle_brings_nothing_in(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [{"title": f"t{n}", "date": "2022-01-01"} for n in range(500)]
    path.write_text(json.dumps(rows, indent=0)[:-20])
    with pytest.raises(UnreadableCollection, match=r"a\.json:\d+: the file is cut off"):
        _read(path, places=False)
    assert run("import", path, "--into", tmp_path / "c").exit_code == 1
    assert list(FolderStore.open(tmp_path / "c").incidents()) == []


def test_objects_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"title": "x", "date": "2022-01-01"}\n{"title": "y", "date": "2022-01-02"}\n')
    assert [i.title for i in _read(path)[0]] == ["x", "y"]


def test_a_mapping_for_another_kind_of_file_is_refused(table: Path, tmp_path: Path) -> None:
    result = run("import", table, "--mapping", "ukraine-timemap", "--into", tmp_path / "c")
    assert result.exit_code == 1
    assert "reads json, but events.csv is csv" in result.output


def test_an_unclear_date_order_is_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title,date\nx,03/04/2022\n")
    mapping = importing.guessed(path)
    assert mapping is not None
    assert "does the day or the month" in shown(mapping)


@pytest.mark.skipif(not TIMEMAP.exists(), reason="the development set ../shared/data is not here")
def test_the_timemap_form_comes_in_whole(tmp_path: Path) -> None:
    result = run("import", TIMEMAP, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv")
    assert result.exit_code == 0, result.output
    incidents = {i.id: i for i in FolderStore.open(tmp_path / "c").incidents()}
    rows = json.loads(TIMEMAP.read_text())
    assert len(incidents) == len(rows) == 879
    wanted = sorted(s["path"].strip() for row in rows for s in row["sources"] if s["path"] != "HIDDEN")
    assert sorted(s.url for i in incidents.values() for s in i.sources if s.url) == wanted
    spelled = [
        row
        for row in rows
        if row["location"].startswith(("Izium", "Izyum")) and "district" not in row["location"]
    ]
    assert {incidents[f"timemap-{row['id']}"].place_id for row in spelled} == {"geonames:707292"}
    assert validate.check(tmp_path / "c") == []


ODD = """\
Nr.;Datum des Vorfalls;Ort;Art;Tote;Verletzte (ca.);Quelle URL;Wetter
1;03.05.2023;Kherson;Shelling;10-15;~20;https://example.org/a;sunny
2;04.05.2023;Kherson;Shelling;12+;mehrere;javascript:alert(1);sunny
3;05.05.2031;Nowhereville;Shelling;several;mindestens 5;https://example.org/c;rain
"""


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    return path


def test_odd_columns_of_another_language_are_guessed_and_the_rest_is_named(odd: Path) -> None:
    told = run("import", odd, "--guess").output
    fields = yaml.safe_load(told)["fields"]
    assert {name: rule if isinstance(rule, str) else rule["from"] for name, rule in fields.items()} == {
        "id": "Nr.", "date_start": "Datum des Vorfalls", "place_name": "Ort", "category": "Art", "killed": "Tote",
        "injured": "Verletzte (ca.)", "source_url": "Quelle URL",
    }  # fmt: skip
    assert '# Columns that are not used: "Wetter"' in told


def test_counts_keep_how_they_were_put(odd: Path, tmp_path: Path) -> None:
    done = run("import", odd, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv")
    assert done.exit_code == 0, done.output
    said = {
        (i.id, c.predicate): (c.min, c.max, c.qualifier)
        for i in FolderStore.open(tmp_path / "c").incidents()
        for c in i.claims
    }
    assert said == {
        ("1", "killed"): (10, 15, "as_stated"), ("1", "injured"): (20, 20, "about"),
        ("2", "killed"): (12, None, "at_least"), ("2", "injured"): (None, None, "some"),
        ("3", "killed"): (None, None, "some"), ("3", "injured"): (5, None, "at_least"),
    }  # fmt: skip


def test_what_a_person_should_look_at_is_in_the_report(odd: Path, tmp_path: Path) -> None:
    done = run("import", odd, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as file:
        rows = {(row["line"], row["field"]): row["reason"] for row in csv.DictReader(file)}
    assert "begins with http://" in rows["3", "source_url"]
    assert "in the future" in rows["4", "date_start"]
    assert "'Nowhereville' is not found" in rows["4", "place_name"]
    assert "3 remarks in" in done.output
    links = {i.id: [s.url for s in i.sources] for i in FolderStore.open(tmp_path / "c").incidents()}
    assert links["2"] == []


@pytest.mark.parametrize(
    ("place", "lon", "lat", "told"),
    [
        ("Sumy", 49.9, 36.2, "are the columns exchanged"),
        ("Kherson", 46.64, 32.61, "are the columns exchanged"),
        ("Sumy", 30.52, 50.45, "the nearest place known as 'Sumy'"),
        ("", 49.2, 37.3, ""),
    ],
)
def test_coordinates_that_do_not_fit_the_place_are_told(
    tmp_path: Path, place: str, lon: float, lat: float, told: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f"title,date,town,lon,lat\nA,2022-03-01,{place},{lon},{lat}\nB,2022-03-01,Sumy,34.8,50.9\n"
    )
    done = run("import", path, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv")
    assert done.exit_code == (1 if "exchanged" in told else 0)
    assert told in ((tmp_path / "r.csv").read_text() if (tmp_path / "r.csv").exists() else "")
    assert "B" in {i.title for i in FolderStore.open(tmp_path / "c").incidents()}


def test_a_guess_of_coordinates_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("lon,lat,foo,bar\n34.8,50.9,1,2\n")
    done = run("import", path, "--into", tmp_path / "c")
    assert done.exit_code == 2
    assert "category, date" in done.output
    assert "foo, bar" in done.output
    assert not (tmp_path / "c").exists()


def test_an_address_that_runs_something_is_no_address(tmp_path: Path) -> None:
    path = tmp_path / "ours.geojson"
    write_file(path, [incident(1, claims=(), sources=(Source(id="s", url="javascript:alert(1)"),))])
    assert any("begins with http" in problem.message for problem in validate.check(path))
    assert run("import", path, "--into", tmp_path / "c", "--rejected", tmp_path / "r.csv").exit_code == 1
