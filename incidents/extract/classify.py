"""Category, impact and weapon of what the words tell, from cues in three languages."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Final

from incidents.extract import _cues

STRIKES: Final = ("missile_strike", "air_strike", "shelling", "shooting", "mine")
_GENERAL: Final = re.compile("обстріл|обстрел|shell(?:ing|ed)")
_BESIDE: Final = 45
_ORDER: Final = ("sexual_violence", "detention_torture", "disappearance", "displacement")


@cache
def _patterns(table: str) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    return {
        name: (re.compile(rf"(?<![\w-])(?:{latin})(?!\w)"), re.compile(rf"(?<![\w-])(?:{cyrillic})"))
        for name, (latin, cyrillic) in _cues.load("events")[table].items()
    }


@dataclass(frozen=True)
class Cue:
    """A cue word at a place of the shadow."""

    at: int
    word: str


def _all(table: str, lower: str) -> list[Cue]:
    cyrillic = bool(_cues.CYRILLIC.search(lower))
    latin = bool(re.search("[a-z]{3}", lower))
    found: list[Cue] = []
    for name, (en, cyr) in _patterns(table).items():
        if latin:
            found += [Cue(m.start(), name) for m in en.finditer(lower)]
        if cyrillic:
            found += [Cue(m.start(), name) for m in cyr.finditer(lower)]
    return sorted(found, key=lambda c: (c.at, c.word))


@cache
def _reference() -> re.Pattern[str]:
    latin, cyrillic = _cues.load("events")["reference"]
    return re.compile(rf"(?<!\w)(?:{latin}|{cyrillic})")


class Cues:
    """All cues of a text, to be asked by span."""

    def __init__(self, lower: str) -> None:
        lower = lower.replace("ё", "е")
        self._lower = lower
        self._categories = _all("category", lower)
        self._impact = _all("impact", lower)
        self._weapon = _all("weapon", lower)

        self._strikes: dict[tuple[int, int], str | None] = {}

    @staticmethod
    def _between(cues: list[Cue], start: int, end: int) -> list[str]:
        first = bisect_left(cues, start, key=attrgetter("at"))
        return [c.word for c in cues[first : bisect_left(cues, end, lo=first, key=attrgetter("at"))]]

    def strike(self, start: int, end: int) -> str | None:
        """Return the strike that a span tells: the first specific one, else an explosion, else none."""
        span = (start, end)
        if span not in self._strikes:  # the whole text is asked for again and again
            self._strikes[span] = self._strike(start, end)
        return self._strikes[span]

    def _strike(self, start: int, end: int) -> str | None:
        first = bisect_left(self._categories, start, key=attrgetter("at"))
        cues = self._categories[first : bisect_left(self._categories, end, lo=first, key=attrgetter("at"))]
        for i, cue in enumerate(cues):
            if cue.word in STRIKES:
                word = self._sharper(cue, cues[i + 1 :]) if cue.word == "shelling" else cue.word
                return "explosion" if word == "mine" else word
        return "explosion" if any(cue.word == "explosion" for cue in cues) else None

    def _sharper(self, cue: Cue, after: list[Cue]) -> str:
        """Return what a general word for shelling was done with where that stands beside it ("обстреляли город ракетами")."""
        if _GENERAL.match(self._lower, cue.at) is None:
            return cue.word
        near = next((c for c in after if c.word in {"missile_strike", "air_strike"}), None)
        if near is None or near.at - cue.at > _BESIDE or re.search(r"[,.;:]", self._lower[cue.at : near.at]):
            return cue.word
        return near.word

    def blows(self, start: int, end: int) -> list[int]:
        """Return where the words of strikes and attacks of a span stand, in order."""
        first = bisect_left(self._categories, start, key=attrgetter("at"))
        last = bisect_left(self._categories, end, lo=first, key=attrgetter("at"))
        return [c.at for c in self._categories[first:last] if c.word in {*STRIKES, "attack", "explosion"}]

    def has(self, word: str, start: int, end: int) -> bool:
        """Say whether a span holds a cue of category `word`."""
        return word in self._between(self._categories, start, end)

    def other_harm(self, start: int, end: int) -> str | None:
        """Return the harm other than strikes, graves and damage that a span tells."""
        words = set(self._between(self._categories, start, end))
        return next((w for w in _ORDER if w in words), None)

    def impact(self, start: int, end: int) -> tuple[str, ...]:
        """Return what was hit, in order of the text, each once."""
        return tuple(dict.fromkeys(self._between(self._impact, start, end)))

    def weapon(self, start: int, end: int) -> tuple[str, ...]:
        """Return with what, in order of the text, each once."""
        return tuple(dict.fromkeys(self._between(self._weapon, start, end)))

    def is_reference(self, start: int, end: int) -> bool:
        """Say whether a span tells of something earlier or elsewhere by the way."""
        return bool(_reference().search(self._lower, start, end))
