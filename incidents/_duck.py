"""The catalogue of a folder or a file: DuckDB over the derived Parquet index, the journal on top.

Every question first looks whether the collection has changed: each time at the journal and the folder, which see every
save of this program; twice a second at the files themselves, which a hand may have written into.
"""

# ruff: noqa: S608 (only names of our own are put into SQL; every value is bound)

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple, Protocol, TypeVar

import duckdb
import numpy as np
import orjson
from numpy.typing import NDArray

from incidents import _compacted, _rings, _shape, sql, vocabulary
from incidents._compacted import Compacted, Stood, stood
from incidents._errors import AtlasError, NotFound, UnreadableCollection
from incidents._fold import terms
from incidents._scripts import written
from incidents._snapshot import PASSING, Place, Places, Snapshot, filled, remove_damaged
from incidents._words import Words, build, mask, path_of
from incidents.catalogue import Bin, Counts, Points, Unit
from incidents.filters import Filter
from incidents.geojson import from_line
from incidents.index import RACY_NS, Index
from incidents.model import Incident
from incidents.sql import Sql
from incidents.store import FolderStore

CHECK_EVERY_S: Final = 0.5
WORDS_FROM: Final = 20_000
"""From this many rows on a text search looks the words up; below it scanning is as fast."""
BESIDE_FROM: Final = 20_000
"""From this many rows on the index is made anew beside the questions after a compaction; a smaller one takes no time."""
_TICK_NS: Final = 20_000_000  # the times of files are no finer than this on any system we know of
_KEPT: Final = 24
_PLACE: Final = "row_no, id, start, length"
T = TypeVar("T")


class Moment(NamedTuple):
    """One consistent moment of a collection: open files by name, and the edits over them."""

    files: Mapping[str, BinaryIO]
    overlay: Mapping[str, bytes | None]


class Source(Protocol):
    """What the catalogue needs of whatever holds the files."""

    path: Path
    label: str

    def latest(self) -> object:
        """Return a value that changes with every save, also one that is compacted at once; very cheap."""

    def stamp(self) -> object:
        """Return a value that changes with any file; looks at names, sizes and times only."""

    def view(self) -> contextlib.AbstractContextManager[Moment]:
        """Open one consistent moment."""

    def overlay(self) -> Mapping[str, bytes | None]:
        """Return the edits that are not in the files."""

    def compacted(self) -> Compacted | None:
        """Return the last compaction; null where nothing tells of it."""


class FolderSource:
    """A collection folder."""

    def __init__(self, store: FolderStore) -> None:
        self.store, self.path, self.label = store, store.folder, f"{store.folder.name}/"

    def latest(self) -> object:
        """Say how the journal stands, and when a name in the folder last came, went or took another file's place.

        A journal that was written and compacted between two looks leaves no other trace. The system's clock ticks in
        milliseconds: a change of this very moment may have a brother with the same time, so no two answers are alike.
        """
        journal, folder = _stat(self.store.folder / "journal.geojsons"), _stat(self.store.folder)
        is_new = folder is not None and time.time_ns() - folder.mtime_ns < _TICK_NS
        return journal, folder, time.monotonic_ns() if is_new else 0

    def stamp(self) -> object:
        """Say how all files stand."""
        return self.store.revision()

    @contextlib.contextmanager
    def view(self) -> Iterator[Moment]:
        """Open all files of one moment."""
        with self.store.view() as view:
            yield Moment(view.files, view.overlay)

    def overlay(self) -> Mapping[str, bytes | None]:
        """Return the journal's edits."""
        return self.store.overlay()

    def compacted(self) -> Compacted | None:
        """Return what the last compaction left beside the index."""
        return _compacted.last(self.store.folder)


