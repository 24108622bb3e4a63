"""How firmly something is said: asserted, passed on, held possible, or only planned."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from incidents.extract import _cues
from incidents.extract.segment import Sentence

_REACH: Final = 60


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: _cues.words([str(w) for w in words]) for name, words in _cues.load("hedges").items()}


# "on 3 May" and "May 2023" are a month, no hedge.
_MONTH: Final = re.compile(
    r"(?:\d(?:st|nd|rd|th)?|(?<!\w)(?:in|of|since|until|by|early|late|mid)) may(?!\w)|(?<!\w)may(?= \d)"
)


def _clause(lower: str, sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """Return the part of the sentence around a span, up to marks that set another statement off."""
    head = max(sentence.start, start - _REACH)
    cut = [
        m.end() for m in re.finditer(r"[;:“”«»\"]|, (?:but|and|while|а|але|но|і|та|и) ", lower[head:start])
    ]
    tail = min(sentence.end, end + _REACH)
    stop = re.search(r"[;:“”«»\"]|, (?:but|and|while|а|але|но|і|та|и|as|more) ", lower[end:tail])
    return head + (cut[-1] if cut else 0), end + stop.start() if stop else tail


def modality(lower: str, sentence: Sentence, start: int, end: int) -> str:
    """Return the modality of the words in the span, from the clause they stand in."""
    first, last = _clause(lower, sentence, start, end)
    last = next((i for i in range(last, sentence.end) if not lower[i].isalnum()), sentence.end)
    lead = min(first, 12)
    words = _MONTH.sub(lambda m: "~" * len(m.group()), lower[first - lead : last])[lead:]
    for name in ("possible", "reported"):
        if _patterns()[name].search(words):
            return name
    if _patterns()["planned"].search(lower, max(first, start - 40), last):
        return "planned"
    return "asserted"


def looks_ahead(lower: str, sentence: Sentence, at: int) -> bool:
    """Say whether the words right before `at` speak of what is to come."""
    return bool(_patterns()["planned"].search(lower, max(sentence.start, at - _REACH), at))
