"""From claims to drafts of incidents: claims of one place, day and category are of one incident."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from incidents.extract import _cues, dates, hedges
from incidents.extract.classify import Cues
from incidents.extract.dates import DateMention
from incidents.extract.facts import SMALL_AREAS, Fact
from incidents.extract.places import Site
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow
from incidents.extract.what import CONTEXT, What
from incidents.extract.when import When
from incidents.extract.where import USABLE, Where

_LOOSE: Final = frozenset(
    {"accusation", "denial", "investigation", "evidence_status", "count_withheld", "cause"}
)
_NOWHERE: Final = frozenset({"place_population", "place_offset"})
_MINOR: Final = frozenset({"object_damage", "other", "explosion", "disappearance", "displacement"})
_STRIKES: Final = frozenset({"missile_strike", "air_strike", "shelling", "shooting", "explosion"})
_EVENTS: Final = _STRIKES | {"sexual_violence", "detention_torture"}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


@dataclass
class Draft:
    """An incident in the making; `facts` are positions in the list of claims."""

    category: str
    role: str
    site: Site | None
    days: tuple[dt.date, dt.date] | None
    value: str | None
    discovered: dt.date | None = None
    impact: tuple[str, ...] = ()
    weapon: tuple[str, ...] = ()
    facts: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


class Drafter:
    """Groups the claims of one report."""

    def __init__(
        self, shadow: Shadow, segments: Segments, sites: Sequence[Site], found: Sequence[DateMention],
        *, published: dt.date | None, said: Sequence[tuple[int, int]], told: Sequence[tuple[int, int]] = (),
    ) -> None:  # fmt: skip
        self._shadow, self._segments, self._said = shadow, segments, said
        self._cues = Cues(shadow.lower)
        self._where = Where(shadow, segments, sites, told)
        self._when = When(shadow, segments, found, self._cues, self._where, published=published, said=said)
        self._what = What(shadow, segments, self._cues)

    def about(self, fact: Fact) -> str | None:
        """Return the ISO 8601 value of the day a claim is about, where its own sentence names one."""
        return self._when.about(fact)

    def _role(self, fact: Fact, site: Site, when: DateMention | None, category: str) -> str:
        if category in CONTEXT.values() or category == "accusation":
            return "context"
        sentence = self._segments.at(fact.start)
        if site.role == "comparison":
            return "referenced"
        is_main = self._where.main is not None and site.place == self._where.main.place
        if self._cues.is_reference(sentence.start, sentence.end) and not is_main:
            return "referenced"
        if (
            when is not None
            and not self._when.is_recent(when)
            and (not is_main or self._when.first is not None)
        ):
            return "referenced"
        return "incident"

    # --- grouping ----------------------------------------------------------------------------------------------

    def group(self, facts: Sequence[Fact]) -> list[Draft]:
        """Return the drafts of the report, in order of the text. Claims tied to no place belong to none."""
        drafts: list[Draft] = []
        starts = sorted(f.start for f in facts if f.predicate not in _LOOSE)
        firm = [i for i, f in enumerate(facts) if f.predicate not in _LOOSE]
        loose = [i for i, f in enumerate(facts) if f.predicate in _LOOSE]
        for i in firm:
            self._place(drafts, i, facts[i], starts)
        self._events(drafts)
        drafts = self._joined(drafts)
        for i in loose:
            self._attach(drafts, i, facts[i], starts)
        return drafts

    def _events(self, drafts: list[Draft]) -> None:
        """Add what happened at a named place without any figure: a place that was hit is a site all the same."""
        for sentence in self._segments.sentences:
            for category in self._event(sentence):
                for site in self._struck(sentence):
                    self._event_at(drafts, site, category)

    def _event_at(self, drafts: list[Draft], site: Site, category: str) -> None:
        fact = Fact(site.start, site.end, "event", None)
        when = self._when.of(fact)
        role = self._role(fact, site, when, category)
        if not any(self._covers(d, site, category, when) for d in drafts):
            self._add(drafts, None, fact, site, when, category, role)

    def _event(self, sentence: Sentence) -> list[str]:
        """Return the categories of what a sentence tells to have happened."""
        span = (sentence.start, sentence.end)
        text = self._shadow.lower[sentence.start : sentence.end]
        if _pattern("no_event").search(text) or hedges.looks_ahead(
            self._shadow.lower, sentence, sentence.end
        ):
            return []
        if self._cues.has("burial_site", *span):
            return []
        strike = self._cues.strike(*span)
        if strike is None and self._cues.has("attack", *span):
            strike = next(
                (s for a, b in self._what.widening(sentence) if (s := self._cues.strike(a, b))), "other"
            )
        found = [c for c in (strike, self._cues.other_harm(*span)) if c is not None]
        return [c for c in found if c in _EVENTS or c == "other"]

    def _struck(self, sentence: Sentence) -> list[Site]:
        """Return the settlements of a sentence where something may have happened."""
        found = [
            s for s in self._where.usable(sentence)
            if s.role not in {"comparison", "resident"} and s.place is not None and not s.place.is_area
            and not any(a <= s.start < b for a, b in self._said)
        ]  # fmt: skip
        return self._where.on_side(sentence, sentence.end, found)

    @staticmethod
    def _covers(draft: Draft, site: Site, category: str, when: DateMention | None) -> bool:
        if draft.role == "context" or draft.site is None or draft.site.place != site.place:
            return False
        days = dates.edges(when.value) if when is not None and when.value else None
        apart = (
            draft.days is not None
            and days is not None
            and (draft.days[1] < days[0] or days[1] < draft.days[0])
        )
        return (draft.category == category or category in _STRIKES or category == "other") and not apart

    def _joined(self, drafts: list[Draft]) -> list[Draft]:
        """Join damage and the like to the strike at the same place and day that they are part of."""
        kept = [d for d in drafts if d.category not in _MINOR]
        minor = [d for d in drafts if d.category in _MINOR]
        for d in sorted(minor, key=lambda d: d.category == "object_damage"):
            into = next((k for k in kept if self._takes(k, d) and self._is_part(d, k)), None)
            if into is None:
                kept.append(d)
                continue
            into.facts += d.facts
            into.spans += d.spans
            into.impact = tuple(dict.fromkeys([*into.impact, *d.impact]))
            into.weapon = tuple(dict.fromkeys([*into.weapon, *d.weapon]))
            if into.days is None and into.role == d.role:
                into.days, into.value = d.days, d.value
        self._set_totals_aside(kept)
        return sorted(kept, key=lambda d: min(start for start, _ in d.spans))

    @staticmethod
    def _takes(strike: Draft, minor: Draft) -> bool:
        if strike.category == "other":
            return minor.category == "object_damage"
        return strike.category in _STRIKES or (minor.category == "other" and strike.role != "context")

    @staticmethod
    def _is_part(minor: Draft, strike: Draft) -> bool:
        if (
            minor is strike
            or minor.site is None
            or strike.site is None
            or minor.site.place != strike.site.place
        ):
            return False
        if minor.site.place is None or minor.role != strike.role:
            return False
        if minor.days is None or strike.days is None:
            return True
        return minor.days[0] <= strike.days[1] and strike.days[0] <= minor.days[1]

    @staticmethod
    def _set_totals_aside(drafts: list[Draft]) -> None:
        """A total for a province whose towns have figures of their own is their sum, not one more incident."""
        towns = {
            (d.site.place.admin1, d.category)
            for d in drafts
            if d.role == "incident" and d.site and d.site.place and not d.site.place.is_area
        }
        for d in drafts:
            place = d.site.place if d.site else None
            if (
                d.role == "incident"
                and place is not None
                and place.is_area
                and place.kind not in SMALL_AREAS
                and ((place.admin1, d.category) in towns or place.kind == "country")
            ):
                d.role = "referenced"

    def _place(self, drafts: list[Draft], i: int, fact: Fact, starts: list[int]) -> None:
        if fact.predicate in _NOWHERE:
            return
        category = self._what.of(fact)
        when = self._when.of(fact)
        for site in self._where.of(fact, starts):
            if fact.value == 0 and not self._happened(drafts, fact, site):
                continue
            role = self._role(fact, site, when, category)
            self._add(drafts, i, fact, site, when, category, role)

    def _happened(self, drafts: list[Draft], fact: Fact, site: Site) -> bool:
        """Say whether "no casualties" tells of an event at `site`, and not of a quiet day."""
        sentence = self._segments.at(fact.start)
        span = (sentence.start, sentence.end)
        told = (
            self._cues.strike(*span)
            or self._cues.has("attack", *span)
            or self._cues.has("object_damage", *span)
        )
        known = any(d.site and d.site.place == site.place for d in drafts)
        return (
            bool(told)
            or known
            or site is self._where.main
            or site.place == (self._where.main.place if self._where.main else None)
            or self._where.lists
        )

    def _add(
        self,
        drafts: list[Draft],
        i: int | None,
        fact: Fact,
        site: Site,
        when: DateMention | None,
        category: str,
        role: str,
    ) -> None:
        days = dates.edges(when.value) if when is not None and when.value else None
        buried = category == "burial_site"
        draft = next((d for d in drafts if self._same(d, site, category, None if buried else days)), None)
        if draft is None:
            draft = Draft(
                category, role, site, None if buried else days, when.value if when and not buried else None
            )
            drafts.append(draft)
        if buried and days is not None and role == "incident" and days[0] == days[1]:
            draft.discovered = min(draft.discovered or days[0], days[0])
        if draft.role == "referenced" and role == "incident":
            draft.role = role
        sentence = self._segments.at(fact.start)
        if i is not None:
            draft.facts.append(i)
        draft.spans.append((sentence.start, sentence.end))
        draft.impact = tuple(dict.fromkeys([*draft.impact, *self._cues.impact(sentence.start, sentence.end)]))
        draft.weapon = tuple(dict.fromkeys([*draft.weapon, *self._cues.weapon(sentence.start, sentence.end)]))

    @staticmethod
    def _same(draft: Draft, site: Site, category: str, days: tuple[dt.date, dt.date] | None) -> bool:
        if draft.category != category or draft.site is None:
            return False
        one, other = draft.site.place, site.place
        if one is None or other is None:
            if draft.site.start != site.start and one is not other:
                return False
        elif one.place_id != other.place_id:
            return False
        return draft.days is None or days is None or (draft.days[0] <= days[1] and days[0] <= draft.days[1])

    def _attach(self, drafts: list[Draft], i: int, fact: Fact, starts: list[int]) -> None:
        """Attach blame, denials and inquiries to the incident they are aimed at; to none rather than to a wrong one."""
        harm = [d for d in drafts if d.role != "context"]
        if fact.predicate in {"accusation", "denial"}:
            target = self._aimed(fact, harm)
        else:
            target = self._about(fact, harm, starts)
        if target is not None:
            target.facts.append(i)
        elif fact.predicate == "accusation":
            self._own_accusation(drafts, i, fact)

    def _about(self, fact: Fact, harm: list[Draft], starts: list[int]) -> Draft | None:
        sites = self._where.of(fact, starts)
        category = self._what.of(fact)
        for wanted in (category, None):
            for d in harm:
                if d.site and any(s.place == d.site.place for s in sites) and wanted in {d.category, None}:
                    return d
        return None

    def _aimed(self, fact: Fact, harm: list[Draft]) -> Draft | None:
        """Return the incident that blame or a denial names: by its place, or by speaking of this very event."""
        sentence = self._segments.at(fact.start)
        text = self._shadow.lower[sentence.start : sentence.end]
        named = {
            s.place.place_id
            for s in self._where.by_sentence.get(sentence.index, [])
            if s.place and s.role in USABLE
        }
        for d in harm:
            if d.site and d.site.place and d.site.place.place_id in named and self._speaks_of(d, text):
                return d
        mains = [d for d in harm if d.role == "incident"]
        if fact.predicate == "denial" and not named and len(mains) == 1 and _pattern("own_part").search(text):
            return None if _pattern("war_crimes").search(text) else mains[0]
        if fact.predicate == "denial" and not self._speaks_of_any(mains, text):
            return None
        if named:
            return None
        near = [
            d for d in mains if any(0 <= sentence.index - self._segments.at(a).index <= 3 for a, _ in d.spans)
        ]
        aimed = [d for d in near if self._speaks_of(d, text)] or (
            near if fact.predicate == "accusation" and len(text) < 140 else []
        )
        return aimed[0] if aimed and not _pattern("war_crimes").search(text) else None

    @staticmethod
    def _speaks_of(draft: Draft, text: str) -> bool:
        words = {
            "burial_site": r"grave|burial|buried|bod(?:y|ies)|discover|могил|похован|захорон|тіл|тел(?!е)",
            "shooting": r"shoot|shot|kill|execut|розстр|расстр|вбив|убий|убив",
        }
        pattern = words.get(
            draft.category,
            r"strike|attack|shell|missile|bomb|explosion|hit|удар|обстріл|обстрел|атак|ракет|вибух|взрыв|бомб|дрон|загибел|гибел|влуч|this|this|it(?!\w)|цьо|этом|причетн|причастн",
        )
        return bool(re.search(pattern, text))

    def _speaks_of_any(self, drafts: list[Draft], text: str) -> bool:
        return any(self._speaks_of(d, text) for d in drafts)

    def _own_accusation(self, drafts: list[Draft], i: int, fact: Fact) -> None:
        """Keep blame that names a place of its own as context there; blame without a place stays with the report."""
        sentence = self._segments.at(fact.start)
        here = [s for s in self._where.usable(sentence) if s.place is not None]
        if here:
            self._add(drafts, i, fact, here[0], None, "accusation", "context")
