"""The collection that this dashboard shows: opened once for a process, each question answered once a revision."""

from __future__ import annotations

import atexit
import datetime as dt
import getpass
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from geo import basemap
from geo.admin import Language, admin1_name
from incidents._errors import NotFound
from incidents.catalogue import Bin, Catalogue, Counts, Points, Unit
from incidents.filters import Filter
from incidents.store import FolderStore

if TYPE_CHECKING:
    from incidents.stores import Store

ENVIRONMENT: Final = "INCIDENT_ATLAS_COLLECTION"
EDITING: Final = "INCIDENT_ATLAS_EDIT"
"""Set (to anything) where visitors may edit; `serve --edit` sets it."""
EDITOR: Final = "INCIDENT_ATLAS_BY"
"""The name that edits are signed with where a visitor gives none."""
DEFAULT: Final = "data/ukraine"


def path() -> str:
    """Return where the collection is: a folder, a file or an address."""
    return os.environ.get(ENVIRONMENT) or DEFAULT


def shown_path() -> str:
    """Return where the collection is, as a page may say it: an address without the name and password in it."""
    scheme, mark, rest = path().partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else scheme


_OPEN: Final[dict[str, Catalogue]] = {}
_STORES: Final[dict[str, Store]] = {}
_OPENING: Final = threading.Lock()


def catalogue() -> Catalogue:
    """Return the collection, opened once for the process. Raises an AtlasError that says what is wrong with it.

    A collection that could not be opened is tried again the next time: somebody may have put it right.
    """
    from incidents.catalogues import open_catalogue

    where = path()
    with _OPENING:
        if where not in _OPEN:
            _OPEN[where] = open_catalogue(where)
        return _OPEN[where]


def may_edit() -> bool:
    """Say whether visitors may review and correct this collection."""
    return bool(os.environ.get(EDITING))


def editor() -> str:
    """Return the name that edits are signed with where a visitor gives none."""
    return os.environ.get(EDITOR) or getpass.getuser()


def store() -> Store:
    """Return the collection for writing, opened once for the process. Raises an AtlasError."""
    from incidents.stores import open_store

    where = path()
    with _OPENING:
        if where not in _STORES:
            _STORES[where] = open_store(where)
        return _STORES[where]


class _Moved(Exception):
    """The collection changed while a question was answered: the answer is good, and of another revision than asked."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


def unmoved() -> str | None:
    """Say what keeps edits that were saved here from being moved into the monthly files; null when all is well."""
    held = _STORES.get(path())
    return held.unmoved() if isinstance(held, FolderStore) else None


@lru_cache(maxsize=1024)
def _answer(source: Any, revision: str, question: str, *values: Any) -> Any:
    """Ask once for each revision: answers are shared between visitors and must not be changed. Raises _Moved."""
    return _of(source, revision, getattr(source, question)(*values))


@lru_cache(maxsize=256)
def _page(source: Any, revision: str, where: Filter, order: str, *rest: int) -> list[dict[str, Any]]:
    """Return one page of rows. Raises _Moved."""
    descending, offset, limit = rest
    rows: list[dict[str, Any]] = _of(
        source,
        revision,
        source.page(where, order=order, descending=bool(descending), offset=offset, limit=limit),
    )
    return rows


def _given(asked: Callable[..., Any], *key: Any) -> Any:
    """Return the answer to a question that is remembered by its `key`, or one that must not be."""
    try:
        return asked(*key)
    except _Moved as moved:
        return moved.answer


def _of(source: Any, revision: str, answer: Any) -> Any:
    """Return an answer that may be kept for a revision: a collection can come back to one it had before."""
    if source.revision != revision:
        raise _Moved(answer)
    return answer


@atexit.register
def _let_go() -> None:
    """Close what is open while Python can still do so in order."""
    _OPEN.clear()
    _STORES.clear()
    _answer.cache_clear()
    _page.cache_clear()


class Questions:
    """The questions of one run, at one revision."""

    def __init__(self, source: Catalogue) -> None:
        self.catalogue = source
        self._source: Any = source  # as a key of the cache: by identity
        self.revision = source.revision

    def _ask(self, question: str, *values: Any) -> Any:
        return _given(_answer, self._source, self.revision, question, *values)

    def counts(self, where: Filter) -> Counts:
        """Count the incidents of `where`."""
        answer: Counts = self._ask("counts", where)
        return answer

    def facets(self, where: Filter, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the incidents that each choice of each field would leave."""
        answer: dict[str, dict[str, int]] = self._ask("facets", where, tuple(fields))
        return answer

    def timeline(self, where: Filter, unit: Unit) -> list[Bin]:
        """Count incidents by unit of time and category."""
        answer: list[Bin] = self._ask("timeline", where, unit)
        return answer

    def extent(self, where: Filter) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day."""
        answer: tuple[dt.date, dt.date] | None = self._ask("extent", where)
        return answer

    def regions(self, where: Filter, level: Literal["admin1", "country"]) -> dict[str, int]:
        """Count incidents by region code."""
        answer: dict[str, int] = self._ask("regions", where, level)
        return answer

    def has(self, incident_id: str | None) -> bool:
        """Say whether there is such an incident."""
        if incident_id is None:
            return False
        try:
            self.catalogue.line_of(incident_id)
        except NotFound:
            return False
        return True

    def points(self) -> Points:
        """Return every incident as columns."""
        return self.catalogue.points()

    def level(self, where: Filter) -> Literal["admin1", "country"]:
        """Return the kind of region that suits the data: countries where it spans several."""
        return "country" if len([code for code in self.regions(where, "country") if code]) > 1 else "admin1"

    def page(
        self, where: Filter, *, order: str, descending: bool, offset: int, limit: int
    ) -> list[dict[str, Any]]:
        """Return one page of rows."""
        key = (where, order, descending, offset, limit)
        rows: list[dict[str, Any]] = _given(_page, self._source, self.revision, *key)
        return rows


class RegionNames(dict[str, str]):
    """The names of regions by code, looked up as they are needed; an unknown code stands for itself."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language: Language = "uk" if language == "uk" else "en"

    def __missing__(self, code: str) -> str:
        self[code] = admin1_name(code, self._language) or self._from_map(code) or code
        return self[code]

    def _from_map(self, code: str) -> str | None:
        """Look among the names that stand on the map."""
        for level in basemap.region_names().values():
            if code in level:
                return level[code][1 if self._language == "uk" else 0]
        return None


@cache
def region_names(language: str) -> dict[str, str]:
    """Return the names of regions by ISO 3166-2 code, in the language of the interface."""
    return RegionNames(language)
