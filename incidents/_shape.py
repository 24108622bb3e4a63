"""The columns of the index, and the SQL (DuckDB) that makes them out of Features. Plumbing of `incidents.index`.

One description serves the monthly files and the journal, so that both answer alike.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from incidents import vocabulary
from incidents.sql import BITS

_TEXT: Final = ("schema", "title", "summary", "role", "category", "date_precision", "place_name", "place_id", "country",
                "admin1", "admin1_name", "admin2_name", "geo_precision", "geo_method", "review", "grading")  # fmt: skip
_DATES: Final = ("date_start", "date_end", "date_discovered", "date_reported")
_FIGURES: Final = (
    "uncertainty_m", "killed_min", "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max",
)  # fmt: skip
_COUNTS: Final = ("n_claims", "n_sources", "n_speakers")
_CLAIM: Final = (
    "STRUCT(predicate VARCHAR, \"min\" DOUBLE, \"max\" DOUBLE, qualifier VARCHAR, extent VARCHAR, modality VARCHAR, "
    "polarity VARCHAR, review VARCHAR, speaker STRUCT(\"name\" VARCHAR), quote STRUCT(\"text\" VARCHAR))[]"
)  # fmt: skip
_PROPERTIES: Final[dict[str, str]] = {
    **dict.fromkeys(_TEXT, "VARCHAR"),
    **dict.fromkeys(_DATES, "DATE"),
    **dict.fromkeys(_FIGURES, "DOUBLE"),
    **dict.fromkeys(_COUNTS, "INTEGER"),
    **dict.fromkeys((*BITS, "previous_ids"), "VARCHAR[]"),
    "disputed": "BOOLEAN",
    "claims": _CLAIM,
}
FLAT: Final = (
    "id", "title", "summary", "role", "category", *BITS, *_DATES, "date_precision", "place_name", "place_id", "country",
    "admin1", "admin1_name", "admin2_name", "geo_precision", "uncertainty_m", "geo_method", "review", "killed_min",
    "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max", *_COUNTS, "grading", "disputed", "lon", "lat",
)  # fmt: skip
"""What `Catalogue.page` returns of an incident."""
HOT: Final = (
    "first_day", "last_day", "lon", "lat", "category", "role", "review", "grading", "killed_min", "impact_bits",
    "weapon_bits", "sensitivity_bits", "country", "admin1", "place_id", "place_name", "geo_precision",
    "date_precision", "uncertainty_m", "disputed",
)  # fmt: skip
"""The columns that nearly every question touches."""
_PREVIOUS_DAY: Final = "coalesce(p.date_start, p.date_discovered, p.date_end)"
_LAST_DAY: Final = (
    "CASE WHEN p.date_start IS NOT NULL THEN coalesce(p.date_end, p.date_start)"
    " ELSE coalesce(p.date_discovered, p.date_end) END"
)
_SEARCHED: Final = (
    "strip_accents(lower(concat_ws(chr(10), p.title, p.summary, p.place_name, p.admin1_name, p.admin2_name,"
    " array_to_string(list_transform(p.claims, lambda c:"
    " concat_ws(chr(10), c.speaker.name, c.quote.text)), chr(10)))))"
)


def read_json(path: str) -> str:
    """Return the SQL that reads Features, one a line. The path is of our making and holds no quote."""
    properties = ", ".join(f'"{name}" {kind}' for name, kind in _PROPERTIES.items())
    columns = {
        "type": "VARCHAR",
        "id": "VARCHAR",
        "geometry": 'STRUCT("type" VARCHAR, coordinates DOUBLE[])',
        "properties": f"STRUCT({properties})",
    }
    return f"read_json('{path}', format='newline_delimited', columns={columns})"


def _bits(field: str) -> str:
    order = ", ".join(f"'{word}'" for word in vocabulary.words(field))
    one = f"list_position([{order}], word)"
    return (
        f"coalesce(CAST(list_sum(list_transform(list_distinct(p.{field}),"
        f" lambda word: CASE WHEN {one} IS NULL THEN 0 ELSE 1 << ({one} - 1) END)) AS INTEGER), 0)"
    )


def select(source: str) -> str:
    """Return the SELECT that shapes Features of `source` (with `start` and `length` in bytes) into the index's columns."""
    plain = [
        name
        for name in FLAT
        if name in _PROPERTIES and name not in (*BITS, "review", "category", "role", "geo_precision")
    ]
    made = {
        "id": "f.id",
        "lon": "f.geometry.coordinates[1]",
        "lat": "f.geometry.coordinates[2]",
        "category": "coalesce(p.category, 'other')",
        "role": "coalesce(p.role, 'incident')",
        "review": "coalesce(p.review, 'unreviewed')",
        "geo_precision": "coalesce(p.geo_precision, 'unknown')",
        **{name: f"p.{name}" for name in plain},
        **{name: f"coalesce(p.{name}, [])" for name in (*BITS, "previous_ids")},
        **{f"{name}_bits": _bits(name) for name in BITS},
        "first_day": _PREVIOUS_DAY,
        "last_day": _LAST_DAY,
        "place_fold": "strip_accents(lower(p.place_name))",
        "search_text": _SEARCHED,
        "claims": "p.claims",
    }
    listed = ", ".join(f'{expression} AS "{name}"' for name, expression in made.items())
    return f"SELECT {listed}, f.start, f.length FROM (SELECT *, properties AS p FROM {source}) f"


