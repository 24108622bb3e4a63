"""The derived index: follows the files by content, and may vanish or rot at any time without anybody losing anything."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow.parquet as pq
import pytest

from bench.synthetic import write_folder
from incidents import _duck, _snapshot, vocabulary
from incidents import index as index_module
from incidents._duck import CHECK_EVERY_S, DuckCatalogue
from incidents._errors import AtlasError, UnreadableCollection
from incidents._lines import id_of, written
from incidents.catalogue import Catalogue
from incidents.catalogues import open_catalogue
from incidents.filters import Filter
from incidents.geojson import from_line, to_line
from incidents.index import Index
from incidents.store import FolderStore
from tests.incidents.collections import collection

EVERYTHING = Filter(review=("unreviewed", "accepted", "rejected", "superseded", "needs_review"))
SOME = collection(60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "collection"
    FolderStore.open(path, create=True).load(SOME)
    return path


def tables(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / ".index").rglob("*.parquet")}


def total(catalogue: Catalogue) -> int:
    return catalogue.counts(EVERYTHING).total


def wait() -> None:
    time.sleep(CHECK_EVERY_S * 1.1)


def edited(path: Path, old: bytes, new: bytes) -> None:
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))


def busiest(folder: Path) -> Path:
    return max(folder.glob("*.geojson"), key=lambda path: path.stat().st_size)


def test_a_second_opening_makes_nothing_anew(folder: Path) -> None:
    open_catalogue(folder)
    before = tables(folder)
    assert total(open_catalogue(folder)) == 60
    assert tables(folder) == before


def test_only_the_changed_month_is_made_anew(folder: Path) -> None:
    catalogue = open_catalogue(folder)
    before = tables(folder)
    edited(busiest(folder), b'"title":"', b'"title":"Corrected: ')
    wait()
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "corrected:"})).total == 1
    after = tables(folder)
    assert len(set(after.items()) - set(before.items())) == 1


def test_a_touched_file_is_recognised_by_its_content(folder: Path) -> None:
    revision = open_catalogue(folder).revision
    before = tables(folder)
    for path in folder.glob("*.geojson"):
        os.utime(path, (1, 1))
    assert open_catalogue(folder).revision == revision
    assert tables(folder) == before


def test_a_change_of_equal_length_and_time_is_seen(folder: Path) -> None:
    before = open_catalogue(folder).revision
    path = busiest(folder)
    at = path.stat()
    edited(path, b'"predicate":"killed"', b'"predicate":"graves"')
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert open_catalogue(folder).revision != before


def test_every_row_knows_where_its_line_lies(tmp_path: Path) -> None:
    """In a file that is larger than any buffer of the reader, with lines of many lengths."""
    write_folder(500, tmp_path)
    lines = [
        line for path in sorted(tmp_path.glob("*.geojson")) for line in path.read_bytes().split(b"\n")[1:-2]
    ]
    for path in tmp_path.glob("*.geojson"):
        path.unlink()
    long = [
        line.rstrip(b",").replace(b'"summary":"', b'"summary":"' + b"very " * (number % 7 * 10_000), 1)
        for number, line in enumerate(lines)
    ]
    (tmp_path / "2023-06.geojson").write_bytes(b"".join(written(long)))
    catalogue = open_catalogue(tmp_path)
    for category in ("shelling", "air_strike"):
        where = EVERYTHING.model_copy(update={"category": (category,)})
        expected = [line for line in long if f'"category":"{category}"'.encode() in line]
        assert list(catalogue.select_lines(where)) == expected
    ids = [row["id"] for row in catalogue.page(EVERYTHING, order="id", descending=False, limit=500)]
    assert ids == sorted(id_of(line) for line in long)


def test_a_line_longer_than_a_buffer_is_no_fault(folder: Path) -> None:
    edited(busiest(folder), b'"summary":"', b'"summary":"' + b"very " * 600_000)
    found = open_catalogue(folder)
    assert total(found) == 60
    assert max(len(line) for line in found.select_lines(EVERYTHING)) > 3_000_000


def test_the_revision_follows_the_content_only(folder: Path) -> None:
    store, catalogue = FolderStore.open(folder), open_catalogue(folder)
    first = catalogue.revision
    store.put(SOME[3].model_copy(update={"title": "edited"}))
    assert catalogue.revision != first
    assert catalogue.get(SOME[3].id).title == "edited"


def test_an_edit_is_seen_at_once_and_after_compaction(folder: Path) -> None:
    store, catalogue = FolderStore.open(folder), open_catalogue(folder)
    for number in range(3):
        store.put(SOME[5].model_copy(update={"title": f"wording {number} zebra", "review": "accepted"}))
        assert catalogue.counts(Filter(text=f"wording {number}")).total == 1
        assert total(catalogue) == 60
    store.delete(SOME[6].id)
    assert total(catalogue) == 59
    store.compact()
    wait()
    assert total(catalogue) == 59
    assert catalogue.counts(Filter(text="wording 2 zebra")).total == 1
    points = catalogue.points()
    assert len(points.ids) == 59


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"category":"', b'"category":"no_'), (b'"date_start":"2', b'"date_start":"x2'), (b'"incident/1"', b'"incident/9"')],
)  # fmt: skip
def test_an_edit_that_is_no_incident_is_told_and_the_old_state_served(
    folder: Path, old: bytes, new: bytes
) -> None:
    catalogue = open_catalogue(folder)
    line = to_line(SOME[0].model_copy(update={"date_start": dt.date(2022, 3, 9), "date_end": None}))
    assert old in line
    (folder / "journal.geojsons").write_bytes(b"\x1e" + line.replace(old, new, 1) + b"\n")
    assert total(catalogue) == 60
    assert any("holds an edit that is not an incident" in problem for problem in catalogue.problems)


def test_what_another_program_saved_and_compacted_is_seen_at_once(folder: Path) -> None:
    theirs, catalogue = FolderStore.open(folder), open_catalogue(folder)
    for number in range(12):
        assert total(catalogue) == 60 + number  # a look at the files, after which they rest for half a second
        theirs.put(SOME[0].model_copy(update={"id": f"i-more-{number}"}))
        theirs.compact()
    assert total(catalogue) == 72


@pytest.fixture
def beside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DuckCatalogue, threading.Event]]:
    """A collection taken for a large one, whose new index waits until it is let free; some edits are in its journal."""
    free, main, really = threading.Event(), threading.current_thread(), Index.refresh

    def waiting(self: Index, files: Any, *, label: str = "") -> Any:
        assert threading.current_thread() is main or free.wait(30)
        return really(self, files, label=label)

    monkeypatch.setattr(_duck, "BESIDE_FROM", 1)
    monkeypatch.setattr(_duck, "RACY_NS", 0)
    monkeypatch.setattr(Index, "refresh", waiting)
    catalogue = open_catalogue(folder)
    assert isinstance(catalogue, DuckCatalogue)
    yield catalogue, free
    free.set()
    catalogue.settled()


def test_nobody_waits_for_the_index_after_a_compaction_and_every_edit_is_seen(
    folder: Path, beside: tuple[DuckCatalogue, threading.Event]
) -> None:
    catalogue, free = beside
    theirs, made = FolderStore.open(folder), tables(folder)
    theirs.put([i.model_copy(update={"title": f"zebra {i.id}", "review": "accepted"}) for i in SOME[:40]])
    theirs.delete(SOME[50].id)
    theirs.compact()  # the catalogue has not seen these edits in the journal: it never had a moment to
    asked = Filter(text="zebra")
    assert (total(catalogue), catalogue.counts(asked).total) == (59, 40)
    theirs.put(SOME[1].model_copy(update={"title": "giraffe", "review": "accepted"}))
    assert catalogue.counts(asked).total == 39
    theirs.compact()  # a second one, while the index of the first is still being made
    theirs.put(SOME[2].model_copy(update={"title": "giraffe", "review": "accepted"}))
    assert (total(catalogue), catalogue.counts(asked).total) == (59, 38)
    assert len(list(catalogue.select(EVERYTHING))) == 59
    assert tables(folder).keys() == made.keys()  # all that from the tables of before
    free.set()
    catalogue.settled()
    assert (total(catalogue), catalogue.counts(asked).total) == (59, 38)
    assert tables(folder).keys() != made.keys()
    assert open_catalogue(folder).counts(asked).total == 38


def test_a_hand_beside_a_compaction_is_seen_all_the_same(
    folder: Path, beside: tuple[DuckCatalogue, threading.Event]
) -> None:
    catalogue, _ = beside
    theirs = FolderStore.open(folder)
    theirs.put([i.model_copy(update={"title": f"zebra {i.id}", "review": "accepted"}) for i in SOME[:40]])
    edited(busiest(folder), b'"title":"', b'"title":"giraffe ')
    theirs.compact()
    assert catalogue.counts(Filter(text="zebra")).total == 40
    edited(busiest(folder), b'"title":"', b'"title":"lion ')
    wait()
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "lion"})).total == 1


def test_the_index_after_a_compaction_is_taken_also_where_a_clock_ran_backwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_duck, "BESIDE_FROM", 1)
    monkeypatch.setattr(_duck, "RACY_NS", 500_000_000)
    for path in folder.glob("*.geojson"):
        os.utime(path, (4e9, 4e9))
    catalogue, theirs, made = open_catalogue(folder), FolderStore.open(folder), tables(folder)
    assert isinstance(catalogue, DuckCatalogue)
    theirs.put(SOME[0].model_copy(update={"title": "zebra", "review": "accepted"}))
    theirs.compact()
    assert catalogue.counts(Filter(text="zebra")).total == 1
    catalogue.settled()
    assert tables(folder).keys() != made.keys()
    theirs.put(SOME[1].model_copy(update={"title": "zebra", "review": "accepted"}))
    assert catalogue.counts(Filter(text="zebra")).total == 2


def test_edits_of_another_process_are_seen_whatever_is_compacted_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_duck, "BESIDE_FROM", 1)
    catalogue = open_catalogue(folder)
    assert isinstance(catalogue, DuckCatalogue)
    words = [sys.executable, "-c", _WRITER, str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for number in range(1, 41):
            writer.stdin.write("compact\n" if number % 3 else "leave\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == f"{number}\n"
            assert total(catalogue) == 60 + number
        writer.stdin.close()
    catalogue.settled()
    assert total(catalogue) == 100


_WRITER = """
import sys
from incidents.store import FolderStore
store = FolderStore.open(sys.argv[1])
first = next(iter(store.incidents()))
for number, line in enumerate(sys.stdin, 1):
    store.put(first.model_copy(update={"id": f"i-theirs-{number}"}))
    if line == "compact\\n":
        store.compact()
    print(number, flush=True)
