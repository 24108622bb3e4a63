"""The layout of a collection file: a FeatureCollection with one Feature per line, sorted by id. Bytes in, bytes out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from incidents._errors import BadInput, UnreadableCollection
from incidents._features import Header, iter_features
from incidents.model import Incident

HEAD: Final = b'{"type":"FeatureCollection","features":['
TAIL: Final = b"]}"
UNDATED: Final = "undated"
MONTH: Final = re.compile(r"(\d{4}-\d{2}|undated)\.geojson")
_START: Final = b'{"type":"Feature","id":"'


def month_of(incident: Incident) -> str:
    """Return the month that an incident is filed under: `2022-09`, or `undated`."""
    day = incident.date_start or incident.date_discovered
    return f"{day.year:04d}-{day.month:02d}" if day else UNDATED


def file_of(incident: Incident) -> str:
    """Return the name of the file that an incident belongs in."""
    return f"{month_of(incident)}.geojson"


def id_of(line: bytes) -> str:
    """Return the id on a line, fast where the line is as we write it. Raises BadInput."""
    if line.startswith(_START):
        raw = line[len(_START) : line.find(b'"', len(_START))]
        if b"\\" not in raw:
            return raw.decode("utf-8", "replace")
    try:
        feature = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}") from error
    found = feature.get("id") if isinstance(feature, dict) else None
    if not found:
        raise BadInput("id: is missing; every incident has one")
    return str(found)


def written(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a whole collection file around `lines` (Features without line ends, already in order)."""
    yield HEAD
    between = b"\n"
    for line in lines:
        yield between
        yield line
        between = b",\n"
    yield b"\n" + TAIL + b"\n"


def read_lines(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, Feature line without comma) of an open collection file, whatever its layout.

    Fast where the file is as we write it. Raises UnreadableCollection with the file and the line.
    """
    first = file.readline()
    if first.rstrip() != HEAD:
        file.seek(0)
        yield from _foreign_lines(file, name)
        return
    last = 1
    for number, raw in enumerate(file, 2):
        line = raw.rstrip(b"\r\n, \t")
        if line == TAIL:
            return
        last = number
        if line:
            yield number, line
    raise UnreadableCollection(f"{name}:{last}: the file is cut off: its last line is not ]}}")


def _foreign_lines(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    for number, feature in iter_features(file, name):
        try:
            yield number, orjson.dumps(feature)
        except TypeError as error:
            raise UnreadableCollection(f"{name}:{number}: {error}") from error


def foreign_members(path: Path) -> list[str]:
    """Return the names beside `type` and `features` in a collection file; a rewrite would lose them."""
    with path.open("rb") as file:
        if file.readline().rstrip() == HEAD:
            return []
        file.seek(0)
        header = Header()
        for _ in iter_features(file, path.name, header=header):
            pass
        return sorted(header.members - {"type", "features"})


def find(file: BinaryIO, incident_id: str) -> bytes | None:
    """Return the line of `incident_id` in an open, sorted collection file by bisection; null where it is not met.

    An answer is always right; null only means "not found this way", for a file edited by hand may be unsorted.
    """
    wanted = incident_id.encode()
    handle = file.fileno()
    low, high = len(HEAD) + 1, os.fstat(handle).st_size
    while low < high:
        middle = (low + high) // 2
        start, line = _line_at(handle, middle, low)
        found = _raw_id(line)
        if found is None:
            return None
        if found == wanted:
            return line.rstrip(b"\r\n, \t")
        if found < wanted:
            low = start + len(line)
        else:
            high = start
    return None


def _line_at(handle: int, position: int, low: int, step: int = 4096) -> tuple[int, bytes]:
    """Return (offset, line) of the line that holds the byte at `position`, not reaching back over `low`."""
    start, before = position, b""
    while start > low:
        begin = max(low, start - step)
        before = os.pread(handle, start - begin, begin) + before
        start = begin
        cut = before.rfind(b"\n")
        if cut >= 0:
            start, before = start + cut + 1, before[cut + 1 :]
            break
    line = before
    while True:
        more = os.pread(handle, step, start + len(line))
        searched = len(line)
        line += more
        end = line.find(b"\n", max(0, searched))
        if end >= 0:
            return start, line[: end + 1]
        if not more:
            return start, line


def _raw_id(line: bytes) -> bytes | None:
    if not line.startswith(_START):
        return None if line.rstrip() != TAIL else b"\xff"
    return line[len(_START) : line.find(b'"', len(_START))]


def loads(line: bytes) -> Any:
    """Return the JSON of a line. Raises BadInput."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"is not JSON: {error}") from error
