"""The single edits of a collection, the same for a folder and for a database: each is a batch of one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from incidents._errors import NotFound
from incidents.model import Incident

if TYPE_CHECKING:
    from incidents.store import Writer


class Editing(ABC):
    """`put`, `delete` and `supersede`, made of what each store does its own way: `writing`, `get` and `_line`.

    `_mutex` guards `_changed`, the count of edits that made a difference; `str(self)` names the collection.
    """

    _mutex: Any
    _changed: int

    @abstractmethod
    def writing(self, *, by: str | None = None) -> AbstractContextManager[Writer]:
        """Hold the collection for a batch of edits."""

    @abstractmethod
    def get(self, incident_id: str) -> Incident:
        """Return one incident. Raises NotFound."""

    @abstractmethod
    def _line(self, incident_id: str) -> bytes | str | None: ...

    def put(self, incidents: Incident | Iterable[Incident], *, by: str | None = None) -> int:
        """Add or replace incidents; durable on return, all or none. Returns how many were different from before."""
        with self._mutex:
            before = self._changed
            with self.writing(by=by) as writer:
                writer.put(incidents)
            return self._changed - before

    def delete(self, incident_id: str, *, by: str | None = None) -> None:
        """Take one incident out of the collection. Raises NotFound.

        Its last version stays in earlier snapshots of a folder, and in `versions` of a database.
        """
        with self.writing(by=by) as writer:
            if self._line(incident_id) is None:
                raise NotFound(f"{incident_id}: no incident in {self} has this id")
            writer.delete(incident_id)

    def supersede(self, incident_id: str, *, by: str | None = None) -> Incident:
        """Mark one incident as superseded; it stays in the collection. Raises NotFound."""
        with self.writing(by=by) as writer:
            changed = self.get(incident_id).model_copy(update={"review": "superseded"})
            writer.put(changed)
        return changed
