"""One state of a collection inside DuckDB: the Parquet parts, and the journal's edits over them.

Rows are numbered: the parts first, in the order of their files, then the edits in the order they came. A row that an
edit replaces leaves a hole; a new edit only adds rows. Tables: `wide` (all columns) and `hot` (those of `HOT`).
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

import contextlib
import hashlib
import itertools
import mmap
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from incidents import _lines, _shape
from incidents._errors import BadInput, NotFound, UnreadableCollection
from incidents._words import Words, path_of
from incidents.index import HOT_PREFIX, Part
from incidents.sql import Sql

HOT_LIMIT: Final = 50_000
"""Up to this many rows the hot columns are held in memory; beyond it they are read from disk, within `_MEMORY`."""
_MEMORY: Final = "280MB"
_GRACE_S: Final = 60
PASSING: Final = (duckdb.OutOfMemoryException, duckdb.InterruptException)
"""What stops a question and says nothing about the files."""
_OFFLINE: Final = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
_HOT: Final = ", ".join((*_shape.HOT, "row_no"))
_DOUBLED: Final = (
    "SELECT row_no, id, start FROM hot WHERE id IN (SELECT id FROM hot GROUP BY id HAVING count(*) > 1)"
)
_STORED: Final = ("place_fold", "search_text", "first_day", "last_day", "impact_bits", "weapon_bits", "sensitivity_bits",
                  "previous_ids", "start", "length")  # fmt: skip
_COLUMNS: Final = (*_shape.FLAT, *_STORED)
_WIDE: Final = ", ".join(_COLUMNS)
# What may be another value each time is worked out once for each row; otherwise every term would fold the text anew.
_FOLDED_ONCE: Final = f"CASE WHEN random() < 0 THEN '' ELSE {_shape.searched()} END"
_FROM_TABLE: Final = _shape.listed(_COLUMNS, _shape.folded() | {"search_text": _FOLDED_ONCE})

_NUMBERS: Final = itertools.count()  # tells snapshots apart for good: an `id()` comes back when one is let go


Place = tuple[int, str, int, int]
"""Row, id, and where the Feature lies in its file: first byte (-1 where that is not known) and length."""


class Places(NamedTuple):
    """Where many Features lie, as columns: row, part (table of the index), first byte (-1: not known) and length."""

    row: NDArray[np.int64]
    part: NDArray[np.int64]
    start: NDArray[np.int64]
    length: NDArray[np.int64]


class Snapshot:
    """The parts of one moment, opened. `edit` brings it up to a newer journal; anything else needs a new one."""

    def __init__(self, parts: Sequence[Part], folder: Path, handles: dict[str, BinaryIO]) -> None:
        self.number = next(_NUMBERS)
        self.parts = list(parts)
        tables = [(table, part.name) for part in parts for table in part.tables if table.rows]
        self.offsets = np.cumsum([0, *(table.rows for table, _ in tables)])
        self.files = [name for _, name in tables]
        self.tables = [folder / table.name for table, _ in tables]
        self.problems: list[str] = []
        self._has_kept = self._changed = False
        self._changing = threading.Lock()
        self._words: list[Words] | None = None
        self.total = int(self.offsets[-1])
        self.overlay: dict[str, bytes | None] = {}
        self._coming: dict[str, bytes | None] = {}
        self.generation = 0
        self.in_memory = self.total <= HOT_LIMIT
        self._handles = {name: os.dup(file.fileno()) for name, file in handles.items()}
        self._edited: set[str] = set()
        self._local = threading.local()
        self._stats = {name: _stat(handle) for name, handle in self._handles.items()}
        self._con = _connected(in_memory=self.in_memory)
        self._open(self.tables)

    def __del__(self, *, _suppress: Any = contextlib.suppress, _close: Any = os.close) -> None:
        # the names are bound here, since at the end of the interpreter the modules go first
        for handle in getattr(self, "_handles", {}).values():
            with _suppress(OSError):
                _close(handle)

    def _open(self, paths: list[Path]) -> None:
        run = self._con.execute
        _shape_fresh(self._con, [])
        run(f"CREATE TABLE held.edits AS SELECT {_WIDE}, 0 AS row_no FROM fresh")
        run(f"CREATE VIEW parquet AS {self._parquet(paths) if paths else 'FROM held.edits WHERE false'}")
        run("CREATE TABLE held.dead (row_no INTEGER)")
        if self.in_memory:
            run(f"CREATE TABLE held.hot AS SELECT {_HOT} FROM parquet")
            run("CHECKPOINT held")
            run("CREATE VIEW hot AS FROM held.hot")
        elif hot_file(self.tables).exists():
            self._attach()
        self._show(changed=False)
        self._leave_out_doubles()

    # ---- the hot columns of a collection that is too large to hold them in memory

    @property
    def is_settled(self) -> bool:
        """Whether all is there that makes answers fast; else `settle` makes it."""
        return self.in_memory or self._has_kept

    def settle(self) -> None:
        """Put the hot columns into a database file of their own, and answer from it from then on.

        It is read in blocks, several times faster than Parquet. Meanwhile, and where nothing can be written, questions
        are answered from the Parquet files. Safe beside questions and edits.
        """
        path = hot_file(self.tables)
        temp = path.with_name(f".tmp-{secrets.token_hex(6)}")
        try:
            with contextlib.closing(duckdb.connect(temp, config=dict(_OFFLINE))) as con:
                con.execute(f"SET memory_limit = '{_MEMORY}'")
                con.execute(f"CREATE TABLE hot AS SELECT {_HOT} FROM ({self._parquet(self.tables)})")
                con.execute(f"CREATE TABLE doubled AS {_DOUBLED}")
            temp.replace(path)
            _remove_others(path)
            with self._changing:
                self._attach()
                self._show(changed=self._changed)
        except (OSError, duckdb.Error):
            pass  # the Parquet files answer all the same
        finally:
            temp.unlink(missing_ok=True)

    def _attach(self) -> None:
        self._con.execute(f"ATTACH '{_quoted(hot_file(self.tables))}' AS kept (READ_ONLY)")
        self._has_kept = True

    # ---- what stands in the files twice

    def _leave_out_doubles(self) -> None:
        """Of several Features with one id the first counts, as the store reads them; the others are a problem."""
        con = self._con
        found = con.execute("FROM kept.doubled").fetchall() if self._has_kept else self._doubled()
        if not found:
            return
        seen: dict[str, str] = {}
        gone = []
        for part, _, row, incident_id in sorted((self._part(row), start, row, i) for row, i, start in found):
            name = self.files[part]
            if incident_id in seen:
                gone.append(row)
                self.problems.append(
                    f"{name}: {incident_id} stands in {seen[incident_id]} already; the first counts, `repair` sets "
                    "the other aside"
                )
            seen.setdefault(incident_id, name)
        con.execute("INSERT INTO held.dead SELECT unnest(?::INTEGER[])", (gone,))
        if self.in_memory:
            con.execute("DELETE FROM held.hot WHERE row_no IN (SELECT unnest(?::INTEGER[]))", (gone,))
        self._show(changed=True)

    def _doubled(self) -> list[tuple[int, str, int]]:
        """Return (row, id, start) of every Feature whose id others may have too: told by a hash, which takes little room."""
        hashes = np.sort(np.asarray(self.arrays(Sql("SELECT hash(id) AS hashed FROM hot"))["hashed"]))
        again = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
        if not len(again):
            return []
        meant = Sql(
            "SELECT row_no, id, start FROM hot WHERE hash(id) IN (SELECT unnest(?))", (again.tolist(),)
        )
        return [(int(row), str(i), int(start)) for row, i, start in self.rows(meant)]

    def _part(self, row: int) -> int:
        return int(np.searchsorted(self.offsets, row, side="right")) - 1

    def _parquet(self, paths: list[Path]) -> str:
        starts = self.offsets[:-1].tolist()
        listed = ", ".join(f"'{_quoted(path)}'" for path in paths)
        return (
            f"SELECT {_FROM_TABLE}, CAST({starts}[CAST(file_index AS BIGINT) + 1] + file_row_number AS INTEGER) AS row_no"
            f" FROM read_parquet([{listed}], file_row_number=true)"
        )

    def _show(self, *, changed: bool) -> None:
        """Define `wide`, and `hot` where it is not in memory; plain tables as long as nothing changed, which is faster."""
        self._changed = changed
        self._con.execute(
            f"CREATE OR REPLACE VIEW wide AS SELECT * FROM parquet{_over('*', changed=changed)}"
        )
        if not self.in_memory:
            table = "kept.hot" if self._has_kept else "parquet"
            over = _over(_HOT, changed=changed)
            self._con.execute(f"CREATE OR REPLACE VIEW hot AS SELECT {_HOT} FROM {table}{over}")

    # ---- asking

    def cursor(self) -> Any:
        """Return this thread's connection."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._con.cursor()
        return self._local.cursor

    def rows(self, sql: Sql) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        return list(self.cursor().execute(sql.text, sql.params).fetchall())

    def arrays(self, sql: Sql) -> dict[str, Any]:
        """Run a statement and return its columns as numpy arrays (masked where null)."""
        return dict(self.cursor().execute(sql.text, sql.params).fetchnumpy())

    def words(self) -> list[Words] | None:
        """Return the words of all tables, null as long as they are not all made."""
        if self._words is None:
            with contextlib.suppress(OSError, ValueError):
                self._words = [Words(path_of(table)) for table in self.tables]
        return self._words

    # ---- edits

    def edit(self, overlay: Mapping[str, bytes | None]) -> bool:
        """Bring in the journal's edits; false where edits have gone, which only a new snapshot can show."""
        changed = {
            i: line for i, line in overlay.items() if i not in self.overlay or self.overlay[i] is not line
        }
        if len(overlay) != len(self.overlay.keys() | changed.keys()):
            return False
        if changed:
            self._coming = changed  # who sees a new row finds its line, also before all of this is done
            with self._changing:
                self._apply(changed)
            self.overlay = dict(overlay)
            self.generation += 1
        return True

    def _apply(self, changed: dict[str, bytes | None]) -> None:
        con = self._con
        lines = [line for line in changed.values() if line is not None]
        ids = list(changed)
        try:
            _shape_fresh(con, lines)
        except _shape.Faulty as error:
            raise UnreadableCollection(
                "the journal holds an edit that is not an incident; `validate` names it"
            ) from error
        if not self._edited:
            self._show(changed=True)
        before = self.total
        con.execute("BEGIN")
        try:
            self._replace(ids)
            self.total = before + len(lines)  # before other threads can see a row beyond it
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            self.total = before
            raise
        self._edited |= set(ids)

    def _replace(self, ids: list[str]) -> None:
        con = self._con
        fresh = [i for i in ids if i not in self._edited]
        old = con.execute(
            "SELECT row_no FROM parquet WHERE id IN (SELECT unnest(?)) UNION ALL"
            " SELECT row_no FROM held.edits WHERE id IN (SELECT unnest(?))",
            (fresh, ids),
        ).fetchnumpy()["row_no"]
        gone = [int(row) for row in old]
        con.execute("INSERT INTO held.dead SELECT unnest(?::INTEGER[])", (gone,))
        con.execute("DELETE FROM held.edits WHERE id IN (SELECT unnest(?))", (ids,))
        con.execute(
            f"INSERT INTO held.edits SELECT {_WIDE}, {self.total} + row_number() OVER () - 1 FROM fresh"
        )
        if self.in_memory:
            con.execute("DELETE FROM held.hot WHERE row_no IN (SELECT unnest(?::INTEGER[]))", (gone,))
            con.execute(f"INSERT INTO held.hot SELECT {_HOT} FROM held.edits WHERE row_no >= {self.total}")

    # ---- the Features themselves

    def line(self, row: int, incident_id: str, start: int, length: int) -> bytes:
        """Return the Feature of a row as it stands in the collection."""
        part = self._part(row)
        if part >= len(self.files):
            line = self.overlay.get(incident_id) or self._coming.get(incident_id)
            if line is None:
                raise NotFound(f"{incident_id}: was deleted meanwhile")
            return line
        name = self.files[part]
        # A hand may write into the very file that is open here; then the places known of its lines are not true.
        if start >= 0 and _stat(self._handles[name]) == self._stats[name]:
            line = os.pread(self._handles[name], length, start)
            with contextlib.suppress(BadInput):
                if _lines.id_of(line) == incident_id:
                    return line
        return self._searched(self._handles[name], name, incident_id)

    def lines(self, places: Places) -> Iterator[bytes]:
        """Yield the Features of many rows, which come file by file."""
        cuts = [0, *(np.flatnonzero(np.diff(places.part)) + 1).tolist(), len(places.part)]
        for first, end in itertools.pairwise(cuts):
            if first < end:
                yield from self._lines_of_part(Places(*(column[first:end] for column in places)))

    def _lines_of_part(self, places: Places) -> Iterator[bytes]:
        part = int(places.part[0])
        name = self.files[part] if part < len(self.files) else None
        is_known = (
            name is not None and _stat(self._handles[name]) == self._stats[name] and places.start[0] >= 0
        )
        if name is None or not is_known:
            ids = self._ids(places.row)
            for row, start, length in zip(
                places.row.tolist(), places.start.tolist(), places.length.tolist(), strict=True
            ):
                yield self.line(row, ids[row], start, length)
            return
        with mmap.mmap(self._handles[name], 0, access=mmap.ACCESS_READ) as held:
            ends = (places.start + places.length).tolist()
            yield from map(held.__getitem__, map(slice, places.start.tolist(), ends))

    def _ids(self, rows: NDArray[np.int64]) -> dict[int, str]:
        found = Sql(
            "SELECT row_no, id FROM hot WHERE row_no IN (SELECT unnest(?::INTEGER[]))", (rows.tolist(),)
        )
        return {int(row): str(i) for row, i in self.rows(found)}

    def _searched(self, handle: int, name: str, incident_id: str) -> bytes:
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(0)
            for _, line in _lines.read_lines(file, name):
                if _lines.id_of(line) == incident_id:
                    return line
        raise UnreadableCollection(
            f"{name}: {incident_id} is no longer there; the file was changed meanwhile"
        )

    def digest(self) -> str:
        """Return a value that is the same for the same content."""
        made = hashlib.sha256()
        for part in sorted(self.parts):
            made.update(f"{part.name}:{part.digest}\n".encode())
        for incident_id in sorted(self.overlay):
            made.update(incident_id.encode() + b"\t" + (self.overlay[incident_id] or b"deleted") + b"\n")
        return made.hexdigest()[:24]


