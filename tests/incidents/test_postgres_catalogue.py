"""The catalogue in PostgreSQL gives the same answers as the one over a folder, filter by filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bench import synthetic
from incidents._errors import BadInput, NotFound
from incidents.catalogue import Catalogue
from incidents.catalogues import open_catalogue
from incidents.filters import Filter
from incidents.postgres import PostgresStore
from incidents.store import FolderStore
from tests.incidents.samples import incident
from tests.incidents.throwaway_postgres import Throwaway

pytestmark = pytest.mark.postgres

_DAY = dt.date(2023, 3, 1)
_STAR = ((30.0, 48.0), (33.0, 51.0), (36.0, 48.0), (30.0, 50.0), (36.0, 50.0))
FILTERS = {
    "everything": Filter(),
    "dates": Filter(since=_DAY, until=_DAY.replace(month=9)),
    "categories": Filter(category=("shelling", "air_strike"), impact=("education", "healthcare"), weapon=("mine",)),
    "role and review": Filter(role=("incident",), review=("rejected",)),
    "figure": Filter(min_killed=3, grading=("weak",)),
    "bbox": Filter(bbox=(30.0, 47.0, 36.5, 50.0)),
    "bbox across 180°": Filter(bbox=(30.0, -10.0, -70.5, 60.0)),
    "bbox round the world": Filter(bbox=(-200.0, -90.0, 200.0, 90.0)),
    "near": Filter(near=(32.0, 49.0, 120.0)),
    "near the pole": Filter(near=(10.0, 89.0, 3000.0)),
    "ring": Filter(within=((30.0, 47.0), (36.0, 47.5), (33.0, 51.5))),
    "ring that crosses itself": Filter(within=_STAR),
    "ring past 180°": Filter(within=((280.0, 0.0), (291.0, 0.0), (291.0, 10.0), (280.0, 10.0))),
    "text": Filter(text="HOSPITAL streets"),
    "text with signs": Filter(text="100%_ \\"),
    "text with a quote": Filter(text="prosecutor's"),
    "place": Filter(place="Kaivka"),
    "region": Filter(admin1=("UA-03", "UA-11")),
    "all at once": Filter(since=_DAY, category=("shelling",), bbox=(20.0, 40.0, 40.0, 55.0), text="market", min_killed=1),
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Catalogue, Catalogue]]:
    server = Throwaway()
    url = server.start()
    collection = tmp_path_factory.mktemp("synthetic")
    synthetic.write_folder(4000, collection)
    files = FolderStore.open(collection)
    files.put(
        [incident(n, previous_ids=(f"old{n}",), place_name="Ізюм", title="100%_ \\ sure") for n in range(5)]
    )
    store = PostgresStore.open(url)
    store.load_lines(line for _, _, line in files.lines())
    yield open_catalogue(collection), open_catalogue(url)
    store.close()
    server.stop()


def _ids(catalogue: Catalogue, where: Filter) -> list[str]:
    return sorted(catalogue.points().ids[catalogue.mask(where)].tolist())


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_lets_the_same_incidents_through(catalogues: tuple[Catalogue, Catalogue], name: str) -> None:
    folder, database = catalogues
    where = FILTERS[name]
    assert database.counts(where) == folder.counts(where)
    assert _ids(database, where) == _ids(folder, where)
    assert [i.id for i in database.select(where)] == _in_order(database, where)
    assert database.extent(where) == folder.extent(where)
    assert database.timeline(where, "week") == folder.timeline(where, "week")


def _in_order(catalogue: Catalogue, where: Filter) -> list[str]:
    return [str(one) for one in catalogue.points().ids[catalogue.mask(where)]]


def test_the_filters_are_worth_comparing(catalogues: tuple[Catalogue, Catalogue]) -> None:
    """Nearly all of them let some through and not others."""
    folder, _ = catalogues
    found = {name: folder.counts(where).total for name, where in FILTERS.items()}
    assert sum(0 < n < found["everything"] for n in found.values()) >= 14, found


@pytest.mark.parametrize("name", ["everything", "categories", "bbox", "text"])
def test_the_choices_count_the_same(catalogues: tuple[Catalogue, Catalogue], name: str) -> None:
    fields = ["category", "impact", "weapon", "role", "admin1", "grading", "review", "disputed", "place_name"]
    folder, database = catalogues
    assert database.facets(FILTERS[name], fields) == folder.facets(FILTERS[name], fields)
    for level in ("admin1", "country"):
        assert database.regions(FILTERS[name], level) == folder.regions(FILTERS[name], level)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", ["date", "killed", "place_name", "id", "uncertainty_m"])
def test_pages_have_the_same_rows_in_the_same_order(
    catalogues: tuple[Catalogue, Catalogue], order: str
) -> None:
    def page(catalogue: Catalogue, **options: Any) -> list[dict[str, Any]]:
        return catalogue.page(Filter(min_killed=2), order=order, offset=3, limit=20, **options)

    folder, database = catalogues
    for way in (True, False):
        theirs, ours = page(folder, descending=way), page(database, descending=way)
        key = {"date": "date_start", "killed": "killed_min"}.get(order, order)
        assert [row[key] for row in ours] == [row[key] for row in theirs]
    full = {row["id"]: row for row in folder.page(Filter(), limit=5000)}
    assert {row["id"]: row for row in database.page(Filter(), limit=5000)} == full
    with pytest.raises(BadInput, match="not a column"):
        database.page(Filter(), order="; DROP TABLE incidents")


def test_the_points_are_the_same_columns(catalogues: tuple[Catalogue, Catalogue]) -> None:
    folder, database = catalogues
    theirs, ours = folder.points(), database.points()
    a, b = np.argsort(theirs.ids.astype(str)), np.argsort(ours.ids.astype(str))
    for name in ("lon", "lat", "category", "precision", "start", "killed_min", "uncertainty_m"):
        assert getattr(ours, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(ours, name)[b], getattr(theirs, name)[a], err_msg=name)


def test_an_incident_is_found_by_its_id_or_a_previous_one(catalogues: tuple[Catalogue, Catalogue]) -> None:
    folder, database = catalogues
    assert database.get("old3") == folder.get("i0003")
    assert database.points().ids[database.line_of("old3")] == "i0003"
    for ask in (database.get, database.line_of):
        with pytest.raises(NotFound, match="no-such"):
            ask("no-such")


def test_an_empty_schema_beside_a_full_one_answers(catalogues: tuple[Catalogue, Catalogue]) -> None:
    _, database = catalogues
    url = f"{database._store.server.address}"  # type: ignore[attr-defined]
    password = database._store.server.address.password  # type: ignore[attr-defined]
    empty = open_catalogue(f"{url.replace('@', f':{password}@', 1)}?schema=empty")
    assert empty.counts(Filter()).total == 0
    assert empty.extent(Filter()) is None
    assert len(empty.points().ids) == 0
    assert empty.mask(Filter()).tolist() == []
    assert empty.page(Filter()) == []


def test_what_another_writer_saves_is_seen(catalogues: tuple[Catalogue, Catalogue]) -> None:
    _, database = catalogues
    writer = database._store  # type: ignore[attr-defined]
    before = database.revision
    total = database.counts(Filter()).total
    writer.put(incident(77))
    assert database.revision != before
    assert database.counts(Filter()).total == total + 1 == len(database.mask(Filter())) - _hidden(database)
    writer.delete("i0077")


def _hidden(database: Catalogue) -> int:
    return database.counts(Filter(review=("rejected", "superseded"))).total
