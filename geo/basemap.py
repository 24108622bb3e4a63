"""The files that the map in the browser is made of: our scripts, Leaflet from its package, the basemap, the regions.

All of them are served by this machine under `/atlas/…`, with a version in the address so that a browser keeps them.
The basemap is built by `scripts/build_basemap.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

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
    """Return a data file as gzip bytes, made once."""
    return gzip.compress((data_folder() / name).read_bytes(), 6, mtime=0)


@cache
def region_names() -> dict[str, dict[str, tuple[str, str]]]:
    """Return the English and the Ukrainian name of every area of the choropleth, by level and ISO code."""
    raw: dict[str, dict[str, Any]] = json.loads((data_folder() / "regions.json").read_text(encoding="utf-8"))
    return {level: {code: (area[0], area[1]) for code, area in areas.items()} for level, areas in raw.items()}
