"""Duplicates of a stored collection: what was merged, what waits for a person, what a person has told apart.

The judgements lie beside the collection (one JSON object a line): `state` is `open` for a pair that waits, `apart` for a
pair that a person has judged to be two. A pair that is `apart` is never merged or proposed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from incidents._errors import BadInput, NotFound
from incidents._match import neighbours
from incidents.merge import (
    PER_INCIDENT,
    Candidate,
    Part,
    best,
    fold,
    merge,
    noted_apart,
    propose,
    rank,
    unmerge,
)
from incidents.model import Incident
from incidents.stores import Store

OPEN: Final = "open"
APART: Final = "apart"
LARGEST_GROUP: Final = 300
"""A group of more is judged pair by pair: nobody can have looked at all of it."""


def _candidate(row: dict[str, Any]) -> Candidate:
    parts = tuple(Part(p["name"], p["score"], p["why"]) for p in row.get("parts", []))
    return Candidate(row["a"], row["b"], row.get("score", 0.0), parts)


def _pair(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((row["a"], row["b"]))


class Group(NamedTuple):
    """Incidents that hang together by waiting pairs, as near-copies do, and those pairs, the likeliest first."""

    ids: tuple[str, ...]
    pairs: tuple[Candidate, ...]


def groups(store: Store) -> list[Group]:
    """Return the pairs that wait for a person by group, the group with the likeliest pair first."""
    rows = [_candidate(row) for row in store.candidates() if row.get("state", OPEN) == OPEN]
    return grouped(rows)


def grouped(candidates: Iterable[Candidate]) -> list[Group]:
    """Return candidates by group; two incidents are in one group when a chain of pairs leads from one to the other."""
    rows = sorted(candidates, key=rank)
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            root[name] = name = root[root[name]]
        return name

    for pair in rows:
        root[find(pair.b)] = find(pair.a)
    found: dict[str, list[Candidate]] = {}
    for pair in rows:
        found.setdefault(find(pair.a), []).append(pair)
    return [
        Group(tuple(dict.fromkeys(i for p in pairs for i in (p.a, p.b))), tuple(pairs))
        for pairs in found.values()
    ]


def waiting(store: Store) -> list[Candidate]:
    """Return the pairs that wait for a person, those of one group together, the likeliest first."""
    return [pair for group in groups(store) for pair in group.pairs]


def is_capped(candidates: Iterable[Candidate]) -> bool:
    """Say whether an incident has so many pairs that less likely ones may have been left out."""
    return any(n >= PER_INCIDENT for n in Counter(i for c in candidates for i in (c.a, c.b)).values())


def told_apart(store: Store) -> set[frozenset[str]]:
    """Return the pairs of ids that a person has judged to be two incidents."""
    return {_pair(row) for row in store.candidates() if row.get("state") == APART}


def _save(store: Store, rows: Iterable[dict[str, Any]], *, by: str) -> None:
    """Write the judgements, one row a pair; the last row of a pair wins, sorted by ids."""
    last = {_pair(row): row for row in rows if row["a"] != row["b"]}
    store.save_candidates(sorted(last.values(), key=lambda row: (row["a"], row["b"])), by=by)


def record(
    store: Store, candidates: Iterable[Candidate], *, by: str, homes: Mapping[str, str] | None = None
) -> None:
    """Add doubtful pairs to those that wait; pairs that a person has told apart stay so.

    `homes` maps ids that were merged away to the ids that hold them now; older judgements follow.
    """
    known = told_apart(store)
    new = [c.to_json() | {"state": OPEN} for c in candidates if frozenset((c.a, c.b)) not in known]
    if new or homes:
        _save(store, [*_moved(store.candidates(), homes or {}), *new], by=by)


def _moved(rows: Iterable[dict[str, Any]], homes: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rows under the ids that are left; a judgement of two that are one now falls away on saving."""
    for row in rows:
        yield row | {end: homes.get(row[end], row[end]) for end in ("a", "b")}


def accept(store: Store, a: str, b: str, *, by: str, at: str) -> Incident:
    """Merge two stored incidents and return the one that is left, under the id of `a`.

    Raises NotFound for an unknown id and BadInput when they are one already.
    """
    with store.writing(by=by) as writer:
        one, other = store.get(a), store.get(b)
        joined = merge(one, other, by=by, at=at)
        writer.put(joined)
        writer.delete(other.id)
    record(store, [], by=by, homes={other.id: one.id})
    return joined


def accept_group(store: Store, group: Group, *, by: str, at: str) -> Incident:
    """Merge all incidents of a group into its first and return that. Each merge can be taken back on its own.

    Raises BadInput where two of them were told apart before, and for a group that is too large.
    """
    _check_size(group, "make one")
    members = set(group.ids)
    if met := next((sorted(pair) for pair in told_apart(store) if pair <= members), None):
        raise BadInput(f"{met[0]} and {met[1]} were told apart; judge the pairs of this group one by one")
    first, *others = group.ids
    with store.writing(by=by) as writer:
        joined = store.get(first)
        for other in map(store.get, others):
            joined = merge(joined, other, by=by, at=at)
            writer.delete(other.id)
        writer.put(joined)
    record(store, [], by=by, homes=dict.fromkeys(others, first))
    return joined


