"""The collection: a folder of monthly FeatureCollections and a journal of the latest edits. The folder is the truth.

Readers always see files and journal as one and are never blocked. One writer at a time; an edit is durable when
the call returns. `compact` moves the journal into the files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Self

import orjson

from incidents import _files, _lines
from incidents._compacted import Note, Stood
from incidents._editing import Editing
from incidents._errors import AtlasError, BadInput, Conflict, Locked, NotFound, UnreadableCollection
from incidents._journal import NAME as JOURNAL
from incidents._journal import Journal, Mark, Overlay, tombstone
from incidents._spill import Spill
from incidents.geojson import from_line, to_line
from incidents.model import Incident

CANDIDATES: Final = "candidates.jsonl"
SET_ASIDE: Final = "set-aside"
_LITTLE: Final = 256 << 10  # bytes of journal that are never worth a compaction
_PLENTY: Final = 32 << 20  # bytes of journal that always are: reading them takes time
_SHARE: Final = (
    8  # between the two, one part in so many of the files is: an edit then costs a bounded rewriting
)

OnProblem = Callable[[str, int, str, str], None]
"""Told (file, line, id or "", message) of a line that cannot be used."""


class FileState(NamedTuple):
    """One file of a collection as it stands on disk. `mtime_ns` may go backwards: compare it, never order by it."""

    name: str
    path: Path
    size: int
    mtime_ns: int
    inode: int

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal; reads the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class Failed(NamedTuple):
    """A compaction that could not be: why, how large the journal was, how the files stood."""

    why: str
    journal: int
    states: list[FileState]


class View(NamedTuple):
    """One consistent moment of a collection: open files by name, and the journal over them.

    `journal` is the journal file's content where it was asked for.
    """

    files: dict[str, BinaryIO]
    overlay: dict[str, bytes | None]
    journal: bytes = b""


class Writer:
    """A batch of edits. Nothing is written until the block of `FolderStore.writing` ends well."""

    def __init__(self) -> None:
        self.edits: dict[str, Incident | None] = {}

    def put(self, incidents: Incident | Iterable[Incident]) -> None:
        """Add or replace incidents."""
        for incident in [incidents] if isinstance(incidents, Incident) else incidents:
            self.edits[incident.id] = incident

    def delete(self, incident_id: str) -> None:
        """Take an incident out of the collection."""
        self.edits[incident_id] = None


class FolderStore(Editing):
    """A collection folder. Safe to use from several threads; open it once for each process."""

    def __init__(self, folder: Path, *, timeout: float = 10.0) -> None:
        self.folder = folder
        self.timeout = timeout
        self.problems: list[str] = []
        self._journal = Journal(folder)
        self._mutex = threading.RLock()
        self._due: int | None = None
        self._failed: Failed | None = None
        self._tidier: threading.Thread | None = None

    # ---- opening

    def __str__(self) -> str:
        return str(self.folder)

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, timeout: float = 10.0) -> Self:
        """Open a collection folder, clean up after a killed writer and tell what was done in `problems`.

        Raises NotFound, UnreadableCollection for a path that is no folder, CannotWrite when it cannot be created.
        """
        folder = Path(path)
        if not folder.exists():
            if not create:
                raise NotFound(f"{folder}: there is no such collection folder")
            try:
                folder.mkdir(parents=True)
            except OSError as error:
                raise _files.explained(error, folder) from error
        if not folder.is_dir():
            raise UnreadableCollection(
                f"{folder}: is a file; a collection is a folder of YYYY-MM.geojson files"
            )
        if not create:
            refuse_other(folder)
        store = cls(folder, timeout=timeout)
        store._clean()
        return store

    def _clean(self) -> None:
        stale = _files.holder(self.folder) is not None
        if not (stale or self._journal.torn() or _files.leftovers(self.folder)):
            return
        try:
            with _files.one_writer(self.folder, by="clean-up", timeout=0):
                self._tidy(stale=stale)
        except (Locked, _files.CannotWrite):
            return  # a writer is at work and cleans up itself, or the folder is read-only: readers do not mind

    def _tidy(self, *, stale: bool) -> None:
        if stale:
            self.problems.append(
                f"{_files.LOCK}: the last writer ended without letting go; the lock is free again"
            )
        for path in _files.leftovers(self.folder):
            _files.discard(path)
            self.problems.append(
                f"{path.name}: left by a writer that was stopped; removed (it was never in use)"
            )
        self._cut_torn()

    def _cut_torn(self) -> None:
        torn = self._journal.torn()
        if torn:
            aside = self.set_aside("journal-torn.txt", torn + b"\n")
            self._journal.cut(len(torn))
            self.problems.append(
                f"{JOURNAL}: the last line was not finished ({len(torn)} bytes, never acknowledged); kept in {aside}"
            )

    def set_aside(self, name: str, content: bytes) -> str:
        """Keep bytes that are not part of the collection; returns the file's name within the folder."""
        path = self.folder / SET_ASIDE / name
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("ab") as file:
                file.write(content)
        except OSError as error:
            raise _files.explained(error, path) from error
        return f"{SET_ASIDE}/{name}"

    # ---- reading

    def files(self) -> list[FileState]:
        """Return the collection's GeoJSON files, by name. A file under another name than a month still belongs."""
        states = []
        for path in sorted(self.folder.glob("*.geojson")):
            with contextlib.suppress(FileNotFoundError):
                at = path.stat()
                states.append(FileState(path.name, path, at.st_size, at.st_mtime_ns, at.st_ino))
        return [state for state in states if not state.name.startswith(".")]

    def revision(self) -> str:
        """Return a value that changes when a file or the journal does. Looks at names, sizes and times only."""
        parts = [f"{s.name}:{s.size}:{s.mtime_ns}:{s.inode}" for s in self.files()]
        with contextlib.suppress(FileNotFoundError):
            at = self._journal.path.stat()
            parts.append(f"{JOURNAL}:{at.st_size}:{at.st_mtime_ns}:{at.st_ino}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def overlay(self) -> Overlay:
        """Return the edits that are not yet in the files: id to line, or to null for a deleted incident."""
        with self._mutex:
            return dict(self._journal.overlay())

    @contextlib.contextmanager
    def view(self, *, with_journal: bool = False) -> Iterator[View]:
        """Open one consistent moment of the collection; writers may go on beside it."""
        with contextlib.ExitStack() as stack:
            while True:
                view = self._try_view(stack, with_journal=with_journal)
                if view is not None:
                    yield view
                    return

    def _try_view(self, stack: contextlib.ExitStack, *, with_journal: bool) -> View | None:
        # Files first, then the journal: an edit of this moment is in a file, in the journal, or in both. A journal
        # that was replaced meanwhile means that a compaction ended in between, and the files are opened again.
        with self._mutex:
            before = self._journal.overlay()
            states = self.files()
            files: dict[str, BinaryIO] = {}
            try:
                for state in states:
                    files[state.name] = stack.enter_context(state.path.open("rb"))
            except FileNotFoundError:
                return None
            if not self._journal.is_same_file() or _names(self.files()) != _names(states):
                return None
            now = self._journal.overlay()
            # replaced since we looked: what left it is in newer files than these
            if before and now is not before:
                return None
            return View(files, dict(now), self._journal.content() if with_journal else b"")

    def lines(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (file, line number, Feature as bytes) of the whole collection: the files, then the journal's edits.

        Raw and fast: nothing is checked but the frame. Lines that the journal replaces are left out.
        """
        with self.view() as view:
            for name, file in view.files.items():
                for number, line in self._file_lines(file, name):
                    if not view.overlay or _id_or_none(line) not in view.overlay:
                        yield name, number, line
            for number, edited in enumerate(view.overlay.values(), 1):
                if edited is not None:
                    yield JOURNAL, number, edited

    def file_lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield (line number, Feature as bytes) of one file, the journal not looked at."""
        with (self.folder / name).open("rb") as file:
            yield from self._file_lines(file, name)

    def _file_lines(self, file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
        return _lines.read_lines(file, f"{self.folder.name}/{name}")

    def incidents(self, *, on_problem: OnProblem | None = None) -> Iterator[Incident]:
        """Yield every incident, files and journal as one.

        A line that cannot be used raises UnreadableCollection with file and line; with `on_problem` it is told
        there and passed over. Of two Features with one id the first counts, the second is a problem as well.
        """
        seen: set[str] = set()
        for name, number, line in self.lines():
            try:
                incident = _first(from_line(line), seen)
            except BadInput as bad:
                if on_problem is None:
                    told = "; ".join(bad.problems)
                    where = f"{self.folder.name}/{name}:{number}"
                    raise UnreadableCollection(f"{where}: {told}. `validate` lists all problems") from bad
                on_problem(name, number, _id_or_none(line) or "", "; ".join(bad.problems))
            else:
                yield incident

    def ids(self) -> set[str]:
        """Return the ids of all incidents; reads every line."""
        return {_lines.id_of(line) for _, _, line in self.lines()}

    def get(self, incident_id: str) -> Incident:
        """Return one incident by its id, or by one it had before a merge. Raises NotFound."""
        line = self._line(incident_id) or self._formerly(incident_id)
        if line is None:
            raise NotFound(f"{incident_id}: no incident in {self.folder} has this id, now or before")
        return from_line(line)

    def _line(self, incident_id: str) -> bytes | None:
        with self.view() as view:
            if incident_id in view.overlay:
                return view.overlay[incident_id]
            for file in view.files.values():
                line = _lines.find(file, incident_id)
                if line is not None:
                    return line
            for name, file in view.files.items():
                file.seek(0)
                for _, line in self._file_lines(file, name):
                    if _id_or_none(line) == incident_id:
                        return line
        return None

    def _formerly(self, incident_id: str) -> bytes | None:
        needle = orjson.dumps(incident_id)
        for _, _, line in self.lines():
            if needle in line and incident_id in _previous(line):
                return line
        return None

    # ---- writing

    def refusal(self) -> str | None:
        """Say why no edit can be saved here at present, as far as that shows without trying; null where it can be."""
        paths = [self.folder, *(p for p in (self.folder / _files.LOCK, self._journal.path) if p.exists())]
        for path in paths:
            if not os.access(path, os.W_OK):
                return f"{path}: may not be written; whoever owns it can allow that, or copy the collection elsewhere"
        return None

    def replace(self, before: Incident, after: Incident, *, by: str | None = None) -> None:
        """Save `after` where `before` is still what the collection holds. Raises Conflict with both versions."""
        with self.writing(by=by) as writer:
            held = self._line(before.id)
            if held is None or to_line(from_line(held)) != to_line(before):
                theirs = held.decode() if held else "deleted"
                raise Conflict(
                    f"{before.id}: was changed by somebody else\nthere: {theirs}\nyours: {_text(after)}"
                )
            if after.id != before.id:
                writer.delete(before.id)
            writer.put(after)

    _changed = 0

    @contextlib.contextmanager
    def writing(self, *, by: str | None = None) -> Iterator[Writer]:
        """Hold the folder for a batch of edits; all of them are durable when the block ends, or none.

        Raises Locked when another writer does not finish in time, CannotWrite on a full disk or read-only folder.
        A journal that has grown is compacted afterwards, in a thread of its own and without holding up the next edit.
        """
        with self._mutex, _files.one_writer(self.folder, by=by, timeout=self.timeout):
            self._cut_torn()
            writer = Writer()
            yield writer
            lines = self._different(writer.edits, by=by)
            if lines:
                self._journal.append(lines)
                self._changed += len(lines)
        if lines and self._is_due():
            self._tidy_beside()

    def _different(self, edits: dict[str, Incident | None], *, by: str | None) -> list[bytes]:
        lines = []
        overlay = self._journal.overlay()
        for incident_id, incident in edits.items():
            if incident is None:
                lines.append(tombstone(incident_id, by=by))
                continue
            line = checked_line(incident)
            if line != self._held(incident, overlay):
                lines.append(line)
        return lines

    def _held(self, incident: Incident, overlay: Overlay) -> bytes | None:
        """Return the stored line of an incident, looked for only where it would be filed."""
        if incident.id in overlay:
            return overlay[incident.id]
        try:
            with (self.folder / _lines.file_of(incident)).open("rb") as file:
                return _lines.find(file, incident.id)
        except FileNotFoundError:
            return None

    def compact(self, *, by: str | None = None) -> int:
        """Move the journal into the monthly files; returns how many edits that were. Readers are not disturbed."""
        with self._mutex, _files.one_writer(self.folder, by=by or "compaction", timeout=self.timeout):
            self._cut_torn()
            return self._compact()

    def compact_if_large(self) -> None:
        """Compact once the journal has grown so much that reading it takes time. Writers go on beside it."""
        if self._is_due():
            self._compact_beside()

    def _is_due(self) -> bool:
        size = self._journal.size()
        if size < _LITTLE:
            return False
        if self._failed is not None and self.files() != self._failed.states:
            return True  # somebody has perhaps put right what was in the way
        if self._due is None:
            whole = sum(state.size for state in self.files())
            self._due = min(_PLENTY, max(_LITTLE, whole // _SHARE))
        return size > self._due

    def _tidy_beside(self) -> None:
        with self._mutex:
            if self._tidier is None or not self._tidier.is_alive():
                self._tidier = threading.Thread(target=self._tidy_quietly, name="compaction")
                self._tidier.start()

    def _tidy_quietly(self) -> None:
        """Compact, and where that cannot be done say so and let the journal grow a good deal before trying again."""
        try:
            self._compact_beside()
        except Locked:
            return  # another writer takes its time; the next edit tries again
        except (AtlasError, OSError) as error:
            why = _files.explained(error, self.folder) if isinstance(error, OSError) else error
            told = f"the journal could not be moved into the files: {why}"
            if told not in self.problems:
                self.problems.append(told)
            self._due = 4 * self._journal.size()
            self._failed = Failed(str(why), self._journal.size(), self.files())
        else:
            self._due = self._failed = None

    def unmoved(self) -> str | None:
        """Say what kept the last compaction in the background from moving the journal into the files; null when all is well.

        No edit is lost by it: all of them are in the journal, and readers see them.
        """
        failed = self._failed
        if failed is None or self._journal.size() < failed.journal:  # another program has moved it since
            return None
        return failed.why

    def settle(self) -> None:
        """Wait until a compaction that goes on in the background is over."""
        tidier = self._tidier
        if tidier is not None:
            tidier.join()

    def _compact_beside(self) -> int:
        """Compact without holding up writers: the new files are made beside the old, and take their places in a moment.

        Returns how many edits were moved; 0 where somebody else changed the files meanwhile, which leaves all as it was.
        """
        with self._mutex:
            overlay, mark, states = dict(self._journal.overlay()), self._journal.mark(), self.files()
        if mark is None:
            return 0
        made: dict[str, Path | None] = {}
        try:
            for name, features in self._remade(*_by_month(overlay)):
                lines = _lines.written(line for _, line in features)
                made[name] = _files.prepared(self.folder / name, lines) if features else None
            return len(overlay) if self._take_places(made, states, mark) else 0
        except FileNotFoundError:  # of a file that somebody else's compaction has just emptied
            return 0
        finally:
            mark.close()
            for temp in made.values():
                if temp is not None:
                    temp.unlink(missing_ok=True)

    def _noted(self) -> Note:
        before = {s.name: Stood(s.size, s.mtime_ns, s.inode) for s in self.files()}
        return Note(self.folder, self._journal.path, before)

    def _take_places(self, made: dict[str, Path | None], states: list[FileState], mark: Mark) -> bool:
        with self._mutex, _files.one_writer(self.folder, by="compaction", timeout=self.timeout):
            self._cut_torn()
            if self.files() != states or not mark.is_in(self._journal.path):
                return False
            self._noted().becomes(made)
            for name, temp in made.items():
                _files.take_place(self.folder / name, temp)
            self._journal.forget(mark)
        return True

    def _compact(self) -> int:
        overlay = dict(self._journal.overlay())
        if overlay:
            self._merge(*_by_month(overlay))
        self._journal.remove()
        return len(overlay)

    def load(self, incidents: Iterable[Incident], *, by: str | None = None) -> int:
        """Bring in very many incidents with the memory of one month; returns how many were read.

        On a full disk nothing is changed. Killed half-way, each file is complete or as before, and the same call again
        gives the same result.
        """
        with self._mutex, _files.one_writer(self.folder, by=by or "import", timeout=self.timeout):
            self._cut_torn()
            with Spill(self.folder) as spill:
                for incident in incidents:
                    spill.add(_lines.file_of(incident), incident.id, to_line(incident))
                self._compact()
                # what moves to another month is in the journal first: a reader never sees it twice, or not at all
                self._merge(spill.where, spill.names(), spill.lines, first=self._moved(spill))
                self._journal.remove()
                return spill.count

    def _moved(self, spill: Spill) -> list[bytes]:
        moved = set()
        for state in self.files():
            for _, line in self.file_lines(state.name):
                incident_id = _lines.id_of(line)
                if spill.where.get(incident_id, state.name) != state.name:
                    moved.add((spill.where[incident_id], incident_id))
        return [spill.lines(name)[incident_id] for name, incident_id in sorted(moved)]

    def _merge(
        self, where: Mapping[str, str], names: set[str], added: Added, *, first: Sequence[bytes] | None = None
    ) -> None:
        """Write every file that changes beside the old one, and only then put them in their places: all, or none.

        `first` are lines that the journal must hold before; without it all that comes in is in the journal already.
        """
        there = self.files()
        made: dict[str, Path | None] = {}
        try:
            for name, features in self._remade(where, names, added):
                lines = _lines.written(line for _, line in features)
                made[name] = _files.prepared(self.folder / name, lines) if features else None
            self._refuse_changed(there, made)
            if first:
                self._journal.append(list(first))
            if first is None:  # readers who know the journal then know the files
                self._noted().becomes(made)
            for name, temp in made.items():
                _files.take_place(self.folder / name, temp)
        finally:
            for temp in made.values():
                if temp is not None:
                    temp.unlink(missing_ok=True)

    def _refuse_changed(self, before: list[FileState], made: Mapping[str, Path | None]) -> None:
        """Raise Conflict where a file that is to be replaced was changed meanwhile."""
        now = self.files()
        changed = {state.name for state in (*before, *now) if state not in before or state not in now}
        for name in sorted(changed & made.keys()):
            raise Conflict(
                f"{self.folder / name}: was changed by another program just now; nothing of it was touched, try again"
            )

    def _remade(
        self, where: Mapping[str, str], names: set[str], added: Added
    ) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
        """Yield each file that changes with all its new lines by id, sorted.

        An id in `where` leaves every file, and comes back in those lines that `added` gives.
        """
        there = {state.name for state in self.files()}
        for name in sorted(names | there):
            old = self._rewritable(name) if name in there else []
            kept = [(i, line) for i, line in old if i not in where]
            new = added(name) if name in names else {}
            if new or len(kept) != len(old):
                yield name, sorted([*kept, *new.items()], key=lambda feature: feature[0])

    def _rewritable(self, name: str) -> list[tuple[str, bytes]]:
        foreign = _lines.foreign_members(self.folder / name)
        if foreign:
            raise UnreadableCollection(
                f"{self.folder.name}/{name}: has {', '.join(foreign)} beside its features, which a rewrite would "
                "lose; take it out, or let `repair` set it aside"
            )
        lines = []
        for number, line in self.file_lines(name):
            try:
                lines.append((_lines.id_of(line), line))
            except BadInput as bad:
                raise UnreadableCollection(f"{self.folder.name}/{name}:{number}: {bad}") from bad
        return lines

    # ---- doubtful merges

    def candidates(self) -> list[dict[str, Any]]:
        """Return the doubtful merge candidates that are kept beside the collection."""
        path = self.folder / CANDIDATES
        if not path.exists():
            return []
        found = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                found.append(_lines.loads(line))
            except BadInput as bad:
                raise UnreadableCollection(f"{path}:{number}: {bad}") from bad
        return found

    def save_candidates(self, candidates: Iterable[dict[str, Any]], *, by: str | None = None) -> None:
        """Replace the list of doubtful merge candidates."""
        lines = [orjson.dumps(candidate, option=orjson.OPT_APPEND_NEWLINE) for candidate in candidates]
        path = self.folder / CANDIDATES
        with self._mutex, _files.one_writer(self.folder, by=by, timeout=self.timeout):
            if not lines:
                path.unlink(missing_ok=True)
            elif not path.exists() or path.read_bytes() != b"".join(lines):
                _files.write_whole(path, lines)


Added = Callable[[str], dict[str, bytes]]
"""Gives the lines by id that come into a file."""


def _by_month(overlay: Overlay) -> tuple[dict[str, str], set[str], Added]:
    """Return where each edited id belongs ("" for a deleted one), the files concerned, and what comes into them."""
    months: dict[str, dict[str, bytes]] = {}
    for incident_id, line in overlay.items():
        if line is not None:
            months.setdefault(_lines.file_of(from_line(line)), {})[incident_id] = line
    where = {i: name for name, lines in months.items() for i in lines}
    return {i: where.get(i, "") for i in overlay}, set(months), lambda name: months.get(name, {})


_OURS: Final = ("*.geojson", "journal.geojsons", "collection.yaml", "candidates.jsonl", "set-aside", ".lock")


def refuse_other(folder: Path) -> None:
    """Raise UnreadableCollection for a folder that holds files and none of a collection; an empty one is a new one."""
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if visible and not any(next(folder.glob(pattern), None) for pattern in _OURS):
        raise UnreadableCollection(
            f"{folder}: is no collection: it holds no YYYY-MM.geojson file (but for example {visible[0].name})"
        )


def _names(states: list[FileState]) -> list[tuple[str, int]]:
    return [(state.name, state.inode) for state in states]


def _first(incident: Incident, seen: set[str]) -> Incident:
    if incident.id in seen:
        raise BadInput(f"id: {incident.id} is there twice")
    seen.add(incident.id)
    return incident


def checked_line(incident: Incident) -> bytes:
    """Return the line of an incident after reading it back. Raises BadInput for values that would not survive."""
    line = to_line(incident)
    try:
        back = to_line(from_line(line))
    except BadInput as bad:
        raise BadInput([f"{incident.id}: {problem}" for problem in bad.problems]) from bad
    if back != line:
        raise BadInput(f"{incident.id}: holds values that a file cannot keep as they are")
    return line


def read_file(path: Path) -> Iterator[Incident]:
    """Yield the incidents of one GeoJSON file in any layout. Raises UnreadableCollection with the line."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableCollection(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        for number, line in _lines.read_lines(file, str(path)):
            try:
                yield from_line(line)
            except BadInput as bad:
                raise UnreadableCollection(
                    [f"{path}:{number}: {problem}" for problem in bad.problems]
                ) from bad


def write_file(path: Path, incidents: Iterable[Incident]) -> None:
    """Write incidents, sorted by id, as one FeatureCollection file: complete or absent."""
    ordered = sorted(incidents, key=lambda incident: incident.id)
    _files.write_whole(path, _lines.written(checked_line(incident) for incident in ordered))


def stamp() -> str:
    """Return this moment in UTC as it stands in file names: `2022-09-16T101500Z`."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H%M%SZ")


def _text(incident: Incident) -> str:
    return to_line(incident).decode()


def _id_or_none(line: bytes) -> str | None:
    try:
        return _lines.id_of(line)
    except BadInput:
        return None


def _previous(line: bytes) -> list[str]:
    try:
        feature = orjson.loads(line)
        return list(feature["properties"].get("previous_ids") or [])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return []
