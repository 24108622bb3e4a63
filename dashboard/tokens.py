"""Unguessable names for filters, so that the map's endpoint is told a token and nothing else.

One registry serves the whole process. The same filter of the same content has the same token until it expires, so a
rerun of the page changes nothing on the map. Memory is bounded: the least recently used filters are forgotten.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.steps import step_edges, step_of
from geo.grid import Grid, Selection
from incidents import vocabulary
from incidents.catalogue import Catalogue, Points
from incidents.filters import Filter

MAX_TOKENS: Final = 256
MAX_BYTES: Final = 320_000_000
MAX_INDEXES: Final = 2
WORKERS: Final = 2
MAX_WAITING: Final = 16
PATIENCE: Final = 0.25
TRIES: Final = 3
IDLE_SECONDS: Final = 12 * 3600.0


@dataclass
class Indexed:
    """A catalogue's points and the spatial index over them, built when first asked for."""

    catalogue: Catalogue
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _built: tuple[Points, Grid] | None = None
    revision: str = ""

    def _both(self) -> tuple[Points, Grid]:
        with self._lock:
            if self._built is None:
                self.revision = self.catalogue.revision
                points = self.catalogue.points()
                codes = {"category": points.category, "precision": points.precision}
                grid = Grid(points.lon, points.lat, codes=codes, sums={"killed": points.killed_min})
                self._built = (points, grid)
            return self._built

    @property
    def points(self) -> Points:
        """All incidents as columns."""
        return self._both()[0]

    @property
    def grid(self) -> Grid:
        """The index over the places of `points`."""
        return self._both()[1]


@dataclass
class Entry:
    """What a token stands for."""

    indexed: Indexed
    where: Filter
    used: float
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _selection: Selection | None = None
    settled: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that is filtered."""
        return self.indexed.catalogue

    @property
    def is_ready(self) -> bool:
        """Say whether the filter has been applied, so that a view costs no more than look-ups."""
        return self._selection is not None

    @property
    def selection(self) -> Selection:
        """The filter applied to the index; computed once."""
        with self._lock:
            if self._selection is None:
                self._selection = self.indexed.grid.select(self._mask)
            return self._selection

    def prepare(self) -> None:
        """Do what the first view would have to wait for; what fails is told to whoever asks for a view."""
        try:
            self.selection.prepare()
        finally:
            self.settled.set()

    @property
    def _mask(self) -> NDArray[np.bool_]:
        """The filter over the rows that the index was built of."""
        mask = self.catalogue.mask(self.where)
        if self.catalogue.revision == self.indexed.revision:
            return mask
        return self._mask_by_id()

    def _mask_by_id(self) -> NDArray[np.bool_]:
        """The same where the content has changed since: an edit adds rows, and a compaction numbers all anew."""
        for _ in range(TRIES):
            revision = self.catalogue.revision
            ids, mask = self.catalogue.points().ids, self.catalogue.mask(self.where)
            if self.catalogue.revision == revision:
                break
        size = min(len(ids), len(mask))
        chosen = set(ids[:size][mask[:size]])
        known = self.indexed.points.ids
        return np.fromiter((one in chosen for one in known), dtype=np.bool_, count=len(known))

    @cached_property
    def rows(self) -> NDArray[np.int32]:
        """The rows that the filter lets through and that stand on the map, ascending."""
        return np.sort(self.selection.grid.rows[self.selection.places])

    @cached_property
    def steps(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The days where the steps of time begin, and for each place of the selection the step that it falls into."""
        selection = self.selection
        days = self.indexed.points.start[selection.grid.rows[selection.places]]
        edges = step_edges(days)
        return edges, step_of(days, edges)

    def lets_through(self, row: int) -> bool:
        """Say whether one row is on the map under this filter."""
        at = int(np.searchsorted(self.rows, np.int32(row)))
        return at < len(self.rows) and int(self.rows[at]) == row

    @property
    def nbytes(self) -> int:
        """The memory this entry holds, in bytes."""
        return 0 if self._selection is None else self._selection.nbytes + 5 * len(self._selection)