def reject_group(store: Store, group: Group, *, by: str, at: str) -> int:
    """Record that all incidents of a group are different ones; returns how many pairs that are.

    Raises BadInput for a group so large that nobody can have looked at all of it.
    """
    _check_size(group, "tell apart")
    judged = [
        {"a": a, "b": b, "state": APART, "by": by, "at": at} for a, b in combinations(sorted(group.ids), 2)
    ]
    _save(store, [*store.candidates(), *judged], by=by)
    return len(judged)


def _check_size(group: Group, what: str) -> None:
    if len(group.ids) > LARGEST_GROUP:
        raise BadInput(
            f"{len(group.ids):,} incidents are too many to {what} at once (at most {LARGEST_GROUP}); nothing was changed. "
            "Judge the pairs one by one: what is judged leaves the group, and the rest may fall into smaller ones"
        )


def group_of(pair: Collection[str], found: Sequence[Group]) -> Group:
    """Return the group that a waiting pair belongs to. Raises NotFound."""
    a, b = ids_of(pair, [pair for group in found for pair in group.pairs])
    for group in found:
        if a in group.ids and b in group.ids:
            return group
    raise NotFound(f"{a} and {b} are in no group that waits")


def reject(store: Store, a: str, b: str, *, by: str, at: str) -> None:
    """Record that two stored incidents are two. Raises NotFound for an unknown id."""
    ids = sorted((store.get(a).id, store.get(b).id))
    judged = {"a": ids[0], "b": ids[1], "state": APART, "by": by, "at": at}
    _save(store, [*store.candidates(), judged], by=by)


def undo(store: Store, incident_id: str, other: str | None = None, *, by: str, at: str) -> tuple[str, str]:
    """Take a merge back and return the ids of the two; both keep a line of history that says so. Raises NotFound.

    Nothing merges them again unasked. `look` may propose them again; whoever is sure that they differ rejects them.
    """
    with store.writing(by=by) as writer:
        rest, found = noted_apart(*unmerge(store.get(incident_id), other), by=by, at=at)
        writer.put([rest, found])
    return rest.id, found.id


def look(store: Store, *, by: str) -> list[Candidate]:
    """Compare the whole collection and return the pairs found, which replace those that waited; merges nothing.

    Of each incident the `PER_INCIDENT` likeliest pairs are kept.
    """
    found = best(propose(list(store.incidents()), apart=told_apart(store)))
    judged = [row for row in store.candidates() if row.get("state") == APART]
    _save(store, [*judged, *(c.to_json() | {"state": OPEN} for c in found)], by=by)
    return found


class Absorbed(NamedTuple):
    """What became of new incidents: ids added as they are, ids merged into another, pairs that wait."""

    added: list[str]
    merged: list[str]
    candidates: list[Candidate]


def absorb(store: Store, new: Sequence[Incident], *, by: str, at: str) -> Absorbed:
    """Put new incidents into a collection: clear duplicates merge, doubtful ones wait, known ones change nothing.

    An incident whose id is known (also as a previous id) only brings the claims that are not there yet. Reads the
    collection once and keeps in memory what lies near the new incidents.
    """
    with store.writing(by=by) as writer:
        held = {incident.id: incident for incident in neighbours(store.incidents(), new)}
        known, fresh = _sorted_out(new, held)
        everything = [*known.values(), *fresh]
        folded = fold(everything, by=by, at=at, new={i.id for i in fresh}, apart=told_apart(store))
        writer.put(i for i in folded.incidents if held.get(i.id) != i)
        left = {incident.id for incident in folded.incidents}
        for gone in known.keys() - left:
            writer.delete(gone)
    homes = {i: kept.id for kept in folded.incidents for i in kept.previous_ids if i in known}
    record(store, folded.candidates, by=by, homes=homes)
    added = [i.id for i in fresh if i.id in left]
    return Absorbed(added, [i.id for i in fresh if i.id not in left], folded.candidates)


def _sorted_out(
    new: Sequence[Incident], held: dict[str, Incident]
) -> tuple[dict[str, Incident], list[Incident]]:
    """Return the stored incidents, with what known ones bring, and the incidents that are new."""
    known = dict(held)
    where = {old: i.id for i in held.values() for old in (i.id, *i.previous_ids)}
    fresh = []
    for incident in new:
        if incident.id not in where:
            fresh.append(incident)
            continue
        home = where[incident.id]
        known[home] = _extended(known[home], incident)
    return known, fresh


def _extended(held: Incident, again: Incident) -> Incident:
    claims, sources = {c.id for c in held.claims}, {s.id for s in held.sources}
    more = tuple(c for c in again.claims if c.id not in claims)
    if not more:
        return held
    needed = {c.source for c in more}
    extra = tuple(s for s in again.sources if s.id not in sources and s.id in needed)
    return held.model_copy(update={"claims": (*held.claims, *more), "sources": (*held.sources, *extra)})


def ids_of(pair: Collection[str], candidates: Sequence[Candidate]) -> tuple[str, str]:
    """Return the two ids that a person names: both ids, or the number of a waiting pair. Raises NotFound."""
    words = list(pair)
    if len(words) == 2:
        return words[0], words[1]
    if len(words) == 1 and words[0].isdigit() and 1 <= int(words[0]) <= len(candidates):
        chosen = candidates[int(words[0]) - 1]
        return chosen.a, chosen.b
    if not candidates:
        raise NotFound("no pair waits; `merge find` looks for some, or name two ids")
    numbers = "the number 1" if len(candidates) == 1 else f"one of the numbers 1 to {len(candidates)}"
    raise NotFound(f"name two ids, or {numbers} that `merge list` shows")
