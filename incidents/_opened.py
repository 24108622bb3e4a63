"""A collection, whatever holds it, opened for the commands that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from incidents._errors import NotFound
from incidents.filters import Filter
from incidents.model import Incident
from incidents.store import FolderStore, read_file


class Readable(Protocol):
    """What reading commands need of a collection."""

    def get(self, incident_id: str) -> Incident:
        """Return one incident. Raises NotFound."""

    def select(self, where: Filter) -> Iterator[Incident]:
        """Yield the incidents that `where` lets through."""


class _InMemory:
    def __init__(self, source: str) -> None:
        path = Path(source)
        self._source = source
        self._incidents = list(read_file(path) if path.is_file() else FolderStore.open(path).incidents())

    def get(self, incident_id: str) -> Incident:
        for incident in self._incidents:
            if incident_id == incident.id or incident_id in incident.previous_ids:
                return incident
        raise NotFound(f"{incident_id}: no incident in {self._source} has this id, now or before")

    def select(self, where: Filter) -> Iterator[Incident]:
        for incident in self._incidents:
            if _passes(incident, where):
                yield incident


def _passes(incident: Incident, where: Filter) -> bool:
    start = incident.date_start or incident.date_discovered
    end = incident.date_end or start
    return (
        incident.review in (where.review or {"unreviewed", "accepted", "needs_review"})
        and (not where.category or incident.category in where.category)
        and (not where.role or incident.role in where.role)
        and (not where.admin1 or incident.admin1 in where.admin1)
        and (not where.since or (end is not None and end >= where.since))
        and (not where.until or (start is not None and start <= where.until))
    )


def opened(source: str) -> Readable:
    """Open a folder or a file for reading."""
    return _InMemory(source)
