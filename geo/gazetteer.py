"""The offline gazetteer: places by id and by any spelling, and the finding of places in running text.

One file of the package, built by scripts/build_gazetteer.py, is read once per process. Rows stay text until somebody
asks for them, so loading costs little. Coordinates are WGS 84 degrees, longitude first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from platformdirs import user_data_path
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo import _pack, names
from geo._scan import How, Mention, scan, seams

DATA: Final = Path(__file__).parent / "data" / "gazetteer.tsv.gz"
__all__ = ["Gazetteer", "How", "Mention", "Place", "extra_folder", "load", "phrases", "read"]

FOLDER: Final = "INCIDENT_ATLAS_GAZETTEER"

_SETTLEMENTS: Final = frozenset({"city", "town", "settlement", "village", "quarter"})
_LARGE: Final = 1_000_000
_ALIKE: Final = 0.6
_AREAS: Final = frozenset({"country", "admin1", "raion", "hromada", "sea", "area"})


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the gazetteer.

    `place_id` is `geonames:707292`, `katottg:UA…`, `admin1:UA-63` or `country:UA`. `lon`, `lat` are degrees, null where
    even the hromada is not located. `radius_m` is how far the place reaches from there. `located_by` says where the
    position comes from: `coordinates` of its own, else `hromada`, `raion`, `admin1` (the middle of that), or
    `settlements` (an area, the middle of what lies in it).
    """

    place_id: str
    name: str
    names: tuple[str, ...]
    lon: float | None
    lat: float | None
    admin1: str
    admin1_name: str
    admin2_name: str
    hromada_name: str
    country: str
    kind: str
    population: int
    radius_m: float
    located_by: str
    code: str

    @property
    def is_area(self) -> bool:
        """Say whether this is a country, province, raion or hromada, not a settlement."""
        return self.kind in _AREAS


