"""What a person does to an incident: review it, judge it, correct it, take it apart. Pure, but for `save`.

Each function returns a changed incident whose history has one more line: what was done, by whom, when, why, and every
former value. Nothing is lost and derived fields follow. What changes nothing returns the same incident. Every problem
of an edit is told at once, as BadInput.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from incidents import _fields, personal, vocabulary
from incidents._errors import BadInput, Conflict, NotFound
from incidents.derive import derived
from incidents.geojson import to_line
from incidents.model import Change, Claim, Incident, Source, Speaker
from incidents.stores import Store

JUDGED: Final = tuple(word for word, entry in vocabulary.terms("grading").items() if not entry["derived"])
NONE: Final = "none"
_SHORT: Final = 8
_LISTS: Final = frozenset({"claims", "sources", "history"})


class Hand(NamedTuple):
    """Who edits, when (ISO 8601) and why."""

    by: str
    at: str
    why: str = ""


def signed(by: str, why: str = "") -> Hand:
    """Return the hand of somebody who edits now, by the clock of this machine."""
    return Hand(by, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), why.strip())


# ---- one incident


def set_review(incident: Incident, word: str, *, hand: Hand, claims: Collection[str] = ()) -> Incident:
    """Return the incident with its review set, or that of some of its claims. A rejected claim stays, out of ranges."""
    problems = []
    if word not in vocabulary.words("review"):
        problems.append(f"review: {word!r} is none of {', '.join(vocabulary.words('review'))}")
    found = _each(incident, claims, problems)
    _raise(problems)
    for claim in found:
        incident = _with_claim(
            incident, claim, claim.model_copy(update={"review": word}), "claim review", hand
        )
    return incident if claims else _changed(incident, {"review": word}, "review", hand)


def set_grading(incident: Incident, word: str, *, hand: Hand) -> Incident:
    """Return the incident with a person's judgement; `none` takes it back. The other gradings follow from the sources."""
    if word not in {*JUDGED, NONE}:
        derived_words = [w for w in vocabulary.words("grading") if w not in JUDGED]
        why = "; it follows from the sources" if word in derived_words else ""
        raise BadInput(f"grading: {word!r} cannot be set{why}; use one of: {', '.join([*JUDGED, NONE])}")
    return _changed(incident, {"judged_grading": None if word == NONE else word}, "grading", hand)


def correct(incident: Incident, fields: Mapping[str, str], *, hand: Hand) -> Incident:
    """Return the incident with fields as a person wrote them: `{"date": "2022-03", "weapon": "drone,mortar"}`."""
    problems = _fields.told_apart(fields, _fields.INCIDENT)
    known = {name: text for name, text in fields.items() if name in _fields.INCIDENT}
    values = _fields.incident_values(known, problems)
    made = _fields.validated(incident, Incident, values, problems)
    _raise(problems)
    return incident if made is None else _changed(incident, values, "correction", hand)


def move(incident: Incident, place: Mapping[str, Any], *, hand: Hand) -> Incident:
    """Return the incident at another place, as `incidents.placing` describes it."""
    return _changed(incident, dict(place), "place", hand)


# ---- its claims


def correct_claim(incident: Incident, claim_id: str, fields: Mapping[str, str], *, hand: Hand) -> Incident:
    """Return the incident with one claim read rightly. Its quote stays verbatim, and so does its id.

    The id names the reading that was made of these words: links, denials and merges that can be undone refer to it.
    """
    problems = _fields.told_apart(fields, _fields.CLAIM)
    found = _each(incident, [claim_id], problems)
    if not found:
        raise BadInput(problems)
    claim = found[0]
    known = {name: text for name, text in fields.items() if name in _fields.CLAIM}
    values = _fields.claim_values(_raw(claim), known, problems)
    if {"speaker", "speaker_role"} & fields.keys():
        values["speaker"] = _speaker(incident, claim.speaker, fields, problems)
    made = _fields.validated(claim, Claim, values, problems)
    _raise(f"claim {short(claim.id)}: {problem}" for problem in problems)
    return incident if made is None else _with_claim(incident, claim, made, "claim", hand)


