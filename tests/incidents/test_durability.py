"""What a store owes its editors: kill -9, full disks, read-only folders, hands in the files, several writers at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from incidents import _files, validate
from incidents import store as store_module
from incidents._errors import Locked, UnreadableCollection
from incidents._features import iter_features
from incidents._files import CannotWrite
from incidents.catalogues import open_catalogue
from incidents.cli import main
from incidents.filters import Filter
from incidents.geojson import to_line
from incidents.repair import repair
from incidents.store import FolderStore
from tests.incidents.samples import incident

ROOT = Path(__file__).resolve().parents[2]
KILLS = 210


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put([incident(n) for n in range(1, 6)])
    store.compact()
    return store


def forked(work: Callable[[], None]) -> int:
    """Run `work` in a child process and return its id; the child never comes back here."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            work()
            code = 0
        os._exit(code)
    return pid


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# ---- kill -9


def _edit_forever(folder: Path, writer: int, acknowledge: int, seed: int) -> NoReturn:
    store_module._LITTLE = (
        20_000  # in this child: so that the journal is also compacted beside the edits, and often
    )
    store = FolderStore.open(folder)
    dice = random.Random(seed)
    version = seed * 100_000
    while True:
        version += 1
        which = dice.randrange(12)
        month = dt.date(2022, 1 + dice.randrange(4), 1)
        store.put(
            incident(which, id=f"w{writer}-{which:02}", title=str(version), summary="x" * dice.randrange(4000),
                     date_start=month, date_end=None),
            by=f"writer {writer}",
        )  # fmt: skip
        os.write(acknowledge, struct.pack("<BQ", which, version))
        if dice.random() < 0.12:
            store.compact()


@pytest.mark.slow
def test_kill_9_at_random_moments_loses_no_acknowledged_edit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "c"
    FolderStore.open(folder, create=True)
    dice = random.Random(4)
    promised: dict[str, int] = {}
    counts = {
        "kills": 0,
        "acknowledged edits": 0,
        "half lines cut": 0,
        "temporary files": 0,
        "locks freed": 0,
    }
    while counts["kills"] < KILLS:
        for name, version in _killed_round(folder, dice, counts["kills"]):
            promised[name] = max(version, promised.get(name, 0))
            counts["acknowledged edits"] += 1
        counts["kills"] += 3
        _note_repairs(folder, counts)
        _check(folder, promised)
    with capsys.disabled():
        print(f"\nkill -9: {', '.join(f'{count} {what}' for what, count in counts.items())}; 0 edits lost")
    assert counts["acknowledged edits"] > 50  # few on a busy machine, thousands on an idle one
    assert counts["half lines cut"] + counts["temporary files"] + counts["locks freed"] > 0


def _killed_round(folder: Path, dice: random.Random, seed: int) -> Iterator[tuple[str, int]]:
    pipes = [os.pipe() for _ in range(3)]
    children = [
        forked(lambda n=n, pipe=pipe: _edit_forever(folder, n, pipe[1], seed + n + 1))
        for n, pipe in enumerate(pipes)
    ]
    for child in children:
        time.sleep(dice.uniform(0.005, 0.06))
        os.kill(child, signal.SIGKILL)
    for n, (child, (reading, writing)) in enumerate(zip(children, pipes, strict=True)):
        assert exit_code(child) == -signal.SIGKILL
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            data = told.read()
        for at in range(0, len(data) - len(data) % 9, 9):
            which, version = struct.unpack_from("<BQ", data, at)
            yield f"w{n}-{which:02}", version


def _note_repairs(folder: Path, counts: dict[str, int]) -> None:
    for told in FolderStore.open(folder).problems:
        counts["half lines cut"] += "not finished" in told
        counts["temporary files"] += "left by a writer" in told
        counts["locks freed"] += "lock is free" in told


def _check(folder: Path, promised: dict[str, int]) -> None:
    for path in folder.glob("*.geojson"):
        json.loads(path.read_text())
    found: dict[str, int] = {}
    for one in FolderStore.open(folder).incidents():  # an id that is there twice would raise
        found[one.id] = int(one.title)
    lost = {name: version for name, version in promised.items() if found.get(name, -1) < version}
    assert lost == {}
    left = {p.name for p in folder.iterdir()} - {"journal.geojsons", ".lock", "set-aside"}
    assert all(name.endswith(".geojson") for name in left)


# ---- compaction by itself


