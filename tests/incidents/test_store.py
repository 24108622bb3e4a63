from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import store as store_module
from incidents._errors import BadInput, Conflict, NotFound, UnreadableCollection
from incidents.geojson import to_line
from incidents.store import FolderStore, read_file, write_file
from tests.incidents.samples import incident

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore.open(tmp_path / "collection", create=True)


def _everything(store: FolderStore) -> list[bytes]:
    return sorted(to_line(i) for i in store.incidents())


def test_an_edit_is_seen_at_once_and_by_others(store: FolderStore) -> None:
    store.put(incident(1))
    other = FolderStore.open(store.folder)
    assert other.get("i0001") == incident(1)
    assert list(other.incidents()) == [incident(1)]
    assert not list(store.folder.glob("*.geojson"))


def test_compaction_files_by_month_one_feature_a_line_sorted_by_id(store: FolderStore) -> None:
    store.put([incident(14), incident(2), incident(5, date_start=None, date_end=None)])
    store.put(incident(3, date_start=None, date_end=None, date_discovered=dt.date(2023, 2, 1)))
    store.compact()
    names = [state.name for state in store.files()]
    assert names == ["2022-03.geojson", "2023-02.geojson", "undated.geojson"]
    text = (store.folder / "2022-03.geojson").read_bytes().split(b"\n")
    assert text[0] == b'{"type":"FeatureCollection","features":['
    assert text[1:] == [to_line(incident(2)) + b",", to_line(incident(14)), b"]}", b""]
    assert len(json.loads((store.folder / "2022-03.geojson").read_text())["features"]) == 2
    assert not (store.folder / "journal.geojsons").exists()


def test_compaction_changes_nothing_a_reader_sees_and_twice_is_once(store: FolderStore) -> None:
    store.put([incident(n) for n in range(30)])
    before = _everything(store)
    store.compact()
    once = {s.name: s.sha256 for s in store.files()}
    store.compact()
    assert _everything(store) == before
    assert {s.name: s.sha256 for s in store.files()} == once


def test_putting_the_same_again_writes_nothing(store: FolderStore) -> None:
    assert store.put([incident(1), incident(2)]) == 2
    assert store.put([incident(1), incident(2)]) == 0
    store.compact()
    before = store.revision()
    assert store.put([incident(1), incident(2)]) == 0
    assert store.revision() == before


