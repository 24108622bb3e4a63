"""Where a claim belongs: the place its own words name, else that of the sentence before, else the first of the report."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from incidents.extract import _cues, dates
from incidents.extract.classify import Cues
from incidents.extract.dates import DateMention
from incidents.extract.facts import SMALL_AREAS, Fact, look_to
from incidents.extract.places import BURIED, Site
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

USABLE: Final = frozenset({"mention", "site", "comparison", "resident"})
_SHARED: Final = frozenset({"origin", "comparison"})
_HARM: Final = frozenset(
    {
        "killed",
        "injured",
        "missing",
        "bodies",
        "graves",
        "exhumed",
        "detained",
        "displaced",
        "damage",
        "damage_share",
    }
)
_NEAR_COUNTRIES: Final = frozenset({"UA", "RU", "BY", "MD"})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


class Where:
    """The places of one report, to be asked for each claim. `told` are where the words of speakers end."""

    def __init__(
        self, shadow: Shadow, segments: Segments, sites: Sequence[Site], cues: Cues,
        *, told: Sequence[tuple[int, int]], facts: Sequence[Fact], found: Sequence[DateMention],
    ) -> None:  # fmt: skip
        self._long_in = {segments.at(d.start).index for d in found if dates.is_long(d.value)}
        self._cues = cues
        self._starts = sorted(f.start for f in facts if f.predicate in _HARM)
        self._told_in = {segments.at(f.start).index for f in facts if f.predicate in _HARM}
        self._shadow, self._segments, self._told = shadow, segments, told
        self._is_home = any(s.place is not None and s.place.country == "UA" for s in sites)
        self.by_sentence: dict[int, list[Site]] = {}
        for site in self._without_ways(sites):
            self.by_sentence.setdefault(segments.at(site.start).index, []).append(site)
        self._all = sites
        self._agencies = [s for s in sites if s.role == "agency" and s.place and not s.place.is_area]
        self._ids: dict[int, frozenset[str]] = {}
        self.main = self._main_site()
        self.lists = self._listed()

    def _without_ways(self, sites: Sequence[Site]) -> list[Site]:
        """Leave out the second of two places where something came from or was taken to ("taken to A and B")."""
        kept: list[Site] = []
        before: Site | None = None
        for site in sites:
            joined = before is not None and _pattern("and").fullmatch(
                self._shadow.lower[before.end : site.start]
            )
            if before is not None and before.role in _SHARED and joined:
                before = replace(site, role=before.role)
            else:
                before = site
                kept.append(site)
        return kept

    def usable(self, sentence: Sentence) -> list[Site]:
        """Return the places of a sentence where something may have happened, towns before areas."""
        found = [
            s for s in self.by_sentence.get(sentence.index, [])
            if s.role in USABLE and not (s.place is not None and s.place.kind == "country")
        ]  # fmt: skip
        found = [s for s in found if s.role != "resident"] or found
        home = [s for s in found if s.place is None or s.place.country in _NEAR_COUNTRIES]
        found = home if self._is_home or home else found
        towns = [s for s in found if s.place is None or not s.place.is_area]
        return towns or self._smallest(found) or self._of_mayor(sentence)

    @staticmethod
    def _smallest(areas: list[Site]) -> list[Site]:
        """Leave out the provinces where a sentence names a district as well."""
        return [s for s in areas if s.place is None or s.place.kind in SMALL_AREAS] or areas

    def _of_mayor(self, sentence: Sentence) -> list[Site]:
        """Return the town of a mayor who tells of "the city" or "there", where the sentence names no other place."""
        of_offices = [
            s for s in self.by_sentence.get(sentence.index, [])
            if s.role == "agency" and s.place is not None and not s.place.is_area and self._is_mayors(s)
        ]  # fmt: skip
        if not of_offices:  # asked first: the words of a sentence cost more to look through
            return []
        told = _pattern("his_town").search(self._shadow.lower, sentence.start, look_to(sentence))
        return of_offices[:1] if told else []

    def _is_mayors(self, site: Site) -> bool:
        lower = self._shadow.lower
        around = lower[max(0, site.start - 24) : site.start] + "|" + lower[site.end : site.end + 16]
        return _pattern("mayor").search(around) is not None

    def on_side(self, sentence: Sentence, at: int, sites: list[Site]) -> list[Site]:
        """Leave out the places of the words that say who speaks where, for what that speaker then tells."""
        for start, told in self._told:
            if not sentence.start <= start < sentence.end or at < told:
                continue
            there = [s for s in sites if s.start >= told]
            sites = there or sites
        return sites

    def _main_site(self) -> Site | None:
        """Return the first town of the report, else where people told of are from, the first area, or a town's office."""
        named = [
            s
            for sentence in self._segments.sentences
            for s in self.usable(sentence)
            if s.role != "comparison"
        ]
        hurt_here = [s for s in named if not self._is_of_wounds(s)]
        named = hurt_here if hurt_here or self._agencies else named
        towns = [s for s in named if s.place is None or not s.place.is_area]
        there = [s for s in towns if s.role != "resident"]
        first = next(iter(there or towns), None)
        office = next((s for s in self._agencies if self._is_office_told_of(s)), None)
        if office and (first is None or (office.start < first.start and not self._tells(first))):
            return office
        left = [s for s in self._all if s.role == "from" and s.place is not None and not s.place.is_area]
        for site in (*there, *towns, *named, *self._agencies, *left):
            return site
        return None

    def _tells(self, site: Site) -> bool:
        """Say whether the sentence of a place has figures or tells of a strike."""
        sentence = self._segments.at(site.start)
        return sentence.index in self._told_in or bool(self._cues.blows(sentence.start, sentence.end))

    def _is_office_told_of(self, site: Site) -> bool:
        """Say whether a place is that of a mayor or a community whose sentence tells of harm."""
        return self._is_mayors(site) and self._tells(site)

    def _is_of_wounds(self, site: Site) -> bool:
        sentence = self._segments.at(site.start)
        return _pattern("of_wounds").search(self._shadow.lower, sentence.start, look_to(sentence)) is not None

    def is_caption(self, sentence: Sentence) -> bool:
        """Say whether a sentence is the caption of a photograph."""
        return _pattern("caption").search(self._shadow.lower[sentence.start : sentence.end]) is not None

    def topic(self, sentence: Sentence) -> frozenset[str]:
        """Return the ids of the towns a sentence tells of: its own, else those of the nearest before it in its paragraph."""
        for before in reversed(self._segments.paragraph(sentence.paragraph)):
            if before.index <= sentence.index and (towns := self.ids(before)):
                return towns
        return frozenset()

    def _listed(self) -> bool:
        """Say whether the report is a list of settlements: three or more with words of harm of their own."""
        named = {
            s.place.place_id
            for sentence in self._segments.sentences
            for s in self.usable(sentence)
            if s.place is not None and not s.place.is_area
        }
        return len(named) >= 3

    def of(self, fact: Fact, others: list[int]) -> tuple[Site, ...]:
        """Return the places of a claim, none for a total; `others` are where all claims start, sorted."""
        sentence = self._segments.at(fact.start)
        named = self._home(fact, sentence) if not self.spread(fact) else ()
        named = named or (self._left(sentence) if fact.predicate == "displaced" else ())
        if named:
            return named
        here = [s for s in self.usable(sentence) if not self._inside_speaker(s, fact)]
        here = self.on_side(sentence, fact.start, self._same_item(sentence, fact, here))
        if here and not self._died_elsewhere(sentence):
            return self._in_sentence(fact, here, sentence, others)
        before = self._before(sentence)
        if before is not None:
            return () if self._is_total(sentence) else (before,)
        return (self.main,) if self.main is not None and not self._is_of_none(fact, sentence) else ()

    def _usable_before(self, sentence: Sentence) -> bool:
        """Say whether the report has named a place when a sentence begins."""
        return self.main is not None and self.main.start < sentence.start

    def _is_of_none(self, fact: Fact, sentence: Sentence) -> bool:
        """Say whether a claim without a place of its own is not of the main place either: totals, people moved, funerals."""
        if any(s.why.startswith(BURIED) for s in self.by_sentence.get(sentence.index, [])):
            return True
        lead = [s.index for s in self._segments.paragraph(sentence.paragraph) if s.index <= sentence.index]
        if self._long_in.intersection(lead) and not self._usable_before(sentence):
            return True
        if self._is_tally(sentence):
            return True
        if self._is_total(sentence):
            everywhere = _pattern("everywhere").search(self._shadow.lower, sentence.start, sentence.end)
            return self.lists or everywhere is not None
        return fact.predicate == "displaced" and self.lists

    def spread(self, fact: Fact) -> tuple[Site, ...]:
        """Return the towns that a total names behind a colon without figures of their own ("two dead: in A and B")."""
        sentence = self._segments.at(fact.start)
        colon = self._shadow.lower.find(":", fact.end, min(sentence.end, fact.end + 60))
        if colon < 0 or bisect_right(self._starts, colon) < bisect_left(self._starts, sentence.end):
            return ()
        found = tuple(
            s for s in self._towns(sentence) if s.start > colon and s.role not in {"comparison", "resident"}
        )
        return found if found and not self.ids_before(sentence, colon) else ()

    def ids_before(self, sentence: Sentence, at: int) -> bool:
        """Say whether a sentence names a town before `at`."""
        return any(s.start < at for s in self._towns(sentence))

    def _home(self, fact: Fact, sentence: Sentence) -> tuple[Site, ...]:
        """Return where the people of a figure live, where those words follow it."""
        return tuple(
            s for s in self.by_sentence.get(sentence.index, [])
            if s.role == "resident" and s.place is not None and 0 <= s.start - fact.end <= 3 and fact.value != 1
        )[:1]  # fmt: skip

    def _before(self, sentence: Sentence) -> Site | None:
        """Return the place of the nearest sentence before one in its paragraph; of a line of a list only the line before."""
        for before in reversed(self._segments.paragraph(sentence.paragraph)):
            if before.index >= sentence.index:
                continue
            if self.lists and before.line < sentence.line - 1:
                break
            there = [s for s in self.usable(before) if s.role != "comparison"]
            if there:
                return self._area_of_list(before, there) or there[-1]
        return None

    def _died_elsewhere(self, sentence: Sentence) -> bool:
        """Say whether a sentence tells that wounded people died where they were treated: they were hurt somewhere else."""
        died = _pattern("of_wounds").search(self._shadow.lower, sentence.start, look_to(sentence))
        return died is not None and self.main is not None and not self.main.start >= sentence.start

    def _left(self, sentence: Sentence) -> tuple[Site, ...]:
        """Return the first settlement that people of a sentence had to leave."""
        here = self.by_sentence.get(sentence.index, [])
        return tuple(
            s for s in here if s.role == "from" and s.place is not None and s.place.kind != "country"
        )[:1]

    def _area_of_list(self, sentence: Sentence, towns: list[Site]) -> Site | None:
        """Return the province of a sentence that spreads its total over towns; what follows is of the province again."""
        if len(towns) < 2 or ":" not in self._shadow.lower[sentence.start : towns[0].start]:
            return None
        return next((s for s in self._areas(sentence) if s.start < towns[0].start), None)

    def areas(self, fact: Fact) -> tuple[Site, ...]:
        """Return the province or district that a sentence names for a total, if it does."""
        return tuple(self._areas(self._segments.at(fact.start)))[:1]

    def _areas(self, sentence: Sentence) -> list[Site]:
        found = self.by_sentence.get(sentence.index, [])
        return [s for s in found if s.role in USABLE and s.place is not None and s.place.is_area]

    def _same_item(self, sentence: Sentence, fact: Fact, here: list[Site]) -> list[Site]:
        """Keep to the item between semicolons that a claim stands in, where that names a place."""
        lower = self._shadow.lower
        first = lower.rfind(";", sentence.start, fact.start)
        last = lower.find(";", fact.end, sentence.end)
        inside = [s for s in here if s.start > first and (last < 0 or s.start < last)]
        earlier = [s for s in here if s.start <= first]
        return inside or earlier or here

    def _is_total(self, sentence: Sentence) -> bool:
        lower = self._shadow.lower
        if _pattern("everywhere").search(lower, sentence.start, look_to(sentence)) and not self._towns(
            sentence
        ):
            return True
        if self._is_tally(sentence):
            return True
        text = lower[sentence.start : sentence.start + 60]
        return bool(
            re.match(
                r"\W*(?:in total|overall|altogether|загалом|всього|усього|всего|итого|разом|в целом)", text
            )
        )

    def _is_tally(self, sentence: Sentence) -> bool:
        """Say whether a sentence tells what a body counted in a month or a year, at no town."""
        if sentence.index not in self._long_in or self._towns(sentence):
            return False
        return _pattern("tallied").search(self._shadow.lower, sentence.start, sentence.end) is not None

    def ids(self, sentence: Sentence) -> frozenset[str]:
        """Return the ids of the settlements of a sentence where something may have happened."""
        if sentence.index not in self._ids:
            towns = (s.place for s in self._towns(sentence) if s.role not in {"comparison", "resident"})
            self._ids[sentence.index] = frozenset(p.place_id for p in towns if p is not None)
        return self._ids[sentence.index]

    def _towns(self, sentence: Sentence) -> list[Site]:
        return [s for s in self.usable(sentence) if s.place is None or not s.place.is_area]

    def _inside_speaker(self, site: Site, fact: Fact) -> bool:
        """Say whether a place is one of the words that say who speaks; "in" a place nobody is."""
        if _pattern("inside").search(self._shadow.lower, max(0, site.start - 20), site.start):
            return False
        return any(a <= site.start < b for a, b in fact.speaker_spans)

    def _in_sentence(
        self, fact: Fact, here: list[Site], sentence: Sentence, others: list[int]
    ) -> tuple[Site, ...]:
        """Choose among the places of a sentence: before the figure where the sentence opens with a place, else after."""
        if fact.predicate == "displaced":
            left = [
                s for s in here if _pattern("from").search(self._shadow.lower, max(0, s.start - 14), s.start)
            ]
            here = left or here
        at = bisect_left(others, sentence.start)
        first_fact = others[at] if at < len(others) and others[at] < sentence.end else fact.start
        spread = self._spread(fact, here, sentence, others)
        if spread is not None:
            return spread
        before = [s for s in here if s.start < fact.end]
        after = [s for s in here if s.start >= fact.end]
        leading = here[0].start < first_fact
        if leading and before:
            return self._run(here, before[-1], forwards=False)
        next_fact = next(iter(others[(i := bisect_left(others, fact.end)) : i + 1]), sentence.end)
        nearest = [s for s in after if s.start <= next_fact]
        if nearest:
            return self._run(here, nearest[0], forwards=True)
        if after and not before:
            return self._run(here, after[0], forwards=True)
        return self._run(here, (before or after)[-1], forwards=False)

    def _spread(
        self, fact: Fact, here: list[Site], sentence: Sentence, others: list[int]
    ) -> tuple[Site, ...] | None:
        """Return the area of a total that is then spread over towns ("three people: two in A and one in B"), or nothing.

        Null where a figure is no such total.
        """
        lower = self._shadow.lower
        colon = lower.find(":", fact.end, min(sentence.end, fact.end + 40))
        after = [s for s in here if s.start > colon]
        if colon < 0 or len(after) < 2 or any(s.start < colon for s in here):
            return None
        figures = others[bisect_left(others, colon) : bisect_left(others, sentence.end)]
        if not figures or figures[0] > after[0].start:
            return None
        return tuple(s for s in self._areas(sentence) if s.start < colon)[:1]

    def run(self, here: list[Site], at: Site) -> tuple[Site, ...]:
        """Return a place and those that "and" joins to it on either side."""
        back = [s for s in here[: here.index(at)] if at in self._run(here, s, forwards=True)]
        return (*back, *self._run(here, at, forwards=True))

    def _run(self, here: list[Site], at: Site, *, forwards: bool) -> tuple[Site, ...]:
        """Return a place and those joined to it by "and" ("in Bucha and also close to Mariupol")."""
        if not forwards:
            return (at,)
        run = [at]
        for site in here[here.index(at) + 1 :]:
            gap = self._shadow.lower[run[-1].end : site.start]
            if (
                re.search(
                    r"(?:,| and| та| і| й| и) (?:also |також |также |the )?(?:in|near|close to|у|в|на|під|біля|под|около)? ?$",
                    gap,
                )
                and len(gap) < 90
                and not re.search(r"[.;:\d]", gap)
            ):
                run.append(site)
            else:
                break
        return tuple(run)
