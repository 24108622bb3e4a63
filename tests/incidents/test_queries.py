"""Every filter word gives the same incidents from SQL as from a slow evaluation of the model."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import _snapshot, vocabulary
from incidents._duck import DuckCatalogue, make_words
from incidents._errors import BadInput, UnreadableCollection
from incidents._fold import fold
from incidents._words import path_of
from incidents.catalogue import Catalogue
from incidents.catalogues import open_catalogue
from incidents.filters import Filter
from incidents.store import FolderStore
from tests.incidents.collections import DAYS, WORDS, collection, passes

COLLECTION = collection()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A collection of which two thirds lie in files and the rest, with some changes, in the journal."""
    return _opened(tmp_path_factory.mktemp("queries"))


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The same, taken for too large to be held in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_snapshot, "HOT_LIMIT", 10)
        yield _opened(tmp_path_factory.mktemp("on_disk"))


def _opened(folder: Path) -> Catalogue:
    store = FolderStore.open(folder)
    old = [i.model_copy(update={"title": "before", "point": None}) for i in COLLECTION[90:110]]
    store.load([*COLLECTION[:90], *old])
    found = open_catalogue(folder)
    store.put(COLLECTION[90:])
    return found


@pytest.fixture(scope="module")
def worded(catalogue: DuckCatalogue) -> Iterator[Catalogue]:
    """The same collection, once the words of its index are made."""
    snapshot = catalogue._current()
    make_words(snapshot.tables)
    assert snapshot.words() is not None
    yield catalogue
    snapshot._words = None
    for table in snapshot.tables:
        path_of(table).unlink()


def several(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(vocabulary.words(name)), max_size=3, unique=True).map(tuple)


DAY = st.none() | st.sampled_from(DAYS) | st.dates(dt.date(2022, 1, 1), dt.date(2023, 12, 31))
LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
NAME = st.sampled_from(
    ["Izium", "изюм", "Ізюм", "bucha", "Lodz", "łódź", "kup", "kup'iansk", "Nowhere", "%", "_"]
)
TEXT = st.lists(st.sampled_from([*WORDS, "ÉCOLE", "ecole", "школ", "izium", "приклад", "%", "_", "'", '"', "\\"]),
                min_size=1, max_size=2).map(" ".join)  # fmt: skip
BOX = st.tuples(LON, LAT, LON, LAT).map(lambda b: (b[0], min(b[1], b[3]), b[2], max(b[1], b[3])))
NEAR = st.tuples(
    st.sampled_from([37.3, 0.1, 179.9, -179.9]), st.sampled_from([49.1, 0.0, 89.5, -10.0]), st.floats(1, 9000)
)


@st.composite
def rings(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    lon, lat = draw(
        st.sampled_from([(37.3003, 49.1007), (179.5003, 0.2007), (-178.9003, -3.1), (500.1, 1.3)])
    )
    corners = draw(st.integers(3, 12))
    reach = [draw(st.floats(0.5, 25)) for _ in range(corners)]
    turn = [2 * math.pi * k / corners for k in range(corners)]
    return tuple((lon + r * math.cos(a), lat + r * math.sin(a)) for r, a in zip(reach, turn, strict=True))


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), strategy)


FILTERS = st.builds(
    Filter, since=DAY, until=DAY, category=some(several("category")).map(lambda x: x or ()),
    impact=some(several("impact")).map(lambda x: x or ()), weapon=some(several("weapon")).map(lambda x: x or ()),
    role=some(several("role")).map(lambda x: x or ()), grading=some(several("grading")).map(lambda x: x or ()),
    review=some(several("review")).map(lambda x: x or ()),
    admin1=some(st.sampled_from([("UA-63",), ("PL-10", "UA-32"), ("x' OR 1=1",)])).map(lambda x: x or ()),
    place=some(NAME), near=some(NEAR), bbox=some(BOX), within=some(rings()), min_killed=some(st.integers(0, 13)),
    text=some(TEXT),
)  # fmt: skip
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def wanted(where: Filter) -> set[str]:
    return {one.id for one in COLLECTION if passes(one, where)}


