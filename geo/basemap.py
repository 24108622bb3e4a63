"""The files that the map in the browser is made of: our scripts, Leaflet from its package, the basemap, the regions.

All of them are served by this machine under `/atlas/…`, with a version in the address so that a browser keeps them.
The basemap is built by `scripts/build_basemap.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT: Final = "/atlas"
SCRIPTS: Final = ("atlas-base.js", "atlas-incidents.js", "atlas-surfaces.js", "atlas-tools.js")
STYLES: Final = ("atlas.css",)
DATA: Final = ("basemap.json", "regions.json")
ATTRIBUTION: Final = "Natural Earth · GeoNames CC BY 4.0"


def static_folder() -> Path:
    """Return the folder of our own scripts and styles."""
    return Path(str(resources.files("geo").joinpath("static")))


def data_folder() -> Path:
    """Return the folder of the basemap's data."""
    return Path(str(resources.files("geo").joinpath("data")))


def leaflet_folder() -> Path:
    """Return the folder of Leaflet's plain files, from the package `django-js-lib-leaflet`."""
    return Path(str(resources.files("js_lib_leaflet").joinpath("static", "js_lib_leaflet")))


@cache
def version() -> str:
    """Return a short hash of everything that `address` points at; it changes when a file does."""
    digest = hashlib.sha256()
    for path in sorted([*static_folder().glob("atlas*"), *(data_folder() / name for name in DATA)]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def address(name: str) -> str:
    """Return where a file of ours is served, same origin."""
    return f"{ROOT}/files/{version()}/{name}"


def leaflet_address(name: str) -> str:
    """Return where a file of Leaflet is served, same origin."""
    return f"{ROOT}/leaflet/1.9.4/{name}"


@cache
def compressed(name: str) -> bytes:
    """Return a data file as gzip bytes, made once; the basemap with the boxes around its shapes."""
    raw = (data_folder() / name).read_bytes()
    if name == "basemap.json":
        found = json.loads(raw)
        for level in found["levels"].values():
            kinds = {kind: shapes for kind, shapes in level.items() if kind != "quantum" and shapes}
            level["boxes"] = {kind: boxes(shapes, level["quantum"]) for kind, shapes in kinds.items()}
        raw = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(raw, 6, mtime=0)


def boxes(shapes: Sequence[Sequence[str]], quantum: float) -> list[int]:
    """Return west, south, east and north of each shape's first line, whole degrees outwards, one shape after the other.

    With them a browser reads only the shapes that it draws. The lines are those of `scripts/build_basemap.py`: zigzag
    deltas of whole steps of `quantum` degrees, five bits a character.
    """
    text = "".join(lines[0] for lines in shapes).encode("ascii")
    pieces = np.frombuffer(text, np.uint8).astype(np.int64) - 63
    last = np.flatnonzero(pieces < 32)
    first = np.concatenate([[0], last[:-1] + 1])
    shift = 5 * (np.arange(len(pieces)) - np.repeat(first, last - first + 1))
    value = np.add.reduceat((pieces & 31) << shift, first)
    steps = np.where(value & 1, ~(value >> 1), value >> 1).reshape(-1, 2)
    begins = np.cumsum([0, *(len(lines[0]) for lines in shapes)])[:-1]
    begins = np.searchsorted(first, begins) // 2
    ran = np.cumsum(steps, axis=0)
    before = (ran - steps)[begins]
    low, high = (of.reduceat(ran, begins, axis=0) - before for of in (np.minimum, np.maximum))
    out: list[int] = (
        np.hstack([np.floor(low * quantum), np.ceil(high * quantum)]).astype(int).ravel().tolist()
    )
    return out


@cache
def region_names() -> dict[str, dict[str, tuple[str, str]]]:
    """Return the English and the Ukrainian name of every area of the choropleth, by level and ISO code."""
    raw: dict[str, dict[str, Any]] = json.loads((data_folder() / "regions.json").read_text(encoding="utf-8"))
    return {level: {code: (area[0], area[1]) for code, area in areas.items()} for level, areas in raw.items()}