def hot_file(tables: Sequence[Path]) -> Path:
    """Return where the hot columns of these tables are kept."""
    made_of = hashlib.sha256("\n".join([_HOT, duckdb.__version__, *(p.name for p in tables)]).encode())
    return tables[0].parent / f"{HOT_PREFIX}{made_of.hexdigest()[:16]}.duckdb"


def _remove_others(path: Path) -> None:
    """Remove the hot columns of earlier states, but not what somebody may be opening just now."""
    for other in path.parent.glob(f"{HOT_PREFIX}*.duckdb"):
        with contextlib.suppress(OSError):
            if other != path and abs(time.time() - other.stat().st_mtime) > _GRACE_S:
                other.unlink()


def remove_damaged(tables: Sequence[Path]) -> list[Path]:
    """Remove those tables of an index, and the hot columns made of them, that cannot be read; returns which.

    Reads all of them. What could not be told apart from a lack of memory stays.
    """
    asked = {path: f"read_parquet('{_quoted(path)}')" for path in tables}
    if tables and hot_file(tables).exists():
        asked[hot_file(tables)] = "kept.hot"
    damaged = [path for path, rows in asked.items() if not _is_readable(path, rows)]
    for path in damaged:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    return damaged


def _is_readable(path: Path, rows: str) -> bool:
    with contextlib.closing(duckdb.connect(config=dict(_OFFLINE))) as con:
        try:
            if rows.startswith("kept"):
                con.execute(f"ATTACH '{_quoted(path)}' AS kept (READ_ONLY)")
            con.execute(f"SELECT bit_xor(hash(t)) FROM {rows} t").fetchall()
        except PASSING:
            return True
        except duckdb.Error:
            return False
    return True