def faulty(source: str) -> str:
    """Return the SQL that counts the Features of `source` that cannot be incidents."""
    known = {
        "category": "category", "role": "role", "review": "review", "geo_precision": "geo_precision", "grading": "grading",
    }  # fmt: skip
    words = " OR ".join(
        f"coalesce(properties.{field} NOT IN ({', '.join(f'{w!r}' for w in vocabulary.words(name))}), false)"
        for field, name in known.items()
    )
    return (
        f"SELECT count(*) FROM {source} WHERE type IS DISTINCT FROM 'Feature' OR coalesce(id, '') = ''"
        " OR properties IS NULL OR properties.schema IS DISTINCT FROM 'incident/1' OR properties.title IS NULL"
        " OR (geometry IS NOT NULL AND (coalesce(len(geometry.coordinates), 0) <> 2"
        " OR coalesce(geometry.type, '') <> 'Point' OR coalesce(abs(geometry.coordinates[1]) > 180, true)"
        f" OR coalesce(abs(geometry.coordinates[2]) > 90, true))) OR {words}"
    )


def hilbert(lon: NDArray[np.float64], lat: NDArray[np.float64], *, order: int = 16) -> NDArray[np.int64]:
    """Return the distance along a Hilbert curve over the whole globe; points without a position come last.

    After the iterative conversion in Warren, Hacker's Delight, 16-5, on whole arrays.
    """
    side = 1 << order
    known = np.isfinite(lon) & np.isfinite(lat)
    x = np.clip((np.where(known, lon, 0.0) + 180) / 360 * side, 0, side - 1).astype(np.int64)
    y = np.clip((np.where(known, lat, 0.0) + 90) / 180 * side, 0, side - 1).astype(np.int64)
    distance = np.zeros(len(x), dtype=np.int64)
    step = side >> 1
    while step:
        right, up = (x & step) > 0, (y & step) > 0
        distance += step * step * ((3 * right) ^ up)
        flip = right & ~up
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(up, x, y), np.where(up, y, x)
        step >>= 1
    return np.where(known, distance, np.iinfo(np.int64).max)


def hilbert_column(lon: Any, lat: Any) -> Any:
    """Return `hilbert` for Arrow columns, as DuckDB calls it."""
    return pa.array(hilbert(_floats(lon), _floats(lat)))


def _floats(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
