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
    hedges = {name: words for name, words in _cues.load("hedges").items() if name != "denied"}
    return {name: _cues.words([str(w) for w in words]) for name, words in hedges.items()}


@cache
def _denied() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _cues.load("hedges")["denied"])


_BY_THE_WAY: Final = re.compile(
    r", (?:which|who|where|when|after|as|but|while|and (?:said|says|added)|який|яка|які|яке|де|коли|після|котор\w+|где|когда|после|але|но|а|при этом|при цьому|зато|зате|натомість|водночас) |, (?:уточн|дода|добав|зазнач|отме|заяв|сказ|наголос|подчерк|повідом|сообщ)|(?:,| and| але| но) (?:added|said|saying)"
)


def denied(lower: str, sentence: Sentence) -> list[tuple[int, int]]:
    """Return the spans of a sentence that somebody says are not so, without clauses that only describe."""
    found = []
    for pattern in _denied():
        for m in pattern.finditer(lower, sentence.start, sentence.end):
            aside = _BY_THE_WAY.search(m["q"])
            found.append((m.start("q"), m.start("q") + (aside.start() if aside else len(m["q"]))))
    return found


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
