"""From claims to drafts of incidents: claims of one place, day and category are of one incident."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from incidents.extract import _cues, dates, hedges
from incidents.extract.classify import Cues
from incidents.extract.dates import DateMention
from incidents.extract.facts import Fact
from incidents.extract.joining import BLASTS, Draft, joined
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
_EVENTS: Final = BLASTS | {"sexual_violence", "detention_torture"}
_BLOWS: Final = BLASTS | {"other", "object_damage"}
_REACH: Final = 130
"""Characters between the word of a strike and the place that was struck."""


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


class Drafter:
    """Groups the claims of one report."""

    def __init__(
        self, shadow: Shadow, segments: Segments, sites: Sequence[Site], found: Sequence[DateMention],
        *, facts: Sequence[Fact], published: dt.date | None, said: Sequence[tuple[int, int]],
        told: Sequence[tuple[int, int]] = (),
    ) -> None:  # fmt: skip
        self._shadow, self._segments, self._said, self._facts = shadow, segments, said, facts
        self._cues = Cues(shadow.lower)
        self._where = Where(shadow, segments, sites, self._cues, told=told, facts=facts, found=found)
        self._when = When(shadow, segments, found, self._cues, self._where, published=published, said=said)
        self._what = What(shadow, segments, self._cues, self._where)

    def about(self, fact: Fact) -> str | None:
        """Return the ISO 8601 value of the day a claim is about, where its own sentence names one."""
        return self._when.about(fact)

    def _role(
        self, drafts: list[Draft], fact: Fact, site: Site, when: DateMention | None, category: str
    ) -> str:
        if category in CONTEXT.values() or category == "accusation":
            return "context"
        sentence = self._segments.at(fact.start)
        if site.role == "comparison":
            return "referenced"
        is_main = self._where.main is not None and site.place == self._where.main.place
        own = when is not None and sentence.start <= when.start < sentence.end
        if not is_main and self._is_by_the_way(fact, sentence, own=own):
            return "referenced"
        old = when is not None and not self._when.is_recent(when)
        told = self._when.first is not None or self._is_told_undated(drafts, site, category, sentence)
        if old and (not is_main or told):
            return "referenced"
        if (
            when is not None
            and self._when.first not in {None, when}
            and self._is_vaguely_earlier(when, sentence)
        ):
            return "referenced"
        return "incident"

    def _is_vaguely_earlier(self, when: DateMention, sentence: Sentence) -> bool:
        """Say whether an event is told of as one of an earlier month ("earlier, in July, …")."""
        first, last = dates.edges(str(when.value))
        earlier = _pattern("before_that").search(self._shadow.lower, sentence.start, sentence.end)
        return earlier is not None and (last - first).days > 20

    def _is_by_the_way(self, fact: Fact, sentence: Sentence, *, own: bool) -> bool:
        """Say whether an event is only called to mind: for likeness, or without figures and a day of its own."""
        if _pattern("echo").search(self._shadow.lower, sentence.start, sentence.end):
            return True
        told = (
            fact.predicate == "event"
            and not own
            and not self._cues.has("burial_site", sentence.start, sentence.end)
        )
        return told and self._cues.is_reference(sentence.start, sentence.end)

    # --- grouping ----------------------------------------------------------------------------------------------

    def group(self) -> list[Draft]:
        """Return the drafts of the report, in order of the text. Claims tied to no place belong to none."""
        facts = self._facts
        drafts: list[Draft] = []
        starts = sorted(f.start for f in facts if f.predicate not in _LOOSE)
        firm = [i for i, f in enumerate(facts) if f.predicate not in _LOOSE]
        loose = [i for i, f in enumerate(facts) if f.predicate in _LOOSE]
        for i in firm:
            self._place(drafts, i, facts[i], starts)
        self._events(drafts)
        drafts = joined(drafts)
        for i in loose:
            self._attach(drafts, i, facts[i], starts)
        return drafts

    def _events(self, drafts: list[Draft]) -> None:
        """Add what happened at a named place without any figure: a place that was hit is a site all the same."""
        for sentence in self._segments.sentences:
            for category in self._event(sentence):
                for site in self._struck(sentence, category):
                    self._event_at(drafts, site, category)

    def _event_at(self, drafts: list[Draft], site: Site, category: str) -> None:
        fact = Fact(site.start, site.end, "event", None)
        when = self._when.of(fact)
        role = self._role(drafts, fact, site, when, category)
        self._add(drafts, None, fact, site, when, category, role)

    def _event(self, sentence: Sentence) -> list[str]:
        """Return the categories of what a sentence tells to have happened."""
        span = (sentence.start, sentence.end)
        text = self._shadow.lower[sentence.start : sentence.end]
        if _pattern("taken").search(text):
            return ["disappearance"]
        quiet = _pattern("no_event").search(text) is not None and not _pattern("fell").search(text)
        if (
            quiet
            or self._where.is_caption(sentence)
            or hedges.looks_ahead(self._shadow.lower, sentence, sentence.end)
        ):
            return []
        if self._cues.has("burial_site", *span):
            return (
                ["burial_site"] if _pattern("found").search(text) and _pattern("graves").search(text) else []
            )
        strike = self._cues.strike(*span)
        if strike is None and (self._cues.has("attack", *span) or _pattern("fell").search(text)):
            strike = next(
                (s for a, b in self._what.widening(sentence) if (s := self._cues.strike(a, b))), "other"
            )
        found = [c for c in (strike, self._cues.other_harm(*span)) if c is not None]
        return [c for c in found if c in _EVENTS or c == "other"]

    def _struck(self, sentence: Sentence, category: str) -> list[Site]:
        """Return the settlements of a sentence where something may have happened: those beside the words that tell of it."""
        found = [
            s for s in self._where.usable(sentence)
            if s.role not in {"comparison", "resident"} and s.place is not None and not s.place.is_area
            and not any(a <= s.start < b for a, b in self._said)
        ]  # fmt: skip
        found = self._where.on_side(sentence, sentence.end, found)
        fell = _pattern("fell").finditer(self._shadow.lower, sentence.start, sentence.end)
        blows = [*self._cues.blows(sentence.start, sentence.end), *(m.start() for m in fell)]
        if not blows or category not in BLASTS | {"other"}:
            return found
        struck: list[Site] = []
        for at in blows:
            near = min(found, key=lambda s: self._away(s, at), default=None)
            if near is not None and self._away(near, at) <= _REACH:
                struck += self._where.run(found, near)
        return list({s.start: s for s in struck}.values())

    def _away(self, site: Site, at: int) -> int:
        """Return how far a place stands from the word of a strike; other clauses between count as a long way."""
        first, last = (site.end, at) if site.end <= at else (at, site.start)
        gap = self._shadow.lower[first:last]
        marks = 200 * len(_pattern("clause").findall(gap)) + 20 * gap.count(",")
        return len(gap) + marks + (15 if site.end <= at else 0)

    def _place(self, drafts: list[Draft], i: int, fact: Fact, starts: list[int]) -> None:
        if fact.predicate in _NOWHERE or self._is_arrest(fact):
            return
        category = self._what.of(fact)
        when = self._when.of(fact)
        spread = self._where.spread(fact) if fact.value else ()
        for site in spread:
            self._add(
                drafts, None, fact, site, when, category, self._role(drafts, fact, site, when, category)
            )
        for site in self._where.of(fact, starts) if not spread else self._where.areas(fact):
            if fact.value == 0 and not self._happened(drafts, fact, site):
                continue
            role = self._role(drafts, fact, site, when, category)
            self._add(drafts, i, fact, site, when, category, role)

    @staticmethod
    def _is_told_undated(drafts: list[Draft], site: Site, category: str, sentence: Sentence) -> bool:
        """Say whether a strike without a day is told of a place before a sentence: an old day after it is that of another one."""
        return category in _BLOWS and any(
            min(d.spans)[0] < sentence.start
            and d.category in _BLOWS
            and d.days is None
            and d.role == "incident"
            and d.site
            and d.site.place == site.place
            for d in drafts
        )

    def _is_arrest(self, fact: Fact) -> bool:
        """Say whether people detained are the suspects of a crime, not its victims."""
        sentence = self._segments.at(fact.start)
        found = _pattern("suspects").search(self._shadow.lower, sentence.start, sentence.end)
        return fact.predicate == "detained" and found is not None

    def _is_main(self, site: Site) -> bool:
        main = self._where.main
        return main is not None and site.place == main.place

    def _tells_of_harm(self) -> bool:
        """Say whether the report tells of a strike or of damage at all."""
        lower = self._shadow.lower
        return bool(self._cues.blows(0, len(lower))) or any(
            _pattern(name).search(lower) is not None for name in ("fell", "things")
        )

    def _happened(self, drafts: list[Draft], fact: Fact, site: Site) -> bool:
        """Say whether "no casualties" tells of an event at `site`, and not of a quiet day."""
        sentence = self._segments.at(fact.start)
        span = (sentence.start, sentence.end)
        told = (
            _pattern("fell").search(self._shadow.lower, *span)
            or _pattern("things").search(self._shadow.lower, *span)
            or self._cues.strike(*span)
            or self._cues.has("attack", *span)
            or self._cues.has("object_damage", *span)
        )
        known = any(d.site and d.site.place == site.place for d in drafts)
        return (
            bool(told)
            or known
            or (self._is_main(site) and self._tells_of_harm())
            or (self._where.lists and _pattern("item").match(self._shadow.lower, site.end) is not None)
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
        again = self._is_again(fact)
        same = [
            d for d in drafts if self._same(d, site, category, None if buried else days) and d.again == again
        ]
        draft = same[0] if same else None
        if draft is None:
            value = when.value if when and not buried else None
            draft = Draft(category, role, site, None if buried else days, value, is_sure=False, again=again)
            drafts.append(draft)
        if buried and days is not None and role == "incident" and days[0] == days[1]:
            draft.discovered = min(draft.discovered or days[0], days[0])
        if draft.role == "referenced" and role == "incident":
            draft.role = role
        sentence = self._segments.at(fact.start)
        draft.is_sure |= self._what.is_sure(fact, category)
        draft.is_earlier |= bool(
            (when and when.steps_back)
            or _pattern("before_that").search(self._shadow.lower, sentence.start, sentence.end)
        )
        own = when is not None and sentence.start <= when.start < sentence.end
        draft.is_dated |= own or (when is not None and when == self._when.first)
        if i is not None:
            draft.facts.append(i)
        draft.spans.append((sentence.start, sentence.end))
        draft.impact = tuple(dict.fromkeys([*draft.impact, *self._cues.impact(sentence.start, sentence.end)]))
        draft.weapon = tuple(dict.fromkeys([*draft.weapon, *self._what.weapon(sentence, category)]))

    def _is_again(self, fact: Fact) -> int:
        """Return which sentence begins another event of the same day and place, 0 where a claim is of the first one."""
        sentence = self._segments.at(fact.start)
        for s in reversed(self._segments.paragraph(sentence.paragraph)):
            if s.index <= sentence.index and _pattern("again").match(self._shadow.lower, s.start):
                return s.index
        return 0

    @staticmethod
    def _same(draft: Draft, site: Site, category: str, days: tuple[dt.date, dt.date] | None) -> bool:
        if draft.category != category or draft.site is None:
            return False
        one, other = draft.site.place, site.place
        if one is None or other is None:
            same = draft.site.start == site.start or one is other
        else:
            same = one.place_id == other.place_id
        if not same:
            return False
        return draft.days == days

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
            is_there = d.site and d.site.place and d.site.place.place_id in named
            if is_there and (self._speaks_of(d, text) or self._is_told_in(d, sentence)):
                return d
        mains = [d for d in harm if d.role == "incident"]
        if len(mains) == 1 and not named and not _pattern("general").search(text):
            return None if _pattern("war_crimes").search(text) else mains[0]
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

    def _is_told_in(self, draft: Draft, sentence: Sentence) -> bool:
        return any(self._segments.at(start).index == sentence.index for start, _ in draft.spans)

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
