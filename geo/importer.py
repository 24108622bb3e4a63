"""More places for other countries: a GeoNames country file (as `XX.txt` of download.geonames.org) made a gazetteer file.

The file is tab separated without a head line, 19 columns: geonameid, name, asciiname, alternatenames, latitude,
longitude, feature class, feature code, country code, cc2, admin1 code, … population (15th) … CC BY 4.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from geo import _pack, distance, gazetteer, names
from geo._errors import BadGazetteer
from geo._pack import Row
from geo.gazetteer import Place

COLUMNS: Final = 19
_SHOWN: Final = 10
_REACH_KM: Final = 40.0
"""A settlement lies at most this far from the middle of its hromada, or it is another of that name."""
_READABLE_BELOW: Final = 0x0530
"""Latin, Greek and Cyrillic end here; names in other scripts are not looked up yet."""


@dataclass(frozen=True)
class Imported:
    """What an import made: the file, its places, the countries they lie in."""

    path: Path
    places: int
    countries: tuple[str, ...]


def import_country_file(source: Path, *, folder: Path | None = None) -> Imported:
    """Read a GeoNames country file and write it beside the user's other gazetteer files. Nothing is written on error.

    `gazetteer.load` finds the file from then on. Raises BadGazetteer naming the lines that are wrong.
    """
    rows = _rows(_lines(source), source)
    if not rows:
        raise BadGazetteer(
            f"{source}: no populated place in it; a GeoNames country file is wanted, such as PL.txt"
        )
    countries = tuple(sorted({row.country for row in rows}))
    path = (folder or gazetteer.extra_folder()) / f"{'-'.join(countries[:3])}.tsv.gz"
    _pack.write(rows, path, sources={"geonames": source.name})
    gazetteer.load.cache_clear()
    return Imported(path, len(rows), countries)


def _lines(source: Path) -> list[str]:
    try:
        return source.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadGazetteer(
            f"{source}: not UTF-8 text ({error.reason} at byte {error.start}); unpack a zip first"
        ) from error
    except OSError as error:
        raise BadGazetteer(f"{source}: {error.strerror or error}") from error


def _rows(lines: Iterable[str], source: Path) -> list[Row]:
    rows: list[Row] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        problem = _problem(cells := line.rstrip("\r").split("\t"))
        if problem:
            problems.append(f"{source}:{number}: {problem}")
        elif (row := _row(cells)) is not None:
            rows.append(row)
    if problems:
        more = [f"… and {len(problems) - _SHOWN} more lines"] if len(problems) > _SHOWN else []
        raise BadGazetteer([*problems[:_SHOWN], *more])
    return _with_parents(rows)


def _problem(cells: list[str]) -> str | None:
    """Say what is wrong with a line, or None."""
    if len(cells) != COLUMNS:
        return f"{len(cells)} columns, a GeoNames line has {COLUMNS}, separated by tabs"
    if not cells[0].isdigit():
        return f"geonameid {cells[0]!r} is not a number"
    if not cells[1].strip():
        return "the name is empty"
    if cells[14] and not cells[14].isdigit():
        return f"population {cells[14]!r} is not a number"
    return _out_of_range("latitude", cells[4], 90) or _out_of_range("longitude", cells[5], 180)


def _out_of_range(name: str, value: str, most: int) -> str | None:
    try:
        degrees = float(value)
    except ValueError:
        degrees = math.nan
    return None if abs(degrees) <= most else f"{name} {value!r} is not a number between -{most} and {most}"


def _row(cells: list[str]) -> Row | None:
    """Return the place of a line, None for what is neither a settlement nor a province."""
    kind = _kind(cells[6], cells[7], int(cells[14] or 0))
    if kind is None:
        return None
    place_id, population = f"geonames:{cells[0]}", int(cells[14] or 0)
    iso, _name = admin1_codes().get(f"{cells[8]}.{cells[10]}", ("", ""))
    if kind == "admin1" and iso:
        place_id = f"admin1:{iso}"
    return Row(
        place_id, kind, cells[1], cells[8], float(cells[5]), float(cells[4]), iso, population=population,
        radius=_radius(kind, population), names=_spellings(cells), code=f"{cells[8]}.{cells[10]}",
    )  # fmt: skip


def _kind(feature_class: str, feature_code: str, population: int) -> str | None:
    if feature_class == "A":
        return {"ADM1": "admin1", "ADM2": "raion"}.get(feature_code)
    if feature_class != "P":
        return None
    if feature_code == "PPLX":
        return "quarter"
    return "city" if population > 50_000 else "town" if population > 5000 else "village"


def _radius(kind: str, population: int) -> float:
    if kind in ("admin1", "raion"):
        return 100_000 if kind == "admin1" else 30_000
    return max(1000.0, math.sqrt(max(population, 1) / 2000 / math.pi) * 1000)


def _spellings(cells: list[str]) -> list[str]:
    """Return the spellings in Latin and Cyrillic letters, those alike under folding once."""
    kept: dict[str, str] = {}
    for name in [cells[1], cells[2], *cells[3].split(",")]:
        clean = name.replace("|", " ").strip()
        if len(clean) > 2 and all(ord(c) < _READABLE_BELOW or 0x1E00 <= ord(c) <= 0x1EFF for c in clean):
            kept.setdefault(names.fold(clean), clean)
    return list(kept.values())[:40] or [cells[1].replace("|", " ")]


def _with_parents(rows: list[Row]) -> list[Row]:
    """Let every place lie in its province, by the code of its line."""
    provinces = {row.code: row for row in rows if row.kind == "admin1"}
    for row in rows:
        if row.kind != "admin1":
            row.parent = provinces.get(row.code)
    for row in rows:
        row.code = ""
    _recognise(rows)
    return rows


def _recognise(rows: list[Row]) -> None:
    """Give places of Ukraine the code of the codifier's settlement of that name whose hromada is the nearest."""
    unlocated: dict[tuple[str, str], list[Place]] = {}
    known = gazetteer.read(gazetteer.DATA) if any(row.country == "UA" for row in rows) else None
    for kind in ("city", "town", "settlement", "village") if known else ():
        for place in known.areas(kind) if known else ():
            if place.located_by in ("hromada", "raion"):
                unlocated.setdefault((place.admin1, names.skeleton(place.name)), []).append(place)
    for row in sorted(rows, key=lambda r: -r.population):
        keys = (
            dict.fromkeys((row.admin1, names.skeleton(n)) for n in row.names) if row.kind != "admin1" else {}
        )
        alike = [place for key in keys for place in unlocated.get(key, ())]
        close = [(_km(row, place), place.place_id, place) for place in alike]
        if close and min(close)[0] < _REACH_KM:
            found = min(close)[2]
            row.code = found.code
            for key in keys:
                unlocated[key] = [p for p in unlocated.get(key, ()) if p is not found]


def _km(row: Row, place: Place) -> float:
    return distance.km(*row.place, place.lon or 0.0, place.lat or 0.0)


@lru_cache(maxsize=1)
def admin1_codes() -> dict[str, tuple[str, str]]:
    """Return the ISO 3166-2 code and English name of each GeoNames admin-1 code (`PL.77`)."""
    path = gazetteer.DATA.with_name("admin1_codes.tsv")
    cells = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {code: (iso, name) for code, iso, name in cells}