def test_a_compaction_in_the_last_moment_of_opening_hides_no_edit(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(incident(title="Before"))
    store.compact()
    store.put(incident(title="After"))
    other, looked = FolderStore.open(store.folder), store_module._names
    times = iter(range(100))

    def names(states: list[store_module.FileState]) -> list[tuple[str, int]]:
        if next(times) == 1:  # the files are open and found to be the same; the journal is read next
            other.compact()
        return looked(states)

    monkeypatch.setattr(store_module, "_names", names)
    assert [one.title for one in store.incidents()] == ["After"]


def test_an_incident_that_changes_its_month_is_in_one_file_only(store: FolderStore) -> None:
    store.put([incident(1), incident(13)])
    store.compact()
    store.put(incident(1, date_start=dt.date(2024, 5, 5), date_end=None))
    assert [i.id for i in store.incidents()] == ["i0013", "i0001"]
    store.compact()
    assert [(n, json.loads(line)["id"]) for n, _, line in store.lines()] == [
        ("2022-02.geojson", "i0013"),
        ("2024-05.geojson", "i0001"),
    ]


def test_a_deleted_incident_is_gone_before_and_after_compaction(store: FolderStore) -> None:
    store.put([incident(1), incident(13)])
    store.compact()
    store.delete("i0001")
    assert [i.id for i in store.incidents()] == ["i0013"]
    with pytest.raises(NotFound):
        store.get("i0001")
    store.compact()
    assert [i.id for i in store.incidents()] == ["i0013"]
    with pytest.raises(NotFound, match="i0001"):
        store.delete("i0001")


def test_an_old_id_leads_to_the_merged_incident(store: FolderStore) -> None:
    store.put([incident(n) for n in range(1, 40)])
    store.put(incident(7, previous_ids=("old-1",)))
    assert store.get("old-1").id == "i0007"
    store.compact()
    assert store.get("old-1").id == "i0007"
    with pytest.raises(NotFound):
        store.get("old-2")


def test_every_id_is_found_by_bisection_and_in_files_that_are_not_sorted(store: FolderStore) -> None:
    many = [
        incident(n, date_start=dt.date(2022, 3, 1), date_end=None, summary="x" * (n * 37 % 9000))
        for n in range(200)
    ]
    store.put(many)
    store.compact()
    assert [store.get(i.id).id for i in many] == [i.id for i in many]
    path = store.folder / "2022-03.geojson"
    head, *features, tail, _ = path.read_bytes().split(b"\n")
    shuffled = [f.rstrip(b",") for f in reversed(features)]
    path.write_bytes(b"\n".join([head, b",\n".join(shuffled), tail, b""]))
    assert store.get("i0003").id == "i0003"


def test_a_batch_is_there_as_a_whole_or_not_at_all(store: FolderStore) -> None:
    with pytest.raises(BadInput), store.writing() as writer:
        writer.put([incident(1), incident(2).model_copy(update={"category": "unheard"})])
    assert list(store.incidents()) == []
    with store.writing() as writer:
        writer.put([incident(1), incident(2)])
        writer.delete("i0001")
    assert [i.id for i in store.incidents()] == ["i0002"]


def test_a_lost_update_is_refused_with_both_versions(store: FolderStore) -> None:
    store.put(incident(1))
    mine, theirs = incident(1, title="mine"), incident(1, title="theirs")
    store.replace(incident(1), theirs)
    with pytest.raises(Conflict, match=r"(?s)theirs.*mine"):
        store.replace(incident(1), mine)
    assert store.get("i0001").title == "theirs"


def test_values_that_a_file_cannot_keep_are_refused(store: FolderStore) -> None:
    with pytest.raises(BadInput, match="i0001"):
        store.put(incident(1).model_copy(update={"category": "unheard"}))
    assert list(store.incidents()) == []


def test_loading_many_equals_putting_them(tmp_path: Path) -> None:
    one, two = (FolderStore.open(tmp_path / n, create=True) for n in ("one", "two"))
    for store in (one, two):
        store.put([incident(n) for n in range(0, 60, 7)])
        store.compact()
    moved = incident(7, date_start=dt.date(2025, 1, 1), date_end=None)
    assert two.load(iter([*(incident(n) for n in range(50)), moved])) == 51
    one.put([*(incident(n) for n in range(50)), moved])
    one.compact()
    assert {s.name: s.sha256 for s in two.files()} == {s.name: s.sha256 for s in one.files()}
    assert sorted(p.name for p in two.folder.iterdir() if p.suffix != ".geojson") == [".lock"]


def test_a_file_edited_by_hand_is_picked_up(store: FolderStore) -> None:
    store.put([incident(1), incident(13)])
    store.compact()
    before = store.revision()
    path = store.folder / "2022-02.geojson"
    path.write_text(
        json.dumps(json.loads(path.read_text()), indent=2, ensure_ascii=False).replace(
            'Shelling № 1"', 'By hand"'
        )
    )
    assert store.revision() != before
    assert store.get("i0001").title == "By hand"
    store.put(incident(13, title="edited"))
    store.compact()
    assert path.read_bytes().split(b"\n")[0] == b'{"type":"FeatureCollection","features":['
    assert {i.title for i in store.incidents()} == {"By hand", "edited"}


def test_a_bad_line_is_refused_with_file_and_line_or_passed_over_and_told(store: FolderStore) -> None:
    store.put([incident(1), incident(13), incident(25)])
    store.compact()
    path = store.folder / "2022-02.geojson"
    path.write_bytes(path.read_bytes().replace(b'"title":"Shelling \xe2\x84\x96 13"', b'"title":13'))
    with pytest.raises(UnreadableCollection, match=r"2022-02.geojson:3: title"):
        list(store.incidents())
    told: list[tuple[str, int, str, str]] = []
    assert [i.id for i in store.incidents(on_problem=lambda *p: told.append(p))] == ["i0001", "i0025"]
    assert told[0][:3] == ("2022-02.geojson", 3, "i0013")


def test_a_rewrite_never_loses_what_it_does_not_know(store: FolderStore) -> None:
    store.put(incident(1))
    store.compact()
    path = store.folder / "2022-02.geojson"
    kept = path.read_text().replace('{"type"', '{"name":"mine","type"', 1)
    path.write_text(kept)
    store.put(incident(13))
    with pytest.raises(UnreadableCollection, match="name"):
        store.compact()
    assert path.read_text() == kept
    assert [i.id for i in store.incidents()] == ["i0001", "i0013"]


def test_the_shipped_collection_round_trips_byte_for_byte(store: FolderStore) -> None:
    shipped = FolderStore.open(ROOT / "data" / "ukraine")
    store.put(shipped.incidents())
    store.compact()
    assert {s.name: s.path.read_bytes() for s in store.files()} == {
        s.name: s.path.read_bytes() for s in shipped.files()
    }


def test_files_saved_by_other_editors_are_read_as_well(store: FolderStore) -> None:
    store.put([incident(1), incident(13)])
    store.compact()
    path = store.folder / "2022-02.geojson"
    ours = path.read_bytes()
    for saved in (ours.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + ours, ours.replace(b"\n", b"\n\n")):
        path.write_bytes(saved)
        assert list(store.incidents()) == [incident(1), incident(13)]
        assert store.get("i0013") == incident(13)
        store.put(incident(25))
        store.compact()
        store.delete("i0025")
        store.compact()
        assert path.read_bytes() == ours


def test_candidates_are_kept_beside(store: FolderStore) -> None:
    pairs = [{"a": "i1", "b": "i2", "score": 0.7}]
    store.save_candidates(pairs)
    assert FolderStore.open(store.folder).candidates() == pairs
    store.save_candidates([])
    assert store.candidates() == []


def test_what_is_no_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        FolderStore.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnreadableCollection, match="is a file"):
        FolderStore.open(tmp_path / "file")


