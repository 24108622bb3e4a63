"""A claim in the making, as the questions where, when and what are asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from incidents.extract.segment import Sentence

SMALL_AREAS: Final = frozenset({"raion", "hromada"})
_LONGEST: Final = 2000
"""How far into a sentence is looked once per claim; one without end would make reading quadratic."""


def look_to(sentence: Sentence) -> int:
    """Return where looking for words in a sentence ends."""
    return min(sentence.end, sentence.start + _LONGEST)


@dataclass(frozen=True)
class Fact:
    """A claim in the making: where its words stand, what it is about, and the day its words name, if any."""

    start: int
    end: int
    predicate: str
    value: object
    speaker_spans: tuple[tuple[int, int], ...] = ()
