from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import validate
from incidents.cli import main
from incidents.geojson import from_line, to_line
from incidents.repair import repair
from incidents.store import FolderStore, write_file
from tests.incidents.samples import incident


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put([incident(n) for n in (1, 2, 3, 13, 25)])
    store.compact()
    return store.folder


def _ids(folder: Path) -> list[str]:
    return sorted(i.id for i in FolderStore.open(folder).incidents())


def test_a_sound_collection_is_left_alone(folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.glob("*.geojson")}
    done = repair(folder)
    assert (done.kept, done.aside, done.changed) == (5, 0, ())
    assert {p.name: p.read_bytes() for p in folder.glob("*.geojson")} == before


def test_what_can_be_read_is_kept_and_the_rest_is_in_a_named_file(folder: Path) -> None:
    feb, mar, apr = (folder / f"2022-0{n}.geojson" for n in (2, 3, 4))
    whole = feb.read_bytes()
    feb.write_bytes(whole[:-300])
    mar.write_bytes(mar.read_bytes().replace("№".encode(), b"\xb9"))
    apr.rename(folder / "2022-09.geojson")
    (folder / "copy.geojson").write_bytes(whole)
    done = repair(folder)
    assert validate.check(folder) == []
    assert _ids(folder) == ["i0001", "i0003", "i0013", "i0025"]
    assert sorted(p.name for p in folder.glob("*.geojson")) == ["2022-02.geojson", "2022-04.geojson"]
    assert done.aside_file is not None
    kept = done.aside_file.read_bytes()
    assert b"# 2022-02.geojson:4: cannot be read" in kept
    assert b"Shelling \xb9 2" in kept
    assert b"# copy.geojson:2: the id i0001 is there twice" in kept
    assert repair(folder).changed == ()


def test_wrong_sums_are_recomputed_and_unknown_fields_are_kept_aside(folder: Path) -> None:
    path = folder / "2022-03.geojson"
    path.write_text(path.read_text().replace('"killed_min":2', '"killed_min":7,"mood":"grim"'))
    done = repair(folder)
    assert validate.check(folder) == []
    assert done.aside_file is not None
    assert b'"mood":"grim"' in done.aside_file.read_bytes()


def test_a_damaged_journal_keeps_its_good_records(folder: Path) -> None:
    store = FolderStore.open(folder)
    store.put(incident(5))
    store.put(incident(1, title="edited"))
    store.delete("i0002")
    journal = folder / "journal.geojsons"
    journal.write_bytes(journal.read_bytes().replace(b'"Shelling \xe2\x84\x96 5"', b'"Shel'))
    done = repair(folder)
    assert _ids(folder) == ["i0001", "i0003", "i0013", "i0025"]
    assert FolderStore.open(folder).get("i0001").title == "edited"
    assert not journal.exists()
    assert "journal.geojsons:1" in done.told[0]


def test_a_broken_file_of_another_layout_gives_up_its_whole_features(tmp_path: Path) -> None:
    path = tmp_path / "one.geojson"
    write_file(path, [incident(n) for n in range(1, 6)])
    pretty = json.dumps(json.loads(path.read_text()), indent=1, ensure_ascii=False)
    path.write_text(pretty[: len(pretty) * 3 // 5])
    done = repair(path)
    assert done.kept in {2, 3}
    assert validate.check(path) == []
    assert done.aside_file is not None
    assert pretty[: len(pretty) * 3 // 5] in done.aside_file.read_text()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_is_lost_whatever_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("r") / "one.geojson"
    write_file(path, [incident(n) for n in range(1, 8)])
    whole = path.read_bytes()
    at = data.draw(st.integers(50, len(whole) - 10))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    damaged = whole[:at] + junk + whole[at + len(junk) :]
    path.write_bytes(damaged)
    done = repair(path)
    assert validate.check(path) == []
    kept = path.read_bytes().splitlines()
    aside = done.aside_file.read_bytes() if done.aside_file else b""
    for line in damaged.split(b"\n")[1:]:
        raw = line.rstrip(b" \t\r").removesuffix(b",")
        assert raw in aside or raw in b"]}" or to_line(from_line(raw)) in [k.removesuffix(b",") for k in kept]


def test_the_command_tells_what_it_did(folder: Path) -> None:
    path = folder / "2022-02.geojson"
    path.write_bytes(path.read_bytes()[:-300])
    result = CliRunner().invoke(main, ["repair", str(folder)])
    assert result.exit_code == 0
    assert "4 incidents kept, 1 set aside in" in result.output
    assert "rewrote 2022-02.geojson" in result.output
