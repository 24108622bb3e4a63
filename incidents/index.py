"""The derived index beside a collection: Parquet that answers fast, made from the files and disposable at any time.

`FOLDER/.index/<layout>/` holds one Parquet file for each GeoJSON file, named after the SHA-256 of what it was made
from, and `manifest.json`. A folder that may not be written gets its index in the user's cache folder. Parts are
written beside and renamed; the manifest is replaced last, so a reader sees the old index or the new one.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import duckdb
import numpy as np
import orjson
import platformdirs
from duckdb.func import FunctionNullHandling, PythonUDFType
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from incidents import _lines, _shape, vocabulary
from incidents._errors import BadInput, UnreadableCollection
from incidents.geojson import from_line
from incidents.sql import BITS

FOLDER: Final = ".index"
MANIFEST: Final = "manifest.json"
ROW_GROUP: Final = 30_720
LAYOUT: Final = 1
_CHUNK: Final = 32 << 20
_TOLD: Final = 20
_RACY_NS: Final = 2_000_000_000  # a file changed this shortly before it was read may change again unseen


class Part(NamedTuple):
    """One Parquet file and what it was made from. `rows` are in the order of the file on disk."""

    name: str
    sha256: str
    size: int
    mtime_ns: int
    inode: int
    parquet: str
    parquet_size: int
    rows: int


def layout() -> str:
    """Return the name of the layout: it changes with the columns and with the words of the vocabulary."""
    lists = {name: vocabulary.words(name) for name in ("category", "geo_precision", *BITS)}
    written = orjson.dumps([LAYOUT, lists, _shape.select("x"), duckdb.__version__])
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
        with self._alone():
            return self._rebuild(files, label)

    def is_current(self, parts: list[Part], files: dict[str, BinaryIO]) -> bool:
        """Say whether `parts` were made from exactly these files; looks at the content where the times leave doubt."""
        known = {part.name: part for part in parts}
        return set(known) == set(files) and all(self._still_good(known[n], f) for n, f in files.items())

    def parquet(self, part: Part) -> Path:
        """Return the path of a part."""
        return self.folder / part.parquet

    def discard(self) -> None:
        """Remove the index, whatever state it is in; the next `refresh` makes it anew."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _current(self) -> dict[str, Part]:
        """Read the manifest; anything odd about it means that there is no index."""
        try:
            raw = orjson.loads((self.folder / MANIFEST).read_bytes())
            parts = [Part(*fields) for fields in raw["parts"]]
            self._read_at = int(raw["made_ns"])
        except (OSError, ValueError, TypeError, KeyError):
            return {}
        return {part.name: part for part in parts if self._is_whole(part)}

    _read_at = 0

    def _is_whole(self, part: Part) -> bool:
        try:
            return self.parquet(part).stat().st_size == part.parquet_size
        except (OSError, ValueError):
            return False

    def _still_good(self, part: Part | None, file: BinaryIO) -> Part | None:
        """Return the part if it was made from this content; looks at the content only where the times leave doubt."""
        if part is None:
            return None
        at = os.fstat(file.fileno())
        same = (at.st_size, at.st_mtime_ns, at.st_ino) == (part.size, part.mtime_ns, part.inode)
        if same and self._read_at - part.mtime_ns > _RACY_NS:
            return part
        if at.st_size != part.size:
            return None
        return part if _sha256(file) == part.sha256 else None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock", timeout=120)
            lock.acquire()
        except (OSError, Timeout):
            # no room of our own beside the collection, or a builder that hangs: build privately, for this process
            self.folder = Path(tempfile.mkdtemp(prefix="incident-atlas-"))
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
        with _builder() as con:

            def fresh(name: str) -> Part | BadInput:
                good = self._still_good(known.get(name), files[name])
                try:
                    return (
                        _restated(good, files[name]) if good else self._build(con, name, files[name], label)
                    )
                except BadInput as bad:
                    return bad

            with ThreadPoolExecutor(max_workers=max(1, min(4, os.cpu_count() or 1))) as pool:
                made = list(pool.map(fresh, files))
        problems = [line for bad in made if isinstance(bad, BadInput) for line in bad.problems]
        if problems:
            raise UnreadableCollection(problems)
        parts = [part for part in made if isinstance(part, Part)]
        self._publish(parts, made_ns)
        return parts

    def _publish(self, parts: list[Part], made_ns: int) -> None:
        temp = self.folder / f".tmp-{secrets.token_hex(6)}"
        temp.write_bytes(orjson.dumps({"made_ns": made_ns, "parts": [tuple(part) for part in parts]}))
        temp.replace(self.folder / MANIFEST)
        self._read_at = made_ns
        self._sweep({part.name: part for part in parts}, grace_s=60)

    def _sweep(self, known: dict[str, Part], *, grace_s: float) -> None:
        """Remove what no manifest names, but not what a reader of the last minute may still be opening."""
        kept = {part.parquet for part in known.values()} | {MANIFEST, ".lock"}
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if path.name not in kept and time.time() - path.stat().st_mtime > grace_s:
                    path.unlink(missing_ok=True)

    def _build(self, con: Any, name: str, file: BinaryIO, label: str) -> Part:
        at = os.fstat(file.fileno())
        temp = self.folder / f".tmp-{secrets.token_hex(6)}"
        features, table = temp.with_suffix(".ndjson"), temp.with_suffix(".parquet")
        try:
            digest, spans = _spooled(file, features, f"{label}{name}")
            cursor = con.cursor()
            try:
                rows = _to_parquet(cursor, features, spans, table)
            except duckdb.Error as error:
                raise _diagnosed(file, f"{label}{name}", str(error)) from error
            finally:
                cursor.close()
            if rows != len(spans):
                raise _diagnosed(file, f"{label}{name}", "a Feature cannot be read")
            parquet = f"{Path(name).stem[:40]}-{digest[:16]}.parquet"
            size = table.stat().st_size
            table.replace(self.folder / parquet)
        finally:
            features.unlink(missing_ok=True)
            table.unlink(missing_ok=True)
        return Part(name, digest, at.st_size, at.st_mtime_ns, at.st_ino, parquet, size, rows)


