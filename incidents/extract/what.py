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
from incidents.extract.where import Where

CONTEXT: Final = {"control_change": "territorial_control", "visit": "official_visit"}
_GRAVE: Final = frozenset({"graves", "exhumed", "site_type", "cause", "evidence_status", "count_withheld"})
_BLASTS: Final = frozenset({"missile_strike", "air_strike", "shelling", "shooting", "explosion"})
_WEAPONS: Final = {
    "missile_strike": {"ballistic_missile", "cruise_missile", "cluster"},
    "air_strike": {"air_bomb", "drone", "cluster", "incendiary"},
    "shelling": {"rocket_artillery", "artillery", "mortar", "cluster", "incendiary"},
    "shooting": {"small_arms"},
    "explosion": {"mine"},
}
_HEAVY: Final = frozenset({"missile_strike", "air_strike", "shelling", "explosion"})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


class What:
    """The categories of one report, to be asked for each claim."""

    def __init__(self, shadow: Shadow, segments: Segments, cues: Cues, where: Where) -> None:
        self._shadow, self._segments, self._cues, self._where = shadow, segments, cues, where

    def of(self, fact: Fact) -> str:
        """Return the category of what a claim tells."""
        if fact.predicate in CONTEXT:
            return CONTEXT[fact.predicate]
        sentence = self._segments.at(fact.start)
        span = (sentence.start, sentence.end)
        special = self._special(fact, span)
        if special:
            return special
        for start, end in [self._item(fact, sentence), *self.widening(sentence)]:
            found = self._cues.strike(start, end) or self._told_with(fact, start, end)
            if found:
                return found
        return "object_damage" if fact.predicate in {"damage", "damage_share"} else "other"

    def _item(self, fact: Fact, sentence: Sentence) -> tuple[int, int]:
        """Return the item between semicolons that a claim stands in."""
        lower = self._shadow.lower
        first = lower.rfind(";", sentence.start, fact.start) + 1
        last = lower.find(";", fact.end, sentence.end)
        return max(first, sentence.start), last if last >= 0 else sentence.end

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
            near = self._has_strike_near(fact) or self._cues.strike(0, self._head_end())
            return None if near else "object_damage"
        if fact.predicate == "investigation" and self._main_burial():
            return "burial_site"
        if fact.predicate == "detained":
            is_taken = self._cues.has("disappearance", *span) and not self._cues.has(
                "detention_torture", *span
            )
            return "disappearance" if is_taken else "detention_torture"
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
        lead = self._passage(self._segments.at(start), -1)
        if self._cues.has("burial_site", lead, end) and self._cues.strike(lead, end) in {None, "shooting"}:
            return True
        if self._cues.has("burial_site", start, end):
            return True
        found = found and not _pattern("casualties").search(self._shadow.lower, start, end)
        return bool(found) and self._cues.strike(0, self._head_end()) not in _HEAVY

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

    def weapon(self, sentence: Sentence, category: str) -> tuple[str, ...]:
        """Return with what a sentence says it was done, or the nearest words around it that tell of such a strike."""
        own = self._cues.weapon(sentence.start, sentence.end)
        if own or category not in _WEAPONS or self._cues.strike(sentence.start, sentence.end):
            return own
        span = next((s for s in self.widening(sentence) if self._cues.strike(*s) == category), None)
        return tuple(w for w in self._cues.weapon(*span) if w in _WEAPONS[category]) if span else ()

    def widening(self, sentence: Sentence) -> list[tuple[int, int]]:
        """Return ever wider spans around a sentence that tell of the same: itself, its passage, the head, the text.

        In a list, and where other towns are told of, what stands under another town says nothing of this one.
        """
        lead, tail = self._passage(sentence, -1), self._passage(sentence, 1)
        itself = (sentence.start, sentence.end)
        if _pattern("also").match(self._shadow.lower, *itself):
            return [itself, (0, sentence.end)]
        if _pattern("before_that").search(self._shadow.lower, *itself):
            return [itself]
        whole = [itself, (lead, sentence.end), (lead, tail)]
        own = self._where.ids(sentence)
        if not own or (own == self._where.ids(self._segments.sentences[0]) and not self._where.lists):
            return [*whole, (0, self._head_end()), (0, len(self._shadow.lower))]
        line = next(s for s in self._segments.paragraph(sentence.paragraph) if s.line == sentence.line)
        return [*whole, (line.start, sentence.end), (0, self._heading_end(own))]

    def _passage(self, sentence: Sentence, step: int) -> int:
        """Return where the sentences before or after one, of its paragraph and of no other town, begin or end."""
        own = self._where.ids(sentence)
        reached = sentence
        i = sentence.index + step
        while 0 <= i < len(self._segments.sentences):
            beside = self._segments.sentences[i]
            other = self._where.ids(beside)
            if beside.paragraph != sentence.paragraph or (own and other and not own & other):
                break
            if not own and other and step > 0:
                break
            reached, own = beside, own or other
            i += step
        return reached.start if step < 0 else reached.end

    def _heading_end(self, own: frozenset[str]) -> int:
        """Return where the head of the report ends: with its second sentence, or before one that tells of other towns."""
        for s in self._segments.sentences[:2]:
            if self._where.ids(s) - own:
                return s.start
        return self._head_end()

    def is_sure(self, fact: Fact, category: str) -> bool:
        """Say whether the words of the claim's own sentence tell of that category."""
        sentence = self._segments.at(fact.start)
        return category not in _BLASTS or self._cues.strike(sentence.start, sentence.end) is not None
