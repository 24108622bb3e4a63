"""The one place where filter words become SQL. The same text runs on DuckDB, PostgreSQL and Spark.

Values are always bound to `?`, never pasted; names of columns and words of the vocabulary come from this package
only. What engines say differently stands in `Dialect` and nowhere else. Columns are those of `incidents.index`.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

from incidents import vocabulary
from incidents._errors import BadInput
from incidents._fold import fold, spellings, terms
from incidents._scripts import written
from incidents.filters import Filter

EARTH_KM: Final = 6371.0088
HIDDEN: Final = ("rejected", "superseded")
BITS: Final = ("impact", "weapon", "sensitivity")
_PLAIN: Final = (
    "category", "role", "admin1", "admin1_name", "admin2_name", "country", "grading", "review", "place_id", "place_name",
    "geo_precision", "date_precision", "disputed",
)  # fmt: skip
FACETS: Final = (*_PLAIN, *BITS)
ORDERS: Final = {
    "date": "first_day", "last_day": "last_day", "killed": "killed_min", "injured": "injured_min",
    "bodies": "bodies_min",
} | {
    name: name
    for name in (
        "id", "title", "summary", "role", "category", "date_start", "date_end", "date_discovered", "date_reported",
        "date_precision", "place_name", "place_id", "country", "admin1", "admin1_name", "admin2_name",
        "geo_precision", "uncertainty_m", "geo_method", "review", "killed_min", "killed_max", "injured_min",
        "injured_max", "bodies_min", "bodies_max", "n_claims", "n_sources", "n_speakers", "grading", "disputed",
        "lon", "lat",
    )
}  # fmt: skip

Places = Callable[[str], Iterable[str]]
"""Turns a name in any spelling or script into the ids of the places that bear it."""


class Sql(NamedTuple):
    """A piece of SQL and the values of its question marks, in order."""

    text: str
    params: tuple[Any, ...] = ()


class Dialect(NamedTuple):
    """What the engines say differently: substring search, bucketing of days, the text type."""

    name: Literal["duckdb", "postgresql", "spark"]
    contains: str
    bucket: str

    def found(self, column: str, term: str) -> Sql:
        """Return the test that `column` has `term` inside."""
        return Sql(
            self.contains.format(column=column), (_pattern(term) if "LIKE" in self.contains else term,)
        )


def _pattern(term: str) -> str:
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


DUCKDB: Final = Dialect("duckdb", "contains({column}, ?)", "CAST(date_trunc('{unit}', first_day) AS DATE)")
SPARK: Final = Dialect("spark", "contains({column}, ?)", "CAST(date_trunc('{unit}', first_day) AS DATE)")
POSTGRESQL: Final = Dialect(
    "postgresql", "{column} LIKE ?", "CAST(date_trunc('{unit}', CAST(first_day AS timestamp)) AS DATE)"
)


def no_places(_name: str) -> Iterable[str]:
    """Find no place by its name: names are then compared letter by letter."""
    return ()


def both(parts: Sequence[Sql]) -> Sql:
    """Join conditions that must all hold; none at all is true."""
    return _joined(parts, " AND ", empty="TRUE")


def either(parts: Sequence[Sql]) -> Sql:
    """Join conditions of which one must hold; none at all is false."""
    return _joined(parts, " OR ", empty="FALSE")


def _joined(parts: Sequence[Sql], word: str, *, empty: str) -> Sql:
    if not parts:
        return Sql(empty)
    if len(parts) == 1:
        return parts[0]
    return Sql(f"({word.join(p.text for p in parts)})", tuple(v for p in parts for v in p.params))


def one_of(column: str, values: Iterable[Any]) -> Sql:
    """Return the test that `column` is among `values`."""
    held = tuple(values)
    return Sql(f"{column} IN ({', '.join('?' * len(held))})", held) if held else Sql("FALSE")


def bits(field: str, words: Iterable[str]) -> int:
    """Return the words of a list field as a number with one bit for each, in the order of the vocabulary."""
    order = vocabulary.words(field)
    return sum(1 << order.index(word) for word in set(words) if word in order)


def condition(where: Filter, *, dialect: Dialect = DUCKDB, places: Places = no_places) -> Sql:
    """Return the condition of a filter.

    `within` is only cut down to the ring's bounding box here; the caller tests the candidates with
    `incidents._rings.inside`. `places` finds place ids by name.
    """
    parts = [*_when(where), *_words(where), *_position(where)]
    if where.min_killed is not None:
        parts.append(Sql("killed_min >= ?", (where.min_killed,)))
    if where.place is not None and fold(where.place).strip():
        parts.append(_place(where.place, dialect, places))
    if where.text is not None:
        parts.extend(_text(where.text, dialect, places))
    return both(parts)


def _when(where: Filter) -> list[Sql]:
    parts = []
    if where.since is not None:
        parts.append(Sql("last_day >= ?", (where.since,)))
    if where.until is not None:
        parts.append(Sql("first_day <= ?", (where.until,)))
    return parts


def _words(where: Filter) -> list[Sql]:
    chosen = {name: getattr(where, name) for name in ("category", "role", "admin1", "grading", "review")}
    parts = [one_of(name, words) for name, words in chosen.items() if words]
    parts += [
        Sql(f"({name}_bits & ?) <> 0", (bits(name, getattr(where, name)),))
        for name in ("impact", "weapon")
        if getattr(where, name)
    ]
    if not where.review:
        parts.append(Sql("review NOT IN (?, ?)", HIDDEN))
    return parts


def _place(name: str, dialect: Dialect, places: Places) -> Sql:
    found = [one_of("place_id", ids)] if (ids := sorted(set(places(name)))) else []
    needle = fold(name).strip()
    return either([*found, *(dialect.found("place_fold", spelt) for spelt in spellings(needle))])


def _text(text: str, dialect: Dialect, places: Places) -> list[Sql]:
    parts = []
    for term in terms(text):
        tests = [dialect.found("search_text", spelt) for spelt in written(term)]
        if ids := sorted(set(places(term))):
            tests.append(one_of("place_id", ids))
        parts.append(either(tests))
    if len(parts) > 1 and (ids := sorted(set(places(text)))):
        return [either([both(parts), one_of("place_id", ids)])]
    return parts


# ---- position


def _position(where: Filter) -> list[Sql]:
    parts = []
    if where.bbox is not None:
        parts.append(box(*where.bbox))
    if where.near is not None:
        parts.append(_near(*where.near))
    if where.within is not None:
        parts.append(_around(where.within))
    return parts


def box(west: float, south: float, east: float, north: float) -> Sql:
    """Return the test that a point lies in a box of degrees, edges included; west > east crosses 180°."""
    if south > north:
        raise BadInput(
            f"bbox: south {south:g} is over north {north:g}; the order is west, south, east, north"
        )
    if east - west >= 360:
        return Sql("(lat BETWEEN ? AND ? AND lon IS NOT NULL)", (south, north))
    west, east = _wrapped(west), _wrapped(east)
    lon = "lon BETWEEN ? AND ?" if west <= east else "(lon >= ? OR lon <= ?)"
    return Sql(f"(lat BETWEEN ? AND ? AND {lon})", (south, north, west, east))


def _wrapped(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def _near(lon: float, lat: float, km: float) -> Sql:
    """Test the great-circle distance (haversine) to a point, after a box that a sorted column can answer."""
    if not (-90 <= lat <= 90 and math.isfinite(lon) and 0 <= km < math.inf):
        raise BadInput("near: is longitude, latitude, kilometres")
    angle = math.degrees(km / EARTH_KM)
    spread = 180.0
    if abs(lat) + angle < 90:
        spread = math.degrees(
            math.asin(min(1.0, math.sin(math.radians(angle)) / math.cos(math.radians(lat))))
        )
    margin = 1e-6
    frame = box(
        lon - spread - margin,
        max(-90.0, lat - angle - margin),
        lon + spread + margin,
        min(90.0, lat + angle + margin),
    )
    distance = (
        f"2 * {EARTH_KM} * asin(sqrt(least(1.0, power(sin(radians(lat - ?) / 2), 2)"
        " + cos(radians(?)) * cos(radians(lat)) * power(sin(radians(lon - ?) / 2), 2))))"
    )
    return both([frame, Sql(f"{distance} <= ?", (lat, lat, lon, km))])


def _around(ring: tuple[tuple[float, float], ...]) -> Sql:
    """Test the bounding box of a ring, wherever round the globe the ring was drawn."""
    lons, lats = [x for x, _ in ring], [y for _, y in ring]
    if len(ring) < 3 or not all(map(math.isfinite, [*lons, *lats])):
        raise BadInput("within: is a ring of at least three lon lat pairs, in degrees")
    return box(min(lons), min(lats), max(lons), max(lats))


# ---- statements; `{source}` is a table or view with the columns of the index


def counts(test: Sql, source: str) -> Sql:
    """Count all and those with a position."""
    return Sql(f"SELECT count(*), count(lon) FROM {source} WHERE {test.text}", test.params)


def facet(field: str, test: Sql, source: str) -> Sql:
    """Count by the values of one field, to be read by `choices`. Raises BadInput for a field that is no facet."""
    if field not in FACETS:
        raise BadInput(f"{field}: is not a field with choices; use one of: {', '.join(FACETS)}")
    column = f"{field}_bits" if field in BITS else field
    return Sql(
        f"SELECT {column}, count(*) FROM {source} WHERE {test.text} AND {column} IS NOT NULL"
        f" GROUP BY {column} ORDER BY 2 DESC, 1",
        test.params,
    )


def choices(field: str, rows: Iterable[Sequence[Any]]) -> dict[str, int]:
    """Return how many incidents have each word, from the rows of `facet`; one may have several words of a list."""
    if field not in BITS:
        return {str(value).lower() if isinstance(value, bool) else str(value): n for value, n in rows}
    counted: dict[str, int] = {}
    held = list(rows)
    for bit, word in enumerate(vocabulary.words(field)):
        if total := sum(n for value, n in held if value & 1 << bit):
            counted[word] = total
    return counted


def timeline(unit: Literal["day", "week", "month", "year"], test: Sql, source: str, dialect: Dialect) -> Sql:
    """Count by unit of time and category: rows of (first day, category, count). Weeks begin on Monday."""
    if unit not in ("day", "week", "month", "year"):
        raise BadInput(f"unit: is {unit!r}; use day, week, month or year")
    bucket = dialect.bucket.format(unit=unit)
    return Sql(
        f"SELECT {bucket}, category, count(*) FROM {source} WHERE {test.text} AND first_day IS NOT NULL"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        test.params,
    )


def extent(test: Sql, source: str) -> Sql:
    """Return the first and the last day."""
    return Sql(f"SELECT min(first_day), max(last_day) FROM {source} WHERE {test.text}", test.params)


def rows(
    test: Sql, source: str, *, columns: str, order: str, descending: bool, offset: int, limit: int
) -> Sql:
    """Return one page of rows; nulls last, ties in the order of the collection.

    Raises BadInput for a column that cannot be ordered by.
    """
    if order not in ORDERS:
        raise BadInput(f"order: {order!r} is not a column; use one of: {', '.join(ORDERS)}")
    way = "DESC" if descending else "ASC"
    return Sql(
        f"SELECT {columns} FROM {source} WHERE {test.text} ORDER BY {ORDERS[order]} {way} NULLS LAST, row_no"
        f" LIMIT {max(0, int(limit))} OFFSET {max(0, int(offset))}",
        test.params,
    )


def positions(test: Sql, source: str) -> Sql:
    """Return the row positions."""
    return Sql(f"SELECT row_no FROM {source} WHERE {test.text}", test.params)


def day_of(value: Any) -> dt.date:
    """Return a date as engines give it (date or midnight) as a date."""
    return value.date() if isinstance(value, dt.datetime) else value
