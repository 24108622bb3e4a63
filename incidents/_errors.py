"""Every error that the domain raises on purpose. A message names the place of the fault and what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class AtlasError(Exception):
    """The base of all errors meant for a person to read."""


class BadInput(AtlasError):
    """An input cannot be used as it is; carries every problem found, not only the first."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class UnreadableReport(BadInput):
    """A report file that is not readable text."""


class UnreadableCollection(BadInput):
    """A collection file or folder that is not what it should be."""


class NotFound(AtlasError):
    """No incident, place or collection has that name."""


class Locked(AtlasError):
    """Another writer holds the collection."""


class Conflict(AtlasError):
    """Somebody else changed the incident first; both versions are kept in the message."""


class Unavailable(AtlasError):
    """A service the user chose (a database, an endpoint) does not answer."""