def _restated(part: Part, file: BinaryIO) -> Part:
    at = os.fstat(file.fileno())
    return part._replace(mtime_ns=at.st_mtime_ns, inode=at.st_ino)


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    made = hashlib.sha256()
    while raw := file.read(_CHUNK):
        made.update(raw)
    return made.hexdigest()


@contextlib.contextmanager
def _builder() -> Iterator[Any]:
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        con.create_function(
            "hilbert",
            _shape.hilbert_column,
            ["double", "double"],
            "bigint",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )  # fmt: skip
        yield con
    finally:
        con.close()


def _to_parquet(con: Any, features: Path, spans: NDArray[np.int64], table: Path) -> int:
    """Shape the Features of a file into one sorted Parquet file; returns the number of rows."""
    spans_table = {"start": spans[:, 0].copy(), "length": spans[:, 1].copy()}
    con.register("spans", spans_table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE features AS SELECT * FROM {_shape.read_json(str(features))} POSITIONAL JOIN spans"
    )
    con.unregister("spans")
    if con.execute(_shape.faulty("features")).fetchone()[0]:
        raise duckdb.InvalidInputException("a Feature is not an incident")
    made = con.execute(
        f"COPY (SELECT * FROM ({_shape.select('features')}) ORDER BY date_trunc('month', first_day) NULLS LAST,"
        f" hilbert(lon, lat), id) TO '{table}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,"
        f" ROW_GROUP_SIZE {ROW_GROUP})"
    ).fetchone()[0]
    con.execute("DROP TABLE features")
    return int(made)


# ---- from a collection file to plain lines


def _spooled(file: BinaryIO, to: Path, name: str) -> tuple[str, NDArray[np.int64]]:
    """Write the Features of a file one a line, without commas; returns its SHA-256 and (start, length) of each line.

    `start` is -1 where the file is not laid out as we write it. Memory stays at a chunk, whatever the size.
    """
    file.seek(0)
    head = file.readline(256)
    if head.rstrip(b"\r\n") == _lines.HEAD and head.endswith(_lines.HEAD + b"\n"):
        spooled = _Spool(file, to, head).run()
        if spooled is not None:
            return spooled
    return _spooled_slowly(file, to, name)


class _Spool:
    """The fast way through a file in our own layout: whole chunks, line ends found by numpy."""

    def __init__(self, file: BinaryIO, to: Path, head: bytes) -> None:
        self.file, self.to = file, to
        self.hash = hashlib.sha256(head)
        self.at = len(head)
        self.spans: list[NDArray[np.int64]] = []
        self.ended = False

    def run(self) -> tuple[str, NDArray[np.int64]] | None:
        """Return what `_spooled` returns, or null where the file is laid out in another way."""
        rest = b""
        with self.to.open("wb") as out:
            while raw := self.file.read(_CHUNK):
                self.hash.update(raw)
                chunk = rest + raw
                cut = chunk.rfind(b"\n") + 1
                rest = chunk[cut:]
                if cut and not self._take(bytearray(chunk[:cut]), out):
                    return None
        if rest or not self.ended:
            return None
        spans = np.concatenate(self.spans) if self.spans else np.empty((0, 2), dtype=np.int64)
        return self.hash.hexdigest(), spans

    def _take(self, chunk: bytearray, out: BinaryIO) -> bool:
        """Write the Features of whole lines; false where they are not laid out as ours."""
        if self.ended:
            return False
        data = np.frombuffer(chunk, dtype=np.uint8)
        ends = np.flatnonzero(data == 10)
        starts = np.concatenate(([0], ends[:-1] + 1))
        if chunk.endswith(b"]}\n") and ends[-1] - starts[-1] == 2:
            self.ended = True
            starts, ends = starts[:-1], ends[:-1]
        if len(ends):
            last = data[ends - 1]
            commas = last == 44
            wrong = (ends - starts < 2) | (data[starts] != 123) | (~commas & (last != 125))
            inner = commas[: len(commas) - self.ended]
            if wrong.any() or not inner.all() or (self.ended and commas[-1]):
                return False
            data[(ends - 1)[commas]] = 32
            out.write(memoryview(chunk)[: ends[-1] + 1])
            self.spans.append(np.column_stack((starts + self.at, ends - starts - commas)))
        self.at += len(chunk)
        return True


def _spooled_slowly(file: BinaryIO, to: Path, name: str) -> tuple[str, NDArray[np.int64]]:
    digest = _sha256(file)
    file.seek(0)
    count = 0
    with to.open("wb") as out:
        for count, (_, line) in enumerate(_lines.read_lines(file, name), 1):  # noqa: B007
            out.write(line + b"\n")
    return digest, np.full((count, 2), -1, dtype=np.int64)


def _diagnosed(file: BinaryIO, name: str, otherwise: str) -> UnreadableCollection:
    """Return the error that names every line of a file that is not an incident."""
    file.seek(0)
    problems: list[str] = []
    try:
        for number, line in _lines.read_lines(file, name):
            try:
                from_line(line)
            except BadInput as bad:
                problems.extend(f"{name}:{number}: {problem}" for problem in bad.problems)
            if len(problems) >= _TOLD:
                problems.append(f"{name}: and perhaps more; `validate` lists all")
                break
    except UnreadableCollection as bad:
        problems.extend(bad.problems)
    return UnreadableCollection(problems or [f"{name}: {otherwise.splitlines()[0]}"])
