"""The derived index beside a collection: Parquet that answers fast, made from the files and disposable at any time.

`FOLDER/.index/<layout>/` holds one Parquet file for each GeoJSON file, named after the SHA-256 of what it was made
from, and `manifest.json`. A folder that may not be written gets its index in the user's cache folder. Parts are
written beside and renamed; the manifest is replaced last, so a reader sees the old index or the new one.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import itertools
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import duckdb
import numpy as np
import orjson
import platformdirs
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from incidents import _compacted, _files, _lines, _shape, vocabulary
from incidents._errors import BadInput, UnreadableCollection
from incidents._shape import Faulty, arrow
from incidents._spool import OtherLayout, Sheet, Spans, Spool, digest
from incidents._words import path_of
from incidents.geojson import from_line
from incidents.sql import BITS

FOLDER: Final = _compacted.FOLDER
MANIFEST: Final = "manifest.json"
HOT_PREFIX: Final = "hot-"
"""So begin the names of files that `Snapshot` makes beside the tables, and sweeps."""
ROW_GROUP: Final = 30_720
LAYOUT: Final = 4
_SMALL: Final = 8 << 20
_TOGETHER: Final = 64 << 20
_PIECE: Final = 96 << 20
_LONG: Final = 1 << 18
_WORKERS: Final = max(1, min(4, os.cpu_count() or 1))
_ROWS: Final = 1 << 16
_CHECKED: Final = 5_000
_TOLD: Final = 20
_WEEK_S: Final = 7 * 86_400
RACY_NS: Final = 2_000_000_000  # a file changed this shortly before it was read may change again unseen


class Table(NamedTuple):
    """One Parquet file of the index."""

    name: str
    size: int
    rows: int


Rows = tuple[Any, Spans]
"""Rows of the index, and where each of them lies in its file: first byte, length."""


Write = Callable[[Any, Spans, Path], None]


class Part(NamedTuple):
    """What one GeoJSON file became: one table, or several where the file is large."""

    name: str
    digest: str
    size: int
    mtime_ns: int
    inode: int
    tables: tuple[Table, ...]


def layout() -> str:
    """Return the name of the layout: it changes with the columns and with the words of the vocabulary."""
    lists = {name: vocabulary.words(name) for name in ("category", "geo_precision", *BITS)}
    written = orjson.dumps([LAYOUT, lists, _shape.features("x"), duckdb.__version__])
    return f"v{LAYOUT}-{hashlib.sha256(written).hexdigest()[:8]}"


def place_for(collection: Path) -> Path:
    """Return the folder that the index of a collection lives in: beside it, else in the user's cache folder."""
    home = collection if collection.is_dir() else None
    if home is not None and _may_write(home):
        return home / FOLDER / layout()
    digest = hashlib.sha256(str(collection.resolve()).encode()).hexdigest()[:16]
    cached = Path(platformdirs.user_cache_dir("incident-atlas")) / "index" / digest
    with contextlib.suppress(OSError):
        cached.mkdir(parents=True, exist_ok=True)
    if _may_write(cached):
        return cached / layout()
    return Path(tempfile.gettempdir()) / f"incident-atlas-{os.getuid()}" / digest / layout()


def _may_write(folder: Path) -> bool:
    index = folder / FOLDER
    return os.access(index if index.exists() else folder, os.W_OK)


