"""What the map's endpoint answers: plain data for the script in the browser, from a token's filter and parameters.

Positions are half pixels from the north-west corner of the window asked for, at its zoom; rows are positions in
`Catalogue.points()`. Figures of people are lower bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.tokens import PRECISE, Entry
from geo._errors import BadView
from geo.grid import CELL_LEVELS, Clusters, Window, check_zoom
from incidents import vocabulary
from incidents._errors import NotFound
from incidents.derive import RANGED, figure_range, grading
from incidents.model import Incident

PAGE: Final = 12
SUBPIXELS: Final = 2
PAGE_NUMBERS: Final = 10_000

Parameters = Mapping[str, str]


def whole(parameters: Parameters, name: str, default: int | None = None) -> int:
    """Read a whole number from the address. Raises BadView."""
    raw = parameters.get(name)
    if raw is None and default is not None:
        return default
    if raw is None or not re.fullmatch(r"-?[0-9]{1,12}", raw):
        raise BadView(f"{name} must be a whole number, not {(raw or 'missing')[:20]!r}")
    return int(raw)


def window(parameters: Parameters) -> Window:
    """Read zoom and cells from the address. Raises BadView."""
    level = check_zoom(whole(parameters, "z")) + CELL_LEVELS
    x0, y0, x1, y1 = (whole(parameters, name) for name in ("x0", "y0", "x1", "y1"))
    return Window(level, x0, y0, x1, y1).checked()


def view(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer the symbols of one view.

    `x`, `y`, `n`, `killed` have one value for each symbol; `row`, `category` one for each single incident (n = 1), and
    `stack`, `stated`, `rough`, `shares` one for each cluster, both in the order of the symbols. `categories` counts the
    incidents of the window, margin included; `everywhere` those of the whole filter that are on the map.
    """
    asked = window(parameters)
    clusters = entry.selection.clusters(asked)
    one, many = clusters.n == 1, clusters.n > 1
    rows = clusters.first_row[one]
    precision = clusters.shares("precision")
    known = [precision[:, code] for code in PRECISE if code < precision.shape[1]]
    rough = clusters.n - sum(known, np.zeros(len(one), np.int64))
    killed, stated = clusters.totals("killed")
    shares = clusters.shares("category")
    place = np.round(clusters.xy * SUBPIXELS).astype(np.int64)
    answer = {
        "z": asked.level - CELL_LEVELS, "x0": asked.x0, "y0": asked.y0, "x1": asked.x1, "y1": asked.y1,
        "total": int(clusters.n.sum()),
        "categories": shares.sum(axis=0), "everywhere": _everywhere(entry),
        "x": place[:, 0].copy(), "y": place[:, 1].copy(), "n": clusters.n, "killed": killed,
        "row": rows, "category": entry.indexed.points.category[rows],
        "stack": clusters.stacked[many].astype(np.uint8),
        "stated": stated[many], "rough": rough[many], "shares": _pairs(shares[many]),
    }  # fmt: skip
    if "u" in parameters:
        answer["uncertainty"] = _uncertainty(entry, clusters)
    return answer


def _everywhere(entry: Entry) -> NDArray[np.int64]:
    """Count each category over all that the filter leaves on the map."""
    selection = entry.selection
    counts: NDArray[np.int64] = selection.shares("category", np.array([0]), np.array([len(selection)]))[0]
    return counts