def add_claim(incident: Incident, fields: Mapping[str, str], *, hand: Hand) -> Incident:
    """Return the incident with a claim that a person found. It needs a `predicate` and the `url` where it is said.

    `words` are the exact words of that page: they are kept as a note in quotation marks, as no report is held that they
    could be shown in. `publisher`, `source_title` and `published` (a day) describe a source that is not known yet. A
    claim that names a private person is marked so unless `sensitivity` is given.
    """
    problems = _fields.told_apart(fields, (*_fields.CLAIM, *_fields.SOURCE))
    for name, needed in (("predicate", "what the claim is about"), ("url", "the page that says so")):
        if not fields.get(name, "").strip():
            problems.append(f"{name}: is missing; {needed}")
    url = fields.get("url", "").strip()
    if url and not url.startswith(("https://", "http://")):
        problems.append(f"url: {url!r} is no address such as https://example.org/page")
    source = _source(incident, url, fields, problems)
    known = {name: text for name, text in fields.items() if name in _fields.CLAIM}
    if quoted := _quoted(fields.get("words", ""), fields.get("note", "")):
        known["note"] = quoted
    values = _fields.claim_values({"qualifier": "as_stated"}, known, problems)
    speaker = _speaker(incident, None, fields, problems)
    minted = _hashed("c-", url, values.get("predicate"), values.get("value"), speaker and speaker.name)
    made = _fields.validated(
        None, Claim,
        {**values, "id": minted, "speaker": speaker, "url": url or "?", "source": source.id, "rule": "by hand",
         "review": "accepted"},
        problems,
    )  # fmt: skip
    if any(claim.id == minted for claim in incident.claims):
        problems.append(
            f"claim {short(minted)}: is there already; a second of the same page and speaker needs another figure"
        )
    _raise(problems)
    if made is None:
        return incident
    made = made if "sensitivity" in fields else personal.cared_for(made)
    sources = incident.sources if source in incident.sources else (*incident.sources, source)
    joined = incident.model_copy(update={"claims": (*incident.claims, made), "sources": sources})
    return _noted(joined, "claim added", {"claim": made.id}, hand)


def _quoted(words: str, note: str) -> str:
    exact = " ".join(words.split()).strip('“”«»"')
    return f"“{exact}” {note.strip()}".strip() if exact else ""


def split(
    incident: Incident, claims: Sequence[str], *, hand: Hand, into: Incident | None = None
) -> tuple[Incident, Incident]:
    """Move claims, with their sources, to a new incident or into another; return both. Undoes a wrong joining.

    The new incident begins with place, date and category of the old one, for a person to correct.
    """
    problems: list[str] = []
    moved = _each(incident, claims, problems)
    there = {claim.id for claim in into.claims} if into else set()
    problems.extend(f"claim {short(c.id)}: is in {into.id} already" for c in moved if into and c.id in there)
    if into is not None and into.id == incident.id:
        problems.append(f"{into.id}: is the incident that the claims are in")
    if moved and len(moved) == len(incident.claims):
        problems.append(f"{incident.id}: no claim would be left; correct it, or merge the two, instead")
    _raise(problems)
    gone = {claim.id for claim in moved}
    kept = tuple(claim for claim in incident.claims if claim.id not in gone)
    goes, stays = _shared_out(incident.sources, moved, kept)
    other = into or _new(incident, gone)
    listed = {source.id for source in other.sources}
    grown = other.model_copy(
        update={
            "claims": (*other.claims, *moved),
            "sources": (*other.sources, *(s for s in goes if s.id not in listed)),
        }
    )
    left = incident.model_copy(update={"claims": kept, "sources": stays})
    names = [claim.id for claim in moved]
    before = {
        "claims": [claim.model_dump(mode="json", exclude_defaults=True) for claim in moved],
        "sources": [
            s.model_dump(mode="json", exclude_defaults=True) for s in incident.sources if s not in stays
        ],
    }
    return (
        _noted(left, "claims moved away", {"to": other.id, "before": before}, hand),
        _noted(grown, "claims moved here", {"from": incident.id, "claims": names}, hand),
    )


def taken_back(before: Incident, after: Incident, *, hand: Hand) -> Incident:
    """Return `after` as it was `before` an edit. The history keeps both lines, and claims as they stood in between."""
    was = {claim.id: claim for claim in before.claims}
    told = [c.model_dump(mode="json", exclude_defaults=True) for c in after.claims if was.get(c.id) != c]
    back = before.model_copy(update={"history": after.history})
    detail = {"changed": _differing(after, back)} | ({"claims": told} if told else {})
    return _noted(back, "taken back", detail, hand)


