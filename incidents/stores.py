"""Opening a collection for reading and writing, whatever holds it: a folder, or a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from incidents._errors import BadInput
from incidents._pg import SCHEMES
from incidents.model import Incident
from incidents.postgres import PostgresStore
from incidents.store import FolderStore, OnProblem, Writer


class Store(Protocol):
    """What a folder and a database both can do. See `incidents.store.FolderStore` for what each method promises."""

    problems: list[str]

    def refusal(self) -> str | None:
        """Say why no edit can be saved at present, null where it can be."""

    def revision(self) -> str:
        """Return a value that changes with the content."""

    def lines(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (file, line, Feature as bytes)."""

    def incidents(self, *, on_problem: OnProblem | None = None) -> Iterator[Incident]:
        """Yield every incident."""

    def ids(self) -> set[str]:
        """Return the ids of all incidents."""

    def get(self, incident_id: str) -> Incident:
        """Return one incident. Raises NotFound."""

    def put(self, incidents: Incident | Iterable[Incident], *, by: str | None = None) -> int:
        """Add or replace incidents."""

    def delete(self, incident_id: str, *, by: str | None = None) -> None:
        """Take one incident out. Raises NotFound."""

    def supersede(self, incident_id: str, *, by: str | None = None) -> Incident:
        """Mark one incident as superseded. Raises NotFound."""

    def replace(self, before: Incident, after: Incident, *, by: str | None = None) -> None:
        """Save `after` where `before` is still there. Raises Conflict."""

    def writing(self, *, by: str | None = None) -> AbstractContextManager[Writer]:
        """Hold the collection for a batch of edits."""

    def load(self, incidents: Iterable[Incident], *, by: str | None = None) -> int:
        """Bring in very many incidents."""

    def candidates(self) -> list[dict[str, Any]]:
        """Return the doubtful merge candidates."""

    def save_candidates(self, candidates: Iterable[dict[str, Any]], *, by: str | None = None) -> None:
        """Replace the doubtful merge candidates."""

    def compact(self, *, by: str | None = None) -> int:
        """Tidy up; returns how many edits that moved."""

    def compact_if_large(self) -> None:
        """Tidy up where there is much to tidy."""


def open_store(where: str | Path, *, create: bool = False) -> Store:
    """Open a collection folder or `postgresql://…` for reading and writing; with `create`, make it.

    Raises NotFound, UnreadableCollection, Unavailable, or BadInput for an address that is neither.
    """
    if is_database(where):
        return PostgresStore.open(str(where), create=create)
    refuse_strange(where)
    return FolderStore.open(where, create=create)


def refuse_strange(where: str | Path) -> None:
    """Raise BadInput for an address that is neither a path nor a database of ours; a password in it is not repeated."""
    if "://" in str(where) and not is_database(where):
        raise BadInput(f"{str(where).partition('://')[0]}://…: only folders and postgresql:// can be opened")


def is_database(where: str | Path) -> bool:
    """Say whether an address is that of a database."""
    return str(where).startswith(SCHEMES)


def name_of(store: Store) -> str:
    """Return what to call a collection in a message; never a password."""
    return str(store.folder) if isinstance(store, FolderStore) else str(store)
