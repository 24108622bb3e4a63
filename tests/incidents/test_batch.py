from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner, Result

from bench import synthetic
from incidents._batchsource import parquet_of
from incidents._errors import BadInput
from incidents._regions import Regions
from incidents.batch import Chosen, DuckEngine, run
from incidents.catalogues import open_catalogue, place_ids
from incidents.cli import main
from incidents.filters import Filter
from incidents.model import Point
from incidents.store import FolderStore, write_file
from tests.incidents.batch_samples import REGIONS, WHERES, flat, scattered
from tests.incidents.samples import incident


def _engine(tmp_path: Path, rows: list[dict[str, object]]) -> DuckEngine:
    path = tmp_path / "rows.parquet"
    pq.write_table(flat(rows), path)
    return DuckEngine([path])


def _pairs(table: pa.Table) -> set[tuple[str, str]]:
    return set(zip(table["id_a"].to_pylist(), table["id_b"].to_pylist(), strict=True))


def _km(a: dict[str, object], b: dict[str, object]) -> float:
    """Great-circle distance by the vector formula, another one than the SQL uses."""
    lon, lat = np.radians([a["lon"], b["lon"]]), np.radians([a["lat"], b["lat"]])  # type: ignore[list-item]
    at = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return float(2 * 6371.0088 * np.arcsin(np.linalg.norm(at[:, 0] - at[:, 1]) / 2))


def _by_hand(rows: list[dict[str, object]]) -> set[tuple[str, str]]:
    found = set()
    for a, b in itertools.combinations(rows, 2):
        days = abs((a["date_start"] - b["date_start"]).days)  # type: ignore[operator]
        if a["category"] == b["category"] and days <= 3 and _km(a, b) <= 1:
            found.add(tuple(sorted((str(a["id"]), str(b["id"])))))
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(37.3, 49.2), (179.9999, 66.0), (-180.0, -16.5), (0.0, 0.0), (25.0, 89.99), (12.0, -89.995)],
)
def test_near_duplicates_are_those_that_a_comparison_of_all_pairs_finds(
    tmp_path: Path, lon: float, lat: float
) -> None:
    rows = scattered(400, lon=lon, lat=lat)
    expected = _by_hand(rows)
    assert len(expected) > 20
    assert _pairs(run("duplicates", _engine(tmp_path, rows))) == expected


def test_a_near_duplicate_has_its_distance_and_days(tmp_path: Path) -> None:
    day = dt.date(2022, 3, 4)
    rows = [
        {"id": "a", "lon": 37.25, "lat": 49.2, "date_start": day},
        {"id": "b", "lon": 37.25, "lat": 49.2 + 0.5 / 111.195, "date_start": day + dt.timedelta(days=3)},
        {"id": "late", "lon": 37.25, "lat": 49.2, "date_start": day + dt.timedelta(days=4)},
        {"id": "far", "lon": 37.25, "lat": 49.2 - 1.01 / 111.195, "date_start": day},
        {"id": "other", "lon": 37.25, "lat": 49.2, "date_start": day, "category": "explosion"},
        {"id": "rejected", "lon": 37.25, "lat": 49.2, "date_start": day, "review": "rejected"},
        {"id": "nowhere", "date_start": day},
        {"id": "undated", "lon": 37.25, "lat": 49.2},
    ]
    found = run("duplicates", _engine(tmp_path, rows)).to_pylist()
    assert found == [
        {"id_a": "a", "id_b": "b", "category": "shelling", "days_apart": 3, "metres": 500},
        {"id_a": "b", "id_b": "late", "category": "shelling", "days_apart": 1, "metres": 500},
    ]