"""


def test_a_hand_that_writes_into_a_file_is_seen_within_half_a_second(folder: Path) -> None:
    catalogue = open_catalogue(folder)
    first = catalogue.revision
    edited(busiest(folder), b'"title":"', b'"title":"by hand ')
    wait()
    assert catalogue.revision != first


def test_no_answer_of_an_earlier_state_comes_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_duck, "CHECK_EVERY_S", 0)  # states come and go at the same places in memory
    catalogue = open_catalogue(folder)
    path = busiest(folder)
    raw = path.read_bytes()
    seen = [catalogue.revision]
    for number in range(20):
        later = path.with_suffix(".new")
        later.write_bytes(raw.replace(b'"title":"', b'"title":"%d ' % number, 1))
        later.replace(path)
        seen.append(catalogue.revision)
    assert len(set(seen)) == len(seen)


def test_rows_of_edited_incidents_leave_holes_that_no_mask_shows(folder: Path) -> None:
    store, catalogue = FolderStore.open(folder), open_catalogue(folder)
    row = catalogue.line_of(SOME[5].id)
    before = catalogue.points().ids.copy()
    store.put(SOME[5].model_copy(update={"title": "again"}))
    points, mask = catalogue.points(), catalogue.mask(EVERYTHING)
    assert len(points.ids) == len(mask) == 61
    assert points.ids[row] == ""
    assert not mask[row]
    assert points.ids[catalogue.line_of(SOME[5].id)] == SOME[5].id
    untouched = [i for i in range(60) if i != row]
    assert list(points.ids[untouched]) == list(before[untouched])


def test_the_index_may_be_deleted_while_it_is_used(folder: Path) -> None:
    catalogue = open_catalogue(folder)
    shutil.rmtree(folder / ".index")
    found = Filter(text="school", review=EVERYTHING.review)
    expected = sum("school" in f"{o.title} {o.summary} {o.claims}".casefold() for o in SOME)
    assert catalogue.counts(found).total == expected
    assert total(open_catalogue(folder)) == 60


@pytest.mark.parametrize("damage", [b"", b"PAR1 not a table at all PAR1", None])
def test_a_damaged_table_is_made_anew(folder: Path, damage: bytes | None) -> None:
    open_catalogue(folder)
    table = max((folder / ".index").rglob("*.parquet"), key=lambda path: path.stat().st_size)
    raw = table.read_bytes()
    middle = raw[:100] + bytes(len(raw) - 200) + raw[-100:]  # same size, so only reading it can tell
    table.write_bytes(middle if damage is None else damage)
    catalogue = open_catalogue(folder)
    assert total(catalogue) == 60
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "school"})).total > 0


def test_a_table_that_rots_while_it_is_used_is_made_anew_and_no_other(folder: Path) -> None:
    catalogue = open_catalogue(folder)
    before = tables(folder)
    table = max((folder / ".index").rglob("*.parquet"), key=lambda path: path.stat().st_size)
    table.write_bytes(bytes(table.stat().st_size))
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "school"})).total > 0
    after = tables(folder)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {table.name}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "needs more memory"),
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), "was stopped"),
    ],
)
def test_a_question_without_memory_is_told_in_words_and_leaves_the_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: duckdb.Error, told: str
) -> None:
    catalogue = open_catalogue(folder)
    before = tables(folder)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(_snapshot.Snapshot, "rows", fail)
        with pytest.raises(AtlasError, match=told):
            total(catalogue)
    assert tables(folder) == before
    assert total(catalogue) == 60


@pytest.mark.parametrize(
    "text", ["", "not json", "{}", '{"made_ns":1,"parts":[[1,2,3]]}', '{"parts":7,"made_ns":"x"}']
)
def test_an_odd_manifest_is_no_index(folder: Path, text: str) -> None:
    open_catalogue(folder)
    manifest = next((folder / ".index").rglob("manifest.json"))
    manifest.write_text(text, encoding="utf-8")
    assert total(open_catalogue(folder)) == 60


def test_a_folder_that_may_not_be_written_has_its_index_elsewhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setattr(index_module.platformdirs, "user_cache_dir", lambda *_: str(cache))
    really = os.access
    monkeypatch.setattr(
        index_module.os, "access", lambda path, mode: folder not in [path, *Path(path).parents] and really(path, mode)
    )  # fmt: skip
    assert total(open_catalogue(folder)) == 60
    assert not (folder / ".index").exists()
    assert list(cache.rglob("*.parquet"))


def test_a_bad_line_is_refused_with_file_and_line_and_the_old_state_served(folder: Path) -> None:
    catalogue = open_catalogue(folder)
    path = busiest(folder)
    good = path.read_bytes()
    line = good.count(b"\n", 0, good.index(b'"category":"')) + 1
    edited(path, b'"category":"', b'"category":"alien ')
    wait()
    assert total(catalogue) == 60
    assert any(f"{folder.name}/{path.name}:{line}: category" in problem for problem in catalogue.problems)
    with pytest.raises(UnreadableCollection, match=f"{path.name}:{line}: category"):
        open_catalogue(folder)
    path.write_bytes(good)
    wait()
    assert catalogue.problems == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'"type":"Feature","id"', b'"type":"Feature" "id"', "is not JSON"),
        (b'},\n', b'}\n', "JSON"),
        (b'"coordinates":[', b'"coordinates":[999,', "coordinates"),
        (b'"schema":"incident/1"', b'"schema":"incident/9"', "schema"),
        (b"\n]}\n", b"\n", "cut off"),
        (b'"date_end":"', b'"date_end":"31 ', "date_end"),
        (b'"coordinates":[', b'"coordinates":[null,', "coordinates"),
        (b'"predicate":"killed"', b'"predicate":"kiled"', "predicate"),
    ],
)  # fmt: skip
def test_every_kind_of_damage_names_file_and_line(folder: Path, old: bytes, new: bytes, told: str) -> None:
    path = next(p for p in sorted(folder.glob("*.geojson")) if old in p.read_bytes())
    edited(path, old, new)
    with pytest.raises(UnreadableCollection, match=rf"{path.name}:\d+: .*{told}"):
        open_catalogue(folder)


def test_a_file_as_other_programs_write_it_is_read_all_the_same(folder: Path) -> None:
    import json

    path = busiest(folder)
    text = json.dumps(json.loads(path.read_bytes()), indent=2, ensure_ascii=True)
    path.write_text(text, encoding="utf-8")
    catalogue = open_catalogue(folder)
    assert {i.id for i in catalogue.select(EVERYTHING)} == {one.id for one in SOME}
    assert all(catalogue.get(one.id) == one for one in SOME[:20])


def test_a_single_file_is_a_collection_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module.platformdirs, "user_cache_dir", lambda *_: str(tmp_path / "cache"))
    path = busiest(folder)
    catalogue = open_catalogue(path)
    lines = path.read_bytes().count(b'"type":"Feature"')
    assert total(catalogue) == len(list(catalogue.select(EVERYTHING))) == lines
    assert not (folder / ".index").exists()


def test_an_empty_collection_answers(tmp_path: Path) -> None:
    catalogue = open_catalogue(FolderStore.open(tmp_path / "new", create=True).folder)
    assert catalogue.counts(Filter()) == (0, 0, 0)
    assert catalogue.page(Filter()) == []
    assert catalogue.extent(Filter()) is None
    assert len(catalogue.points().ids) == len(catalogue.mask(Filter())) == 0
    assert catalogue.facets(Filter(), ["category", "impact"]) == {"category": {}, "impact": {}}


def test_tables_are_sorted_by_month_and_along_the_curve(folder: Path) -> None:
    open_catalogue(folder)
    for path in (folder / ".index").rglob("*.parquet"):
        table = pq.read_table(path, columns=["first_day", "lon", "lat"]).to_pylist()
        months = [row["first_day"].strftime("%Y-%m") if row["first_day"] else "9999" for row in table]
        assert months == sorted(months)


def test_columns_say_what_the_features_say(tmp_path: Path) -> None:
    """Also where a Feature leaves out whatever it may, alone in its file or among others."""
    bare = (
        b'{"type":"Feature","id":"bare","geometry":null,"properties":{"schema":"incident/1","title":"Bare"}}'
    )
    kinds = {
        "2022-01": [to_line(one) for one in SOME],
        "2022-02": [bare, *(to_line(one).replace(b'"id":"', b'"id":"x', 1) for one in SOME[:9])],
        "undated": [bare.replace(b"bare", b"alone")],
    }
    for name, lines in kinds.items():
        (tmp_path / f"{name}.geojson").write_bytes(b"".join(written(lines)))
    open_catalogue(tmp_path)
    expected = {row["id"]: row for lines in kinds.values() for row in map(as_row, lines)}
    held = [
        row for path in (tmp_path / ".index").rglob("*.parquet") for row in pq.read_table(path).to_pylist()
    ]
    assert len(held) == len(expected)
    for row in held:
        assert {name: row[name] for name in expected[row["id"]]} == expected[row["id"]]


def as_row(line: bytes) -> dict[str, Any]:
    """What the index should hold of a Feature, worked out one by one."""
    feature = orjson.loads(line)
    p = feature["properties"]
    days = {
        name: p.get(name) and dt.date.fromisoformat(p[name])
        for name in ("date_start", "date_end", "date_discovered")
    }
    start, end, found = days.values()
    lon, lat = feature["geometry"]["coordinates"] if feature["geometry"] else (None, None)
    lists = {name: p.get(name) or [] for name in ("impact", "weapon", "sensitivity")}
    return {
        "id": feature["id"],
        "title": p["title"],
        "category": p.get("category") or "other",
        "role": p.get("role") or "incident",
        "review": p.get("review") or "unreviewed",
        "geo_precision": p.get("geo_precision") or "unknown",
        "lon": lon,
        "lat": lat,
        "first_day": start or found or end,
        "last_day": (end or start) if start else (found or end),
        "killed_min": p.get("killed_min"),
        **days,
        **lists,
        **{
            f"{name}_bits": sum(1 << vocabulary.words(name).index(word) for word in held)
            for name, held in lists.items()
        },
    }


def test_the_curve_keeps_neighbours_together() -> None:
    import numpy as np

    from incidents._shape import hilbert

    side = 64
    x, y = (a.ravel() for a in np.meshgrid(np.arange(side), np.arange(side)))
    lon, lat = (x + 0.5) / side * 360 - 180, (y + 0.5) / side * 180 - 90
    order = np.argsort(hilbert(lon, lat, order=6))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert set(steps) == {1}
    assert sorted(hilbert(lon, lat, order=6)) == list(range(side * side))


def test_two_processes_may_build_at_once(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        assert [total(c) for c in pool.map(lambda _: open_catalogue(folder), range(4))] == [60] * 4
    assert not list((folder / ".index").rglob(".tmp-*"))


@pytest.mark.parametrize("limit", [10, 1000])
def test_of_two_features_with_one_id_the_first_counts_and_the_second_is_told(
    folder: Path, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_snapshot, "HOT_LIMIT", limit)
    first, second = [p for p in sorted(folder.glob("*.geojson")) if p.read_bytes().count(b"\n") > 2][:2]
    line = first.read_bytes().splitlines()[1].rstrip(b",")
    second.write_bytes(second.read_bytes().replace(b'features":[\n', b'features":[\n' + line + b",\n", 1))
    catalogue = open_catalogue(folder)
    assert total(catalogue) == 60
    assert len(list(catalogue.select(EVERYTHING))) == 60
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "e"})).total <= 60
    assert len(catalogue.problems) == 1
    assert second.name in catalogue.problems[0]
    assert first.name in catalogue.problems[0]


def test_what_another_version_made_long_ago_is_removed(folder: Path) -> None:
    old, young = (folder / ".index" / name / "manifest.json" for name in ("v0-0000", "v0-1111"))
    for path in (old, young):
        path.parent.mkdir(parents=True)
        path.write_text("{}", encoding="utf-8")
    os.utime(old, (1, 1))
    open_catalogue(folder)
    assert not old.parent.exists()
    assert young.exists()


def test_an_incident_whose_row_is_there_has_its_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, catalogue = FolderStore.open(folder), open_catalogue(folder)
    seen: list[bytes] = []
    replace = _snapshot.Snapshot._replace

    def looked_at(shot: _snapshot.Snapshot, ids: list[str]) -> None:
        replace(shot, ids)
        shot._con.execute("COMMIT")  # what others see from here on, before the edit is over
        row, start, length = shot._con.execute(
            "SELECT row_no, start, length FROM hot WHERE id = ?", ids
        ).fetchone()
        seen.append(shot.line(row, ids[0], start, length))
        shot._con.execute("BEGIN")

    monkeypatch.setattr(_snapshot.Snapshot, "_replace", looked_at)
    store.put(SOME[5].model_copy(update={"title": "Seen at once"}))
    assert total(catalogue) == 60
    assert [from_line(line).title for line in seen] == ["Seen at once"]


def test_edits_under_way_never_show_half_a_state(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store, catalogue = FolderStore.open(folder), open_catalogue(folder)

    def ask(_: int) -> tuple[int, int]:
        return total(catalogue), int(catalogue.mask(EVERYTHING).sum())

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, n) for n in range(60)]
        for number in range(15):
            store.put(SOME[number].model_copy(update={"title": f"version {number}"}))
        assert {one.result() for one in asked} == {(60, 60)}
    assert catalogue.counts(EVERYTHING.model_copy(update={"text": "version 14"})).total == 1
