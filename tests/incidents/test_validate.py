from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from incidents import validate
from incidents._errors import NotFound
from incidents.model import Point
from incidents.store import FolderStore
from incidents.validate import Problem
from tests.incidents.samples import incident

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2024, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put([incident(n) for n in (1, 2, 13, 25)])
    store.compact()
    return store.folder


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _found(folder: Path) -> list[Problem]:
    return validate.check(folder, today=TODAY)


def test_a_sound_collection_has_no_problems(folder: Path) -> None:
    assert _found(folder) == []


def test_the_shipped_collection_is_sound() -> None:
    assert validate.check(ROOT / "data" / "ukraine") == []


def test_every_problem_is_named_at_once_with_file_line_id_and_field(folder: Path) -> None:
    feb = folder / "2022-02.geojson"
    _edit(feb, '"killed_max":13', '"killed_max":14')
    _edit(feb, '"coordinates":[31.0,49.0]', '"coordinates":[31.0,149.0]')
    _edit(feb, '"id":"i0025",', "")
    _edit(folder / "2022-03.geojson", '"date_end":"2022-03-03"', '"date_end":"2032-03-03"')
    found = [(p.file, p.line, p.id, p.field) for p in _found(folder)]
    assert found == [
        ("2022-02.geojson", 2, "i0001", "geometry.coordinates"),
        ("2022-02.geojson", 3, "i0013", "killed_max"),
        ("2022-02.geojson", 4, "", "id"),
        ("2022-03.geojson", 2, "i0002", "date_end"),
    ]


def test_swapped_coordinates_are_called_swapped(folder: Path) -> None:
    path = folder / "2022-02.geojson"
    _edit(path, '"coordinates":[31.0,49.0]', '"coordinates":[49.0,131.0]')
    assert "swapped" in _found(folder)[0].message


def test_coordinates_swapped_within_the_range_are_noticed_by_the_country(folder: Path) -> None:
    _edit(folder / "2022-02.geojson", '"coordinates":[31.0,49.0]', '"coordinates":[49.0,31.0]')
    (problem,) = _found(folder)
    assert (problem.line, problem.field) == (2, "geometry.coordinates")
    assert "not in UA; are they swapped?" in problem.message


@pytest.mark.parametrize(
    ("place", "told"), [("Sumy", "are the columns exchanged"), ("Testivka", "would be in UA like most")]
)
def test_swapped_coordinates_without_a_country_are_noticed(folder: Path, place: str, told: str) -> None:
    lost = incident(37, country=None, place_name=place, point=Point(lon=49.9, lat=36.2))
    FolderStore.open(folder).put([lost])
    (problem,) = _found(folder)
    assert problem.field == "geometry.coordinates"
    assert told in problem.message


def test_an_id_in_two_months_and_a_renamed_month(folder: Path) -> None:
    (folder / "2022-03.geojson").rename(folder / "2022-07.geojson")
    (folder / "2022-07-copy.geojson").write_bytes((folder / "2022-07.geojson").read_bytes())
    told = [str(problem) for problem in _found(folder)]
    assert any("2022-07-copy.geojson: is not named by a month" in line for line in told)
    assert any("i0002: id: is there twice" in line for line in told)
    assert any("2022-07.geojson:2: i0002: date_start: belongs in 2022-03.geojson" in line for line in told)


def test_files_that_are_cut_off_or_no_text(folder: Path) -> None:
    feb, mar = folder / "2022-02.geojson", folder / "2022-03.geojson"
    feb.write_bytes(feb.read_bytes()[:-300])
    mar.write_bytes(mar.read_bytes().replace("№".encode(), b"\xb9"))
    told = [str(problem) for problem in _found(folder)]
    assert any("2022-02.geojson:4: i0025: is not JSON" in line for line in told)
    assert any("2022-02.geojson:4: the file is cut off" in line for line in told)
    assert any("2022-03.geojson:2: i0002: is not UTF-8 text (byte 0xb9" in line for line in told)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}', "x.geojson:1: is JSON but not GeoJSON"),
        (b"[1, 2]", "x.geojson:1: is not GeoJSON"),
        (b"", "x.geojson: is empty"),
        (b"id,title\n1,2\n", "x.geojson:1: is not GeoJSON"),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Point"}]}',
            "x.geojson:1: is not a GeoJSON Feature",
        ),
        (b'{"type":"FeatureCollection",\n"features":[\n{"type":"Fea', "x.geojson:3: the file is cut off"),
        (b'{"type":"FeatureCollection",\n\n"features":[\xff]}', "x.geojson:3: is not UTF-8"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","x":NaN}]}', "NaN is not JSON"),
        (b"[" * 5000, "is not GeoJSON"),
        (b'{"type":' + b"[" * 200_000, "x.geojson:1: is nested too deeply"),
    ],
)
def test_what_is_no_collection_is_told_without_a_trace(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(content)
    assert message in "\n".join(map(str, validate.check(path)))


def test_any_layout_of_geojson_is_checked(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "pretty.geojson"
    collection = json.loads((folder / "2022-02.geojson").read_text())
    path.write_text(json.dumps(collection, indent=1))
    assert validate.check(path, today=TODAY) == []
    collection["features"][1]["properties"]["title"] = None
    path.write_text(json.dumps(collection | {"crs": {}}, indent=1))
    found = validate.check(path, today=TODAY)
    assert [(p.id, p.field) for p in found] == [("", "crs"), ("i0013", "title")]
    assert path.read_text().splitlines()[found[1].line - 1].strip() == "{"


def test_the_journal_is_checked_too(folder: Path) -> None:
    FolderStore.open(folder).put(incident(3))
    _edit(folder / "journal.geojsons", '"n_claims":1', '"n_claims":2')
    assert [(p.file, p.line, p.id, p.field) for p in _found(folder)] == [
        ("journal.geojsons", 1, "i0003", "n_claims")
    ]


def test_members_that_a_rewrite_would_lose_are_named(folder: Path) -> None:
    _edit(folder / "2022-03.geojson", '"geometry"', '"bbox":[1,2,3,4],"geometry"')
    assert [(p.id, p.field) for p in _found(folder)] == [("i0002", "bbox")]


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        validate.check(tmp_path / "nowhere")