def _stat(handle: int) -> tuple[int, int]:
    at = os.fstat(handle)
    return at.st_size, at.st_mtime_ns


def _shape_fresh(con: Any, lines: Sequence[bytes]) -> None:
    """Make the table `fresh` of Features that lie in no file. Raises _shape.Faulty, duckdb.Error."""
    with _as_file(lines) as path:
        con.register("shaped", _shape.table_of(con, path))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT *, {_shape.listed(_shape.folded(), _shape.folded())},"
        " CAST(-1 AS BIGINT) AS start, CAST(-1 AS BIGINT) AS length FROM shaped"
    )
    con.unregister("shaped")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _over(columns: str, *, changed: bool) -> str:
    """Return what masks the rows that are gone and adds the edits."""
    if not changed:
        return ""
    return f" WHERE row_no NOT IN (SELECT row_no FROM held.dead) UNION ALL SELECT {columns} FROM held.edits"


def _connected(*, in_memory: bool) -> Any:
    con = duckdb.connect(config=dict(_OFFLINE))
    con.execute("SET parquet_metadata_cache = true")
    con.execute("ATTACH ':memory:' AS held (COMPRESS)")
    if not in_memory:
        con.execute(f"SET memory_limit = '{_MEMORY}'")
    return con


@contextlib.contextmanager
def _as_file(lines: Sequence[bytes]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(prefix="incident-atlas-", suffix=".ndjson") as file:
        file.write(b"\n".join([*lines, b""]))
        file.flush()
        yield file.name


def filled(values: Any, rows: NDArray[Any], total: int, blank: Any, dtype: Any) -> NDArray[Any]:
    """Return `values` at `rows` of an array of `total`, `blank` in the holes and for nulls."""
    column = np.full(total, blank, dtype=dtype)
    column[rows] = np.ma.filled(np.ma.asarray(values).astype(dtype), blank)
    return column