def test_a_single_file_round_trips(tmp_path: Path) -> None:
    path = tmp_path / "one.geojson"
    write_file(path, [incident(2), incident(1)])
    first = path.read_bytes()
    write_file(path, read_file(path))
    assert path.read_bytes() == first


_TEXT = st.text(max_size=30)
_INCIDENTS = st.builds(
    lambda number, title, ident, date: incident(number, id=ident, title=title, date_start=date, date_end=None),
    st.integers(0, 50), _TEXT, st.text(min_size=1, max_size=8), st.none() | st.dates(),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_INCIDENTS, min_size=1, max_size=6), min_size=1, max_size=5), st.booleans())
def test_whatever_is_put_comes_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list, compacted: bool
) -> None:
    store = FolderStore.open(tmp_path_factory.mktemp("p"))
    expected = {}
    for batch in batches:
        store.put(batch)
        expected |= {i.id: i for i in batch}
        if compacted:
            store.compact()
    assert {i.id: i for i in store.incidents()} == expected
    assert all(FolderStore.open(store.folder).get(i) == expected[i] for i in expected)


def test_a_folder_of_other_things_is_no_collection_and_an_empty_one_is_a_new_one(tmp_path: Path) -> None:
    assert list(FolderStore.open(tmp_path).incidents()) == []
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UnreadableCollection, match=r"no YYYY-MM.geojson file.*notes.txt"):
        FolderStore.open(tmp_path)
    FolderStore.open(tmp_path, create=True).put(incident(1))
    assert [i.id for i in FolderStore.open(tmp_path).incidents()] == [incident(1).id]