class FileSource:
    """A single GeoJSON file, read only."""

    def __init__(self, path: Path) -> None:
        self.path, self.label = path, ""

    def latest(self) -> object:
        """Say nothing: a file has no journal."""
        return None

    def stamp(self) -> object:
        """Say how the file stands."""
        return _stat(self.path)

    @contextlib.contextmanager
    def view(self) -> Iterator[Moment]:
        """Open the file."""
        try:
            with self.path.open("rb") as file:
                yield Moment({self.path.name: file}, {})
        except OSError as error:
            raise UnreadableCollection(f"{self.path}: cannot be read ({error.strerror})") from error

    def overlay(self) -> Mapping[str, bytes | None]:
        """Return no edits."""
        return {}

    def compacted(self) -> Compacted | None:
        """Return nothing: no file is compacted."""
        return None


def _stat(path: Path) -> Stood | None:
    try:
        return stood(path.stat())
    except OSError:
        return None


class State(NamedTuple):
    """What answers: an opened index, the files that it shows, and the edits over it that stand in these files already.

    `files` is null where they are so new that only their content tells whether they are the same.
    """

    shot: Snapshot
    files: dict[str, Stood] | None
    moved: Mapping[str, bytes | None]


def _stood(files: Mapping[str, BinaryIO]) -> dict[str, Stood]:
    return {name: stood(os.fstat(file.fileno())) for name, file in files.items()}


def _is_old(files: Mapping[str, Stood]) -> bool:
    """Say whether a change from now on shows in the times of these files, on any file system."""
    return all(time.time_ns() - at.mtime_ns > RACY_NS for at in files.values())


def _fits(note: Compacted, state: State, files: dict[str, Stood]) -> bool:
    """Say whether a compaction leads from what a state shows to these files."""
    shown = state.files or {p.name: Stood(p.size, p.mtime_ns, p.inode) for p in state.shot.parts}
    return note.covers(shown) and note.covers(files)