class Gazetteer:
    """Places by id and by name. Immutable after loading; safe to share between threads."""

    def __init__(self, rows: Sequence[str], exact: dict[str, str], loose: dict[str, str]) -> None:
        self._rows = rows
        self._exact = exact
        self._loose = loose

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def _number(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for i, row in enumerate(self._rows):
            numbers.setdefault(row.partition("\t")[0], i)
        return numbers

    @cached_property
    def _by_code(self) -> dict[str, int]:
        codes: dict[str, int] = {}
        for i, row in enumerate(self._rows):
            if row.startswith("geonames:") and (code := row.split("\t", 12)[11]):
                codes.setdefault(code, i)
        return codes

    @lru_cache(maxsize=50_000)  # noqa: B019 - one gazetteer lives as long as the process
    def _place(self, number: int) -> Place:
        (
            place_id,
            name,
            lon,
            lat,
            admin1,
            parent,
            country,
            kind,
            population,
            radius,
            located_by,
            code,
            written,
        ) = self._rows[number].split("\t")
        spellings = tuple(written.split("|"))
        above = self._above(parent)
        return Place(
            place_id=place_id,
            name=name or names.latin(spellings[0]),
            names=spellings,
            lon=float(lon) if lon else None,
            lat=float(lat) if lat else None,
            admin1=admin1,
            admin1_name=above.get("admin1", ""),
            admin2_name=above.get("raion", ""),
            hromada_name=above.get("hromada", ""),
            country=country or "UA",
            kind=kind or "village",
            population=int(population or 0),
            radius_m=float(radius),
            located_by=located_by or "coordinates",
            code=code or place_id.partition(":")[2],
        )

    def _above(self, parent: str) -> dict[str, str]:
        """Return the names of the areas a place lies in, by kind."""
        found: dict[str, str] = {}
        while parent:
            cells = self._rows[int(parent)].split("\t")
            kind = cells[7] or "village"
            found[kind] = cells[1] or names.latin(cells[12].partition("|")[0])
            parent = cells[5]
        return found

    def _places(self, *cells: str | None) -> list[Place]:
        numbers = dict.fromkeys(int(n) for cell in cells if cell for n in cell.split(","))
        return [self._place(n) for n in numbers]

    def get(self, place_id: str) -> Place | None:
        """Return the place with this id (a `katottg:` id of a place known to GeoNames gives that place), or None."""
        number = self._number.get(place_id)
        if number is None and place_id.startswith("katottg:"):
            number = self._by_code.get(place_id.removeprefix("katottg:"))
        return None if number is None else self._place(number)

    def find(self, name: str) -> list[Place]:
        """Return every place that is written `name` in some script or known spelling (case, marks, hyphens aside)."""
        return self._places(self._exact.get(names.fold(name)))

    def find_loose(self, name: str) -> list[Place]:
        """Return every place whose name agrees with `name` under some usual transliteration."""
        keys = names.skeletons(name)
        return self._places(*(cell for key in keys for cell in (self._exact.get(key), self._loose.get(key))))

    def find_like(self, name: str) -> list[Place]:
        """Return the settlements of Ukraine whose name differs from a Cyrillic one in vowels only (Еленовка, Оленівка)."""
        folded = names.fold(name)
        return self._places(self.like(folded)) if names.is_cyrillic(folded) and len(folded) > 5 else []

    def find_case(self, name: str) -> list[Place]:
        """Return every place of which `name` is a Ukrainian or Russian case form."""
        if not names.is_cyrillic(name):
            return []
        return self._places(*(self._exact.get(key) for key in phrases(names.fold(name).split())))

    def search(self, text: str) -> set[str]:
        """Return the ids of all places that `text` may name: every spelling, both scripts, case forms."""
        found = self.find(text) + self.find_loose(text)
        return {place.place_id for place in found + self.find_case(text)}

    def nearly(self, name: str, *, limit: int = 3) -> list[Place]:
        """Return places whose name is a slip of the pen away from `name`, the likeliest and largest first.

        Takes a good part of a second: for a person who asks why nothing was found.
        """
        folded = names.fold(name)
        close = process.extract(
            folded, self._exact.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.75, limit=40
        )
        found: dict[str, tuple[float, int, Place]] = {}
        for key, score, _ in close:
            for place in self._places(self._exact[key]):
                mark = (round(score, 1), place.population, place)
                found.setdefault(place.place_id, mark)
        ranked = sorted(found.values(), key=lambda mark: (-mark[0], -mark[1], mark[2].place_id))
        return [place for _, _, place in ranked[:limit]]

    def scan(self, text: str, *, masked: Iterable[tuple[int, int]] = ()) -> list[Mention]:
        """Return the words of `text` that may name places, longest first at each spot, in order, not overlapping.

        Offsets are code points of the text as given. Words that touch a `masked` span (persons, say) are left out.
        Only capitalised words count. Whether a mention is a place at all is for the reader to say.
        """
        return scan(self, text, tuple(masked))

    def seams(self, text: str) -> list[int]:
        """Return where a well-known name and a small word were run together ("Nikopolthis night"): offsets of the small words."""
        return seams(self, text)

    def areas(self, kind: str) -> list[Place]:
        """Return all places of a kind (`country`, `admin1`, `raion`, `hromada`, `city`, `village` …)."""
        return list(self._of_kind("" if kind == "village" else kind))

    @lru_cache(maxsize=32)  # noqa: B019 - one gazetteer lives as long as the process
    def _of_kind(self, kind: str) -> tuple[Place, ...]:
        return tuple(self._place(i) for i, cells in enumerate(self._regions) if cells[2] == kind)

    @cached_property
    def _regions(self) -> list[tuple[str, str, str]]:
        """Return admin-1 code, country and kind of each row, as they are written."""
        cells = (row.split("\t", 8) for row in self._rows)
        return [(cell[4], cell[6], cell[7]) for cell in cells]

    @lru_cache(maxsize=64)  # noqa: B019 - one gazetteer lives as long as the process
    def spellings_of(self, region: str) -> dict[str, tuple[int, ...]]:
        """Return Latin spellings and skeletons of the settlements of a country (`UA`) or province (`UA-63`), to their rows."""
        column, wanted = (0, region) if "-" in region else (1, "" if region == "UA" else region)
        here = {
            i for i, cells in enumerate(self._regions) if cells[column] == wanted and cells[2] not in _AREAS
        }
        found: dict[str, tuple[int, ...]] = {}
        for index in (self._exact, self._loose):
            for key, cell in index.items():
                if key.isascii():
                    rows = tuple(n for n in map(int, cell.split(",")) if n in here) if cell else ()
                    if rows:
                        found[key] = found.get(key, ()) + rows
        return found

    def places(self, rows: Iterable[int]) -> list[Place]:
        """Return the places of some rows."""
        return [self._place(i) for i in rows]

    def ids(self, cell: str) -> tuple[str, ...]:
        """Return the ids of an index cell, without places abroad that nobody means beside a known one in Ukraine."""
        places = self._places(cell)
        known = max((_heads(p) for p in places if p.country == "UA"), default=0)
        return tuple(p.place_id for p in places if p.country == "UA" or _heads(p) >= known)

    def cell(self, key: str) -> str | None:
        """Return the index cell of a folded spelling."""
        return self._exact.get(key)

    def loose_cell(self, key: str) -> str | None:
        """Return the index cell of a skeleton: settlements of Ukraine only, or too many English words are a place."""
        both = [cell for cell in (self._exact.get(key), self._loose.get(key)) if cell]
        near = [n for cell in both for n in cell.split(",") if self._is_settlement_of_ukraine(int(n))]
        return ",".join(near) or None

    def _is_settlement_of_ukraine(self, number: int) -> bool:
        cells = self._rows[number].split("\t", 8)
        return not cells[6] and (cells[7] or "village") in _SETTLEMENTS

    def weight(self, cell: str) -> int:
        """Return the population of the largest place of an index cell; areas and features count as large."""
        return max(_heads(place) for place in self._places(cell))

    def city(self, cell: str) -> int:
        """Return the population of the largest settlement of Ukraine in an index cell, 0 where there is none."""
        return max((_heads(p) for p in self._places(cell) if p.country == "UA" and not p.is_area), default=0)

    def like(self, folded: str) -> str | None:
        """Return the index cell of Ukraine's settlements whose name differs from a Cyrillic word in vowels only."""
        same = [n for n in self._by_bones.get(names.bones(folded), ()) if self._alike(n, folded)]
        return ",".join(map(str, same)) or None

    def _alike(self, number: int, folded: str) -> bool:
        own = names.fold(self._rows[number].split("\t", 12)[12].partition("|")[0])
        return OSA.normalized_similarity(own, folded) >= _ALIKE

    @cached_property
    def _by_bones(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, row in enumerate(self._rows):
            cells = row.split("\t", 12)
            name = cells[12].partition("|")[0]
            if not cells[6] and (cells[7] or "village") in _SETTLEMENTS and names.is_cyrillic(name):
                found.setdefault(names.bones(names.fold(name)), []).append(i)
        return found

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """Return what names of several words begin with: "нова" of "нова каховка"."""
        found = set()
        for key in self._exact:
            at = key.find(" ")
            while at > 0:
                found.add(key[:at])
                at = key.find(" ", at + 1)
        return frozenset(found)


def _heads(place: Place) -> int:
    if place.kind == "quarter":
        return 0
    return place.population if place.kind in _SETTLEMENTS else _LARGE


def phrases(words: list[str]) -> list[str]:
    """Return every nominative that a few words in some case may stand for."""
    found = [""]
    for word in words[:4]:
        found = [f"{phrase} {lemma}".strip() for phrase in found for lemma in names.lemmas(word)][:20_000]
    return found


def extra_folder() -> Path:
    """Return the folder of the user's own gazetteer files; the environment variable of `FOLDER` changes it."""
    chosen = os.environ.get(FOLDER)
    return Path(chosen) if chosen else user_data_path("incident-atlas") / "gazetteer"


def read(path: Path, *extra: Path) -> Gazetteer:
    """Read a gazetteer file and join others to it. Raises BadGazetteer."""
    packed = _pack.read(path)
    for other in extra:
        packed = _pack.join(packed, _pack.read(other))
    return Gazetteer(packed.rows, packed.exact, packed.loose)


@lru_cache(maxsize=1)
def load() -> Gazetteer:
    """Return the gazetteer of the package with the user's own files, read on the first call. Raises BadGazetteer."""
    return read(DATA, *sorted(extra_folder().glob("*.tsv.gz")))
