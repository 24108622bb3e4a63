"""The file format of a gazetteer, `gazetteer/1`: how rows and their index are written and read.

Gzipped UTF-8 text: a head line (JSON), then five blocks of lines: the places (tab separated), the folded spellings, their
row numbers, the skeletons, their row numbers. Everything a look-up needs is in it, so that loading is splitting lines.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geo import names
from geo._errors import BadGazetteer

FORMAT: Final = "gazetteer/1"
_BREAK: Final = "\n\x1d\n"


@dataclass
class Row:
    """One place to be written; `parent` is the area it lies in (hromada, raion, admin1). Degrees, metres."""

    id: str
    kind: str
    name: str
    country: str
    lon: float | None = None
    lat: float | None = None
    admin1: str = ""
    parent: Row | None = None
    population: int = 0
    radius: float = 0
    located_by: str = "coordinates"
    names: list[str] = field(default_factory=list)
    extra_keys: list[str] = field(default_factory=list)
    code: str = ""

    @property
    def place(self) -> tuple[float, float]:
        """Return the (lon, lat) in degrees of a located row."""
        if self.lon is None or self.lat is None:
            raise ValueError(f"{self.id} has no coordinates")
        return self.lon, self.lat

    def keys(self) -> set[str]:
        """Return the folded spellings the row is found by."""
        written = {names.fold(n) for n in [self.name, *self.names, *self.extra_keys]}
        if self.country == "UA" and self.kind != "admin1":
            written |= {names.fold(names.latin(n)) for n in self.names[:1] if names.is_cyrillic(n)}
        return {w for w in written if len(w) > 1}


@dataclass(frozen=True)
class Packed:
    """What a file holds, still as text: the lines of the places and the two indexes."""

    rows: list[str]
    exact: dict[str, str]
    loose: dict[str, str]


def write(rows: Sequence[Row], path: Path, *, sources: Mapping[str, str]) -> int:
    """Write a gazetteer file, whole or not at all, the same bytes for the same rows. Return its size in bytes."""
    number = {id(row): i for i, row in enumerate(rows)}
    exact, loose = _indexes(rows)
    head = {
        "format": FORMAT, "sources": dict(sources), "places": len(rows), "exact": len(exact), "loose": len(loose),
    }  # fmt: skip
    blocks = [[_line(row, number) for row in rows]]
    for part in (exact, loose):
        keys = sorted(part)
        blocks += [keys, [",".join(map(str, part[key])) for key in keys]]
    text = json.dumps(head) + "\n" + _BREAK.join("\n".join(block) for block in blocks)
    blob = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(blob)
    partial.replace(path)
    return len(blob)


def _indexes(rows: Sequence[Row]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    exact, loose = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for i, row in enumerate(rows):
        keys = row.keys()
        for key in keys:
            exact[key].append(i)
        for key in {names.skeleton(k) for k in keys}:
            loose[key].append(i)
    only_loose = {key: [i for i in at if i not in exact.get(key, ())] for key, at in loose.items()}
    return exact, {key: at for key, at in only_loose.items() if at}


def _line(row: Row, number: Mapping[int, int]) -> str:
    parent = "" if row.parent is None else number.get(id(row.parent), "")
    shown = "" if row.names and names.latin(row.names[0]) == row.name else row.name
    cells = (
        row.id, shown, _degrees(row.lon), _degrees(row.lat), row.admin1, parent,
        "" if row.country == "UA" else row.country, "" if row.kind == "village" else row.kind, row.population or "",
        int(row.radius), "" if row.located_by == "coordinates" else row.located_by,
        "" if row.id.endswith(row.code) else row.code, "|".join(row.names),
    )  # fmt: skip
    return "\t".join(str(cell) for cell in cells)


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}".rstrip("0")


def read(path: Path) -> Packed:
    """Read a gazetteer file. Raises BadGazetteer."""
    try:
        head, _, body = gzip.decompress(path.read_bytes()).decode("utf-8").partition("\n")
        about = json.loads(head)
    except (OSError, EOFError, ValueError) as error:
        raise BadGazetteer(f"{path}: not a gazetteer file ({error}); import or build it again") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise BadGazetteer(f"{path}: not in the format {FORMAT}; import or build it again")
    rows, *index = (block.split("\n") for block in body.split(_BREAK))
    if len(index) != 4 or len(rows) != about["places"] or len(index[0]) != len(index[1]):
        raise BadGazetteer(f"{path}: damaged; import or build it again")
    return Packed(
        rows, dict(zip(index[0], index[1], strict=True)), dict(zip(index[2], index[3], strict=True))
    )


def join(base: Packed, extra: Packed) -> Packed:
    """Return both as one.

    A place that both have stays as it is in `base`. A place of `extra` that carries the codifier's code of one that
    `base` could not locate gives that one its id, position, people and names.
    """
    known = {row.partition("\t")[0]: i for i, row in enumerate(base.rows)}
    rows, shift = list(base.rows), len(base.rows)
    number: dict[str, str] = {}
    for i, row in enumerate(extra.rows):
        cells = row.split("\t")
        unlocated = known.get(f"katottg:{cells[_CODE]}")
        if unlocated is not None:
            rows[unlocated] = _located(rows[unlocated].split("\t"), cells)
            number[str(i)] = str(unlocated)
        elif cells[0] not in known:
            number[str(i)] = str(i + shift)
        cells[_PARENT] = str(int(cells[_PARENT]) + shift) if cells[_PARENT] else ""
        rows.append("\t".join(cells))
    return Packed(rows, _joined(base.exact, extra.exact, number), _joined(base.loose, extra.loose, number))


_PARENT: Final = 5
_CODE: Final = 11


def _located(old: list[str], new: list[str]) -> str:
    """Return the row of a place of the codifier with what another source knows about it."""
    code = old[0].partition(":")[2]
    written = dict.fromkeys([*old[12].split("|"), *new[12].split("|")])
    return "\t".join([new[0], old[1], *new[2:4], *old[4:8], *new[8:10], "", code, "|".join(written)])


def _joined(index: dict[str, str], more: dict[str, str], number: Mapping[str, str]) -> dict[str, str]:
    found = dict(index)
    for key, cell in more.items():
        known = found.get(key, "").split(",") if key in found else []
        new = [number[n] for n in cell.split(",") if n in number and number[n] not in known]
        if new:
            found[key] = ",".join([*known, *new])
    return found