class Queue:
    """New filters that wait to be applied, one for each visitor: a newer one takes the place of the one before.

    Bounded, whatever the visitors do: of too many, those who wait longest are dropped. A filter that is dropped is applied
    when a browser asks for a view under it.
    """

    def __init__(self, *, workers: int = WORKERS, waiting: int = MAX_WAITING) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="new filter")
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, Entry] = OrderedDict()
        self._free, self._most = workers, waiting

    def put(self, visitor: str, entry: Entry) -> None:
        """Apply a filter as soon as a thread is free, unless the visitor has chosen another by then."""
        with self._lock:
            self._waiting[visitor] = entry
            if len(self._waiting) > self._most:
                self._waiting.popitem(last=False)
            if not self._free:
                return
            self._free -= 1
        self._pool.submit(self._work)

    def _work(self) -> None:
        while (entry := self._next()) is not None:
            with contextlib.suppress(Exception):  # told to whoever asks for a view
                entry.prepare()

    def _next(self) -> Entry | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popitem(last=False)[1]
            self._free += 1
            return None


class Registry:
    """Tokens and what they stand for; safe to use from several threads."""

    def __init__(self, *, max_tokens: int = MAX_TOKENS, max_bytes: int = MAX_BYTES,
                 idle: float = IDLE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:  # fmt: skip
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._names: dict[tuple[str, str], str] = {}
        self._indexes: OrderedDict[str, Indexed] = OrderedDict()
        self._lock = threading.RLock()
        self._queue = Queue()
        self._max_tokens, self._max_bytes, self._idle, self._clock = max_tokens, max_bytes, idle, clock

    def issue(self, catalogue: Catalogue, where: Filter) -> str:
        """Return the token of a filter over a catalogue's present content."""
        key = (f"{id(catalogue)}:{catalogue.revision}", where.to_query())
        with self._lock:
            self._forget()
            token = self._names.get(key)
            if token is None:
                token = self._names[key] = secrets.token_urlsafe(24)
                self._entries[token] = Entry(self._indexed(key[0], catalogue), where, self._clock())
            self._touch(token)
            return token

    def prepare(self, token: str, *, visitor: str = "") -> None:
        """Begin to apply a new filter in a thread, so that it is ready when the browser asks for the first view.

        What the same `visitor` chose before and no thread has begun with is not applied any more.
        """
        with self._lock:
            entry = self._entries.get(token)
        if entry is not None and not entry.is_ready and not entry.settled.is_set():
            self._queue.put(visitor or token, entry)

    def wait(self, token: str, *, seconds: float) -> None:
        """Wait until a new filter is applied, at most some seconds; what fails is told to whoever asks for a view."""
        with self._lock:
            entry = self._entries.get(token)
        if entry is not None and not entry.is_ready:
            entry.settled.wait(seconds)

    def find(self, token: str) -> Entry | None:
        """Return what a token stands for; None for one that was never issued, has expired or was forgotten."""
        with self._lock:
            self._forget()
            if token not in self._entries:
                return None
            self._touch(token)
            return self._entries[token]

    def __len__(self) -> int:
        return len(self._entries)

    def _touch(self, token: str) -> None:
        self._entries[token].used = self._clock()
        self._entries.move_to_end(token)

    def _indexed(self, key: str, catalogue: Catalogue) -> Indexed:
        if key not in self._indexes:
            self._indexes[key] = Indexed(catalogue)
        self._indexes.move_to_end(key)
        while len(self._indexes) > MAX_INDEXES:
            self._indexes.popitem(last=False)
        return self._indexes[key]

    def _forget(self) -> None:
        """Drop what is idle, and the least recently used while too many tokens or bytes are held."""
        oldest_allowed = self._clock() - self._idle
        held = sum(entry.nbytes for entry in self._entries.values())
        while self._entries:
            token, entry = next(iter(self._entries.items()))
            crowded = len(self._entries) > 1 and (
                len(self._entries) > self._max_tokens or held > self._max_bytes
            )
            if entry.used >= oldest_allowed and not crowded:
                return
            held -= entry.nbytes
            del self._entries[token]
            self._names = {key: name for key, name in self._names.items() if name != token}


_SHARED: Final = Registry()


def registry() -> Registry:
    """Return the registry of this process."""
    return _SHARED


def issue(catalogue: Catalogue, where: Filter) -> str:
    """Return the token that stands for `where` over `catalogue` on this process's map endpoint."""
    token = _SHARED.issue(catalogue, where)
    _SHARED.prepare(token, visitor=_visitor())
    return token


def _visitor() -> str:
    """Return the name of the session whose page runs; nothing where none does."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def map_first(token: str) -> None:
    """Hold the page's other questions back until the map's filter is applied: they would slow each other down."""
    _SHARED.wait(token, seconds=PATIENCE)


PRECISE: Final = tuple(vocabulary.words("geo_precision").index(word) for word in ("site", "vicinity"))
