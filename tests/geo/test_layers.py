"""The folium objects of the map: nothing points outside, nothing remounts, nothing from data runs."""

from __future__ import annotations

import gzip
import json
import math
import re

import numpy as np
import pytest
from streamlit_folium import _get_feature_group_string, _get_map_string, generate_js_hash

from geo import basemap
from geo._texts import TEXTS
from geo.layers import OPENSTREETMAP, PALETTE, IncidentLayer, base_map, incident_group
from incidents import vocabulary


def _script(**options: object) -> str:
    ground = base_map(**options)  # type: ignore[arg-type]
    ground.get_root().render()
    return str(_get_map_string(ground))


def _layer_script(layer: IncidentLayer) -> str:
    ground = base_map()
    ground.get_root().render()
    return str(_get_feature_group_string(incident_group(layer), ground))


def test_all_assets_come_from_this_machine() -> None:
    ground = base_map()
    html = ground.get_root().render()
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(links) >= 6
    assert all(link.startswith(f"{basemap.ROOT}/") for link in links), links
    assert "http" not in _layer_script(IncidentLayer("t"))


def test_the_base_map_is_the_same_at_every_rerun_and_differs_with_what_was_asked() -> None:
    one, two = (generate_js_hash(_script(zoom=6), "map") for _ in range(2))
    assert one == two
    assert generate_js_hash(_script(zoom=7), "map") != one


def test_the_zooms_end_where_the_index_ends() -> None:
    script = _script()
    assert re.search(r'"maxZoom": 18\b', script)
    assert re.search(r'"minZoom": 2\b', script)


def test_online_tiles_are_asked_only_when_chosen() -> None:
    assert "openstreetmap" not in _script()
    assert "tile.openstreetmap.org" in _script(tiles=OPENSTREETMAP)


def test_the_layer_carries_what_it_was_told_and_the_token_alone() -> None:
    script = _layer_script(
        IncidentLayer("secret-token", selected="a'b</script>", mode="density", theme="dark")
    )
    start = script.index("atlas.incidents(") + len("atlas.incidents(")
    options, _ = json.JSONDecoder().raw_decode(script, start)
    assert options["token"] == "secret-token"
    assert options["mode"] == "density"
    assert options["selected"] == "a'b</script>"
    assert len(options["palette"]) == len(vocabulary.words("category"))


def test_hostile_text_cannot_leave_the_script_element() -> None:
    script = _layer_script(IncidentLayer("t", selected="</script><script>alert(1)</script>"))
    assert "</script>" not in script
    assert "<script" not in script


def test_the_default_palette_follows_the_vocabulary_and_has_a_second_sign() -> None:
    assert [swatch.word for swatch in PALETTE] == list(vocabulary.words("category"))
    assert len({(swatch.color, swatch.mark) for swatch in PALETTE}) == len(PALETTE)


def test_both_languages_have_the_same_words_and_gaps() -> None:
    assert TEXTS["en"].keys() == TEXTS["uk"].keys()
    for key, text in TEXTS["en"].items():
        gaps = set(re.findall(r"\{(\w+)\}", text))
        assert set(re.findall(r"\{(\w+)\}", TEXTS["uk"][key])) == gaps, key


def test_every_word_the_scripts_ask_for_is_there() -> None:
    asked: set[str] = set()
    for name in basemap.SCRIPTS:
        text = (basemap.static_folder() / name).read_text(encoding="utf-8")
        asked |= set(re.findall(r'words\("(\w+)"', text)) | set(re.findall(r'key: "(\w+)"', text))
    assert len(asked) > 20
    assert asked - {"grading_"} <= TEXTS["en"].keys()


def test_the_basemap_is_small_and_crimea_is_ukraine() -> None:
    size = sum((basemap.data_folder() / name).stat().st_size for name in basemap.DATA)
    assert size < 3_000_000
    names = basemap.region_names()
    assert {"UA-43", "UA-40", "UA-30"} <= names["admin1"].keys()
    assert sum(code.startswith("UA-") for code in names["admin1"]) == 27
    assert names["country"]["UA"] == ("Ukraine", "Україна")
    assert names["admin1"]["UA-63"] == ("Kharkiv Oblast", "Харківська область")


def _decode(text: str, quantum: float) -> list[tuple[float, float]]:
    """Read a line of the basemap, as the browser does."""
    numbers, value, shift = [], 0, 0
    for character in text:
        piece = ord(character) - 63
        value |= (piece & 31) << shift
        shift += 5
        if piece < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    lon = lat = 0
    out = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        lon, lat = lon + dx, lat + dy
        out.append((lon * quantum, lat * quantum))
    return out


def test_the_basemap_is_served_with_the_box_of_every_shape() -> None:
    served = json.loads(gzip.decompress(basemap.compressed("basemap.json")))["levels"]
    for name, kind in (("far", "country"), ("far", "lakes"), ("near", "land"), ("near", "rivers")):
        level = served[name]
        lines = [_decode(rings[0], level["quantum"]) for rings in level[kind]]
        holds = [
            [math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))]
            for xs, ys in (zip(*line, strict=True) for line in lines)
        ]
        assert len(holds) > 5
        assert np.reshape(level["boxes"][kind], (-1, 4)).tolist() == holds


@pytest.mark.parametrize(
    ("country", "lon", "lat"),
    [("UA", 34.1, 44.95), ("UA", 33.53, 44.6), ("UA", 37.8, 48.0), ("UA", 37.25, 49.2), ("RU", 37.6, 55.75),
     ("RU", 37.5, 45.1)],
)  # fmt: skip
def test_a_place_lies_in_the_country_that_international_law_says(
    country: str, lon: float, lat: float
) -> None:
    from shapely.geometry import Point, Polygon

    raw = json.loads((basemap.data_folder() / "regions.json").read_text(encoding="utf-8"))["country"]
    holds = []
    for code in ("UA", "RU"):
        _, _, quantum, parts = raw[code]
        shapes = [Polygon(_decode(rings[0], quantum)).buffer(0) for rings in parts]
        if any(shape.contains(Point(lon, lat)) for shape in shapes):
            holds.append(code)
    assert holds == [country]


def test_towns_have_both_names_and_come_largest_first() -> None:
    raw = json.loads((basemap.data_folder() / "basemap.json").read_text(encoding="utf-8"))
    towns = {town[3]: town for town in raw["names"]["towns"]}
    for en, uk in (
        ("Kyiv", "Київ"),
        ("Izium", "Ізюм"),
        ("Bucha", "Буча"),
        ("Mariupol", "Маріуполь"),
        ("Kharkiv", "Харків"),
    ):
        assert towns[en][4] == uk
    assert towns["Kyiv"][2] < towns["Izium"][2]
    assert "Київський район" not in {town[4] for town in raw["names"]["towns"]}
