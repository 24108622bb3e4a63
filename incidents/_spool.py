"""From a collection file to plain lines in memory: Features one a line, without commas, not yet parsed."""

from __future__ import annotations

import itertools
import mmap
import os
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
import xxhash
from numpy.typing import NDArray

from incidents import _lines
from incidents._errors import UnreadableCollection

_HEAD: Final = _lines.HEAD + b"\n"
_TAIL: Final = _lines.TAIL + b"\n"
_LF, _COMMA, _BLANK = b"\n, "
_CHUNK: Final = 1 << 18
_ROOM: Final = 1 << 22
_BATCH: Final = 5_000

Spans = NDArray[np.int64]
"""Where lines lie in their file: first byte (-1 if not known), length."""


class OtherLayout(Exception):
    """A file that looked like ours is laid out in another way further down."""


def digest(file: BinaryIO) -> str:
    """Return what tells the content of a file from any other: XXH3, 128 bits, ten times as fast as SHA-256.

    It guards against accidents. Nobody gains by forging it: whoever can write a collection can write its index.
    """
    file.seek(0)
    made, buffer = xxhash.xxh3_128(), memoryview(bytearray(_CHUNK))
    while read := _read_into(file, buffer):
        made.update(buffer[:read])
    return made.hexdigest()


class Sheet:
    """Memory that is written here and read elsewhere as a file. Its pages are kept: asked for anew they take longer."""

    def __init__(self) -> None:
        self._file = _in_memory()
        self._map: mmap.mmap | None = None
        self._room = self._length = self.used = 0

    def close(self) -> None:
        """Let go of the memory."""
        self._map = None
        self._file.close()

    def clear(self) -> None:
        """Begin anew."""
        self.used = 0

    def room(self, size: int) -> memoryview:
        """Return the next `size` bytes; they count once `used` says so. What was returned before stays as it is."""
        needed = self.used + size
        if self._map is None or needed > self._room:
            self._room = max(2 * self._room, needed, _ROOM)
            self._resize(self._room)
            self._map = mmap.mmap(self._file.fileno(), self._room)
        elif needed > self._length:
            self._resize(self._room)
        return memoryview(self._map)[self.used : needed]

    def write(self, text: bytes) -> None:
        """Add bytes."""
        self.room(len(text))[:] = text
        self.used += len(text)

    def path(self) -> str:
        """Return where what is used can be read, until more is written."""
        self._resize(self.used)
        return f"/dev/fd/{self._file.fileno()}"

    def _resize(self, length: int) -> None:
        os.ftruncate(self._file.fileno(), length)
        self._length = length


def _in_memory() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("incident-atlas"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


class Spool:
    """Reads the Features of a collection file onto a sheet, chunk by chunk. After the last chunk `digest` is that of the file."""

    def __init__(self, file: BinaryIO, name: str, *, as_ours: bool = True) -> None:
        self.file, self.name, self.as_ours = file, name, as_ours
        self.digest = ""
        self.longest = 0
        self.stat = os.fstat(file.fileno())  # before anything is read: a later change must look like one

    def chunks(self, sheet: Sheet) -> Iterator[Spans]:
        """Add all Features to a sheet, which may be cleared in between; yields where the lines of each chunk lie.

        Raises UnreadableCollection with file and line, OtherLayout.
        """
        return self._fast(sheet) if self.as_ours and self.is_ours() else self._slow(sheet)

    def is_ours(self) -> bool:
        """Say whether the file begins and ends as we write it."""
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, size - 4))
        tail = self.file.read()
        self.file.seek(0)
        return self.file.readline(256) == _HEAD and tail == b"\n" + _TAIL

    def _fast(self, sheet: Sheet) -> Iterator[Spans]:
        end = self.file.seek(0, os.SEEK_END) - len(_TAIL)
        made, at, held, number = xxhash.xxh3_128(_HEAD), len(_HEAD), 0, 2
        self.file.seek(at)
        while at + held < end:
            # begins with what there is of the next line
            view = sheet.room(held + min(_CHUNK, end - at - held))
            read = _read_into(self.file, view[held:])
            if not read:
                raise OtherLayout  # the file is being cut while it is read
            made.update(view[held : held + read])
            data = np.frombuffer(view, dtype=np.uint8, count=held + read)
            ends = np.flatnonzero(data[held:] == _LF) + held
            held += read
            if not len(ends):
                continue
            cut = int(ends[-1]) + 1
            spans = self._parted(data, ends, number, is_last=at + cut == end)
            self.longest = max(self.longest, int(spans[:, 1].max()))
            begun = bytes(view[cut:held])
            sheet.used += cut
            yield spans + np.array([at, 0])
            sheet.room(len(begun))[:] = begun
            at, held, number = at + cut, len(begun), number + len(spans)
        made.update(_TAIL)
        self.digest = made.hexdigest()

    def _parted(
        self, data: NDArray[np.uint8], ends: NDArray[np.int64], number: int, *, is_last: bool
    ) -> NDArray[np.int64]:
        """Blank the commas at the line ends; returns (start, length) of each line. The first is line `number`."""
        starts = np.concatenate(([0], ends[:-1] + 1))
        comma = data[np.maximum(ends - 1, 0)] == _COMMA
        right = comma.copy()
        if is_last:
            right[-1] = not comma[-1]
        if not right.all():
            raise self._complaint(data.tobytes(), ends, int(np.argmin(right)), number)
        data[ends[comma] - 1] = _BLANK
        return np.column_stack((starts, ends - starts - comma))

    def _complaint(
        self, lines: bytes, ends: NDArray[np.int64], wrong: int, number: int
    ) -> UnreadableCollection | OtherLayout:
        end = int(ends[wrong])
        if lines[end - 1 : end] == b"}" and lines[end + 1 : end + 2] == b"{":
            why = "is not JSON: a comma is missing at the end of this line"
            return UnreadableCollection(f"{self.name}:{number + wrong}: {why}")
        return OtherLayout()

    def _slow(self, sheet: Sheet) -> Iterator[Spans]:
        self.digest = digest(self.file)
        self.file.seek(0)
        lines = (line for _, line in _lines.read_lines(self.file, self.name))
        while batch := list(itertools.islice(lines, _BATCH)):
            length = np.fromiter(map(len, batch), dtype=np.int64, count=len(batch))
            self.longest = max(self.longest, *map(len, batch))
            sheet.write(b"\n".join([*batch, b""]))
            yield np.column_stack((np.full_like(length, -1), length))


def _read_into(file: BinaryIO, buffer: memoryview) -> int:
    return file.readinto(buffer)  # type: ignore[attr-defined, no-any-return] # every file opened "rb" has it