class DuckCatalogue:
    """Answers from the index. Keeps serving the last good state while a file is broken, and says so in `problems`."""

    def __init__(self, source: Source, *, places: sql.Places) -> None:
        self._source, self._places = source, places
        self._index = Index(source.path)
        self._lock = threading.RLock()
        self._problems: tuple[str, ...] = ()
        self._kept: OrderedDict[object, Any] = OrderedDict()
        # the number of a snapshot: the snapshot itself would be kept open with all its files
        self._wording = -1
        self._settling: threading.Thread | None = None
        self._tables: list[Path] = []
        self._state: State
        self._renewing: threading.Thread | None = None
        self._looked = time.monotonic()
        self._latest, self._stamp = source.latest(), source.stamp()
        self._state = self._opened()

    # ---- keeping up with the collection

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps the newest state of the collection from being shown; empty when all is well."""
        shot = self._current()
        return (*self._problems, *shot.problems)

    @property
    def revision(self) -> str:
        """A value that changes when, and only when, the content changes."""
        shot = self._current()
        return self._cached(shot, "revision", shot.digest)

    @property
    def _snapshot(self) -> Snapshot:
        return self._state.shot

    def _opened(self) -> State:
        state = self._made()
        if not state.shot.is_settled:
            # not a daemon: what was begun is finished, also when the process ends meanwhile
            self._settling = threading.Thread(target=self._settle, args=(state.shot,), name="settle")
            self._settling.start()
        return state

    def _made(self) -> State:
        """Make the index of this moment and open it."""
        with self._source.view() as moment, _in_words():
            files = _stood(moment.files)
            try:
                shot = self._open(moment)
            except PASSING:
                raise
            except duckdb.Error:  # a table is damaged, or another process has just replaced it
                remove_damaged(self._tables)
                shot = self._open(moment)
            shot.edit(moment.overlay)
        return State(shot, files if _is_old(files) else None, {})

    def _open(self, moment: Moment) -> Snapshot:
        parts = self._index.refresh(dict(moment.files), label=self._source.label)
        self._tables = [self._index.path(table) for part in parts for table in part.tables if table.rows]
        return Snapshot(parts, self._index.folder, dict(moment.files))

    def _settle(self, shot: Snapshot) -> None:
        shot.settle()
        self._make_words(shot)

    def settled(self) -> None:
        """Wait until all is made that is left to the background: hot columns, the index after a compaction."""
        for thread in (self._settling, self._renewing):
            if thread is not None:
                thread.join()

    def _current(self) -> Snapshot:
        """Return the newest state, refreshed first where something changed."""
        late = time.monotonic() - self._looked >= CHECK_EVERY_S
        if not late and self._source.latest() == self._latest:
            return self._snapshot
        with self._lock:
            self._look()
            return self._snapshot

    def _look(self) -> None:
        latest, stamp = self._source.latest(), self._source.stamp()
        self._looked = time.monotonic()
        if (latest, stamp) == (self._latest, self._stamp):
            return
        try:
            self._keep_up()
            self._problems = ()
        except UnreadableCollection as bad:
            self._problems = bad.problems
        self._latest, self._stamp = latest, stamp

    def _keep_up(self) -> None:
        with self._source.view() as moment, _in_words():
            state = self._carried(self._state, moment)
        self._state = state or self._opened()
        if self._state.moved:
            self._renew()

    def _carried(self, state: State, moment: Moment) -> State | None:
        """Return a state brought up to a moment without making anything anew; null where that cannot be.

        What a compaction has moved into the files is laid over the tables of before, as the journal is.
        """
        files, moved = _stood(moment.files), state.moved
        held, edits = state.shot.overlay, moment.overlay
        if files != state.files and (
            moved or not self._index.is_current(state.shot.parts, dict(moment.files))
        ):
            note = self._source.compacted() if state.shot.total >= BESIDE_FROM else None
            if note is None or not _fits(note, state, files):
                return None
            moved = {**held, **note.edits}
        if moved:
            # a line that is held already is told by being the same object
            edits = {
                i: held[i] if i in held and held[i] == line else line
                for i, line in {**moved, **edits}.items()
            }
        if not state.shot.edit(edits):
            return None
        return State(state.shot, files if moved or _is_old(files) else None, moved)

    # ---- a new index beside the questions

    def _renew(self) -> None:
        """Begin to make the index of the files as they stand now; until it is done the one of before answers."""
        if self._renewing is None or not self._renewing.is_alive():
            self._renewing = threading.Thread(
                target=self._renew_beside, args=(self._state.shot,), name="renew"
            )
            self._renewing.start()

    def _renew_beside(self, old: Snapshot) -> None:
        # what goes wrong is said by the next question that meets it
        with contextlib.suppress(AtlasError, OSError, duckdb.Error):
            while self._snapshot is old and threading.main_thread().is_alive():
                for table in old.tables:  # what was written this minute is not swept away under its reader
                    with contextlib.suppress(OSError):
                        os.utime(table)
                state = self._made()
                if not state.shot.is_settled:
                    state.shot.settle()
                if self._took_over(self._proved(state), old):
                    self._make_words(state.shot)
                    return

    def _proved(self, state: State) -> State:
        """Wait until the times of the files tell a change, and compare their content once: then no question must.

        Not for long: where a clock ran backwards the times lie ahead of it.
        """
        until = time.monotonic() + 2 * RACY_NS / 1e9
        while state.files is None and time.monotonic() < until and threading.main_thread().is_alive():
            with self._source.view() as moment:
                files = _stood(moment.files)
                if not self._index.is_current(state.shot.parts, dict(moment.files)):
                    break
                if _is_old(files):
                    return state._replace(files=files)
            time.sleep(0.5)
        return state

    def _took_over(self, new: State, old: Snapshot) -> bool:
        """Answer from a new state from now on, unless it is behind the old one."""
        with self._lock, self._source.view() as moment:
            state = self._carried(new, moment)
            if state is None:
                return False
            if self._snapshot is old:
                self._state = state
            return True

    def _ask(self, question: Callable[[Snapshot], T]) -> T:
        """Answer from the newest state; where the index on disk is gone or damaged, make that part anew and ask again.

        Raises AtlasError where memory does not suffice or somebody stopped the question: that harms no file.
        """
        shot = self._current()
        try:
            return question(shot)
        except PASSING as error:
            raise _told(error) from error
        except duckdb.Error:
            with self._lock:
                if self._snapshot is shot:
                    remove_damaged(shot.tables)
                    self._state = self._opened()
            with _in_words():
                return question(self._snapshot)

    def _cached(self, shot: Snapshot, key: object, make: Callable[[], T]) -> T:
        full = (shot.number, shot.generation, key)
        with self._lock:
            if full in self._kept:
                self._kept.move_to_end(full)
                return self._kept[full]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            self._kept[full] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made

    # ---- what a filter lets through

    @contextlib.contextmanager
    def _chosen(self, shot: Snapshot, where: Filter) -> Iterator[Sql]:
        """Yield the condition of a filter on `hot`; text and rings are looked up first, as row numbers."""
        test = sql.condition(where.without("text", "within"), places=self._places)
        rows = self._looked_up(shot, where)
        if rows is None:
            yield test
            return
        name = f"chosen_{threading.get_ident()}"
        cursor = shot.cursor()
        cursor.register(name, {"row_no": rows})
        try:
            yield sql.both([test, Sql(f"row_no IN (SELECT row_no FROM {name})")])
        finally:
            cursor.unregister(name)

    def _looked_up(self, shot: Snapshot, where: Filter) -> NDArray[np.int32] | None:
        found = []
        if where.text is not None and where.text.strip():
            text = where.text
            found.append(self._cached(shot, ("text", text), lambda: self._with_text(shot, text)))
        if where.within is not None:
            drawn = where.without("text")
            found.append(self._cached(shot, ("within", drawn), lambda: self._in_ring(shot, drawn)))
        if not found:
            return None
        return found[0] if len(found) == 1 else np.intersect1d(found[0], found[1], assume_unique=True)

    def _with_text(self, shot: Snapshot, text: str) -> NDArray[np.int32]:
        test = sql.condition(Filter(text=text, review=vocabulary.words("review")), places=self._places)
        words = shot.words()
        if words is None:
            self._make_words(shot)
            return np.asarray(shot.arrays(sql.positions(test, "wide"))["row_no"], dtype=np.int32)
        edited = shot.arrays(sql.positions(test, "held.edits"))["row_no"]
        unedited = np.flatnonzero(self._having(shot, words, text))
        return np.concatenate([unedited, np.asarray(edited)]).astype(np.int32)

    def _having(self, shot: Snapshot, words: list[Words], text: str) -> NDArray[np.bool_]:
        """Say for each row of the files whether it has all words of `text`: what `sql.condition` says, looked up."""
        total = int(shot.offsets[-1])
        said = [*terms(text)]
        every = np.ones(total, dtype=np.bool_)
        for term in said:
            every &= mask(words, written(term), total) | self._at(shot, term, total)
        return every | self._at(shot, text, total) if len(said) > 1 else every

    def _at(self, shot: Snapshot, name: str, total: int) -> NDArray[np.bool_]:
        """Say for each row of the files whether it lies at a place of this name."""
        there = np.zeros(total, dtype=np.bool_)
        if ids := sorted(set(self._places(name))):
            rows = np.asarray(shot.arrays(sql.positions(sql.one_of("place_id", ids), "hot"))["row_no"])
            there[rows[rows < total]] = True
        return there

    def _make_words(self, shot: Snapshot) -> None:
        """Begin to make the words in the background, once for each state of the files; small collections need none."""
        with self._lock:
            if shot.total < WORDS_FROM or self._wording == shot.number:
                return
            self._wording = shot.number
        # not a daemon: a thread that is cut off inside a library takes the whole process down with it
        threading.Thread(target=make_words, args=(shot.tables,), name="words").start()

    def _in_ring(self, shot: Snapshot, where: Filter) -> NDArray[np.int32]:
        """Return the rows inside the ring of a filter, among those that its other words let through."""
        test = sql.condition(where, places=self._places)
        near = shot.arrays(Sql(f"SELECT row_no, lon, lat FROM hot WHERE {test.text}", test.params))
        inside = _rings.inside(where.within or (), np.asarray(near["lon"]), np.asarray(near["lat"]))
        return np.asarray(near["row_no"], dtype=np.int32)[inside]

    # ---- questions

    def counts(self, where: Filter) -> Counts:
        """Count the incidents that `where` lets through."""

        def question(shot: Snapshot) -> Counts:
            with self._chosen(shot, where) as test:
                total, mapped = shot.rows(sql.counts(test, "hot"))[0]
            return Counts(total, mapped, total - mapped)

        return self._ask(question)

    def page(
        self, where: Filter, *, order: str = "date", descending: bool = True, offset: int = 0, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Return flat rows (`incidents.index` names the columns), ordered by a column. Raises BadInput."""

        def question(shot: Snapshot) -> list[dict[str, Any]]:
            source = "hot" if sql.ORDERS.get(order) in (*_shape.HOT, None) else "wide"
            with self._chosen(shot, where) as test:
                picked = sql.rows(
                    test, source, columns=_PLACE, order=order, descending=descending, offset=offset, limit=limit
                )  # fmt: skip
                return [_flat(shot.line(*place)) for place in shot.rows(picked)]

        return self._ask(question)

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return, for each field, how many incidents each choice would leave, that field's own filter lifted."""

        def question(shot: Snapshot) -> dict[str, dict[str, int]]:
            return {field: self._facet(shot, where, field) for field in fields}

        return self._ask(question)

    def _facet(self, shot: Snapshot, where: Filter, field: str) -> dict[str, int]:
        lifted = where.without(field) if field in Filter.model_fields else where
        if field == "review":
            lifted = lifted.model_copy(update={"review": vocabulary.words("review")})
        with self._chosen(shot, lifted) as test:
            return sql.choices(field, shot.rows(sql.facet(field, test, _holding(field))))

    def timeline(self, where: Filter, unit: Unit) -> list[Bin]:
        """Count incidents by unit of time and category, by date_start (else date_discovered)."""

        def question(shot: Snapshot) -> list[Bin]:
            with self._chosen(shot, where) as test:
                found = shot.rows(sql.timeline(unit, test, "hot", sql.DUCKDB))
            return [Bin(sql.day_of(start), category, count) for start, category, count in found]

        return self._ask(question)

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day among the incidents, null where no date is known."""

        def question(shot: Snapshot) -> tuple[dt.date, dt.date] | None:
            with self._chosen(shot, where) as test:
                first, last = shot.rows(sql.extent(test, "hot"))[0]
            return None if first is None else (sql.day_of(first), sql.day_of(last))

        return self._ask(question)

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        """Count incidents by region code."""

        def question(shot: Snapshot) -> dict[str, int]:
            with self._chosen(shot, where) as test:
                return dict(shot.rows(sql.facet(level, test, "hot")))

        return self._ask(question)

    # ---- every row

    def points(self) -> Points:
        """Return every incident as columns (cached for the revision)."""
        return self._ask(lambda shot: self._cached(shot, "points", lambda: _points(shot)))

    def mask(self, where: Filter) -> NDArray[np.bool_]:
        """Say for each row of `points()` whether `where` lets it through."""

        def question(shot: Snapshot) -> NDArray[np.bool_]:
            with self._chosen(shot, where) as test:
                rows = shot.arrays(sql.positions(test, "hot"))["row_no"]
            mask = np.zeros(shot.total, dtype=np.bool_)
            mask[np.asarray(rows)] = True
            return mask

        return self._ask(question)

    # ---- single incidents

    def get(self, incident_id: str) -> Incident:
        """Return one incident, by its id or by a previous one. Raises NotFound."""
        return self._ask(lambda shot: from_line(self._found(shot, incident_id)))

    def _found(self, shot: Snapshot, incident_id: str) -> bytes:
        place = _located(shot, incident_id)
        if place is None:
            raise NotFound(f"{incident_id}: no incident in {self._source.path} has this id, now or before")
        return shot.line(*place)

    def line_of(self, incident_id: str) -> int:
        """Return the row position of an incident. Raises NotFound."""
        return self._ask(lambda shot: self._row(shot, incident_id))

    def _row(self, shot: Snapshot, incident_id: str) -> int:
        place = _located(shot, incident_id)
        if place is None:
            raise NotFound(f"{incident_id}: no incident in {self._source.path} has this id, now or before")
        return place[0]

    def select(self, where: Filter) -> Iterator[Incident]:
        """Yield the incidents that `where` lets through, in the order of the collection."""
        for line in self.select_lines(where):
            yield from_line(line)

    def select_lines(self, where: Filter) -> Iterator[bytes]:
        """Yield the stored Features that `where` lets through, one JSON text each, in the order of the collection."""
        shot, places = self._ask(lambda shot: (shot, self._places_of(shot, where)))
        yield from shot.lines(places)

    def _places_of(self, shot: Snapshot, where: Filter) -> Places:
        with self._chosen(shot, where) as test:
            found = shot.arrays(Sql(f"SELECT row_no, start, length FROM hot WHERE {test.text}", test.params))
        row, start, length = (np.asarray(found[name]) for name in ("row_no", "start", "length"))
        part = np.searchsorted(shot.offsets, row, side="right") - 1
        order = np.lexsort((row, start, part))
        return Places(row[order], part[order], start[order], length[order])


def _told(error: duckdb.Error) -> AtlasError:
    """Return what an error of the engine means for a person."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return AtlasError(
            "this question needs more memory than there is for it; nothing is wrong with the collection. Ask for a "
            "shorter time or a smaller area, or close other programs, and ask again"
        )
    if isinstance(error, duckdb.InterruptException):
        return AtlasError("this question was stopped before it was answered; ask again")
    return AtlasError(f"the index cannot answer: {str(error).splitlines()[0]}")


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _told(error) from error