class Held:
    """Holds up a compaction in the background where it begins to write."""

    def __init__(self) -> None:
        self.reached, self.free = threading.Event(), threading.Event()
        self._prepared = _files.prepared

    def prepared(self, *given: Any) -> Path:
        if threading.current_thread().name == "compaction":
            self.reached.set()
            assert self.free.wait(30)
        return self._prepared(*given)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Compactions that begin early, and end only when they are let free."""
    holder = Held()
    monkeypatch.setattr(store_module, "_LITTLE", 3_000)
    monkeypatch.setattr(_files, "prepared", holder.prepared)
    yield holder
    holder.free.set()


def many(first: int, last: int) -> list[Any]:
    return [incident(n, date_start=dt.date(2022, 1 + n % 3, 1), date_end=None) for n in range(first, last)]


def test_a_grown_journal_is_compacted_by_itself_and_nobody_waits_for_it(
    store: FolderStore, held: Held
) -> None:
    for one in many(1, 30):
        store.put(one)  # each returns, though a compaction is under way and does not end
    assert held.reached.wait(30)
    store.delete("i0003")
    other = FolderStore.open(store.folder)
    other._due = 1 << 30  # one compaction is enough for this test
    other.put(incident(31))
    assert store._tidier is not None
    assert store._tidier.is_alive()
    expected = {n for n in range(1, 32) if n not in (3, 30)}
    assert {int(i[1:]) for i in other.ids()} == expected
    held.free.set()
    store.settle()
    left = list(FolderStore.open(store.folder).overlay())
    assert 0 < len(left) < 29, "what came meanwhile stays in the journal, the rest is in the files"
    assert {int(i[1:]) for i in other.ids()} == {int(i[1:]) for i in store.ids()} == expected
    assert validate.check(store.folder) == []
    store.compact()
    assert [i.id for i in store.incidents()] == [i.id for i in FolderStore.open(store.folder).incidents()]
    assert {int(i[1:]) for i in store.ids()} == expected


def test_a_file_that_is_edited_while_a_compaction_goes_on_keeps_the_edit(
    store: FolderStore, held: Held
) -> None:
    store.put(many(1, 10))
    assert held.reached.wait(30)
    path = min(store.folder.glob("*.geojson"))
    path.write_text(path.read_text().replace('"country":"UA"', '"country":"PL"'))
    held.free.set()
    store.settle()
    assert '"country":"PL"' in path.read_text()
    assert len(store.overlay()) == 9, "nothing was moved"
    assert not list(store.folder.glob(".tmp-*"))


def test_two_compactions_at_once_are_as_one(store: FolderStore, held: Held) -> None:
    store.put(many(1, 10))
    assert held.reached.wait(30)
    other = FolderStore.open(store.folder)
    other.compact()
    other.put(incident(40))
    held.free.set()
    store.settle()
    assert set(other.overlay()) == {"i0040"}
    assert len(store.ids()) == 10
    assert not list(store.folder.glob(".tmp-*"))


def test_a_compaction_that_cannot_be_is_told_once_and_no_edit_fails(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_LITTLE", 3_000)
    path = min(store.folder.glob("*.geojson"))
    path.write_text(
        path.read_text().replace('"type":"FeatureCollection",', '"type":"FeatureCollection","name":"x",')
    )
    for one in many(1, 12):
        store.put(one)
        store.settle()
    assert len(store.overlay()) == 11
    (told,) = store.problems
    assert "could not be moved" in told
    assert path.name in told
    assert "take it out" in str(store.unmoved())
    path.write_text(path.read_text().replace(',"name":"x"', ""))
    store.put(many(12, 13))
    store.settle()
    assert store.unmoved() is None
    assert not store.overlay()
    assert len(list(store.incidents())) == 12


# ---- what a killed writer leaves


def test_a_torn_last_line_is_never_seen_and_kept_aside(store: FolderStore) -> None:
    store.put(incident(8))
    journal = store.folder / "journal.geojsons"
    with journal.open("ab") as file:
        file.write(b"\x1e" + to_line(incident(9))[:200])
    assert [i.id for i in store.incidents()][-1] == "i0008"
    again = FolderStore.open(store.folder)
    assert "the last line was not finished (201 bytes" in again.problems[0]
    assert to_line(incident(9))[:200] in (store.folder / "set-aside" / "journal-torn.txt").read_bytes()
    again.put(incident(9))
    assert [i.id for i in again.incidents()][-2:] == ["i0008", "i0009"]
    assert FolderStore.open(store.folder).problems == []


def test_a_torn_batch_is_absent_as_a_whole(store: FolderStore) -> None:
    store.put([incident(n) for n in range(10, 20)])
    journal = store.folder / "journal.geojsons"
    journal.write_bytes(journal.read_bytes()[:-5])
    assert len(list(FolderStore.open(store.folder).incidents())) == 5


def test_leftover_files_and_a_stale_lock_are_cleaned_up_and_told(store: FolderStore) -> None:
    def die() -> None:
        with store.writing(by="the lost editor"):
            (store.folder / f".tmp-2022-02.geojson-{os.getpid()}-aa").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)

    assert exit_code(forked(die)) == -signal.SIGKILL
    told = "\n".join(FolderStore.open(store.folder).problems)
    assert "the lock is free again" in told
    assert ".tmp-2022-02.geojson" in told
    assert list(store.folder.glob(".tmp-*")) == []
    assert FolderStore.open(store.folder).problems == []


def test_a_folder_of_a_stopped_load_is_cleaned_up(store: FolderStore) -> None:
    def die() -> None:
        def endless() -> Iterator[Any]:
            yield incident(50)
            os.kill(os.getpid(), signal.SIGKILL)

        store.load(endless())

    assert exit_code(forked(die)) == -signal.SIGKILL
    assert len(list(FolderStore.open(store.folder).incidents())) == 5
    assert list(store.folder.glob(".tmp-*")) == []


# ---- several at once


def test_a_second_writer_waits_and_then_hears_who_holds_the_folder(store: FolderStore) -> None:
    reading, writing = os.pipe()

    def hold() -> None:
        with store.writing(by="Olena's dashboard"):
            os.write(writing, b"x")
            time.sleep(60)

    child = forked(hold)
    try:
        os.read(reading, 1)
        other = FolderStore.open(store.folder, timeout=0.1)
        assert other.problems == []
        with pytest.raises(Locked, match=rf"Olena's dashboard \(process {child} on .*waited 0.1 s"):
            other.put(incident(9))
        assert len(list(other.incidents())) == 5
    finally:
        os.kill(child, signal.SIGKILL)
        exit_code(child)
        os.close(reading)
        os.close(writing)
    other.put(incident(9))


def test_two_dashboards_and_a_command_line_on_one_folder(store: FolderStore) -> None:
    def edit(first: int) -> None:
        mine = FolderStore.open(store.folder)
        for n in range(first, first + 40):
            mine.put(incident(n), by="a dashboard")
            assert mine.get(f"i{n:04}").title == f"Shelling № {n}"

    children = [forked(lambda first=first: edit(first)) for first in (100, 200)]
    words = [sys.executable, "-m", "incidents", "compact", str(store.folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as compaction:
        seen = 0
        while compaction.poll() is None:
            now = len(list(FolderStore.open(store.folder).incidents()))
            assert now >= seen
            seen = now
            FolderStore.open(store.folder).compact()
    assert compaction.returncode == 0
    assert [exit_code(child) for child in children] == [0, 0]
    assert len(list(store.incidents())) == 85
    store.compact()
    assert validate.check(store.folder) == []


def test_threads_of_one_dashboard_share_one_store(store: FolderStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.put(incident(n)), range(300, 340)))
        counts = list(pool.map(lambda _: len(list(store.incidents())), range(4)))
    assert counts == [45] * 4


def test_a_file_edited_by_hand_is_picked_up_or_refused_with_file_and_line(store: FolderStore) -> None:
    catalogue = open_catalogue(store.folder)
    assert catalogue.counts(Filter()).total == 5
    path = store.folder / "2022-04.geojson"
    good = path.read_bytes()
    path.write_bytes(good.replace("Shelling № 3".encode(), b"By hand"))
    assert store.get("i0003").title == "By hand"
    assert _soon(lambda: catalogue.get("i0003").title == "By hand")
    path.write_bytes(good.replace(b'"category":"shelling"', b'"category":"shouting"'))
    with pytest.raises(UnreadableCollection, match=r"2022-04\.geojson:2: category: 'shouting'"):
        list(store.incidents())
    with pytest.raises(UnreadableCollection, match=r"2022-04\.geojson:2"):
        open_catalogue(store.folder)
    path.write_bytes(good)
    assert _soon(lambda: open_catalogue(store.folder).get("i0003").title == "Shelling № 3")


def _soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_month_that_is_renamed_while_the_dashboard_runs_loses_nothing(store: FolderStore) -> None:
    catalogue = open_catalogue(store.folder)
    expected = {i.id for i in store.incidents()}
    first = min(store.folder.glob("*.geojson"))
    (held,) = [i for i in store.incidents() if i.id == json.loads(first.read_text())["features"][0]["id"]]
    first.rename(store.folder / "the first month.geojson")
    _until(lambda: {i.id for i in catalogue.select(Filter())} == expected)
    assert catalogue.problems == ()
    store.replace(held, held.model_copy(update={"title": "Edited"}))
    assert {i.id for i in catalogue.select(Filter())} == expected
    store.compact()
    assert {i.id: i.title for i in FolderStore.open(store.folder).incidents()}[held.id] == "Edited"
    assert {i.id for i in store.incidents()} == expected
    assert "Edited" in first.read_text(), "an edited incident goes to the month that it belongs to"


def _until(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_file_changed_during_a_compaction_is_not_written_over(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(incident(13))
    path = store.folder / "2022-02.geojson"
    by_hand = path.read_bytes().replace("№ 1".encode(), b"by hand")
    real = FolderStore._rewritable

    def read_then_edited(self: FolderStore, name: str) -> Any:
        lines = real(self, name)
        if name == path.name:
            path.write_bytes(by_hand)
        return lines

    monkeypatch.setattr(FolderStore, "_rewritable", read_then_edited)
    with pytest.raises(Exception, match=r"2022-02\.geojson: was changed by another program"):
        store.compact()
    monkeypatch.undo()
    assert path.read_bytes() == by_hand
    store.compact()
    assert {i.title for i in store.incidents()} >= {"Shelling by hand", "Shelling № 13"}


def test_a_clock_that_runs_backwards_hides_no_change(store: FolderStore) -> None:
    path = store.folder / "2022-02.geojson"
    before = store.revision()
    path.write_bytes(path.read_bytes().replace("№ 1".encode(), b"earlier"))
    os.utime(path, (1, 1))
    assert store.revision() != before
    assert store.get("i0001").title == "Shelling earlier"
    store.put(incident(1, title="now"))
    os.utime(store.folder / "journal.geojsons", (0, 0))
    assert store.get("i0001").title == "now"


# ---- disks that do not help


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 256 kB, where the system lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, check=False
    ) if os.geteuid() == 0 else None  # fmt: skip
    if done is None or done.returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_refuses_the_edit_and_keeps_the_rest(disk: Path) -> None:
    store = FolderStore.open(disk / "c", create=True)
    kept: list[int] = []
    with pytest.raises(CannotWrite, match="disk is full; nothing was changed"):
        _fill(store, kept)
    assert kept
    assert [i.id for i in FolderStore.open(disk / "c").incidents()] == [f"i{n:04}" for n in kept]
    with pytest.raises(CannotWrite, match="disk is full"):
        store.compact()
    assert len(list(store.incidents())) == len(kept)
    result = CliRunner().invoke(
        main, ["export", "--from", str(disk / "c"), "--out", str(disk / "out.geojson")]
    )
    assert result.exit_code == 1
    assert "disk is full" in result.output
    assert not (disk / "out.geojson").exists()
    assert list(disk.rglob(".tmp-*")) == []


def test_a_collection_on_a_full_disk_is_read_without_room_for_an_index(disk: Path, tmp_path: Path) -> None:
    store = FolderStore.open(disk / "c", create=True)
    store.put([incident(n) for n in range(1, 6)])
    store.compact()
    with contextlib.suppress(OSError), (disk / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1000))
    assert open_catalogue(disk / "c").counts(Filter()).total == 5
    words = ["export", "--from", str(disk / "c"), "--out", str(tmp_path / "out.geojson")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert len(json.loads((tmp_path / "out.geojson").read_text())["features"]) == 5


@pytest.mark.parametrize("months", [1, 100])
def test_a_full_disk_in_an_import_brings_nothing_in(disk: Path, months: int) -> None:
    store = FolderStore.open(disk / "c", create=True)
    store.put(incident(1))
    rows = (
        incident(n, date_start=dt.date(2000 + n % months, 1, 1), date_end=None, summary="x" * 1500)
        for n in range(10, 600)
    )
    with pytest.raises(CannotWrite, match="disk is full"):
        store.load(rows)
    assert [i.id for i in FolderStore.open(disk / "c").incidents()] == ["i0001"]
    assert list(disk.rglob(".tmp-*")) == []


def test_a_disk_that_is_full_at_the_last_month_leaves_every_month_as_it_was(disk: Path) -> None:
    store = FolderStore.open(disk / "c", create=True)
    store.put([incident(1), incident(3, summary="as it was")])
    store.compact()
    before = {path.name: path.read_bytes() for path in store.folder.glob("*.geojson")}
    rows = [incident(3, summary="moved", date_start=dt.date(2001, 1, 1), date_end=None)]
    rows += [
        incident(n, date_start=dt.date(2000 + n % 8, 1, 1), date_end=None, summary="x" * 1500)
        for n in range(10, 67)
    ]
    with pytest.raises(CannotWrite, match="disk is full; nothing was changed"):
        store.load(rows)
    assert {path.name: path.read_bytes() for path in store.folder.glob("*.geojson")} == before
    assert store.get("i0003").summary == "as it was"
    assert [i.id for i in store.incidents()] == ["i0001", "i0003"]
    assert list(disk.rglob(".tmp-*")) == []


def _fill(store: FolderStore, kept: list[int]) -> None:
    for n in range(1, 1000):
        store.put(incident(n, summary="x" * 3000))
        kept.append(n)


def test_a_write_that_stops_half_way_is_taken_back(store: FolderStore) -> None:
    store.put(incident(7))
    journal = store.folder / "journal.geojsons"
    before = journal.read_bytes()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 300, resource.RLIM_INFINITY))
        with pytest.raises(CannotWrite, match="full"):
            store.put(incident(8, summary="x" * 5000))
        assert journal.read_bytes() == before
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        store.put(incident(8))

    assert exit_code(forked(limited)) == 0
    assert [i.id for i in store.incidents()][-2:] == ["i0007", "i0008"]


def test_a_read_only_folder_is_read_and_says_so_when_written(disk: Path) -> None:
    folder = disk / "c"
    store = FolderStore.open(folder, create=True)
    store.put([incident(1), incident(2)])
    (folder / ".tmp-x-999999999-aa").write_bytes(b"left")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    again = FolderStore.open(folder)
    assert [i.id for i in again.incidents()] == ["i0001", "i0002"]
    for write in (lambda: again.put(incident(3)), again.compact, lambda: again.load([incident(3)])):
        with pytest.raises(CannotWrite, match="may not be written"):
            write()
    result = CliRunner().invoke(main, ["repair", str(folder)])
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    shown = CliRunner().invoke(main, ["show", "i0001", "--from", str(folder)])
    assert shown.exit_code == 0
    edited = CliRunner().invoke(main, ["serve", "--edit", "--from", str(folder)])
    assert edited.exit_code == 1
    assert f"--edit: {folder}: may not be written" in edited.output


def test_a_rename_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite, match="Input/output error"):
        _files.write_whole(path, [b"new"])
    assert [p.name for p in tmp_path.iterdir()] == ["a.geojson"]
    assert path.read_bytes() == b"old"


def test_a_link_a_mode_and_a_pipe_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to("real")
    _files.write_whole(tmp_path / "link", [b"new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o600
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    _files.write_whole(tmp_path / "pipe", [b"told"])
    assert os.read(reading, 10) == b"told"
    os.close(reading)
    assert (tmp_path / "pipe").is_fifo()


# ---- much


class _Endless:
    """A GeoJSON file of `count` Features that is never on disk nor in memory."""

    def __init__(self, count: int) -> None:
        self.left, self.held = count, b'{"type":"FeatureCollection","features":['
        self.line = to_line(incident(1, summary="y" * 800)).replace(b",", b", \n")

    def read(self, size: int) -> bytes:
        while self.left and len(self.held) < size:
            self.left -= 1
            self.held += self.line + (b"," if self.left else b"]}")
        given, self.held = self.held[:size], self.held[size:]
        return given


def test_a_file_of_any_size_is_read_in_little_memory() -> None:
    tracemalloc.start()
    count = sum(1 for _ in iter_features(_Endless(12_000), "large.geojson"))  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 12_000
    assert peak < 12 << 20  # the file would be 24 MB


def test_one_bad_line_among_very_many_is_named_and_the_others_stay(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "c", create=True)
    day = dt.date(2022, 3, 1)
    store.load(incident(n, date_start=day, date_end=None) for n in range(4000))
    path = store.folder / "2022-03.geojson"
    path.write_bytes(path.read_bytes().replace(b'"id":"i2500"', b'"id":"i25"00"', 1))
    (problem,) = validate.check(store.folder)
    assert (problem.file, problem.line) == ("2022-03.geojson", 2502)
    done = repair(store.folder)
    assert (done.kept, done.aside) == (3999, 1)
    assert validate.check(store.folder) == []
