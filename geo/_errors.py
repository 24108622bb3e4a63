"""Every error that `geo` raises on purpose. A message names the place of the fault and what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class GeoError(Exception):
    """The base of all errors meant for a person to read."""


class BadGazetteer(GeoError):
    """A gazetteer file is missing, damaged or not in the format asked for; carries every problem found."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class BadView(GeoError):
    """A view of the map that cannot be drawn: outside the zooms, too large, or with its edges swapped."""