def test_a_rollup_counts_by_month_region_and_category_and_sums_no_figure(tmp_path: Path) -> None:
    day = dt.date(2022, 3, 4)
    rows = [
        {
            "id": "a",
            "lon": 37.0,
            "lat": 49.0,
            "date_start": day,
            "admin1": "UA-63",
            "killed_min": 5,
            "disputed": True,
        },
        {"id": "b", "date_start": day.replace(day=31), "admin1": "UA-63"},
        {"id": "c", "date_discovered": day, "admin1": "UA-63", "category": "burial_site"},
        {"id": "d", "admin1": None},
        {"id": "e", "date_start": day, "admin1": "UA-63", "review": "superseded"},
    ]
    found = run("rollup", _engine(tmp_path, rows)).to_pylist()
    assert [(r["month"], r["admin1"], r["category"], r["incidents"]) for r in found] == [
        (dt.date(2022, 3, 1), "UA-63", "burial_site", 1),
        (dt.date(2022, 3, 1), "UA-63", "shelling", 2),
        (None, None, "shelling", 1),
    ]
    assert [(r["placed"], r["with_killed_figure"], r["disputed"]) for r in found] == [
        (0, 0, 0),
        (1, 1, 1),
        (0, 0, 0),
    ]
    assert not [name for name in found[0] if name.startswith("killed")]


def test_labelling_finds_the_region_of_every_point_and_says_when_there_is_none(tmp_path: Path) -> None:
    rows = [
        {"id": "east", "lon": 1.5, "lat": 0.5, "admin1": "XX-1"},
        {"id": "hole", "lon": 0.5, "lat": 0.5},
        {"id": "border", "lon": 1.0, "lat": 0.2},
        {"id": "sea", "lon": 9.0, "lat": 9.0},
        {"id": "nowhere"},
    ]
    found = run("label", _engine(tmp_path, rows), regions=REGIONS).to_pylist()
    assert [(r["id"], r["admin1"], r["found"], r["found_name"]) for r in found] == [
        ("border", None, "XX-1", "West"),
        ("east", "XX-1", "XX-2", "East"),
        ("hole", None, None, None),
        ("sea", None, None, None),
    ]


def test_labelling_without_areas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="needs the areas"):
        run("label", _engine(tmp_path, [{"id": "a", "lon": 1.0, "lat": 1.0}]))


def test_the_result_in_a_file_is_the_result(tmp_path: Path) -> None:
    engine = _engine(tmp_path, scattered(200, lon=30.0, lat=50.0))
    engine.write("duplicates", tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet").sort_by([("id_a", "ascending"), ("id_b", "ascending")])
    assert written.equals(run("duplicates", engine))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet", "rows.parquet"]


def test_regions_travel_as_bytes() -> None:
    assert shapely.from_wkb(REGIONS.shapes[0]).area == pytest.approx(0.99)
    assert isinstance(REGIONS, Regions)


# ---- the command line


def _ran(*words: str) -> Result:
    return CliRunner().invoke(main, ["batch", *words])


def test_the_journal_counts_as_well_as_the_files(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "c", create=True)
    on = {
        "date_start": dt.date(2022, 3, 4),
        "date_end": dt.date(2022, 3, 4),
        "point": Point(lon=37.2, lat=49.2),
    }
    store.put([incident(n, **on) for n in range(1, 5)])
    store.compact()
    store.put(incident(1, **on | {"category": "explosion"}))
    store.put(incident(5, **on))
    store.delete("i0002")
    told = _ran("duplicates", "--from", str(tmp_path / "c")).stdout.splitlines()
    assert [line.split("\t")[:2] for line in told[1:]] == [
        ["i0003", "i0004"],
        ["i0003", "i0005"],
        ["i0004", "i0005"],
    ]


def test_an_empty_collection_has_no_rows(tmp_path: Path) -> None:
    FolderStore.open(tmp_path / "c", create=True)
    for job in ("duplicates", "rollup", "label"):
        told = _ran(job, "--from", str(tmp_path / "c"))
        assert (told.exit_code, len(told.stdout.splitlines())) == (0, 1)


def test_own_areas_are_read_from_geojson_and_faults_are_all_named(tmp_path: Path) -> None:
    write_file(tmp_path / "c.geojson", [incident(1, point=Point(lon=1.5, lat=0.5), title="x")])
    areas = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shapely.box(1, 0, 2, 1))),
             "properties": {"code": "ZZ-9", "name": "Nine"}},
        ],
    }  # fmt: skip
    (tmp_path / "areas.geojson").write_text(json.dumps(areas))
    words = ("label", "--from", str(tmp_path / "c.geojson"), "--regions", str(tmp_path / "areas.geojson"))
    assert "ZZ-9\tNine" in _ran(*words).stdout
    areas["features"] += [
        {"type": "Feature", "geometry": None, "properties": {}},
        {"geometry": {"type": "Point"}},
    ]  # type: ignore[operator]
    (tmp_path / "areas.geojson").write_text(json.dumps(areas))
    told = _ran(*words)
    assert told.exit_code == 1
    assert "Feature 2: needs a polygon" in told.stderr
    assert "Feature 3: needs a polygon" in told.stderr