def make_words(tables: Sequence[Path]) -> None:
    """Make the words of these tables that are missing; a folder that cannot be written to goes without.

    At the end of the process it stops after the table at hand.
    """
    with contextlib.suppress(OSError, duckdb.Error):
        for table in tables:
            if threading.main_thread().is_alive() and not path_of(table).exists():
                build(table)


def _holding(field: str) -> str:
    return "hot" if field in _shape.HOT or field in sql.BITS else "wide"


def _located(shot: Snapshot, incident_id: str) -> Place | None:
    """Return (row, id, start, length) of an incident by its id, else by one it had before a merge."""
    for test in ("hot WHERE id = ?", "wide WHERE list_contains(previous_ids, ?)"):
        found = shot.rows(Sql(f"SELECT {_PLACE} FROM {test} ORDER BY row_no LIMIT 1", (incident_id,)))
        if found:
            row, held, start, length = found[0]
            return int(row), str(held), int(start), int(length)
    return None


def _flat(line: bytes) -> dict[str, Any]:
    """Return the flat row of a Feature: every property of `FLAT` (null where the Feature has none), id and position."""
    feature = orjson.loads(line)
    properties = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"] if feature.get("geometry") else (None, None)
    row = {name: properties.get(name) for name in _shape.FLAT}
    row.update({day: dt.date.fromisoformat(row[day]) for day in _shape.DATES if row[day]})
    row.update({name: row[name] or [] for name in sql.BITS})
    return row | {"id": str(feature["id"]), "lon": lon, "lat": lat}


def _points(shot: Snapshot) -> Points:
    def code(name: str) -> str:
        listed = ", ".join(f"'{word}'" for word in vocabulary.words(name))
        return f"list_position([{listed}], {name}) - 1 AS {name}"

    found = shot.arrays(
        Sql(
            f"SELECT row_no, id, lon, lat, {code('category')}, {code('geo_precision')},"
            " first_day - DATE '1970-01-01' AS first_day, killed_min, uncertainty_m FROM hot"
        )
    )
    rows = np.asarray(found["row_no"])

    def column(name: str, blank: float, dtype: Any) -> NDArray[Any]:
        return filled(found[name], rows, shot.total, blank, dtype)

    ids = np.full(shot.total, "", dtype=object)
    ids[rows] = np.asarray(found["id"])
    return Points(
        lon=column("lon", np.nan, np.float64),
        lat=column("lat", np.nan, np.float64),
        category=column("category", 0, np.uint8),
        precision=column("geo_precision", len(vocabulary.words("geo_precision")) - 1, np.uint8),
        start=column("first_day", np.iinfo(np.int32).min, np.int32),
        killed_min=column("killed_min", -1, np.int32),
        uncertainty_m=column("uncertainty_m", np.nan, np.float32),
        ids=ids,
    )
