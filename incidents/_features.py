"""Streaming of Features out of any GeoJSON layout: pretty-printed, on one line, or as a text sequence.

Memory stays at the size of the largest Feature, whatever the size of the file.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from incidents._errors import UnreadableCollection

_CHUNK: Final = 1 << 20
_SPACE: Final = " \t\r\n"
_LARGEST: Final = 256 << 20


@dataclass
class Header:
    """The names of the members of the FeatureCollection that was read."""

    members: set[str] = field(default_factory=set)


class _Stream:
    """A JSON text that is decoded value by value, with the line of each."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name = file, name
        self.text, self.at, self.line, self.ended = "", 0, 1, False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._json = json.JSONDecoder(parse_constant=_no_constant)

    def fail(self, why: str) -> UnreadableCollection:
        return UnreadableCollection(f"{self.name}:{self.line}: {why}")

    def more(self) -> bool:
        """Read on; say whether there was anything."""
        if self.ended:
            return False
        raw = self.file.read(max(_CHUNK, len(self.text) - self.at))
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            bad = self.line + self.text.count("\n", self.at) + raw[: error.start].count(b"\n")
            raise UnreadableCollection(
                f"{self.name}:{bad}: is not UTF-8 text (byte 0x{error.object[error.start]:02x}); save it as UTF-8"
            ) from error
        self.text, self.at = self.text[self.at :] + text, 0
        self.ended = not raw
        if len(self.text) > _LARGEST:
            raise self.fail("one value of over 256 MB; this is not a collection of incidents")
        return True

    def peek(self) -> str:
        """Return the next character that is not white space, or nothing at the end."""
        while True:
            start, end = self.at, len(self.text)
            while start < end and self.text[start] in _SPACE:
                self.line += self.text[start] == "\n"
                start += 1
            self.at = start
            if start < end:
                return self.text[start]
            if not self.more():
                return ""

    def skip(self, wanted: str) -> bool:
        if self.peek() == wanted:
            self.at += 1
            return True
        return False

    def value(self) -> Any:
        """Decode the value that begins here."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if self.more():
                    continue
                raise self._not_json(error) from error
            except ValueError as error:
                raise self.fail(str(error)) from error
            if end == len(self.text) and self.more():
                continue  # a number may go on in the next chunk
            self.line += self.text.count("\n", self.at, end)
            self.at = end
            return value

    def _not_json(self, error: Exception) -> UnreadableCollection:
        if isinstance(error, json.JSONDecodeError):
            line = self.line + error.doc.count("\n", self.at, error.pos)
            cut = error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg
            return UnreadableCollection(
                f"{self.name}:{line}: " + ("the file is cut off" if cut else f"is not JSON: {error.msg}")
            )
        return self.fail("is nested too deeply")


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON; use null")


def iter_features(
    file: BinaryIO, name: str, *, header: Header | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, Feature) of an open GeoJSON file: FeatureCollection, single Feature or text sequence.

    Raises UnreadableCollection with the file and the line of the fault.
    """
    stream = _Stream(file, name)
    if stream.peek() == "\ufeff":
        stream.at += 1
    if stream.peek() == "":
        raise UnreadableCollection(f'{name}: is empty; an empty collection is {{…"features":[]}}')
    if stream.peek() not in "{\x1e":
        raise stream.fail("is not GeoJSON: it begins with neither a FeatureCollection nor a Feature")
    while stream.peek():
        stream.skip("\x1e")
        if stream.peek():
            yield from _document(stream, header or Header())


def _document(stream: _Stream, header: Header) -> Iterator[tuple[int, dict[str, Any]]]:
    line = stream.line
    if not stream.skip("{"):
        raise stream.fail("is not GeoJSON: a JSON object is expected here")
    members: dict[str, Any] = {}
    streamed = False
    while not stream.skip("}"):
        key = _key(stream)
        if key == "features" and stream.peek() == "[":
            streamed = True
            yield from _array(stream)
        else:
            members[key] = stream.value()
        header.members.add(key)
        if not stream.skip(",") and stream.peek() != "}":
            raise stream.fail("the file is cut off" if not stream.peek() else "a comma or } is expected here")
    if streamed:
        return
    if members.get("type") != "Feature":
        raise UnreadableCollection(
            f"{stream.name}:{line}: is JSON but not GeoJSON: "
            f"type is {members.get('type')!r}, not 'FeatureCollection' or 'Feature'"
        )
    yield line, members


def _key(stream: _Stream) -> str:
    if not stream.peek():
        raise stream.fail("the file is cut off")
    key = stream.value()
    if not isinstance(key, str) or not stream.skip(":"):
        raise stream.fail("is not JSON: a name and a colon are expected here")
    return key


def _array(stream: _Stream) -> Iterator[tuple[int, dict[str, Any]]]:
    stream.skip("[")
    while not stream.skip("]"):
        stream.peek()
        line = stream.line
        feature = stream.value()
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise UnreadableCollection(f"{stream.name}:{line}: is not a GeoJSON Feature")
        yield line, feature
        if not stream.skip(",") and stream.peek() != "]":
            raise stream.fail("the file is cut off" if not stream.peek() else "a comma or ] is expected here")


def iter_objects(file: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON list of objects, or of objects one after the other.

    Raises UnreadableCollection with the file and the line of the fault.
    """
    stream = _Stream(file, name)
    if stream.peek() == "\ufeff":
        stream.at += 1
    if stream.peek() == "{":
        while stream.peek():
            yield _object(stream)
        return
    if not stream.skip("["):
        raise stream.fail("is not a JSON list of objects")
    while not stream.skip("]"):
        yield _object(stream)
        if not stream.skip(",") and stream.peek() != "]":
            raise stream.fail("the file is cut off" if not stream.peek() else "a comma or ] is expected here")


def _object(stream: _Stream) -> tuple[int, dict[str, Any]]:
    stream.peek()
    line = stream.line
    value = stream.value()
    if not isinstance(value, dict):
        raise UnreadableCollection(f"{stream.name}:{line}: is not a JSON object")
    return line, value
