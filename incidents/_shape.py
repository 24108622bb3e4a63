"""The columns of the index, and what makes them out of Features: DuckDB reads JSON, Arrow does the rest. Plumbing of `incidents.index`.

One description serves the monthly files, the journal and the database, so that all answer alike.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from incidents import vocabulary
from incidents.sql import BITS

_TEXT: Final = ("title", "summary", "place_name", "place_id", "country", "admin1", "admin1_name", "admin2_name",
                "geo_method")  # fmt: skip
DATES: Final = ("date_start", "date_end", "date_discovered", "date_reported")
_FIGURES: Final = (
    "uncertainty_m", "killed_min", "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max",
)  # fmt: skip
_COUNTS: Final = ("n_claims", "n_sources", "n_speakers")
_DEFAULTS: Final = {
    "category": "other",
    "role": "incident",
    "review": "unreviewed",
    "geo_precision": "unknown",
}


def _listed(*names: str) -> dict[str, str]:
    """Return the types of columns that hold one word of a list each: as a number, a fifth of the work of a text."""
    return {name: f"ENUM({', '.join(f'{word!r}' for word in vocabulary.words(name))})" for name in names}


def _only(word: str) -> str:
    return f"ENUM('{word}')"


def _struct(members: dict[str, str]) -> str:
    listed = ", ".join(f'"{name}" {kind}' for name, kind in members.items())
    return f"STRUCT({listed})"


_CLAIM: Final = {
    **_listed("predicate", "qualifier", "extent", "modality", "polarity", "review"),
    **dict.fromkeys(("min", "max"), "DOUBLE"),
    "speaker": _struct({"name": "VARCHAR"}),
    "quote": _struct({"text": "VARCHAR"}),
}
_PROPERTIES: Final = {
    "schema": _only("incident/1"),
    **dict.fromkeys(_TEXT, "VARCHAR"),
    **dict.fromkeys(DATES, "DATE"),
    **dict.fromkeys(_FIGURES, "DOUBLE"),
    **dict.fromkeys(_COUNTS, "INTEGER"),
    **_listed(*_DEFAULTS, "grading", "date_precision"),
    **{name: f"{kind}[]" for name, kind in _listed(*BITS).items()},
    "previous_ids": "VARCHAR[]",
    "disputed": "BOOLEAN",
    "claims": f"{_struct(_CLAIM)}[]",
}
FLAT: Final = (
    "id", "title", "summary", "role", "category", *BITS, *DATES, "date_precision", "place_name", "place_id", "country",
    "admin1", "admin1_name", "admin2_name", "geo_precision", "uncertainty_m", "geo_method", "review", "killed_min",
    "killed_max", "injured_min", "injured_max", "bodies_min", "bodies_max", *_COUNTS, "grading", "disputed", "lon", "lat",
)  # fmt: skip
"""What `Catalogue.page` returns of an incident."""
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
_KIND: Final = "feature_type"
_NO_MONTH: Final = 9_999_999


def searched(prefix: str = "") -> str:
    """Return the SQL of the folded text of an incident, over the columns of a table or the members of a struct."""
    p = prefix
    return (
        f"strip_accents(lower(concat_ws(chr(10), {p}title, {p}summary, {p}place_name, {p}admin1_name,"
        f" {p}admin2_name, array_to_string(list_transform({p}claims, lambda c:"
        " concat_ws(chr(10), c.speaker.name, c.quote.text)), chr(10)))))"
    )


def folded() -> dict[str, str]:
    """Return the SQL of the columns that follow from others; to keep them would be a fifth of the work of an index."""
    return {"place_fold": "strip_accents(lower(place_name))", "search_text": searched()}


def listed(names: Iterable[str], made: Mapping[str, str]) -> str:
    """Return what a SELECT lists: these columns, those that are `made` by their SQL."""
    return ", ".join(f'{made[name]} AS "{name}"' if name in made else f'"{name}"' for name in names)


def read_json(path: str, *, longest: int = 1 << 24) -> str:
    """Return the SQL that reads Features, one a line. The path is of our making and holds no quote.

    `longest` bounds the bytes of a line; the reader takes buffers of twice that, so a close bound saves much time.
    Without `sample_size` small files would be parsed twice, to guess columns that are given.
    """
    columns = {
        "type": _only("Feature"),
        "id": "VARCHAR",
        "geometry": _struct({"type": _only("Point"), "coordinates": "DOUBLE[]"}),
        "properties": _struct(_PROPERTIES),
    }
    quoted = {name: kind.replace("'", "''") for name, kind in columns.items()}
    typed = ", ".join(f"{name}: '{kind}'" for name, kind in quoted.items())
    return (
        f"read_json('{path}', format='newline_delimited', columns={{{typed}}}, maximum_object_size={longest},"
        " sample_size=1)"
    )


def features(source: str) -> str:
    """Return the SELECT that lays out the Features of `source` (see `read_json`) flat; `shaped` makes the columns of it.

    A word that its list does not hold is an error of DuckDB here.
    """
    return (
        f"SELECT f.type AS {_KIND}, f.id AS id, f.geometry AS geometry, {', '.join(f'p.{name}' for name in _PROPERTIES)}"
        f" FROM (SELECT *, properties AS p FROM {source}) f"
    )


class Faulty(Exception):
    """A Feature that is JSON but not an incident."""


def shaped(raw: Any) -> Any:
    """Return the columns of the index, one row for each of the Features that `features` laid out (an Arrow table).

    Those of `folded` are not among them. Raises Faulty.
    """
    raw = raw.combine_chunks()
    lon, lat = _position(raw["geometry"])
    if not _is_sound(raw):
        raise Faulty("a Feature is not an incident")
    started, ended, discovered = raw["date_start"], raw["date_end"], raw["date_discovered"]
    made = {name: raw[name] for name in FLAT if name in raw.column_names}
    made |= {name: _defaulted(_whole(raw[name]), word) for name, word in _DEFAULTS.items()}
    made |= {name: _without_nulls(_whole(raw[name])) for name in (*BITS, "previous_ids")}
    made |= {"lon": lon, "lat": lat}
    made |= {f"{name}_bits": _bits(made[name]) for name in BITS}
    made["first_day"] = pc.coalesce(started, discovered, ended)
    made["last_day"] = pc.if_else(
        pc.is_valid(started), pc.coalesce(ended, started), pc.coalesce(discovered, ended)
    )
    made["claims"] = raw["claims"]
    return pa.Table.from_arrays(list(made.values()), names=list(made))


def table_of(con: Any, path: str) -> Any:
    """Return the columns of the Features in a file, one a line, for DuckDB to read again. Raises Faulty, duckdb.Error."""
    try:
        raw = con.sql(features(read_json(path))).to_arrow_table()
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:  # a word, a date, or no JSON
        raise Faulty(str(error)) from error
    return _spelled_out(shaped(raw))


def _spelled_out(table: Any) -> Any:
    """Return a table with its words as texts: DuckDB does not read words kept as numbers inside lists."""
    kinds = [pa.field(field.name, _spelled(field.type)) for field in table.schema]
    return table.cast(pa.schema(kinds))


def _spelled(kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(_spelled(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _spelled(field.type)) for field in kind])
    return kind


def _is_sound(raw: Any) -> bool:
    shortest = pc.min(pc.binary_length(raw["id"])).as_py()
    return shortest != 0 and not any(raw[name].null_count for name in (_KIND, "schema", "id", "title"))


def _position(column: Any) -> tuple[Any, Any]:
    """Return longitudes and latitudes, null where there is no geometry. Raises Faulty for anything but Points."""
    geometry = _whole(column)
    kind, at = geometry.flatten()
    known = _valid(geometry)
    pairs, count = at.flatten(), int(known.sum())
    lengths = pc.list_value_length(at)
    if (
        kind.null_count != len(geometry) - count
        or lengths.null_count != len(geometry) - count
        or len(pairs) != 2 * count
        or pc.max(lengths).as_py() != pc.min(lengths).as_py()
        or pairs.null_count
    ):
        raise Faulty("a geometry is not a Point")
    values = numbers(pairs, np.float64).reshape(count, 2)
    if (np.abs(values) > (180, 90)).any():
        raise Faulty("a position is not on the Earth")
    placed = np.full((2, len(geometry)), np.nan)
    placed[:, known] = values.T
    return _nullable(placed[0], known), _nullable(placed[1], known)


def _defaulted(column: Any, word: str) -> Any:
    if not column.null_count:
        return column
    code = pc.index_in(texts([word]), column.dictionary).cast(column.indices.type)
    return pa.DictionaryArray.from_arrays(pc.fill_null(column.indices, code[0]), column.dictionary)


def _without_nulls(column: Any) -> Any:
    """Return lists, empty where there was none."""
    if not column.null_count:
        return column
    return pa.ListArray.from_arrays(column.offsets, column.values)


def _bits(column: Any) -> Any:
    """Return a number for each list with a bit for each word in it."""
    begins = numbers(column.offsets, np.int32)
    words = column.values.slice(begins[0], begins[-1] - begins[0])
    known = _valid(words)
    row = np.repeat(np.arange(len(column)), np.diff(begins))[known]
    bits = np.zeros(len(column), dtype=np.int32)
    np.bitwise_or.at(bits, row, np.int32(1) << numbers(words.indices, np.uint8)[known])
    return arrow(bits)


# ---- between Arrow and numpy; `pa.array` would import pandas, which takes longer than a small build


def arrow(values: NDArray[Any]) -> Any:
    """Return numbers as an Arrow array."""
    return _nullable(values, None)


def _nullable(values: NDArray[Any], known: NDArray[np.bool_] | None) -> Any:
    whole = np.ascontiguousarray(values)
    mask = None if known is None or known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(whole.dtype), len(whole), [mask, pa.py_buffer(whole)])


def texts(words: Sequence[str]) -> Any:
    """Return words as an Arrow array."""
    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def numbers(column: Any, kind: type[Any]) -> NDArray[Any]:
    """Return a column without nulls as it lies in memory."""
    whole = _whole(column)
    size = np.dtype(kind).itemsize
    return np.frombuffer(whole.buffers()[1] or b"", dtype=kind, count=len(whole), offset=whole.offset * size)


def _valid(column: Any) -> NDArray[np.bool_]:
    if not column.null_count:
        return np.ones(len(column), dtype=np.bool_)
    return numbers(pc.cast(pc.is_valid(column), "uint8"), np.uint8).astype(np.bool_)


def _whole(column: Any) -> Any:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks() if column.num_chunks else pa.nulls(0, column.type)


def curve_rank(table: Any) -> NDArray[np.int64]:
    """Return the order of the rows of a table by month and then along the curve."""
    months = np.full(len(table), _NO_MONTH)
    days = _whole(table["first_day"])
    known = _valid(days)
    whole = numbers(days, np.int32)[known].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    months[known] = whole
    lon, lat = (
        np.where(_valid(c), numbers(c, np.float64), np.nan)
        for c in (_whole(table["lon"]), _whole(table["lat"]))
    )
    return curve_order(months, lon, lat)


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
