from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from incidents.cli import main
from incidents.export import COLUMNS, csv_bytes, filename, geojson_bytes, redacted
from incidents.filters import Filter
from incidents.geojson import from_line, to_line
from incidents.model import Change, Claim, Incident, Quote, Source, Speaker
from incidents.store import FolderStore
from tests.incidents.samples import incident

SECRET = "Ganna Testenko"


def _sensitive(*kinds: str) -> Incident:
    source = Source(id="s1", title=f"{SECRET} speaks", publisher="P", url="https://example.org/1")
    quote = Quote(report="r", start=0, end=len(SECRET), text=SECRET)
    claims = (
        Claim(
            id="c1",
            predicate="killed",
            value=2,
            min=2,
            max=2,
            quote=quote,
            speaker=Speaker(name=SECRET),
            note=SECRET,
        ),
        Claim(
            id="c2", predicate="cause", value=SECRET, url="https://example.org/1", group=SECRET, target=SECRET
        ),
        Claim(
            id="c3", predicate="place_offset", value="2 km north", url="https://example.org/1", via=(SECRET,)
        ),
    )
    change = Change(at="2024-01-01", by="editor", what="title", detail={"before": SECRET, "lon": 37.276543})
    return incident(
        1, title=SECRET, summary=SECRET, claims=claims, sources=(source,), history=(change,),
        sensitivity=kinds, point={"lon": 37.276543, "lat": 49.212345}, geo_precision="site", uncertainty_m=50.0,
        geo_method="pin at 37.276543",
    )  # fmt: skip


def test_a_public_export_withholds_exact_locations() -> None:
    feature = json.loads(geojson_bytes([_sensitive("exact_location")]))["features"][0]
    assert feature["geometry"]["coordinates"] == [37.25, 49.25]
    assert feature["properties"]["uncertainty_m"] == 10000
    assert feature["properties"]["geo_precision"] == "district"
    assert "37.2765" not in json.dumps(feature)
    assert "2 km north" not in json.dumps(feature)
    assert feature["properties"]["title"] == "Shelling, Testivka (exact place withheld)"
    assert [c["speaker"]["name"] for c in feature["properties"]["claims"] if c["speaker"]] == [SECRET]
    assert json.dumps(feature).count(SECRET) == 1  # the speaker is no secret here


def test_a_public_export_withholds_personal_words_and_keeps_figures_and_links() -> None:
    for data in (
        geojson_bytes([_sensitive("personal_information")]),
        csv_bytes([_sensitive("personal_information")]),
    ):
        assert SECRET.encode() not in data
        assert b"https://example.org/1" in data
    feature = json.loads(geojson_bytes([_sensitive("personal_information")]))["features"][0]
    assert feature["properties"]["killed_min"] == 2


def test_the_history_is_never_public_and_a_full_export_has_everything() -> None:
    plain = _sensitive()
    assert b"editor" not in geojson_bytes([plain])
    assert json.loads(geojson_bytes([plain], public=False))["features"][0] == json.loads(to_line(plain))
    both = _sensitive("exact_location", "personal_information")
    assert to_line(both) in geojson_bytes([both], public=False)


@pytest.mark.parametrize("kinds", [(), ("exact_location",), ("personal_information",), ("graphic",)])
def test_stored_lines_and_incidents_give_the_same_public_export(kinds: tuple[str, ...]) -> None:
    given = _sensitive(*kinds)
    assert geojson_bytes([to_line(given)]) == geojson_bytes([given])
    assert geojson_bytes([to_line(incident(2))]) == geojson_bytes([incident(2)])
    assert csv_bytes([to_line(given)]) == csv_bytes([given])
    assert csv_bytes([to_line(incident(2, point=None))]) == csv_bytes([incident(2, point=None)])


def test_an_escaped_word_does_not_slip_through_the_raw_path() -> None:
    line = to_line(_sensitive("exact_location").model_copy(update={"history": ()}))
    hidden = line.replace(b'"sensitivity":["exact_location"]', b'"sensitivity":["\\u0065xact_location"]')
    assert hidden != line
    assert b"37.276543" not in geojson_bytes([hidden])


def _by_hand(line: bytes) -> list[bytes]:
    """Return a stored line as a person or another program may leave it: pretty, with blanks, in parts only, escaped, twice."""
    pretty = json.dumps(json.loads(line), indent=2, ensure_ascii=False).encode()
    ours = line.replace(b'"sensitivity":["', b'"sensitivity": [ "')
    tail = line.replace(b'"sensitivity":', b'"sensitivity" :')
    spelt = line.replace(b'"sensitivity":["', b'"sens\\u0069tivity":["')
    twice = line.replace(b'"history":', b'"history": [{"at":"2024","by":"editor","what":"title"}],"history":')
    return [pretty, json.dumps(json.loads(line)).encode(), ours, tail, spelt, twice]


