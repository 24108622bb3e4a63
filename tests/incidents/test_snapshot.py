from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from incidents import snapshot
from incidents.cli import main
from incidents.store import FolderStore
from tests.incidents.samples import incident


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore.open(tmp_path / "coll", create=True)
    store.put([incident(1), incident(2)])
    store.compact()
    store.put(incident(3))
    store.delete("i0001")
    store.save_candidates([{"a": 1}])
    (store.folder / "LICENSE.md").write_text("CC BY 4.0")
    return store


def test_an_archive_unpacks_to_the_same_collection(store: FolderStore, tmp_path: Path) -> None:
    path = snapshot.create(store, tmp_path)
    assert path.name.startswith("coll-20")
    assert snapshot.verify(path) == []
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "back")
    assert snapshot.verify(tmp_path / "back") == []
    back = FolderStore.open(tmp_path / "back")
    assert sorted(i.id for i in back.incidents()) == ["i0002", "i0003"]
    assert back.candidates() == [{"a": 1}]
    assert (tmp_path / "back" / "LICENSE.md").exists()


def test_the_manifest_is_what_sha256sum_reads(store: FolderStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(snapshot.create(store, tmp_path)) as archive:
        lines = [x for x in archive.read("SHA256SUMS").decode().splitlines() if not x.startswith("#")]
        assert len(lines) == 5
        for line in lines:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest


def test_every_kind_of_damage_is_found(store: FolderStore, tmp_path: Path) -> None:
    path = snapshot.create(store, tmp_path)
    good = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "back")
    path.write_bytes(good[: len(good) // 2])
    assert "damaged or not a snapshot" in snapshot.verify(path)[0]
    middle = good.find(b"2022-02.geojson") + 60
    path.write_bytes(good[:middle] + bytes([good[middle] ^ 255]) + good[middle + 1 :])
    assert snapshot.verify(path)[0].startswith("2022-02.geojson: ")
    (tmp_path / "back" / "2022-02.geojson").write_text("{}")
    (tmp_path / "back" / "2022-03.geojson").unlink()
    (tmp_path / "back" / "extra.geojson").write_text("{}")
    told = snapshot.verify(tmp_path / "back")
    assert [line.partition(":")[0] for line in told] == [
        "extra.geojson",
        "2022-02.geojson",
        "2022-03.geojson",
    ]


def test_the_commands(store: FolderStore, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(main, ["snapshot", str(store.folder), "--out", str(tmp_path / "b")]).exit_code == 0
    (path,) = (tmp_path / "b").iterdir()
    assert run(main, ["verify", str(path)]).exit_code == 0
    path.write_bytes(b"nothing")
    result = run(main, ["verify", str(path)])
    assert result.exit_code == 1
    assert "not a snapshot" in result.output
