"""Speech that is broken in the middle to say who speaks, put together again: '"Three," he said, "were killed."'

A figure and what became of it then stand side by side as in any sentence. Offsets lead back to the shadow as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from incidents.extract import _cues, voices
from incidents.extract.outcomes import Figure
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

Leads = Callable[[str], bool]
_LAST_CLAUSE: Final = re.compile(r"[,;:–—\"“”«»„]")


_REACH: Final = 200
"""How far before an aside its half of a sentence is looked at."""
_AGE: Final = re.compile(r", \d{2,3}\Z")
_PLAIN: Final = _cues.pattern("speech", "interposed_plain")


@cache
def _asides() -> tuple[re.Pattern[str], ...]:
    return (*(re.compile(pattern) for pattern in _cues.load("speech")["interposed"]), _PLAIN)


@dataclass(frozen=True)
class Joined:
    """A shadow without its asides, its sentences, and for each of its characters the place where it was."""

    shadow: Shadow
    segments: Segments
    back: Sequence[int]

    def restored(self, found: Figure) -> Figure:
        """Return a figure of the joined text with the offsets of the text as it was."""
        words = (self._start(found.words[0]), self._end(found.words[1])) if found.words else None
        return replace(found, start=self._start(found.start), end=self._end(found.end), words=words)

    def _start(self, at: int) -> int:
        return self.back[at]

    def _end(self, at: int) -> int:
        return self.back[at - 1] + 1


def joined(shadow: Shadow, segments: Segments, *, leads_on: Leads, tells: Leads) -> Joined:
    """Return `shadow` without the asides that say who speaks; one that `tells` something itself stays.

    Between the halves stays the comma ("Five were hurt," he said, "three died"), unless the words before it, for which
    `leads_on` is asked, only begin what the words behind go on with.
    """
    lower, last = shadow.lower, 0
    back: list[int] = []
    for m in _found(shadow, segments):
        if m.start() < last or tells(m["who"]):
            continue
        opening = max(segments.at(m.start()).start, m.start() - _REACH)
        cut = [c.end() for c in _LAST_CLAUSE.finditer(lower, opening, m.start())]
        is_aged = _AGE.search(lower, opening, m.start()) is not None
        is_half = not is_aged and leads_on(lower[cut[-1] if cut else opening : m.start()])
        if m.re is _PLAIN and not is_half:
            continue
        back += range(last, m.start())
        if not is_half:
            back.append(lower.index(",", m.start()))
        back.append(m.start("space"))
        last = m.end()
    if not back:
        return Joined(shadow, segments, range(len(lower)))
    back += range(last, len(lower))
    return Joined(_of(shadow, back), _moved(segments, back), back)


def _found(shadow: Shadow, segments: Segments) -> list[re.Match[str]]:
    """Return the asides with a verb of speech that stand within one sentence, in order."""
    speaks = (voices.verbs(), voices.befores(), voices.his_words())
    found = (m for pattern in _asides() for m in pattern.finditer(shadow.lower))
    made = [m for m in found if any(said.search(m["who"]) for said in speaks)]
    return sorted(
        (m for m in made if segments.at(m.start()).index == segments.at(m.end()).index),
        key=lambda m: m.start(),
    )


def _of(shadow: Shadow, back: Sequence[int]) -> Shadow:
    def kept(words: str) -> str:
        return "".join(words[i] for i in back)

    starts, ends = [shadow.starts[i] for i in back], [shadow.ends[i] for i in back]
    return Shadow(shadow.text, kept(shadow.cased), kept(shadow.lower), starts, ends)


def _moved(segments: Segments, back: Sequence[int]) -> Segments:
    """Return the sentences where they stand in the joined text."""

    def moved(s: Sentence) -> Sentence:
        return replace(s, start=bisect_left(back, s.start), end=bisect_left(back, s.end))

    return Segments(tuple(moved(s) for s in segments.sentences), ())