def shown(catalogue: Catalogue, where: Filter) -> set[str]:
    return set(catalogue.points().ids[catalogue.mask(where)])


@SLOW
@given(where=FILTERS)
def test_any_filter_gives_what_the_model_gives(catalogue: Catalogue, where: Filter) -> None:
    assert shown(catalogue, where) == wanted(where)


@settings(SLOW, max_examples=60)
@given(where=FILTERS)
def test_a_collection_too_large_for_memory_answers_alike(on_disk: Catalogue, where: Filter) -> None:
    ids = wanted(where)
    assert shown(on_disk, where) == ids
    assert on_disk.counts(where).total == len(ids)
    assert {row["id"] for row in on_disk.page(where, limit=1000)} == ids


def test_answers_are_the_same_before_and_after_settling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large collection answers from Parquet until its hot columns are put apart; an edit on either side of that."""
    settle = _snapshot.Snapshot.settle
    monkeypatch.setattr(_snapshot, "HOT_LIMIT", 10)
    monkeypatch.setattr(_snapshot.Snapshot, "settle", lambda _: None)
    catalogue = _opened(tmp_path)
    assert isinstance(catalogue, DuckCatalogue)
    wheres = [
        Filter(),
        Filter(category=("shelling",)),
        Filter(text="school"),
        Filter(bbox=(30.0, 45.0, 40.0, 52.0)),
    ]

    def asked() -> list[set[str]]:
        catalogue._kept.clear()
        return [shown(catalogue, where) for where in wheres]

    assert asked() == [wanted(where) for where in wheres]
    shot = catalogue._current()
    assert not shot.is_settled
    settle(shot)
    assert shot.is_settled
    assert asked() == [wanted(where) for where in wheres]
    FolderStore.open(tmp_path).delete(COLLECTION[0].id)
    assert asked() == [wanted(where) - {COLLECTION[0].id} for where in wheres]


def test_columns_kept_on_disk_are_made_once(on_disk: DuckCatalogue, tmp_path: Path) -> None:
    on_disk.settled()
    folder = on_disk._current().tables[0].parent
    kept = list(folder.glob("hot-*.duckdb"))
    assert len(kept) == 1
    made = kept[0].stat().st_mtime_ns
    again = open_catalogue(folder.parents[1])
    assert again.counts(Filter()) == on_disk.counts(Filter())
    assert [p.stat().st_mtime_ns for p in folder.glob("hot-*.duckdb")] == [made]
    assert not list(folder.glob(".tmp-*"))


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Catalogue, Path]:
    """A collection taken for too large to be held in memory, and its hot columns on disk, made long ago."""
    monkeypatch.setattr(_snapshot, "HOT_LIMIT", 10)
    catalogue = _opened(tmp_path)
    assert isinstance(catalogue, DuckCatalogue)
    catalogue.settled()
    (kept,) = tmp_path.rglob("hot-*.duckdb")
    os.utime(kept, (1, 1))
    return catalogue, kept


def test_columns_kept_on_disk_outlive_a_slip_of_the_hand(
    settled: tuple[Catalogue, Path], tmp_path: Path
) -> None:
    catalogue, kept = settled
    month = next(tmp_path.glob("*.geojson"))
    good = month.read_bytes()
    month.write_bytes(good.replace(b'"category":"', b'"category":"un', 1))
    with pytest.raises(UnreadableCollection):
        open_catalogue(tmp_path)
    month.write_bytes(good)
    again = open_catalogue(tmp_path)
    assert again.counts(Filter()) == catalogue.counts(Filter())
    assert kept.stat().st_mtime == 1


def test_columns_kept_on_disk_that_are_of_no_use_any_more_are_removed(
    settled: tuple[DuckCatalogue, Path], tmp_path: Path
) -> None:
    catalogue, kept = settled
    store = FolderStore.open(tmp_path)
    store.delete(COLLECTION[0].id)
    store.compact()
    catalogue.counts(Filter())
    catalogue.settled()
    assert not kept.exists()
    assert len(list(kept.parent.glob("hot-*.duckdb"))) == 1


@pytest.mark.parametrize("word", list(Filter.model_fields))
def test_every_filter_word_is_exercised_alone(catalogue: Catalogue, word: str) -> None:
    samples: dict[str, Any] = {
        "since": DAYS[30], "until": DAYS[20], "category": ("shelling", "explosion"), "impact": ("education", "military"),
        "weapon": ("drone", "mine"), "role": ("referenced",), "admin1": ("UA-63",), "place": "Изюм",
        "near": (37.3, 49.2, 80.0), "bbox": (170.0, -30.0, -170.0, 30.0), "min_killed": 2, "grading": ("contested",),
        "within": ((36.7, 48.7), (38.2, 48.9), (37.1, 50.1)), "review": ("rejected",), "text": "школа rubble",
    }  # fmt: skip
    where = Filter(**{word: samples[word]})
    found = shown(catalogue, where)
    assert found == wanted(where)
    assert 0 < len(found) < len(wanted(Filter(review=vocabulary.words("review"))))


@SLOW
@given(where=FILTERS)
def test_all_answers_agree_on_how_many_there_are(catalogue: Catalogue, where: Filter) -> None:
    ids = wanted(where)
    rows = [one for one in COLLECTION if one.id in ids]
    assert catalogue.counts(where) == (
        len(rows),
        sum(o.point is not None for o in rows),
        sum(o.point is None for o in rows),
    )
    dated = [o for o in rows if o.date_start or o.date_discovered]
    assert sum(b.count for b in catalogue.timeline(where, "week")) == len(dated)
    assert catalogue.regions(where, "admin1") == Counter(o.admin1 for o in rows if o.admin1)
    assert [i.id for i in catalogue.select(where)] == [o.id for o in _ordered(catalogue, rows)]
    assert {r["id"] for r in catalogue.page(where, limit=1000)} == ids


def _ordered(catalogue: Catalogue, rows: list[Any]) -> list[Any]:
    in_order = [i.id for i in catalogue.select(Filter(review=vocabulary.words("review")))]
    return sorted(rows, key=lambda one: in_order.index(one.id))


@SLOW
@given(
    where=FILTERS,
    field=st.sampled_from(["category", "impact", "weapon", "role", "admin1", "grading", "review"]),
)
def test_a_choice_leaves_as_many_as_its_count_says(catalogue: Catalogue, where: Filter, field: str) -> None:
    found = catalogue.facets(where, [field])[field]
    lifted = where.without(field)
    if field == "review":
        lifted = lifted.model_copy(update={"review": vocabulary.words("review")})
    for word in [*found, *(w for w in ("shelling", "education", "drone") if w not in found)][:4]:
        if field == "admin1" or word in vocabulary.words(field):
            chosen = lifted.model_copy(update={field: (word,)})
            assert catalogue.counts(chosen).total == found.get(word, 0)


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE hot; --", "' OR '1'='1", "x') OR TRUE --", "?", "$1", "%", "\\", "\x00", "🙂", "a" * 5000,
        "'||(SELECT id FROM hot LIMIT 1)||'", "{column}", "/*", "\n",
    ],
)  # fmt: skip
def test_hostile_words_are_only_words(catalogue: Catalogue, hostile: str) -> None:
    before = catalogue.counts(Filter())
    for where in (Filter(text=hostile), Filter(place=hostile), Filter(admin1=(hostile,))):
        assert shown(catalogue, where) == wanted(where)
    assert catalogue.counts(Filter()) == before


@pytest.mark.parametrize("order", ["x; DROP TABLE hot", "search_text", "(SELECT 1)", "", "row_no"])
def test_only_named_columns_order_a_page(catalogue: Catalogue, order: str) -> None:
    with pytest.raises(BadInput, match="is not a column; use one of"):
        catalogue.page(Filter(), order=order)


def test_only_named_fields_have_choices(catalogue: Catalogue) -> None:
    with pytest.raises(BadInput, match="use one of"):
        catalogue.facets(Filter(), ["id FROM hot; --"])


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Filter(bbox=(0, 10, 1, 5)), "south 10 is over north 5"),
        (Filter(within=((0, 0), (1, 1))), "at least three"),
        (Filter(within=((0, 0), (1, 1), (2, 2))), "no area"),
        (Filter(near=(0, 95, 3)), "longitude, latitude, kilometres"),
        (Filter(near=(float("nan"), 5, 3)), "longitude, latitude, kilometres"),
    ],
)
def test_an_impossible_position_is_told(catalogue: Catalogue, where: Filter, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        catalogue.counts(where)


def test_pages_follow_each_other_without_gap_or_repeat(catalogue: Catalogue) -> None:
    for order in ("date", "killed", "title", "admin1"):
        whole = [r["id"] for r in catalogue.page(Filter(), order=order, limit=1000)]
        pages = [
            r["id"]
            for offset in range(0, 200, 17)
            for r in catalogue.page(Filter(), order=order, offset=offset, limit=17)
        ]
        assert pages == whole
        assert len(set(whole)) == catalogue.counts(Filter()).total


def test_a_page_holds_what_the_incident_holds(catalogue: Catalogue) -> None:
    for row in catalogue.page(Filter(), limit=1000, order="id", descending=False):
        one = catalogue.get(row["id"])
        assert (row["title"], row["date_start"], tuple(row["impact"])) == (
            one.title,
            one.date_start,
            one.impact,
        )
        assert (row["lon"], row["lat"]) == ((one.point.lon, one.point.lat) if one.point else (None, None))


def test_points_are_the_incidents(catalogue: Catalogue) -> None:
    points = catalogue.points()
    categories = vocabulary.words("category")
    for one in COLLECTION:
        row = catalogue.line_of(one.id)
        assert points.ids[row] == one.id
        assert categories[points.category[row]] == one.category
        assert np.isnan(points.lon[row]) == (one.point is None)
        day = one.date_start or one.date_discovered
        known = (dt.date(1970, 1, 1) + dt.timedelta(days=int(points.start[row]))) if day else None
        assert known == day
    assert set(points.ids) - {""} == {one.id for one in COLLECTION}


def test_the_extent_is_that_of_the_days(catalogue: Catalogue) -> None:
    rows = [o for o in COLLECTION if passes(o, Filter())]
    first = min(d for o in rows if (d := o.date_start or o.date_discovered))
    last = max(d for o in rows if (d := o.date_end or o.date_start or o.date_discovered))
    found = catalogue.extent(Filter())
    assert found is not None
    assert found[0] == first
    assert found[1] <= last
    assert catalogue.extent(Filter(text="no such words at all")) is None


def test_an_incident_is_found_by_the_id_it_had_before(catalogue: Catalogue) -> None:
    assert catalogue.get("old-14").id == "i-0014"
    assert catalogue.line_of("old-14") == catalogue.line_of("i-0014")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT)
def test_words_looked_up_are_the_words_scanned(worded: Catalogue, text: str) -> None:
    where = Filter(text=text, review=vocabulary.words("review"))
    assert shown(worded, where) == wanted(where)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_text_is_folded_alike_on_both_sides(text: str) -> None:
    folded = _engine_fold()(text)
    assert fold(text) == folded or not text.isprintable()


def _engine_fold() -> Callable[[str], str]:
    import duckdb

    con = duckdb.connect()
    return lambda text: str(con.execute("SELECT strip_accents(lower(?))", (text,)).fetchone()[0])  # type: ignore[index]


def test_many_threads_may_ask_at_once(catalogue: Catalogue, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    filters = [Filter(category=(word,)) for word in vocabulary.words("category")]
    filters += [Filter(text="school", category=(w,)) for w in vocabulary.words("category")]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda f: shown(catalogue, f), filters * 3)) == [wanted(f) for f in filters] * 3


def test_many_points_are_judged_as_each_of_them_alone() -> None:
    import shapely

    from incidents import _rings

    rng = np.random.default_rng(3)
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    reach = 10 + 6 * np.sin(7 * turn)
    ring = tuple(zip((30 + reach * np.cos(turn)).tolist(), (48 + reach * np.sin(turn)).tolist(), strict=True))
    lon, lat = rng.uniform(10, 50, 60_000), rng.uniform(30, 66, 60_000)
    expected = shapely.contains_xy(shapely.Polygon(ring), lon, lat)
    assert (_rings.inside(ring, lon, lat) == expected).all()
    assert 0 < expected.sum() < len(expected)