@pytest.mark.parametrize("mark", ["incident", "claim"])
def test_a_line_written_by_hand_withholds_what_ours_does(mark: str) -> None:
    given = _sensitive("personal_information" if mark == "incident" else "personal_names")
    if mark == "claim":
        marked = [c.model_copy(update={"sensitivity": ("personal_information",)}) for c in given.claims]
        given = given.model_copy(update={"claims": tuple(marked), "sensitivity": ()})
    line = to_line(given.model_copy(update={"history": ()}))
    public = geojson_bytes([line])
    assert SECRET.encode() not in public
    for other in _by_hand(line):
        assert other != line
        assert geojson_bytes([other]) == public
        assert csv_bytes([other]) == csv_bytes([line])


def test_a_pretty_printed_file_exports_the_same_public_lines(tmp_path: Path) -> None:
    path = tmp_path / "c" / "2022-03.geojson"
    FolderStore.open(path.parent, create=True).load(
        [_sensitive("personal_information", "exact_location"), incident(2)]
    )
    exports = []
    for indent in (None, 2):
        path.write_text(json.dumps(json.loads(path.read_bytes()), indent=indent), encoding="utf-8")
        out = tmp_path / f"{indent}.geojson"
        assert (
            CliRunner()
            .invoke(main, ["export", "--from", str(path.parent), "--out", str(out), "--review", "unreviewed"])
            .exit_code
            == 0
        )
        exports.append(out.read_bytes())
    assert (
        exports[0]
        == exports[1]
        == geojson_bytes([_sensitive("personal_information", "exact_location"), incident(2)])
    )
    assert SECRET.encode() not in exports[0]


def test_what_is_redacted_is_still_a_valid_incident() -> None:
    for kinds in (("exact_location",), ("personal_information",), ("exact_location", "personal_information")):
        line = to_line(redacted(_sensitive(*kinds)))
        assert to_line(from_line(line)) == line


def test_geojson_keeps_to_rfc_7946() -> None:
    collection = json.loads(geojson_bytes([incident(1), incident(2, point=None)]))
    assert set(collection) == {"type", "features"}
    assert collection["features"][1]["geometry"] is None
    lon, lat = collection["features"][0]["geometry"]["coordinates"]
    assert (lon, lat) == (31, 49)
    assert json.loads(geojson_bytes([])) == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "\u00a0@", "＝"])
def test_formulas_are_neutralised_in_every_text_cell(begin: str) -> None:
    text = f'{begin}HYPERLINK("http://x","y")'
    given = incident(1, title=text, summary=text, place_name=text, geo_method=text, admin1_name=text)
    row = next(csv.DictReader(io.StringIO(csv_bytes([given]).decode(), newline="")))
    for name in ("title", "summary", "place_name", "geo_method", "admin1_name"):
        assert row[name] == f"'{text}"


def test_negative_numbers_stay_numbers() -> None:
    row = next(
        csv.DictReader(io.StringIO(csv_bytes([incident(1, point={"lon": -3.5, "lat": -1.25})]).decode()))
    )
    assert (row["lon"], row["lat"], row["killed_max"], row["disputed"]) == ("-3.5", "-1.25", "1", "false")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_csv_survives_any_text(titles: list[str]) -> None:
    data = csv_bytes([incident(n, title=title) for n, title in enumerate(titles)])
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [set(row) for row in rows] == [set(COLUMNS)] * len(titles)
    assert [row["title"].removeprefix("'") for row in rows] == [title.removeprefix("'") for title in titles]


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (Filter(), "incidents_2024-05-06.csv"),
        (Filter(since=dt.date(2022, 3, 1), category=("shelling", "air_strike")),
         "incidents_since-2022-03-01_category-shelling,air_strike_2024-05-06.csv"),
        (Filter(place="../../etc/Ізюм"), "incidents_place-etc-Ізюм_2024-05-06.csv"),
        (Filter(min_killed=5, bbox=(30.0, 48.5, 31.0, 49.0)), "incidents_bbox-30,48.5,31,49_min-killed-5_2024-05-06.csv"),
    ],
)  # fmt: skip
def test_files_are_named_after_the_filter_and_the_date(where: Filter, name: str) -> None:
    assert filename(where, dt.date(2024, 5, 6), "csv") == name
