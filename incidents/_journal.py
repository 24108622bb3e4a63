"""The journal of a collection: a GeoJSON text sequence (RFC 8142) that edits are appended to.

One record is one edit or one batch, and counts only with its line end: a batch is there as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import orjson

from incidents._errors import BadInput, UnreadableCollection
from incidents._files import explained, sync_folder, write_whole
from incidents._lines import id_of

NAME: Final = "journal.geojsons"
_RS: Final = b"\x1e"
_DELETED: Final = b',"geometry":null,"properties":{"deleted":'

Overlay = Mapping[str, bytes | None]


def tombstone(incident_id: str, *, by: str | None = None) -> bytes:
    """Return the Feature that says an incident is deleted."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return orjson.dumps(
        {"type": "Feature", "id": incident_id, "geometry": None, "properties": {"deleted": at, "by": by}}
    )


class Mark:
    """A place in a journal file: all that stands before it. Holds the file open, so that no other can pass for it."""

    def __init__(self, handle: int, size: int) -> None:
        self._handle, self.size = os.dup(handle), size

    def is_in(self, path: Path) -> bool:
        """Say whether `path` is still the journal that was marked."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._handle), path.stat())
        return False

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


class Journal:
    """The journal file of one folder, read once and then followed. Not safe for threads by itself."""

    def __init__(self, folder: Path, name: str = NAME) -> None:
        self.path = folder / name
        self._handle: int | None = None  # kept open, so that its inode cannot come back as another file
        self._read_to = self._records = 0
        self._overlay: dict[str, bytes | None] = {}

    def close(self) -> None:
        """Forget what was read."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self._read_to, self._records, self._overlay = None, 0, 0, {}

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def overlay(self) -> Overlay:
        """Return what the journal says now: id to line, or to null for a deleted incident.

        Raises UnreadableCollection with the line of a damaged record.
        """
        if not self._is_current():
            self.close()
            with contextlib.suppress(FileNotFoundError):
                self._handle = os.open(self.path, os.O_RDONLY)
        if self._handle is not None:
            self._follow()
        return self._overlay

    def content(self) -> bytes:
        """Return the bytes of the records that `overlay` knows."""
        return _pread(self._handle, self._read_to, 0) if self._handle is not None else b""

    def mark(self) -> Mark | None:
        """Return the end of what `overlay` knows; null where there is no journal."""
        return Mark(self._handle, self._read_to) if self._handle is not None else None

    def forget(self, mark: Mark) -> None:
        """Drop what stands before `mark`, when all of it stands in the files. The caller holds the lock."""
        with self.path.open("rb") as file:
            file.seek(mark.size)
            rest = file.read()
        if rest:
            write_whole(self.path, [rest])
        else:
            self.remove()

    def size(self) -> int:
        """Return the bytes of the journal; 0 where there is none."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def is_same_file(self) -> bool:
        """Say whether the journal read last is still the one in the folder."""
        return self._is_current() if self._handle is not None else not self.path.exists()

    def _is_current(self) -> bool:
        if self._handle is None:
            return False
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._handle)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino) and there.st_size >= self._read_to

    def _follow(self) -> None:
        assert self._handle is not None  # noqa: S101 (for the type checker; the caller has looked)
        size = os.fstat(self._handle).st_size
        if size <= self._read_to:
            return
        tail = _pread(self._handle, size - self._read_to, self._read_to)
        whole = tail[: tail.rfind(b"\n") + 1]
        for record in whole.splitlines():
            self._records += 1
            self._take(record.removeprefix(_RS).strip())
        self._read_to += len(whole)

    def _take(self, record: bytes) -> None:
        if not record:
            return
        try:
            for line in _features_of(record):
                self._overlay[id_of(line)] = None if is_tombstone(line) else line
        except (BadInput, orjson.JSONDecodeError) as error:
            where, why = f"{NAME}:{self._records}", str(error)
            self.close()
            raise UnreadableCollection(f"{where}: {why}; `repair` sets the line aside") from error

    def append(self, lines: list[bytes]) -> None:
        """Add one record, durable on return. The caller holds the lock. Raises CannotWrite; then nothing is added."""
        body = lines[0] if len(lines) == 1 else _batch(lines)
        fresh = not self.path.exists()
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise explained(error, self.path) from error
        try:
            _append(handle, _RS + body + b"\n")
        except OSError as error:
            raise explained(error, self.path) from error
        finally:
            os.close(handle)
        if fresh:
            sync_folder(self.path.parent)

    def torn(self) -> bytes:
        """Return the bytes of an unfinished last record; empty where there is none."""
        try:
            with self.path.open("rb") as file:
                return _tail_of(file.fileno())
        except FileNotFoundError:
            return b""

    def cut(self, length: int) -> None:
        """Take the last `length` bytes off. The caller holds the lock."""
        os.truncate(self.path, self.path.stat().st_size - length)

    def remove(self) -> None:
        """Drop the journal, when all of it stands in the files. The caller holds the lock."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)


def is_tombstone(line: bytes) -> bool:
    """Say whether a journal line deletes its incident."""
    end = line.find(b'"', len(b'{"type":"Feature","id":"'))
    while end > 0 and line[end - 1 : end] == b"\\":
        end = line.find(b'"', end + 1)
    return line.startswith(_DELETED, end + 1)


def _features_of(record: bytes) -> list[bytes]:
    value = orjson.loads(record)
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        return [orjson.dumps(feature) for feature in value.get("features", [])]
    return [record]


def _batch(lines: list[bytes]) -> bytes:
    return b'{"type":"FeatureCollection","features":[' + b",".join(lines) + b"]}"


def _append(handle: int, data: bytes) -> None:
    before = os.fstat(handle).st_size
    try:
        done = 0
        while done < len(data):
            done += os.write(handle, data[done:])
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise


def _pread(handle: int, length: int, start: int) -> bytes:
    parts = []
    while length > 0 and (part := os.pread(handle, length, start)):
        parts.append(part)
        length, start = length - len(part), start + len(part)
    return b"".join(parts)


def _tail_of(handle: int, step: int = 1 << 16) -> bytes:
    end = os.fstat(handle).st_size
    start, tail = end, b""
    while start > 0:
        begin = max(0, start - step)
        tail = _pread(handle, start - begin, begin) + tail
        start = begin
        cut = tail.rfind(b"\n")
        if cut >= 0:
            return tail[cut + 1 :]
    return tail


def records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (record number, Feature line) of a journal file as it is; a record that is no JSON comes as it stands."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            record = raw.strip().removeprefix(_RS).strip()
            if not raw.endswith(b"\n") or not record:
                continue
            try:
                features = _features_of(record)
            except orjson.JSONDecodeError:
                features = [record]
            for line in features:
                yield number, line
