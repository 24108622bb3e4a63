"""What was changed in an incident, in the words of the interface: for its history, and where two edits meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dashboard.strings import Words
from incidents.editing import Difference, short
from incidents.model import Change

_LONGEST: Final = 120
_LABELS: Final = {
    "review": "filter.review", "judged_grading": "filter.grading", "grading": "filter.grading", "title": "table.title",
    "category": "filter.category", "role": "filter.role", "impact": "filter.impact", "weapon": "filter.weapon",
    "place_name": "filter.place", "admin1_name": "filter.admin1", "date_start": "filter.since", "date_end": "filter.until",
    "date_discovered": "ledger.found", "date_reported": "ledger.reported", "sensitivity": "ledger.sensitivity",
}  # fmt: skip
_TERMS: Final = {"judged_grading": "grading"}
_SELF_TOLD: Final = frozenset({"review", "judged_grading"})
_QUIET: Final = frozenset({
    "place_id", "country", "admin1", "admin2_name", "geo_method", "point", "uncertainty_m", "n_claims", "n_sources", "n_speakers",
})  # fmt: skip


def change_words(difference: Difference, words: Words, *, named: bool = True) -> str:
    """Say what one difference is: "Review: Not reviewed → Accepted"; without `named` the field goes without saying."""
    claim = words("desk.claim", id=short(difference.claim)) if difference.claim else ""
    name = _LABELS.get(difference.field, "")
    field = words(name) if name else "" if difference.field == "claim" else difference.field.replace("_", " ")
    before, after = (
        _value(difference.field, value, words) for value in (difference.before, difference.after)
    )
    where = " ".join(part for part in (claim, field if named else "") if part)
    return f"{where}: {before} → {after}" if where else f"{before} → {after}"


def _value(field: str, value: Any, words: Words) -> str:
    if value is None or value in ("", []):
        return words("none")
    if isinstance(value, list):
        return ", ".join(_value(field, part, words) for part in value)
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part is not None)
    name = _TERMS.get(field, field)
    known = f"terms.{name}.{value}"
    text = words.term(name, str(value)) if words.has(known) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def history_words(change: Change, words: Words) -> str:
    """Say what a line of the history tells: what was done, what stood before, by whom and why."""
    key = f"desk.what.{change.what.replace(' ', '_')}"
    what = words(key) if words.has(key) else change.what
    details = "; ".join(_details(change, words))
    told = words("ledger.history_by", what=f"{what}: {details}" if details else what, who=change.by)
    why = change.detail.get("why")
    return f"{told} ({why})" if isinstance(why, str) and why else told


def _details(change: Change, words: Words) -> Iterator[str]:
    changed = change.detail.get("changed")
    claim = change.detail.get("claim")
    if change.what == "merged" or not isinstance(changed, dict):
        if isinstance(claim, str):
            yield words("desk.claim", id=short(claim))
        return
    for name, pair in changed.items():
        if name not in _QUIET and isinstance(pair, list) and len(pair) == 2:
            yield change_words(
                Difference(name, pair[0], pair[1], str(claim) if claim else None),
                words,
                named=name not in _SELF_TOLD,
            )
