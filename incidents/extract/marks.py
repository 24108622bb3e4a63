"""What was seen on bodies ("eleven had their hands tied"): some of the bodies told of, not more of them, not the wounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from incidents.extract import _cues
from incidents.extract.heads import Head
from incidents.extract.outcomes import Cue, Figure, Link

_SEEN: Final = _cues.load("marks")["seen"]
_AFTER: Final = re.compile(f"{_cues.load('marks')['leads']}{_SEEN}(?!\\w)")
_LABEL: Final = re.compile(
    f"{_cues.load('marks')['label']}(?:[\\w'-]+ ){{0,3}}{_SEEN}[^.;:,]{{0,40}}[:–—-] ?$"
)
_OF_BODIES: Final = _cues.pattern("marks", "of_bodies")
_OF_A_BODY: Final = _cues.pattern("marks", "of_a_body")
_CARRYING: Final = _cues.pattern("marks", "carrying")
_BODIES: Final = frozenset({"bodies", "exhumed"})
_REACH: Final = 90


def is_on_body(lower: str, cue: Cue) -> bool:
    """Say whether a word for the wounded names the wounds of a body ("bodies with gunshot wounds: 5")."""
    body = _OF_A_BODY.search(lower, max(0, cue.start - _REACH), cue.start)
    if cue.predicate != "injured" or body is None:
        return False
    return _CARRYING.search(body.group()) is not None or _CARRYING.match(lower, cue.start) is not None


def marked(
    lower: str, start: int, heads: Sequence[Head], made: Sequence[tuple[Head, Link]], told: Sequence[Figure]
) -> list[tuple[Head, Link]]:
    """Return the figures of a sentence from `start` with those of marked bodies among them, each as a part.

    Only where bodies are told of: in the words before the figure, or in the figures `told` before the sentence.
    """
    known = {id(h): link for h, link in made}
    kept: list[tuple[Head, Link]] = []
    before = [f.predicate for f in told]
    for head in heads:
        link = known.pop(id(head), None)
        seen = _seen(lower, start, head)
        predicate = _of(lower, start, head, link, before) if seen else None
        if seen and predicate is not None and head.quantity.value is not None:
            cue = Cue(seen.start(), seen.end(), predicate, "both")
            kept.append((head._replace(is_part=True), Link(2.0, cue, predicate)))
        elif link is not None:
            kept.append((head, link))
            before.append(link.predicate)
    others = [(h, link) for h, link in made if id(h) in known]
    return sorted([*kept, *others], key=lambda one: one[0].quantity.start)


def _seen(lower: str, start: int, head: Head) -> re.Match[str] | None:
    """Return the words for what was seen on the bodies that a figure counts, behind it or as its label."""
    at = head.quantity.start
    return _AFTER.match(lower, head.quantity.end) or _LABEL.search(lower, max(start, at - _REACH), at)


def _of(lower: str, start: int, head: Head, link: Link | None, before: Sequence[str]) -> str | None:
    """Return what a figure of marked bodies counts, or nothing where it counts something else."""
    at = head.quantity.start
    if link is not None and link.predicate not in {*_BODIES, "injured", "killed"}:
        return None
    if before and before[-1] in _BODIES:
        return before[-1]
    named = _OF_BODIES.search(lower, max(start, at - _REACH), at)
    if named is None:
        return None
    return "exhumed" if re.search(r"exhum|ексгум|эксгум", named.group()) else "bodies"
