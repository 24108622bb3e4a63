"""What a claim tells of: the category of its incident, from its own sentence first, then from ever wider spans."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from incidents.extract import _cues
from incidents.extract.classify import Cues
from incidents.extract.facts import Fact
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

CONTEXT: Final = {"control_change": "territorial_control", "visit": "official_visit"}
_GRAVE: Final = frozenset({"graves", "exhumed", "site_type", "cause", "evidence_status", "count_withheld"})
_HEAVY: Final = frozenset({"missile_strike", "air_strike", "shelling", "explosion"})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


class What:
    """The categories of one report, to be asked for each claim."""

    def __init__(self, shadow: Shadow, segments: Segments, cues: Cues) -> None:
        self._shadow, self._segments, self._cues = shadow, segments, cues

    def of(self, fact: Fact) -> str:
        """Return the category of what a claim tells."""
        if fact.predicate in CONTEXT:
            return CONTEXT[fact.predicate]
        sentence = self._segments.at(fact.start)
        span = (sentence.start, sentence.end)
        special = self._special(fact, span)
        if special:
            return special
        for start, end in self.widening(sentence):
            found = self._cues.strike(start, end) or self._told_with(fact, start, end)
            if found:
                return found
        return "object_damage" if fact.predicate in {"damage", "damage_share"} else "other"

    def _told_with(self, fact: Fact, start: int, end: int) -> str | None:
        """Return the harm other than a strike in which people died or were hurt: those who fled were not."""
        found = self._cues.other_harm(start, end)
        if found not in {"displacement", "disappearance"}:
            return found
        is_struck = fact.predicate == "missing" and self._has_attack_near(fact)
        return None if is_struck or fact.predicate in {"killed", "injured", "bodies", "damage"} else found

    def _special(self, fact: Fact, span: tuple[int, int]) -> str | None:
        strike = self._cues.strike(*span)
        if fact.predicate in _GRAVE or (fact.predicate == "bodies" and self._is_burial(*span, strike)):
            return self._grave(fact, span)
        if fact.predicate in {"damage", "damage_share"} and strike is None:
            return (
                None
                if self._has_strike_near(fact) or self._cues.strike(0, self._head_end())
                else "object_damage"
            )
        if fact.predicate == "investigation" and self._main_burial():
            return "burial_site"
        if fact.predicate == "detained":
            return "detention_torture"
        return self._without_strike(fact, span) if strike is None else None

    def _without_strike(self, fact: Fact, span: tuple[int, int]) -> str | None:
        """Return what a sentence without a strike tells by its kind of figure."""
        if fact.predicate == "bodies" and self._cues.has("object_damage", *span):
            return "object_damage"
        if fact.predicate == "missing":
            return None if self._has_strike_near(fact) or self._has_attack_near(fact) else "disappearance"
        if fact.predicate == "displaced":
            return "displacement"
        return self._told_with(fact, *span)

    def _grave(self, fact: Fact, span: tuple[int, int]) -> str | None:
        if fact.predicate == "site_type" and fact.value in {"torture_chamber", "filtration_camp"}:
            return "detention_torture" if fact.value == "torture_chamber" else "displacement"
        if (
            fact.predicate in {"graves", "exhumed", "site_type"}
            or self._is_burial(*span, None)
            or self._main_burial()
        ):
            return "burial_site"
        return None

    def _is_burial(self, start: int, end: int, strike: str | None) -> bool:
        if strike not in {None, "shooting"}:
            return False
        found = _pattern("found").search(self._shadow.lower, start, end) and not _pattern("rubble").search(
            self._shadow.lower, start, end
        )
        return self._cues.has("burial_site", start, end) or (
            bool(found) and self._cues.strike(0, self._head_end()) not in _HEAVY
        )

    def _main_burial(self) -> bool:
        return self._cues.has("burial_site", 0, len(self._shadow.lower)) and (
            self._cues.strike(0, self._head_end()) is None
        )

    def _head_end(self) -> int:
        return self._segments.sentences[min(1, len(self._segments.sentences) - 1)].end

    def _has_attack_near(self, fact: Fact) -> bool:
        """Say whether the head of the report or the sentence tells of an attack of whatever kind: who is missing is under it."""
        sentence = self._segments.at(fact.start)
        return self._cues.has("attack", sentence.start, sentence.end) or self._cues.has(
            "attack", 0, self._head_end()
        )

    def _has_strike_near(self, fact: Fact) -> bool:
        sentence = self._segments.at(fact.start)
        same = self._segments.paragraph(sentence.paragraph)
        return self._cues.strike(same[0].start, sentence.end) is not None

    def widening(self, sentence: Sentence) -> list[tuple[int, int]]:
        """Return ever wider spans around a sentence: itself, its paragraph up to it, all of that, the whole text."""
        same = self._segments.paragraph(sentence.paragraph)
        return [
            (sentence.start, sentence.end), (same[0].start, sentence.end), (same[0].start, same[-1].end),
            (0, len(self._shadow.lower)),
        ]  # fmt: skip
