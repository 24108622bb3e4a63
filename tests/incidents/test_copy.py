"""A collection copied from a folder into a database and back is the same collection."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import synthetic
from incidents._errors import BadInput, UnreadableCollection
from incidents._pg import parse
from incidents.cli import main
from incidents.copying import copy
from incidents.model import Point
from incidents.postgres import PostgresStore
from incidents.store import FolderStore, write_file
from tests.incidents.samples import incident
from tests.incidents.throwaway_postgres import Throwaway

pytestmark = pytest.mark.postgres
SHIPPED = Path(__file__).parents[2] / "data" / "ukraine"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Throwaway()
    yield server.start()
    server.stop()


def _files(folder: Path) -> dict[str, bytes]:
    return {
        p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file() and not p.name.startswith(".")
    }


def test_the_shipped_collection_comes_back_byte_for_byte(url: str, tmp_path: Path) -> None:
    shipped = tmp_path / "ukraine"
    shutil.copytree(SHIPPED, shipped, ignore=shutil.ignore_patterns(".*"))
    FolderStore.open(shipped).save_candidates([{"a": "x", "b": "y", "state": "apart"}])
    database = f"{url}?schema=shipped"
    run = CliRunner().invoke(main, ["copy", str(shipped), database], catch_exceptions=False)
    assert "24 incidents copied" in run.output
    assert url.split(":")[2].partition("@")[0] not in run.output
    assert copy(database, str(tmp_path / "back")).incidents == 24
    assert _files(tmp_path / "back") == _files(shipped)


@pytest.mark.slow
def test_a_hundred_thousand_incidents_come_back_byte_for_byte(url: str, tmp_path: Path) -> None:
    synthetic.write_folder(100_000, tmp_path / "made")
    made = FolderStore.open(tmp_path / "made")
    made.put(incident(1))
    copy(str(tmp_path / "made"), f"{url}?schema=many")
    assert copy(f"{url}?schema=many", str(tmp_path / "back")).incidents == 100_001
    made.compact()
    assert _files(tmp_path / "back") == _files(tmp_path / "made")


def test_a_copy_replaces_what_has_the_same_id_and_leaves_the_rest(url: str, tmp_path: Path) -> None:
    store = PostgresStore.open(f"{url}?schema=over")
    store.put([incident(1, title="Old"), incident(9)])
    FolderStore.open(tmp_path / "new", create=True).put([incident(1), incident(2)])
    copy(str(tmp_path / "new"), f"{url}?schema=over", by="Olha")
    assert sorted(i.id for i in store.incidents()) == ["i0001", "i0002", "i0009"]
    assert [(v.by, v.incident and v.incident.title) for v in store.versions("i0001")] == [
        (None, "Old"),
        ("Olha", "Shelling № 1"),
    ]


def test_a_single_file_is_a_source_and_a_target(url: str, tmp_path: Path) -> None:
    FolderStore.open(tmp_path / "new", create=True).put([incident(n) for n in range(1, 5)])
    copy(str(tmp_path / "new"), str(tmp_path / "one.geojson"))
    copy(str(tmp_path / "one.geojson"), f"{url}?schema=file")
    copy(f"{url}?schema=file", str(tmp_path / "two.geojson"))
    assert (tmp_path / "two.geojson").read_bytes() == (tmp_path / "one.geojson").read_bytes()
    assert len(list(PostgresStore.open(f"{url}?schema=file").incidents())) == 4


def test_a_bad_line_is_named_and_nothing_is_copied(url: str, tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "bad", create=True)
    store.put([incident(n, date_start="2022-03-04", date_end="2022-03-04") for n in range(1, 5)])
    store.compact()
    path = tmp_path / "bad" / "2022-03.geojson"
    path.write_bytes(path.read_bytes().replace(b'"category":"shelling"', b'"category":"comet"', 2))
    with pytest.raises(UnreadableCollection) as refused:
        copy(str(tmp_path / "bad"), f"{url}?schema=bad")
    assert [p.partition(": ")[0].rpartition("/")[2] for p in refused.value.problems] == [
        "2022-03.geojson:2",
        "2022-03.geojson:3",
    ]
    assert PostgresStore.open(f"{url}?schema=bad").count() == 0


def test_a_copy_onto_itself_is_refused(url: str, tmp_path: Path) -> None:
    FolderStore.open(tmp_path / "one", create=True)
    with pytest.raises(BadInput, match="another"):
        copy(str(tmp_path / "one"), f"{tmp_path}/x/../one")
    with pytest.raises(BadInput, match="another"):
        copy(f"{url}?schema=one", f"{url.replace('postgresql', 'postgres')}?schema=one&sslmode=disable")


def test_the_commands_work_on_a_database_as_on_a_folder(url: str, tmp_path: Path) -> None:
    """Import, show, export, find and merge pairs, and take the merge back: the same words, no password shown."""
    database = f"{url}?schema=commands"
    one = incident(1, date_start="2022-03-04", date_end="2022-03-04", point=Point(lon=37.25, lat=49.2))
    write_file(tmp_path / "in.geojson", [one, one.model_copy(update={"id": "twin"}), incident(9)])

    def ran(*words: str) -> str:
        done = CliRunner().invoke(main, list(words))
        assert done.exit_code == 0, done.output
        assert str(parse(url).password) not in done.output
        return done.output

    assert "3 incidents imported" in ran("import", str(tmp_path / "in.geojson"), "--into", database)
    assert "3 were there already" in ran("import", str(tmp_path / "in.geojson"), "--into", database)
    assert "Shelling № 9" in ran("show", "i0009", "--store", database)
    ran("export", "--store", database, "--out", str(tmp_path / "out.csv"), "--format", "csv")
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 4
    assert "1 pair may be one incident" in ran("merge", "find", "--into", database)
    ran("merge", "accept", "1", "--into", database, "--by", "Olha")
    store = PostgresStore.open(database)
    assert store.ids() == {"i0001", "i0009"}
    assert store.get("twin").id == "i0001"
    ran("merge", "undo", "i0001", "--into", database)
    assert store.ids() == {"i0001", "i0009", "twin"}
    assert "twin" in ran("batch", "duplicates", "--store", database)


def test_a_snapshot_of_a_database_is_checked_and_unpacks_to_the_collection(url: str, tmp_path: Path) -> None:
    database = f"{url}?schema=snapped"
    copy(str(SHIPPED), database)
    done = CliRunner().invoke(main, ["snapshot", database, "--out", str(tmp_path / "backups")])
    assert done.exit_code == 0, done.output
    assert str(parse(url).password) not in done.output
    (archive,) = (tmp_path / "backups").iterdir()
    assert CliRunner().invoke(main, ["verify", str(archive)]).exit_code == 0
    shutil.unpack_archive(archive, tmp_path / "back")
    (tmp_path / "back" / "SHA256SUMS").unlink()
    assert _files(tmp_path / "back") == _files(SHIPPED)