def _pairs(shares: NDArray[np.int64]) -> list[list[int]]:
    """Write each row of counts as [code, count, code, count, …], without zeros."""
    symbols, codes = np.nonzero(shares)
    flat = np.stack([codes, shares[symbols, codes]], axis=1).ravel().tolist()
    ends = (2 * np.cumsum(np.bincount(symbols, minlength=len(shares)))).tolist()
    return [flat[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def _uncertainty(entry: Entry, clusters: Clusters) -> NDArray[np.int32]:
    """Return the radius in metres of the circle of each symbol on one spot: the widest; 0 for a spread cluster."""
    selection, metres = entry.selection, entry.indexed.points.uncertainty_m
    out = np.zeros(len(clusters), np.int32)
    for symbol in np.flatnonzero(clusters.stacked):
        widest = [
            np.nanmax(metres[selection.grid.rows[selection.places[a:b]]], initial=0)
            for a, b in clusters.runs_of(int(symbol))
        ]
        out[symbol] = int(max(widest))
    return out


def steps(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer one page of the symbols' counts over time, the page that holds step `at`.

    `edges` are the days where steps begin, and the end of the last. `counts` has one list for each step of the page,
    beginning with step `first`, with a number for each symbol of the view, in the order of `view`; `before` counts what
    came before the page. A page is as long as an answer may be.
    """
    clusters = entry.selection.clusters(window(parameters))
    edges, step = entry.steps
    last = len(edges) - 2
    at = min(max(whole(parameters, "at", 0), 0), max(last, 0))
    size = max(PAGE_NUMBERS // max(len(clusters), 1), 1)
    first = at - at % size
    counts = clusters.over_time(step, first, min(first + size, last + 1)).T
    return {
        "edges": np.datetime_as_string(edges.astype("datetime64[D]")).tolist(),
        "first": first, "before": np.ascontiguousarray(counts[0]), "counts": np.ascontiguousarray(counts[1:]),
    }  # fmt: skip


def opened(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer what symbol `i` of a view stands for: where its incidents lie, and one page of them."""
    clusters = entry.selection.clusters(window(parameters))
    symbol, offset = whole(parameters, "i"), max(whole(parameters, "offset", 0), 0)
    runs = clusters.runs_of(symbol)
    rows = entry.selection.rows_of(runs, offset=offset, limit=PAGE)
    return {
        "n": int(clusters.n[symbol]),
        "same": bool(clusters.stacked[symbol]),
        "extent": clusters.extent_of(symbol),
        "offset": offset,
        "size": PAGE,
        "rows": [_facts(entry, int(row)) for row in rows],
    }


def incident(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer one incident in short. By `row` it must pass the token's filter; by `id` it may lie outside it."""
    if "id" in parameters:
        return facts(entry.catalogue.get(parameters["id"][:200]))
    row = whole(parameters, "row")
    if not entry.lets_through(row):
        raise NotFound(f"there is no row {row} under this filter")
    return _facts(entry, row)


def _facts(entry: Entry, row: int) -> dict[str, Any]:
    return facts(entry.catalogue.get(str(entry.indexed.points.ids[row])))


def facts(found: Incident) -> dict[str, Any]:
    """Return what the map tells of one incident."""
    hidden = "exact_location" in found.sensitivity
    return {
        "id": found.id,
        "title": found.title,
        "lon": found.point.lon if found.point else None,
        "lat": found.point.lat if found.point else None,
        "category": vocabulary.words("category").index(found.category),
        "date_start": found.date_start,
        "date_end": found.date_end,
        "date_precision": found.date_precision,
        "date_discovered": found.date_discovered,
        "place": found.place_name,
        "precision": found.geo_precision,
        "uncertainty_m": found.uncertainty_m,
        "grading": grading(found),
        "sensitive": hidden,
        **{predicate: list(figure_range(found.claims, predicate)) for predicate in RANGED},
    }


def areas(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer the counts by region code (`level=admin1`) or country code, and how many have none."""
    level = parameters.get("level", "admin1")
    if level not in {"admin1", "country"}:
        raise BadView("level is admin1 or country")
    counts = entry.catalogue.regions(entry.where, "admin1" if level == "admin1" else "country")
    total = entry.catalogue.counts(entry.where).total
    known = {code: n for code, n in counts.items() if code}
    return {"level": level, "counts": known, "elsewhere": total - sum(known.values()), "total": total}


def density(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """Answer the counts of 8-pixel squares: those that hold any, as [index, count, …], row by row."""
    asked = window(parameters)
    if asked.cells * 64 > 400_000:
        raise BadView("this view has too many squares; ask for a smaller one")
    grid, level = entry.selection.density(asked, 3)
    flat = grid.ravel()
    index = np.flatnonzero(flat)
    return {
        "z": asked.level - CELL_LEVELS, "x0": asked.x0, "y0": asked.y0, "x1": asked.x1, "y1": asked.y1,
        "wide": grid.shape[1], "high": grid.shape[0], "level": level, "total": int(flat.sum()),
        "index": np.diff(index, prepend=0), "count": flat[index],
    }  # fmt: skip
