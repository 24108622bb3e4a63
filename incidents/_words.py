"""Which rows have a word: for each table of the index, its distinct words and the rows of each, mapped from disk.

A search term has no blank inside, so it lies wholly within one blank-separated word: to look through the distinct
words is exactly to look through all texts, and a hundred times less to read. One file beside each table, made in the
background; without it the same question scans the texts.

Layout: five int64 (words, bytes of the words, postings, width of a posting in bytes, rows), then the words (each with
a line feed), the end of each word (int64), the first posting of each (int64, one more at the end) and the postings.
"""

from __future__ import annotations

import contextlib
import mmap
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from incidents import _shape

_HEAD: Final = 5
_LONG: Final = 8


def path_of(table: Path) -> Path:
    """Return where the words of a table lie."""
    return table.with_suffix(".words")


def build(table: Path) -> None:
    """Make the words of a table; complete or absent."""
    column = _folded(table)
    words, rows = _postings(column)
    spelt = [word.as_buffer().to_pybytes() for word in words]
    blob = b"\n".join([*spelt, b""])
    ends = np.cumsum([len(word) + 1 for word in spelt], dtype=np.int64)
    _write(path_of(table), blob, ends, rows, len(column))


def _folded(table: Path) -> Any:
    path = str(table).replace("'", "''")
    with contextlib.closing(duckdb.connect(config={"threads": 1})) as con:
        folded = f"SELECT {_shape.searched()} AS folded FROM read_parquet('{path}', file_row_number=true)"  # noqa: S608 (a path of our own)
        return con.sql(f"{folded} ORDER BY file_row_number").to_arrow_table().column(0).combine_chunks()


def _postings(column: Any) -> tuple[Any, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the distinct words, and (first posting of each, rows) in the order of the words."""
    lists = pc.ascii_split_whitespace(column)
    row = pc.list_parent_indices(lists).to_numpy()
    words = pc.list_flatten(lists).dictionary_encode()
    code = words.indices.to_numpy().astype(np.int64)
    total = max(1, len(column))
    pairs = np.sort(code * total + row)
    pairs = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs
    first = np.searchsorted(pairs, np.arange(len(words.dictionary) + 1, dtype=np.int64) * total)
    return words.dictionary, (first.astype(np.int64), pairs % total)


def _write(
    to: Path,
    blob: bytes,
    ends: NDArray[np.int64],
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    total: int,
) -> None:
    first, posted = rows
    width = np.uint16 if total <= 1 << 16 else np.uint32
    blob += b"\n" * (-len(blob) % _LONG)
    head = np.array([len(ends), len(blob), len(posted), width().itemsize, total], dtype=np.int64)
    temp = to.with_name(f".tmp-{secrets.token_hex(6)}")
    temp.write_bytes(
        b"".join((head.tobytes(), blob, ends.tobytes(), first.tobytes(), posted.astype(width).tobytes()))
    )
    temp.replace(to)


class Words:
    """The words of one table, mapped. Raises ValueError for a file that is not what it should be."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        count, size, posted, width, self.total = np.frombuffer(self._map, np.int64, _HEAD).tolist()
        self._start = at = _HEAD * _LONG
        self._end = at = at + size
        if len(self._map) != at + (2 * count + 1) * _LONG + posted * width:
            raise ValueError(f"{path}: is cut off")
        self._ends = np.frombuffer(self._map, np.int64, count, at)
        self._first = np.frombuffer(self._map, np.int64, count + 1, at + count * _LONG)
        kind = np.uint16 if width == 2 else np.uint32
        self._rows = np.frombuffer(self._map, kind, posted, at + (2 * count + 1) * _LONG)

    def rows(self, term: str) -> list[NDArray[Any]]:
        """Return the rows of every word that has `term` inside (which has no blank); rows may repeat."""
        needle = term.encode()
        found = []
        at = self._map.find(needle, self._start, self._end)
        while at >= 0:
            word = int(np.searchsorted(self._ends, at - self._start, side="right"))
            found.append(self._rows[self._first[word] : self._first[word + 1]])
            at = self._map.find(needle, self._start + int(self._ends[word]), self._end)
        return found


def mask(tables: Iterable[Words], terms: Iterable[str], total: int) -> NDArray[np.bool_]:
    """Say for each row of all tables, one after the other, whether its text has one of `terms` inside."""
    found = np.zeros(total, dtype=np.bool_)
    offset = 0
    terms = list(terms)
    for words in tables:
        part = found[offset : offset + words.total]
        for term in terms:
            for rows in words.rows(term):
                part[rows] = True
        offset += words.total
    return found
