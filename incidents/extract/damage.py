"""Counts of damaged houses: a figure, a word for buildings behind it, and a verb of damage in the same clause."""

from __future__ import annotations

import re
from typing import Final

from incidents.extract import _cues, hedges
from incidents.extract.numbers import Quantity
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow
from incidents.extract.statements import Statement

_HOMES: Final = _cues.pattern("damage", "homes")
_OTHERS: Final = _cues.pattern("damage", "others")
_VERB: Final = _cues.pattern("damage", "verbs")
_CUT: Final = _cues.pattern("damage", "cut")
_NOT: Final = _cues.pattern("damage", "not")
_BASE: Final = _cues.pattern("damage", "base")
_OR: Final = re.compile(" (?:in|у|в|на|при) ")
_BEFORE: Final = 90
_AFTER: Final = 60


def read(shadow: Shadow, segments: Segments, quantities: list[Quantity]) -> list[Statement]:
    """Return the counts of damaged houses in order; schools and clinics only in a sentence that counts no houses."""
    homes: list[Statement] = []
    others: list[Statement] = []
    counted: set[int] = set()
    for q in quantities:
        sentence = segments.at(q.core)
        if q.unit is not None or q.value == 1:
            continue
        if home := _HOMES.match(shadow.lower, q.end, sentence.end):
            found = _damaged(shadow, sentence, q, home.end())
            homes += found
            counted |= {sentence.index} if found else set()
        elif (
            homes
            and segments.at(homes[-1].start).index == sentence.index
            and _more(shadow.lower, sentence, q)
        ):
            homes += _damaged(shadow, sentence, q, q.end)
        elif other := _OTHERS.match(shadow.lower, q.end, sentence.end):
            others += _damaged(shadow, sentence, q, other.end())
    made = homes + [s for s in others if segments.at(s.start).index not in counted]
    return sorted(made, key=lambda s: s.start)


def _more(lower: str, sentence: Sentence, q: Quantity) -> bool:
    """Say whether a bare figure goes on with the houses before it ("three houses were destroyed, eleven damaged")."""
    verb = _VERB.match(lower, q.end + 1, sentence.end)
    return verb is not None and _OR.match(lower, verb.end()) is None


def _damaged(shadow: Shadow, sentence: Sentence, q: Quantity, end: int) -> list[Statement]:
    """Return the claim where a verb of damage belongs to the figure, else nothing."""
    verb = _verb_before(shadow.lower, sentence, q) or _verb_after(shadow.lower, sentence, end)
    if verb is None or _BASE.search(shadow.lower, max(sentence.start, q.start - 10), q.start):
        return []
    start = verb.start() if 0 <= q.start - verb.end() <= 3 else q.start
    end = max(end, verb.end())
    modality = hedges.modality(shadow.lower, sentence, start, end)
    return [
        Statement(start, end, "damage_share", q.value, q.low, q.high, q.qualifier, "buildings", modality, "positive",
                  "explicit", "unreviewed", "damage.buildings", f"houses counted beside {verb.group()!r}")
    ]  # fmt: skip


def _verb_before(lower: str, sentence: Sentence, q: Quantity) -> re.Match[str] | None:
    """Return the last verb of damage before a figure, with no other clause and no "not" between."""
    first = max(sentence.start, q.start - _BEFORE)
    found = [
        m
        for m in _VERB.finditer(lower, first, q.start)
        if not _CUT.search(lower[m.end() : q.start].rstrip(" :"))
    ]
    return (
        found[-1]
        if found and not _NOT.search(lower[max(first, found[-1].start() - 8) : found[-1].start()])
        else None
    )


def _verb_after(lower: str, sentence: Sentence, end: int) -> re.Match[str] | None:
    m = _VERB.search(lower, end, min(sentence.end, end + _AFTER))
    if m is None or _CUT.search(lower[end : m.start()]) or _NOT.search(lower[end : m.start()]):
        return None
    return m
