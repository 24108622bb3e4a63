"""Neutral words that are made by rule: who said which figure. Nothing here asserts, adds up or chooses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from incidents.model import Claim

_COUNTED: Final = {
    "killed": "killed", "injured": "injured", "missing": "missing", "bodies": "bodies", "graves": "graves",
    "exhumed": "exhumed", "detained": "detained", "displaced": "displaced",
}  # fmt: skip
_PUT: Final = {
    "more_than": "more than ", "at_least": "at least ", "about": "about ", "up_to": "up to ", "fewer_than": "fewer than ",
}  # fmt: skip


def _said(claim: Claim) -> str:
    figure = (
        f"{_PUT.get(claim.qualifier, '')}{claim.value}"
        if claim.value is not None
        else claim.qualifier.replace("_", " ")
    )
    of = f" ({claim.group})" if claim.group else ""
    return f"{figure} {_COUNTED[claim.predicate]}{of}"


def summary(claims: Iterable[Claim]) -> str:
    """Say who states which figures: "Volodymyr Tymoshko: more than 400 bodies. The report: 3 killed." """
    told: dict[tuple[str | None, str | None], list[str]] = {}
    for claim in claims:
        if claim.predicate in _COUNTED and claim.extent == "whole" and claim.modality != "planned":
            who = (claim.speaker.name, None) if claim.speaker else (None, claim.source)
            told.setdefault(who, []).append(_said(claim))
    own = _own_voices(source for name, source in told if name is None)
    return " ".join(
        f"{name or own[source]}: {', '.join(dict.fromkeys(figures))}."
        for (name, source), figures in told.items()
    )


def _own_voices(sources: Iterable[str | None]) -> dict[str | None, str]:
    """Return how reports that speak in their own voice are called, so that two are not taken for one."""
    rows = list(sources)
    if len(rows) == 1:
        return {rows[0]: "The report"}
    return {source: "Another report" if row else "One report" for row, source in enumerate(rows)}