def _new(incident: Incident, claims: Collection[str]) -> Incident:
    """Return an incident without claims, of the place and day of `incident`, under an id of its own."""
    blank = {"claims", "sources", "history", "previous_ids", "summary", "judged_grading"}
    kept = {name: value for name, value in _raw(incident).items() if name not in blank}
    return Incident.model_validate(
        {**kept, "id": _hashed("i-", "split", incident.id, *sorted(claims)), "review": "needs_review"}
    )


def _shared_out(
    sources: Sequence[Source], moved: Iterable[Claim], kept: Iterable[Claim]
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources that go with the moved claims, and those that stay (those of both do both)."""
    theirs, ours = {c.source for c in moved}, {c.source for c in kept}
    return (
        tuple(s for s in sources if s.id in theirs),
        tuple(s for s in sources if s.id not in theirs or s.id in ours),
    )


def find_claim(incident: Incident, given: str) -> Claim:
    """Return the claim with this id or with an id that begins so. Raises NotFound."""
    exact = [c for c in incident.claims if c.id == given]
    found = exact or [
        c for c in incident.claims if given and c.id.removeprefix("c-").startswith(given.removeprefix("c-"))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"claim {given}: begins several ids: {', '.join(c.id for c in found)}")
    raise NotFound(f"claim {given}: {incident.id} has no such claim; `show` lists their ids")


def short(claim_id: str) -> str:
    """Return enough of a claim's id to find it by."""
    return claim_id[: _SHORT + 2] if claim_id.startswith("c-") else claim_id


def _each(incident: Incident, claims: Iterable[str], problems: list[str]) -> list[Claim]:
    found: dict[str, Claim] = {}
    for given in claims:
        try:
            claim = find_claim(incident, given)
        except NotFound as lost:
            problems.append(str(lost))
        else:
            found[claim.id] = claim
    return list(found.values())


def _speaker(
    incident: Incident, old: Speaker | None, fields: Mapping[str, str], problems: list[str]
) -> Speaker | None:
    """Return who speaks; no name is the report's own voice. One who is known in this incident keeps one key."""
    name = fields.get("speaker", old.name if old else "").strip()
    if not name:
        if fields.get("speaker_role", "").strip():
            problems.append("speaker_role: needs a speaker")
        return None
    same = old is not None and old.name == name
    known = next(
        (c.speaker for c in incident.claims if c.speaker and c.speaker.name.casefold() == name.casefold()),
        None,
    )
    was = old if same else known
    role = fields.get("speaker_role", (was.role if was else None) or "").strip() or None
    return Speaker(name=name, role=role, key=was.key if was else None)


def _source(incident: Incident, url: str, fields: Mapping[str, str], problems: list[str]) -> Source:
    known = next((s for s in incident.sources if url and s.url == url), None)
    if known:
        return known
    told = {"publisher": "publisher", "title": "source_title", "published": "published"}
    values: dict[str, Any] = {name: fields.get(field, "").strip() or None for name, field in told.items()}
    made = _fields.validated(None, Source, {**values, "id": _hashed("s-", url), "url": url or None}, problems)
    return made or Source(id="?")


def _with_claim(incident: Incident, old: Claim, new: Claim, what: str, hand: Hand) -> Incident:
    changed = _differing(old, new)
    if not changed:
        return incident
    claims = tuple(new if claim.id == old.id else claim for claim in incident.claims)
    return _noted(
        incident.model_copy(update={"claims": claims}), what, {"claim": old.id, "changed": changed}, hand
    )


# ---- the line of history


def _changed(incident: Incident, values: Mapping[str, Any], what: str, hand: Hand) -> Incident:
    after = Incident.model_validate({**_raw(incident), **values})
    changed = _differing(incident, after)
    return _noted(after, what, {"changed": changed}, hand) if changed else incident


def _noted(incident: Incident, what: str, detail: dict[str, Any], hand: Hand) -> Incident:
    why = {"why": hand.why} if hand.why else {}
    line = Change(at=hand.at, by=hand.by, what=what, detail={**detail, **why})
    return incident.model_copy(update={"history": (*incident.history, line)})


def _differing(before: Incident | Claim, after: Incident | Claim) -> dict[str, list[Any]]:
    """Return [before, after] as JSON by the name of each field that differs."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: [old[name], new[name]] for name in old if name not in _LISTS and old[name] != new[name]}


def _raw(model: Incident | Claim) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _hashed(prefix: str, *parts: object) -> str:
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return prefix + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _raise(problems: Iterable[str]) -> None:
    told = tuple(problems)
    if told:
        raise BadInput(told)


# ---- before and after


class Difference(NamedTuple):
    """One thing that differs between two states of an incident; `claim` is the id of the claim it is in."""

    field: str
    before: Any
    after: Any
    claim: str | None = None


def differences(before: Incident | None, after: Incident) -> Iterator[Difference]:
    """Yield what an edit changes, the derived fields included, the history left out. `before` null is a new incident."""
    if before is None:
        yield Difference("incident", None, after.title)
        yield from (Difference("claim", None, _told(c), c.id) for c in after.claims)
        return
    yield from (Difference(name, *pair) for name, pair in _differing(before, after).items())
    was, now = derived(before), derived(after)
    yield from (Difference(name, was[name], now[name]) for name in was if was[name] != now[name])
    old, new = ({c.id: c for c in i.claims} for i in (before, after))
    for claim_id in dict.fromkeys([*old, *new]):
        a, b = old.get(claim_id), new.get(claim_id)
        if a is None or b is None:
            yield Difference("claim", a and _told(a), b and _told(b), claim_id)
        else:
            for name, pair in _differing(a, b).items():
                yield Difference(name, pair[0], pair[1], claim_id)


def _told(claim: Claim) -> str:
    who = claim.speaker.name if claim.speaker else "the report itself"
    return f"{claim.predicate} {'' if claim.value is None else claim.value}".strip() + f", {who}"


def worded(difference: Difference) -> str:
    """Return a difference as one line: `claim c-1a2b3c4d value: 20 → 25`."""
    where = f"claim {short(difference.claim)} " if difference.claim else ""
    field = "" if difference.field == "claim" else difference.field
    return f"{where}{field}".strip() + f": {_text(difference.before)} → {_text(difference.after)}"


def _text(value: Any) -> str:
    if value is None or value == []:
        return NONE
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part is not None)
    return str(value) if value != "" else NONE


# ---- keeping


class Edit(NamedTuple):
    """An incident as it was seen and as it shall be; `before` null is a new one."""

    before: Incident | None
    after: Incident


class Meanwhile(Conflict):
    """Somebody else changed an incident after it was seen. `held` is what is there now, null where it is gone."""

    def __init__(self, problems: Sequence[str], edit: Edit, held: Incident | None) -> None:
        self.edit = edit
        self.held = held
        super().__init__("\n".join(["nothing was saved", *problems]))


def save(store: Store, edits: Iterable[Edit], *, by: str) -> int:
    """Keep edits, all or none; returns how many incidents changed.

    Raises Meanwhile, a Conflict with both versions in words, where an incident is no longer as it was seen; nothing is
    kept then.
    """
    wanted = [edit for edit in edits if edit.before != edit.after]
    if not wanted:
        return 0
    with store.writing(by=by) as writer:
        met = [(told, edit, held) for edit in wanted for told, held in [_met(store, edit)] if told]
        if met:
            raise Meanwhile([line for told, _, _ in met for line in told], met[0][1], met[0][2])
        writer.put(edit.after for edit in wanted)
    return len(wanted)


def _met(store: Store, edit: Edit) -> tuple[list[str], Incident | None]:
    """Return what stands in the way of an edit, line by line, and the incident as it is there now."""
    try:
        held = store.get(edit.after.id)
    except NotFound:
        gone = [f"{edit.after.id}: was taken out of the collection meanwhile"]
        return ([] if edit.before is None else gone), None
    if edit.before is None:
        return [f"{edit.after.id}: is there already"], held
    if held.id != edit.before.id:
        return [f"{edit.before.id}: was merged into {held.id} meanwhile"], held
    if to_line(held) in {to_line(edit.before), to_line(edit.after)}:
        return [], held
    last = held.history[-1] if held.history else None
    return [
        f"{held.id}: was changed meanwhile" + (f" by {last.by} ({last.at})" if last else ""),
        *(f"  there now: {worded(d)}" for d in differences(edit.before, held)),
        *(f"  yours:     {worded(d)}" for d in differences(edit.before, edit.after)),
    ], held