class Index:
    """The index of one collection on disk. `refresh` brings it up to date; safe for several processes."""

    def __init__(self, collection: Path) -> None:
        self.folder = place_for(collection)

    def refresh(self, files: dict[str, BinaryIO], *, label: str = "") -> list[Part]:
        """Return the parts for these open GeoJSON files, making those that are missing or out of date.

        `label` goes before file names in messages. Raises UnreadableCollection naming every file and line that
        cannot be used; then the index on disk stays as it was.
        """
        known = self._current()
        parts = {name: self._still_good(known.get(name), file) for name, file in files.items()}
        if all(parts.values()) and set(known) == set(files):
            return [part for part in parts.values() if part]
        try:
            with self._alone():
                return self._rebuild(files, label)
        except OSError as error:
            if error.errno not in _files.FULL:
                raise
        self._go_private()  # no room left beside the collection: reading it must not need any
        try:
            return self._rebuild(files, label)
        except OSError as error:
            raise _files.explained(error, self.folder) from error

    def _go_private(self) -> None:
        """Build in a temporary folder from now on, for this process only."""
        self.folder = Path(tempfile.mkdtemp(prefix="incident-atlas-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)

    def is_current(self, parts: list[Part], files: dict[str, BinaryIO]) -> bool:
        """Say whether `parts` were made from exactly these files; looks at the content where the times leave doubt."""
        known = {part.name: part for part in parts}
        return set(known) == set(files) and all(self._still_good(known[n], f) for n, f in files.items())

    def path(self, table: Table) -> Path:
        """Return where a table lies."""
        return self.folder / table.name

    def _current(self) -> dict[str, Part]:
        """Read the manifest; anything odd about it means that there is no index."""
        try:
            raw = orjson.loads((self.folder / MANIFEST).read_bytes())
            parts = [Part(*p)._replace(tables=tuple(Table(*t) for t in p[-1])) for p in raw["parts"]]
            self._read_at = int(raw["made_ns"])
        except (OSError, ValueError, TypeError, KeyError):
            return {}
        return {part.name: part for part in parts if self._is_whole(part)}

    _read_at = 0

    def _is_whole(self, part: Part) -> bool:
        try:
            return all(self.path(table).stat().st_size == table.size for table in part.tables)
        except (OSError, ValueError):
            return False

    def _still_good(self, part: Part | None, file: BinaryIO) -> Part | None:
        """Return the part if it was made from this content; looks at the content only where the times leave doubt."""
        if part is None:
            return None
        at = os.fstat(file.fileno())
        same = (at.st_size, at.st_mtime_ns, at.st_ino) == (part.size, part.mtime_ns, part.inode)
        if same and self._read_at - part.mtime_ns > RACY_NS:
            return part
        if at.st_size != part.size:
            return None
        return part if digest(file) == part.digest else None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock", timeout=120)
            lock.acquire()
        except (OSError, Timeout):
            # no room of our own beside the collection, or a builder that hangs: build privately, for this process
            self._go_private()
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _rebuild(self, files: dict[str, BinaryIO], label: str) -> list[Part]:
        known = self._current()  # another process may have built it while we waited
        self._sweep(known, grace_s=60)
        made_ns = time.time_ns()
        with contextlib.closing(_Reader()) as reader:
            good = {name: self._still_good(known.get(name), file) for name, file in files.items()}
            stale = [name for name in files if good[name] is None]

            def build(names: list[str]) -> list[Part | BadInput]:
                return self._build_many(reader, names, files, label)

            batches = _batches(stale, files)
            with ThreadPoolExecutor(_WORKERS) as pool:
                built = itertools.chain.from_iterable(pool.map(build, batches))
                by_name = dict(zip(itertools.chain.from_iterable(batches), built, strict=True))
        kept = [_restated(part, files[name]) for name, part in good.items() if part]
        made = [*kept, *(by_name[name] for name in stale)]
        problems = [line for bad in made if isinstance(bad, BadInput) for line in bad.problems]
        if problems:
            raise UnreadableCollection(problems)
        parts = sorted(part for part in made if isinstance(part, Part))
        self._publish(parts, made_ns)
        return parts

    def _publish(self, parts: list[Part], made_ns: int) -> None:
        temp = self.folder / f".tmp-{secrets.token_hex(6)}"
        temp.write_text(json.dumps({"made_ns": made_ns, "parts": parts}), encoding="utf-8")
        temp.replace(self.folder / MANIFEST)
        self._read_at = made_ns
        self._sweep_layouts()
        self._sweep({part.name: part for part in parts}, grace_s=60)

    def _sweep_layouts(self) -> None:
        """Remove what another version of the program has made here and not renewed for a week."""
        with contextlib.suppress(OSError):
            for other in self.folder.parent.glob("v*-*/"):
                made = other / MANIFEST
                if other != self.folder and made.exists() and time.time() - made.stat().st_mtime > _WEEK_S:
                    shutil.rmtree(other, ignore_errors=True)

    def _sweep(self, known: dict[str, Part], *, grace_s: float) -> None:
        """Remove what no manifest names, but not what a reader of the last minute may still be opening."""
        named = [self.path(table) for part in known.values() for table in part.tables]
        kept = {p.name for table in named for p in (table, path_of(table))} | {MANIFEST, ".lock"}
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                is_other = path.name not in kept and not path.name.startswith(HOT_PREFIX)
                if is_other and time.time() - path.stat().st_mtime > grace_s:
                    path.unlink(missing_ok=True)

    def _build_many(
        self, reader: _Reader, names: list[str], files: dict[str, BinaryIO], label: str
    ) -> list[Part | BadInput]:
        """Make the parts of some files: together, which is faster, else one by one, which tells what is wrong."""
        if len(names) > 1 or os.fstat(files[names[0]].fileno()).st_size < _PIECE:
            with contextlib.suppress(duckdb.Error, Faulty, OtherLayout, BadInput):
                return list(self._build_together(reader, names, files))
        made: list[Part | BadInput] = []
        for name in names:
            try:
                made.append(self._build(reader, name, files[name], label))
            except BadInput as bad:
                made.append(bad)
        return made

    def _build_together(self, reader: _Reader, names: list[str], files: dict[str, BinaryIO]) -> list[Part]:
        """Shape several small files in one go and part the rows again; they keep their order."""
        spools = [Spool(files[name], name) for name in names]
        if not all(spool.is_ours() for spool in spools):
            raise OtherLayout
        sheet = reader.sheet()
        spans = [_poured(spool.chunks(sheet)) for spool in spools]
        table = reader.shaped()
        _together(table, spans)
        parts, row = [], 0
        for spool, mine in zip(spools, spans, strict=True):
            rows = [(table.slice(row, len(mine)), mine)] if len(mine) else []
            parts.append(self._part(spool, rows, spool.name))
            row += len(mine)
        return parts

    def _build(self, reader: _Reader, name: str, file: BinaryIO, label: str) -> Part:
        told = f"{label}{name}"
        try:
            try:
                return self._built(reader, name, Spool(file, told))
            except OtherLayout:
                return self._built(reader, name, Spool(file, told, as_ours=False))
        except (duckdb.Error, Faulty) as error:
            raise _diagnosed(reader, file, told, str(error)) from error

    def _built(self, reader: _Reader, name: str, spool: Spool) -> Part:
        longest = _LONG
        while True:
            try:
                return self._part(spool, _pieces(reader, spool, longest), name, aside=True)
            except duckdb.Error:
                if spool.longest <= longest:
                    raise
                longest = 2 * spool.longest  # a line beyond the bound is no fault

    def _part(self, spool: Spool, pieces: Iterable[Rows], name: str, *, aside: bool = False) -> Part:
        """Write the tables of a file; with `aside`, one is written while the next is made."""
        at, temp = spool.stat, self.folder / f".tmp-{secrets.token_hex(6)}"
        made: list[tuple[Path, int]] = []
        try:
            with _writer() if aside else contextlib.nullcontext(_write_sorted) as write:
                for rows in pieces:
                    made.append((temp.with_suffix(f".{len(made)}"), len(rows[1])))
                    write(*rows, made[-1][0])
            tables = self._named(made, f"{Path(name).stem[:40]}-{spool.digest[:16]}")
        finally:
            for path, _ in made:
                path.unlink(missing_ok=True)
        return Part(name, spool.digest, at.st_size, at.st_mtime_ns, at.st_ino, tables)

    def _named(self, made: list[tuple[Path, int]], stem: str) -> tuple[Table, ...]:
        tables = []
        for number, (temp, rows) in enumerate(made):
            table = Table(f"{stem}-{number}.parquet", temp.stat().st_size, rows)
            temp.replace(self.path(table))
            tables.append(table)
        return tuple(tables)


def _pieces(reader: _Reader, spool: Spool, longest: int) -> Iterator[Rows]:
    """Yield the rows of a file, shaped, with where they lie; a large file in several pieces."""
    sheet = reader.sheet()
    chunks = spool.chunks(sheet)
    while len(spans := _poured(_piece(chunks, sheet))):
        table = reader.shaped(longest=longest)
        _together(table, [spans])
        yield table, spans
        sheet.clear()


def _piece(chunks: Iterator[Spans], sheet: Sheet) -> Iterator[Spans]:
    for spans in chunks:
        yield spans
        if sheet.used > _PIECE:
            return


def _restated(part: Part, file: BinaryIO) -> Part:
    at = os.fstat(file.fileno())
    return part._replace(mtime_ns=at.st_mtime_ns, inode=at.st_ino)


class _Reader:
    """Makes columns of Features, for several threads side by side; each has a sheet that it reads them from."""

    def __init__(self) -> None:
        # files are read side by side; several threads on one lose its order
        offline = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        self._con = duckdb.connect(config={**offline, "threads": 1})
        self._con.execute("PRAGMA disable_optimizer")  # one scan and one projection: there is nothing to find
        self._own = threading.local()
        self._sheets: list[Sheet] = []

    def close(self) -> None:
        """Let go of the memory."""
        self._con.close()
        for sheet in self._sheets:
            sheet.close()

    def sheet(self) -> Sheet:
        """Return the thread's own sheet, cleared."""
        if not hasattr(self._own, "sheet"):
            self._own.sheet = Sheet()
            self._sheets.append(self._own.sheet)
        self._own.sheet.clear()
        return self._own.sheet  # type: ignore[no-any-return] # a thread's own attributes have no types

    def shaped(self, *, longest: int = 0) -> Any:
        """Return the Features (one a line) on the thread's sheet as the columns of the index, in their order."""
        source = _shape.read_json(self._own.sheet.path(), longest=(longest or _LONG) + 1024)
        with contextlib.closing(self._con.cursor()) as cursor:
            return _shape.shaped(cursor.sql(_shape.features(source)).to_arrow_table(_ROWS))


def _batches(names: list[str], files: dict[str, BinaryIO]) -> list[list[str]]:
    """Group files so that each group is worth a query; the small ones come last, so that all threads end together."""
    sizes = {name: os.fstat(files[name].fileno()).st_size for name in names}
    left, batches, held = sum(sizes.values()), list[list[str]](), 0
    for name in sorted(names, key=lambda name: -sizes[name]):
        limit = min(_TOGETHER, max(_SMALL, left // (2 * _WORKERS)))
        if not batches or held + sizes[name] > limit:
            batches.append([])
            left, held = left - held, 0
        batches[-1].append(name)
        held += sizes[name]
    return batches


def _poured(chunks: Iterable[Spans]) -> Spans:
    """Let chunks come; returns where all their lines lie."""
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *chunks])


def _together(table: Any, spans: Sequence[Spans]) -> None:
    """Raise Faulty where there is not a row for every line."""
    if len(table) != sum(map(len, spans)):
        raise Faulty(f"{sum(map(len, spans)) - len(table)} lines are not Features")


@contextlib.contextmanager
def _writer() -> Iterator[Write]:
    """Yield what writes a table while the caller makes the next one; at the end all are written."""
    with ThreadPoolExecutor(1) as thread:
        writing: list[Future[None]] = []

        def write(table: Any, spans: Spans, to: Path) -> None:
            for one in writing:
                one.result()
            writing[:] = [thread.submit(_write_sorted, table, spans, to)]

        yield write
        for one in writing:
            one.result()


def _write_sorted(table: Any, spans: Spans, to: Path) -> None:
    """Write rows to a Parquet file, sorted by month and along a Hilbert curve."""
    order = _shape.curve_rank(table)
    table = table.append_column("start", arrow(spans[:, 0])).append_column("length", arrow(spans[:, 1]))
    pq.write_table(
        table.combine_chunks().take(arrow(order)),
        to,
        compression="snappy",
        use_dictionary=[name for name in table.column_names if name not in _shape.VARIED],
        write_statistics=list(_shape.SKIPPED_BY),
        row_group_size=ROW_GROUP,
    )


# ---- what is wrong


def _diagnosed(reader: _Reader, file: BinaryIO, name: str, otherwise: str) -> UnreadableCollection:
    """Return the error that names the lines of a file that are not incidents: all, or the first twenty.

    Lines are shaped some thousands at a time; only those that cannot be shaped together are looked at one by one.
    """
    file.seek(0)
    problems: list[str] = []
    try:
        lines = _lines.read_lines(file, name)
        while (batch := list(itertools.islice(lines, _CHECKED))) and len(problems) < _TOLD:
            if not _is_sound(reader, [line for _, line in batch]):
                problems.extend(_faults(batch, name))
        if batch or len(problems) > _TOLD:
            problems = [*problems[:_TOLD], f"{name}: and perhaps more; `validate` lists all"]
    except UnreadableCollection as bad:
        problems.extend(bad.problems)
    return UnreadableCollection(problems or [f"{name}: {otherwise.splitlines()[0]}"])


def _is_sound(reader: _Reader, lines: list[bytes]) -> bool:
    reader.sheet().write(b"\n".join([*lines, b""]))
    try:
        return len(reader.shaped(longest=max(_LONG, *map(len, lines)))) == len(lines)
    except (duckdb.Error, Faulty):
        return False


def _faults(lines: list[tuple[int, bytes]], name: str) -> Iterator[str]:
    for number, line in lines:
        try:
            from_line(line)
        except BadInput as bad:
            yield from (f"{name}:{number}: {problem}" for problem in bad.problems)