def test_the_shipped_points_lie_where_they_say() -> None:
    found = {row.split("\t")[0]: row.split("\t")[1:] for row in _ran("label").stdout.splitlines()[1:]}
    assert len(found) >= 20
    assert all(recorded == lies_in for recorded, lies_in, _ in found.values())


def test_spark_never_writes_over_a_folder_that_is_there(tmp_path: Path) -> None:
    told = _ran("rollup", "--engine", "spark", "--out", str(tmp_path))
    assert told.exit_code == 2
    assert "is there already" in told.stderr


def test_a_master_that_is_none_or_not_there_is_told_before_anything_starts() -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("no Java runtime")
    told = _ran("rollup", "--engine", "spark", "--master", "nonsense://x")
    assert told.exit_code == 1
    assert "spark://HOST:7077" in told.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        told = _ran("rollup", "--engine", "spark", "--master", f"spark://127.0.0.1:{taken.getsockname()[1]}")
    assert told.exit_code == 1
    assert "does not answer" in told.stderr


# ---- filters


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filtered") / "collection"
    folder.mkdir()
    synthetic.write_folder(1500, folder)
    store = FolderStore.open(folder)
    izium, day = Point(lon=37.27679, lat=49.20697), dt.date(2022, 6, 1)
    store.put(
        [incident(n, place_id="geonames:707292", place_name="Izium", point=izium, weapon=("drone",), date_start=day, date_end=day) for n in (1, 2)]
        + [incident(3, review="rejected", point=Point(lon=32.0, lat=49.0))]
    )  # fmt: skip
    return folder


@pytest.mark.parametrize("where", WHERES, ids=lambda where: where.to_query()[:40])
def test_a_job_is_about_what_the_same_filter_finds_elsewhere(collection: Path, where: Filter) -> None:
    found = list(open_catalogue(collection).select(where))
    with parquet_of(str(collection), folded=Chosen(where, place_ids).is_folded) as layout:
        engine = DuckEngine(layout.files, edits=layout.edits, chosen=Chosen(where, place_ids))
        labelled = run("label", engine, regions=REGIONS)
        counted = run("rollup", engine)
        pairs = _pairs(run("duplicates", engine))
    assert found, "a filter that finds nothing tests nothing"
    assert sorted(labelled["id"].to_pylist()) == sorted(i.id for i in found if i.point)
    assert sum(counted["incidents"].to_pylist()) == len(found)
    assert {i for pair in pairs for i in pair} <= {i.id for i in found}


def test_the_command_takes_the_words_of_a_filter(collection: Path, tmp_path: Path) -> None:
    words = ["--from", str(collection), "--category", "shelling", "--place", "Изюм"]
    told = CliRunner().invoke(main, ["batch", "duplicates", *words]).output
    assert "i0001\ti0002\tshelling" in told
    wrong = CliRunner().invoke(main, ["batch", "rollup", "--category", "shelling,flood", "--since", "May"])
    assert wrong.exit_code == 2
    assert "--category" in wrong.output
    assert "--since" in wrong.output


def test_a_filter_word_that_matches_nothing_is_explained(collection: Path) -> None:
    told = _ran("rollup", "--from", str(collection), "--place", "Izimu")
    assert told.exit_code == 0
    assert "0 incidents: --place Izimu: did you mean Izium?" in told.output
    found = _ran("duplicates", "--from", str(collection), "--place", "Izium")
    assert "0 incidents" not in found.output
