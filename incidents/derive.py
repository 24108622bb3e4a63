"""The derived fields of an incident: one function computes them, and `validate` compares.

Ranges are views over claims, never facts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from geo.names import skeleton
from incidents import vocabulary
from incidents.model import Claim, Figure, Incident, Source

RANGED: Final = ("killed", "injured", "bodies")


class Range(NamedTuple):
    """The span of what was claimed; `low` or `high` null is open or not known."""

    low: Figure | None
    high: Figure | None


def _counted(claims: Iterable[Claim], predicate: str) -> list[Claim]:
    """Return the claims that state a figure of this kind: not plans, not negations, not rejected ones."""
    return [
        claim
        for claim in claims
        if claim.predicate == predicate
        and claim.modality != "planned"
        and claim.polarity == "positive"
        and claim.review not in {"rejected", "superseded"}
        and (claim.min is not None or claim.max is not None)
    ]


def figure_range(claims: Iterable[Claim], predicate: str) -> Range:
    """Return the lowest and the highest figure claimed for `predicate`.

    One open-ended claim ("more than 400") opens the range upwards. A part ("among them two children") bounds the
    whole from below: it never lowers the range, lifts the top where it is higher than every whole figure, and makes
    an open range where nobody gives a whole figure. What stands beside the incident (`extent: beside`) does not count.
    """
    counted = _counted(claims, predicate)
    whole = [claim for claim in counted if claim.extent == "whole"]
    parts = [claim.min for claim in counted if claim.extent == "part" and claim.min is not None]
    if not whole:
        return Range(max(parts, default=None), None)
    lows = [claim.min for claim in whole if claim.min is not None]
    highs = [claim.max for claim in whole if claim.max is not None] + parts
    is_open = any(claim.max is None for claim in whole)
    return Range(min(lows, default=None), None if is_open else max(highs, default=None))


def speaker_key(claim: Claim) -> str | None:
    """Return one value for one speaker, in whatever script the name is written; null for the report's own voice."""
    if claim.speaker is None:
        return None
    return claim.speaker.key or skeleton(claim.speaker.name)


def independent_sources(sources: Iterable[Source]) -> int:
    """Count publishers, not pages: two pages of one publisher are one independent source."""
    return len({(s.publisher or s.url or s.sha256 or s.id).casefold() for s in sources})


def blamed_party(claim: Claim) -> str | None:
    """Return one word for whom an accusation names, in any wording and script; null where it names nobody."""
    said = claim.value or claim.target
    if not said:
        return None
    words = re.findall(r"[^\W\d_]+", str(said).casefold())
    for party, entry in vocabulary.terms("party").items():
        if any(word.startswith(tuple(entry["stems"])) for word in words):
            return party
    return " ".join(words) or None


def is_disputed(incident: Incident) -> bool:
    """Say whether somebody denies this incident, or accuses a rival party of it.

    A denial of something else or something wider (`extent: beside`) is shown and disputes nothing here.
    """
    live = [c for c in incident.claims if c.review not in {"rejected", "superseded"} and c.extent != "beside"]
    denied = any(c.predicate == "denial" for c in live)
    blamed = {party for c in live if c.predicate == "accusation" and (party := blamed_party(c))}
    return denied or len(blamed) > 1


def grading(incident: Incident) -> str:
    """Return the grading: a person's judgement where there is one, else derived from the sources."""
    if incident.judged_grading in {"confirmed", "discounted"}:
        return str(incident.judged_grading)
    if is_disputed(incident):
        return "contested"
    return "fair" if independent_sources(incident.sources) > 1 else "weak"


def derived(incident: Incident) -> dict[str, Figure | str | bool | None]:
    """Return every derived field of `incident`, by name, in the order they are stored."""
    fields: dict[str, Figure | str | bool | None] = {}
    for predicate in RANGED:
        low, high = figure_range(incident.claims, predicate)
        fields[f"{predicate}_min"], fields[f"{predicate}_max"] = low, high
    fields["n_claims"] = len(incident.claims)
    fields["n_sources"] = len(incident.sources)
    fields["n_speakers"] = len({key for c in incident.claims if (key := speaker_key(c)) is not None})
    fields["grading"] = grading(incident)
    fields["disputed"] = is_disputed(incident)
    return fields
