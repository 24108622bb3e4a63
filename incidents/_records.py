"""Rows of foreign files, streamed: CSV, GeoJSON in any layout, JSON lists. Each with its line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import orjson

from incidents._errors import UnreadableCollection
from incidents._features import iter_features, iter_objects

Kind = Literal["csv", "geojson", "json"]
_SEPARATORS: Final = ",;\t|"
_LARGEST_CELL: Final = 16 << 20


class Record(NamedTuple):
    """One row: the line it begins on and its values by column. `fault` says why the row cannot be used at all.

    Of a GeoJSON Feature the columns are its properties, and `@id`, `@lon`, `@lat`, `@uncertainty_m` of the geometry.
    """

    line: int
    values: dict[str, Any]
    fault: str | None = None


def kind_of(path: Path) -> Kind:
    """Return what a file is by its first bytes and its name. Raises UnreadableCollection."""
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        return "csv"
    try:
        with path.open("rb") as file:
            start = file.read(65_536).lstrip(b"\xef\xbb\xbf \t\r\n\x1e")
    except OSError as error:
        raise UnreadableCollection(f"{path}: cannot be read ({error.strerror})") from error
    if not start:
        raise UnreadableCollection(f"{path}: is empty")
    if start[:1] == b"[":
        return "json"
    if start[:1] == b"{":
        return "json" if _is_plain_object(start.split(b"\n", 1)[0]) else "geojson"
    return "csv"


def _is_plain_object(first: bytes) -> bool:
    """Say whether a line is a whole JSON object that is no GeoJSON: a file with one such object a line."""
    try:
        value = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and value.get("type") not in {"Feature", "FeatureCollection"}


class _Counted(io.RawIOBase):
    def __init__(self, file: BinaryIO, tell: Callable[[int], object]) -> None:
        self._file, self._tell = file, tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._tell(count)
        return int(count)


def records(
    path: Path, kind: Kind, *, encoding: str = "utf-8", progress: Callable[[int], object] = lambda _: None
) -> Iterator[Record]:
    """Yield the rows of a file. Raises UnreadableCollection, with the line, where it cannot go on."""
    try:
        raw = path.open("rb", buffering=0)
    except OSError as error:
        raise UnreadableCollection(f"{path}: cannot be read ({error.strerror})") from error
    with raw, io.BufferedReader(_Counted(raw, progress), 1 << 20) as file:
        if kind == "csv":
            yield from _rows(file, path.name, encoding)
        elif kind == "geojson":
            for line, feature in iter_features(file, path.name):
                yield _of_feature(line, feature)
        else:
            for line, value in iter_objects(file, path.name):
                yield Record(line, value)


def _rows(file: Any, name: str, encoding: str) -> Iterator[Record]:
    csv.field_size_limit(_LARGEST_CELL)
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    separator = _separator(file)
    reader = csv.reader(text, delimiter=separator, strict=True)
    line = 1
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, name)
        while True:
            line = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield _of_row(line, header, row)
    except UnicodeDecodeError as error:
        at = f"byte 0x{error.object[error.start]:02x}"
        raise UnreadableCollection(
            f"{name}: is not {encoding} text ({at} after line {line - 1}); name another with --encoding, e.g. cp1251"
        ) from error
    except csv.Error as error:
        raise UnreadableCollection(f"{name}:{line}: is not CSV: {error}") from error


def _separator(file: Any) -> str:
    first = file.peek(65_536).split(b"\n", 1)[0]
    return max(_SEPARATORS, key=lambda s: first.count(s.encode()))


def _check_header(header: list[str], name: str) -> None:
    if not any(header):
        raise UnreadableCollection(f"{name}:1: has no header row with the names of the columns")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise UnreadableCollection(f"{name}:1: has two columns named {', '.join(twice)}")


def _of_row(line: int, header: list[str], row: list[str]) -> Record:
    values = dict(zip(header, row, strict=False))
    if len(row) != len(header):
        return Record(line, values, f"has {len(row)} cells, the header has {len(header)}")
    return Record(line, values)


def _of_feature(line: int, feature: dict[str, Any]) -> Record:
    properties = feature.get("properties")
    values = dict(properties) if isinstance(properties, dict) else {}
    values["@id"] = feature.get("id")
    try:
        return Record(line, values | _position(feature.get("geometry")))
    except (ValueError, TypeError, IndexError, KeyError) as error:
        return Record(line, values, f"geometry: is not GeoJSON ({error})")


def _position(geometry: Any) -> dict[str, float]:
    if geometry is None:
        return {}
    if geometry.get("type") == "Point":
        lon, lat = geometry["coordinates"][:2]
        return {"@lon": float(lon), "@lat": float(lat)}
    from shapely.geometry import shape

    figure = shape(geometry)
    if figure.is_empty:
        return {}
    inside = figure.representative_point()
    west, south, east, north = figure.bounds
    wide = (east - west) * 111_320 * math.cos(math.radians(inside.y))
    radius = math.hypot(wide, (north - south) * 110_574) / 2
    return {"@lon": inside.x, "@lat": inside.y, "@uncertainty_m": round(radius)}
