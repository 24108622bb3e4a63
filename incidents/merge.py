"""Duplicates: proposing, merging, and taking a merge back with nothing lost.

A merge keeps both sides' claims and sources, the older id, and in `history` all that is needed to undo it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar

from incidents import wording
from incidents._errors import BadInput, NotFound
from incidents._match import CLEAR, PER_INCIDENT, Candidate, Part, best, clear, propose, rank
from incidents.model import Change, Claim, Incident, Source

__all__ = [
    "CLEAR", "PER_INCIDENT", "Candidate", "Folded", "Part", "best", "clear", "fold", "merge", "noted_apart",
    "propose", "rank", "unmerge",
]  # fmt: skip

_WHAT: Final = "merged"
TAKEN_BACK: Final = "merge taken back"
"""What a line of history says of a merge that was undone; `other` in its detail is the other incident."""
_PLACE: Final = (
    "point", "place_name", "place_id", "country", "admin1", "admin1_name", "admin2_name", "geo_precision",
    "uncertainty_m", "geo_method",
)  # fmt: skip
_DATE: Final = ("date_start", "date_end", "date_precision")
_SHARP: Final = ("day", "week", "month", "year", "unknown")
_ROLES: Final = ("incident", "referenced", "context")
_DEEPEST: Final = 40
"""Each merge within a merge is four levels of JSON; readers follow 250 and more."""
_LISTS: Final = ("claims", "sources", "history", "previous_ids", "id")

_Row = TypeVar("_Row", Claim, Source)


def _union(a: Iterable[str], b: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*a, *b]))


def _earliest(a: dt.date | None, b: dt.date | None) -> dt.date | None:
    return min((day for day in (a, b) if day), default=None)


def _placed(a: Incident, b: Incident) -> Incident:
    """Return the one whose place is better known; the first where it makes no difference."""
    size = [float("inf") if i.point is None else i.uncertainty_m or 0.0 for i in (a, b)]
    return b if size[1] < size[0] else a


def _dated(a: Incident, b: Incident) -> Incident:
    """Return the one whose date is better known; the first where it makes no difference."""
    rank = [(i.date_start is None, _SHARP.index(i.date_precision)) for i in (a, b)]
    return b if rank[1] < rank[0] else a


def _fields(a: Incident, b: Incident) -> dict[str, Any]:
    """Return the flat fields of the two as one: the better known place and date, unions of lists, else those of a."""
    place, date = _placed(a, b), _dated(a, b)
    return {
        **{name: getattr(place, name) for name in _PLACE},
        **{name: getattr(date, name) for name in _DATE},
        "title": a.title or b.title,
        "summary": _joined_summary(a, b),
        "category": b.category if a.category == "other" else a.category,
        "role": min(a.role, b.role, key=_ROLES.index),
        "impact": _union(a.impact, b.impact),
        "weapon": _union(a.weapon, b.weapon),
        "sensitivity": _union(a.sensitivity, b.sensitivity),
        "date_discovered": _earliest(a.date_discovered, b.date_discovered),
        "date_reported": _earliest(a.date_reported, b.date_reported),
        "review": _reviewed(a.review, b.review),
        "judged_grading": a.judged_grading or b.judged_grading,
    }


def _joined_summary(a: Incident, b: Incident) -> str:
    """Return who said which figures in both; a summary that a person wrote stays as it is."""
    if all(i.summary == wording.summary(i.claims) for i in (a, b)):
        return wording.summary(_with(a.claims, b.claims))
    return a.summary or b.summary


def _reviewed(a: str, b: str) -> str:
    """Return the review of two as one: what a person accepted is to be looked at again with claims that nobody has seen."""
    return "needs_review" if "needs_review" in {a, b} or {a, b} == {"accepted", "unreviewed"} else a


def _with(rows: Sequence[_Row], more: Iterable[_Row]) -> tuple[_Row, ...]:
    known: set[str] = {row.id for row in rows}
    kept: list[_Row] = [row for row in more if row.id not in known]
    return tuple(chain(rows, kept))


def _json(incident: Incident, name: str) -> Any:
    return incident.model_dump(mode="json", include={name})[name]


def merge(a: Incident, b: Incident, *, by: str, at: str) -> Incident:
    """Return `a` and `b` as one incident with the id of `a`; nothing of either is lost.

    Claims and sources are de-duplicated by id. `by` is who merged, `at` when (ISO 8601). The last line of the history
    holds `b` as it was and every field of `a` that changed. Raises BadInput when the two are one already, or when `b`
    holds merges within merges so deep that no reader of JSON would follow.
    """
    if a.id == b.id or b.id in a.previous_ids:
        raise BadInput(f"{b.id} is already part of {a.id}")
    if _depth(b) >= _DEEPEST:
        raise BadInput(
            f"{b.id} holds merges within merges, {_DEEPEST} deep; merge {a.id} into it instead, or take some back first"
        )
    joined = a.model_copy(
        update={
            **_fields(a, b),
            "previous_ids": _union(a.previous_ids, (b.id, *b.previous_ids)),
            "claims": _with(a.claims, b.claims),
            "sources": _with(a.sources, b.sources),
        }
    )
    changed = {
        name: [_json(a, name), _json(joined, name)]
        for name in Incident.model_fields
        if name not in _LISTS and getattr(a, name) != getattr(joined, name)
    }
    detail = {
        "other": b.model_dump(mode="json", exclude_defaults=True),
        "changed": changed,
        "shared": _shared(a, b),
        "previous_ids": [i for i in a.previous_ids if i in b.previous_ids],
    }
    line = Change(at=at, by=by, what=_WHAT, detail=detail)
    return joined.model_copy(update={"history": (*a.history, line)})


def _depth(incident: Incident) -> int:
    """Return how many merges lie within one another in the history of an incident."""
    deepest, level = 0, [line.detail for line in incident.history if line.what == _WHAT]
    while level:
        deepest += 1
        held = (line for detail in level for line in detail.get("other", {}).get("history", []))
        level = [line["detail"] for line in held if line["what"] == _WHAT]
    return deepest


def _shared(a: Incident, b: Incident) -> list[str]:
    """Return the ids of claims and sources that both had: taking the merge back leaves them with both."""
    return sorted(_row_ids(a) & _row_ids(b))


def _row_ids(incident: Incident) -> set[str]:
    return {claim.id for claim in incident.claims} | {source.id for source in incident.sources}


def _last_merge(incident: Incident) -> int:
    found = [
        row for row, line in enumerate(incident.history) if line.what == _WHAT and "other" in line.detail
    ]
    if not found:
        raise NotFound(f"{incident.id} holds no merge that could be taken back")
    return found[-1]


def _returned(other: Sequence[_Row], now: Sequence[_Row], shared: Collection[str]) -> tuple[_Row, ...]:
    """Return the rows of `other` as they are now; those that both sides had, as they were."""
    current = {row.id: row for row in now if row.id not in shared}
    return tuple(current.get(row.id, row) for row in other)


def _peel(incident: Incident) -> tuple[Incident, Incident, Change]:
    """Take back the last merge: return both incidents and the line of history that held it."""
    row = _last_merge(incident)
    line = incident.history[row]
    then = Incident.model_validate(line.detail["other"])
    shared = set(line.detail["shared"])
    b = then.model_copy(
        update={
            "claims": _returned(then.claims, incident.claims, shared),
            "sources": _returned(then.sources, incident.sources, shared),
        }
    )
    gone = _row_ids(then) - shared
    claims = tuple(claim for claim in incident.claims if claim.id not in gone)
    used = {claim.source for claim in claims}
    fields = incident.model_dump(mode="json", exclude={"claims", "sources", "history"})
    fields |= {name: old for name, (old, new) in line.detail["changed"].items() if fields[name] == new}
    gone_ids = {then.id, *then.previous_ids} - set(
        line.detail["previous_ids"]
    )  # these it had before the merge
    fields |= {
        "previous_ids": [i for i in incident.previous_ids if i not in gone_ids],
        "claims": claims,
        "sources": tuple(s for s in incident.sources if s.id not in gone or s.id in used),
        "history": incident.history[:row] + incident.history[row + 1 :],
    }
    return Incident.model_validate(fields), b, line


def unmerge(incident: Incident, other: str | None = None) -> tuple[Incident, Incident]:
    """Take a merge back: return the incident without, and what had been merged into it, both as they were.

    Without `other` (an id) it is the last merge. Later merges stay, and so do later edits: an edited claim goes with
    the side that brought it. Raises NotFound where there is no such merge.
    """
    later: list[tuple[Incident, Change]] = []
    rest, found, line = _peel(incident)
    while other is not None and found.id != other:
        later.append((found, line))
        try:
            rest, found, line = _peel(rest)
        except NotFound:
            raise NotFound(f"{other} was not merged into {incident.id}") from None
    for again, was in reversed(later):
        rest = merge(rest, again, by=was.by, at=was.at)
    return rest, found


def noted_apart(one: Incident, other: Incident, *, by: str, at: str) -> tuple[Incident, Incident]:
    """Return two that were one with a line of history each that says so: nothing joins them again without a person."""
    pair = []
    for incident, apart in ((one, other), (other, one)):
        line = Change(at=at, by=by, what=TAKEN_BACK, detail={"other": apart.id})
        pair.append(incident.model_copy(update={"history": (*incident.history, line)}))
    return pair[0], pair[1]


class Folded(NamedTuple):
    """What is left after the clear merges, in the order of the input, and the pairs that a person should judge."""

    incidents: list[Incident]
    candidates: list[Candidate]


def fold(
    incidents: Sequence[Incident],
    *,
    by: str,
    at: str,
    new: Collection[str] | None = None,
    apart: Collection[frozenset[str]] = (),
) -> Folded:
    """Merge what is clearly one incident, best pairs first, and return the doubtful pairs beside it.

    Two that share a report are never merged, directly or through a third, nor are two that a person took apart again
    or that are doubtful through what was merged before. `new` and `apart` as for `propose`.
    """
    now = {incident.id: incident for incident in incidents}
    held = {incident.id: [incident] for incident in incidents}
    into: dict[str, str] = {}
    doubtful = []
    for candidate in propose(incidents, new=new, apart=apart):
        a, b = _kept(candidate.a, into), _kept(candidate.b, into)
        if a == b:
            continue
        met = _as_they_are(now[a], now[b], candidate)
        if clear(met) and _may_join(now[a], now[b], apart):
            for one in held[
                b
            ]:  # one by one, so that no merge lies within another and each is taken back alone
                now[a] = merge(now[a], one, by=by, at=at)
            held[a] += held.pop(b)
            del now[b]
            into[b] = a
        else:
            doubtful.append(met)
    return Folded(list(now.values()), _renamed(doubtful, into))


def _kept(incident_id: str, into: dict[str, str]) -> str:
    """Return the id under which an incident lives on."""
    while incident_id in into:
        incident_id = into[incident_id]
    return incident_id


def _may_join(a: Incident, b: Incident, apart: Collection[frozenset[str]]) -> bool:
    if {s.id for s in a.sources} & {s.id for s in b.sources} or _taken_back(a, b) or _depth(b) >= _DEEPEST:
        return False
    return not any(
        frozenset((one, other)) in apart
        for one in (a.id, *a.previous_ids)
        for other in (b.id, *b.previous_ids)
    )


def _taken_back(a: Incident, b: Incident) -> bool:
    """Say whether a person took a merge of the two back."""
    told = {line.detail.get("other") for i in (a, b) for line in i.history if line.what == TAKEN_BACK}
    return not told.isdisjoint(chain((a.id, b.id), a.previous_ids, b.previous_ids))


def _as_they_are(a: Incident, b: Incident, candidate: Candidate) -> Candidate:
    """Return the candidate anew where something was merged into one of the two since it was made."""
    if {a.id, b.id} == {candidate.a, candidate.b} and not a.previous_ids and not b.previous_ids:
        return candidate
    return next(iter(propose([a, b], floor=0.0)), candidate)


def _renamed(candidates: Iterable[Candidate], into: dict[str, str]) -> list[Candidate]:
    """Return the pairs under the ids that are left, the best of each pair only."""
    best: dict[frozenset[str], Candidate] = {}
    for candidate in candidates:
        a, b = _kept(candidate.a, into), _kept(candidate.b, into)
        if a != b:
            best.setdefault(frozenset((a, b)), Candidate(a, b, candidate.score, candidate.parts))
    return list(best.values())
