"""Which addresses may stand in a collection: those that a reader can follow and that run nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from incidents.model import Incident

_SCHEMES: Final = ("http://", "https://", "urn:")
ADDRESSES: Final = "an address begins with http://, https:// or urn:"


def is_address(text: str) -> bool:
    """Say whether a text is an address that may be kept: http, https or urn."""
    return text.strip().casefold().startswith(_SCHEMES)


def bad_addresses(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield field and reason for each address of an incident that may not be kept."""
    rows = [("claims.url", c.url) for c in incident.claims]
    rows += [(f"sources.{n}", getattr(s, n)) for s in incident.sources for n in ("url", "archive_url")]
    for field, url in rows:
        if url and not is_address(url):
            yield field, f"{url[:60]!r} is no address that can be kept; {ADDRESSES}"
