"""What a reader of reports is: a report in, claims out. The rules of this package are one; others are the user's choice."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple, Protocol

from incidents.model import Claim

KEY: Final = "INCIDENT_ATLAS_ENDPOINT_KEY"
"""The environment variable that holds the key of an endpoint, where it needs one."""


class Answer(NamedTuple):
    """Claims that a reader found, and in words for a person what it had to leave out."""

    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads the claims of one report.

    Every claim has a quote that stands verbatim in `text` at its offsets (code points), and a `rule` that names the
    reader. A reader that cannot be reached raises Unavailable; it never returns half an answer as a whole one.
    """

    def read(self, text: str, *, report: str, published: dt.date | None = None) -> Answer:
        """Return the claims of `text`. `report` is the id that quotes refer to."""
