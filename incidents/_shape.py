"""The columns of the index, and the SQL (DuckDB) that makes them out of Features. Plumbing of `incidents.index`.

One description serves the monthly files and the journal, so that both answer alike.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from incidents import vocabulary
from incidents.sql import BITS

_TEXT: Final = ("schema", "title", "summary", "role", "category", "date_precision", "place_name", "place_id", "country",
                "admin1", "admin1_name", "admin2_name", "geo_precision", "geo_method", "review", "grading")  # fmt: skip
DATES: Final = ("date_start", "date_end", "date_discovered", "date_reported")
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
    **dict.fromkeys(DATES, "DATE"),
    **dict.fromkeys(_FIGURES, "DOUBLE"),
    **dict.fromkeys(_COUNTS, "INTEGER"),
    **dict.fromkeys((*BITS, "previous_ids"), "VARCHAR[]"),
    "disputed": "BOOLEAN",
    "claims": _CLAIM,
}
FLAT: Final = (
    "id", "title", "summary", "role", "category", *BITS, *DATES, "date_precision", "place_name", "place_id", "country",
    "admin1", "admin1_name", "admin2_name", "geo_precision", "uncertainty_m", "geo_method", "review", "killed_min",
    "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max", *_COUNTS, "grading", "disputed", "lon", "lat",
)  # fmt: skip
"""What `Catalogue.page` returns of an incident."""
CHECKED: Final = ("faulty", "by_month", "by_lon", "by_lat")
VARIED: Final = (
    "id",
    "title",
    "summary",
    "claims",
    "lon",
    "lat",
    "start",
    "length",
    "geo_method",
)
"""The columns whose values seldom repeat."""
SKIPPED_BY: Final = (
    "id",
    "first_day",
    "last_day",
    "lon",
    "lat",
    "category",
    "country",
    "admin1",
    "place_id",
    "killed_min",
)
"""The columns by whose least and greatest value whole row groups are passed over; to keep them of others costs more."""
HOT: Final = (
    "id", "start", "length", "first_day", "last_day", "lon", "lat", "category", "role", "review", "grading", "killed_min", "impact_bits",
    "weapon_bits", "sensitivity_bits", "country", "admin1", "place_id", "place_name", "geo_precision",
    "date_precision", "uncertainty_m", "disputed", "place_fold",
)  # fmt: skip
"""The columns that nearly every question touches."""
_FIRST_DAY: Final = "coalesce(p.date_start, p.date_discovered, p.date_end)"
_LAST_DAY: Final = (
    "CASE WHEN p.date_start IS NOT NULL THEN coalesce(p.date_end, p.date_start)"
    " ELSE coalesce(p.date_discovered, p.date_end) END"
)


def searched(prefix: str = "") -> str:
    """Return the SQL of the folded text of an incident, over the columns of a table or the members of a struct."""
    p = prefix
    return (
        f"strip_accents(lower(concat_ws(chr(10), {p}title, {p}summary, {p}place_name, {p}admin1_name,"
        f" {p}admin2_name, array_to_string(list_transform({p}claims, lambda c:"
        " concat_ws(chr(10), c.speaker.name, c.quote.text)), chr(10)))))"
    )


def read_json(path: str, *, longest: int = 1 << 24) -> str:
    """Return the SQL that reads Features, one a line. The path is of our making and holds no quote.

    `longest` bounds the bytes of a line; the reader takes buffers of twice that, so a close bound saves much time.
    Without `sample_size` small files would be parsed twice, to guess columns that are given.
    """
    properties = ", ".join(f'"{name}" {kind}' for name, kind in _PROPERTIES.items())
    columns = {
        "type": "VARCHAR",
        "id": "VARCHAR",
        "geometry": 'STRUCT("type" VARCHAR, coordinates DOUBLE[])',
        "properties": f"STRUCT({properties})",
    }
    return (
        f"read_json('{path}', format='newline_delimited', columns={columns}, maximum_object_size={longest},"
        " sample_size=1)"
    )


def _bits(field: str) -> str:
    order = ", ".join(f"'{word}'" for word in vocabulary.words(field))
    one = f"list_position([{order}], word)"
    return (
        f"coalesce(CAST(list_bit_or(list_transform(p.{field},"
        f" lambda word: CASE WHEN {one} IS NULL THEN 0 ELSE 1 << ({one} - 1) END)) AS INTEGER), 0)"
    )


def select(source: str, *, checked: bool = False, folded: bool = True) -> str:
    """Return the SELECT that shapes the Features of `source` into the columns of the index.

    With `checked` there are the columns of `CHECKED` besides: whether the Feature cannot be an incident, and numbers
    to sort by (months since 1970, degrees), never null. Without `folded` there is no `search_text`, which makes up a
    fifth of the work and follows from the other columns: `searched`.
    """
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
        "first_day": _FIRST_DAY,
        "last_day": _LAST_DAY,
        "place_fold": "strip_accents(lower(p.place_name))",
        "search_text": searched("p."),
        "claims": "p.claims",
    }
    if not folded:
        del made["search_text"]
    if checked:
        made |= {
            "faulty": _faulty(),
            "by_month": f"CAST(coalesce(date_diff('month', DATE '1970-01-01', {_FIRST_DAY}), 9999999) AS BIGINT)",
            "by_lon": "coalesce(f.geometry.coordinates[1], CAST('NaN' AS DOUBLE))",
            "by_lat": "coalesce(f.geometry.coordinates[2], CAST('NaN' AS DOUBLE))",
        }
    listed = ", ".join(f'{expression} AS "{name}"' for name, expression in made.items())
    return f"SELECT {listed} FROM (SELECT *, properties AS p FROM {source}) f"


def _faulty() -> str:
    known = ("category", "role", "review", "geo_precision", "grading")
    words = " OR ".join(
        f"coalesce(p.{name} NOT IN ({', '.join(f'{w!r}' for w in vocabulary.words(name))}), false)"
        for name in known
    )
    return (
        "(f.type IS DISTINCT FROM 'Feature' OR coalesce(f.id, '') = ''"
        " OR p IS NULL OR p.schema IS DISTINCT FROM 'incident/1' OR p.title IS NULL"
        " OR (f.geometry IS NOT NULL AND (coalesce(len(f.geometry.coordinates), 0) <> 2"
        " OR coalesce(f.geometry.type, '') <> 'Point' OR coalesce(abs(f.geometry.coordinates[1]) > 180, true)"
        f" OR coalesce(abs(f.geometry.coordinates[2]) > 90, true))) OR {words})"
    )


def hilbert(lon: NDArray[np.float64], lat: NDArray[np.float64], *, order: int = 16) -> NDArray[np.int64]:
    """Return the distance along a Hilbert curve over the whole globe; points without a position come last.

    After the iterative conversion in Warren, Hacker's Delight, 16-5, on whole arrays.
    """
    side = 1 << order
    known = np.isfinite(lon) & np.isfinite(lat)
    x = np.clip((np.where(known, lon, 0.0) + 180) / 360 * side, 0, side - 1).astype(np.uint32)
    y = np.clip((np.where(known, lat, 0.0) + 90) / 180 * side, 0, side - 1).astype(np.uint32)
    distance = np.zeros(len(x), dtype=np.uint32)
    for bit in range(order - 1, -1, -1):
        right, up = (x >> bit) & 1, (y >> bit) & 1
        distance += ((3 * right) ^ up) << (2 * bit)
        flip = right & ~up & 1
        x ^= (0 - flip) & (side - 1)
        y ^= (0 - flip) & (side - 1)
        swap = (x ^ y) & (up - 1)
        x ^= swap
        y ^= swap
    return np.where(known, distance.astype(np.int64), np.iinfo(np.int64).max)


def curve_order(
    month: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the order of rows by month and then along the curve; months since 1970, degrees, NaN where not known."""
    last = np.int64(1) << 32
    return np.argsort((month << 33) + np.minimum(hilbert(lon, lat), last), kind="stable")
