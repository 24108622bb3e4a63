"""When a claim's event was: the day its own sentence names, else that of the sentences before, else that of the head.

The day on which somebody spoke, or on which a report was filed, is not the day on which something happened.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from incidents.extract import _cues, dates
from incidents.extract.classify import Cues
from incidents.extract.dates import DateMention
from incidents.extract.facts import Fact
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow
from incidents.extract.where import Where

_OLD: Final = dt.timedelta(days=45)
_NEWS: Final = dt.timedelta(days=10)
_HEADING: Final = 32
"""Characters of a line that is only a heading ("5 травня")."""
_OPENING: Final = 5
"""Characters before a date that opens a sentence ("Ще вчора …")."""
_LEAD: Final = 25
"""Characters before a date that leads its sentence."""


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("grouping")[name])


class When:
    """The days of one report, to be asked for each claim. `said` are the spans of verbs of speech."""

    def __init__(
        self, shadow: Shadow, segments: Segments, found: Sequence[DateMention], cues: Cues, where: Where,
        *, published: dt.date | None, said: Sequence[tuple[int, int]],
    ) -> None:  # fmt: skip
        self._shadow, self._segments, self._cues, self._where = shadow, segments, cues, where
        self._published, self._said = published, said
        self._dates: dict[int, list[DateMention]] = {}
        for d in found:
            if d.value is None or self._is_dateline(d) or self._is_ahead(d):
                continue
            if not self._is_speech(d) and not self._is_open(d):
                self._dates.setdefault(segments.at(d.start).index, []).append(d)
        self._without_searches()
        self.first = self._main_date()

    def _is_speech(self, d: DateMention) -> bool:
        """Say whether a date stands with a verb of speech and so tells when somebody spoke."""
        lower = self._shadow.lower
        if _pattern("rose").search(lower[max(0, d.start - 60) : d.start]) or _pattern("counted_on").search(
            lower, max(0, d.start - 60), d.start
        ):
            return True
        if any(
            _pattern(name).search(lower, max(0, d.start - 60), d.start) for name in ("visited", "spoke_on")
        ):
            return True
        if _pattern("remembered").match(lower, d.end):
            return True
        opens = d.rule == "date.from_there" or d.start - self._segments.at(d.start).start < _OPENING
        if opens and _pattern("rose_after").match(lower, d.end):
            return True
        return any(
            (
                end <= d.start <= end + 14
                and re.fullmatch(r"[^\W\d]*[^.,;:!?\n]*", lower[end : d.start])
                and not _pattern("happened").search(lower, end, d.start)
            )
            or (d.end <= start <= d.end + 2 and not lower[d.end : start].strip())
            or start <= d.start < end
            for start, end in self._said
        )

    def _is_ahead(self, d: DateMention) -> bool:
        """Say whether a date lies after publication: what is planned for it has not happened."""
        return self._published is not None and dates.edges(str(d.value))[0] > self._published + dt.timedelta(
            days=1
        )

    def _is_dateline(self, d: DateMention) -> bool:
        """Say whether a date stands in the dateline of an agency."""
        if not self._segments.sentences or d.start > self._segments.sentences[0].start + 60:
            return False
        head = self._shadow.lower[self._segments.sentences[0].start : d.start]
        is_filed = self._shadow.cased[self._segments.sentences[0].start : d.start].isupper() and (
            self._shadow.lower[d.end : d.end + 2] in {". ", ".\n"}
        )
        return bool(
            _pattern("dateline_before").fullmatch(head)
            and (is_filed or _pattern("dateline_after").match(self._shadow.lower, d.end, d.end + 45))
        )

    def _is_open(self, d: DateMention) -> bool:
        """Say whether a date is only since when, or until when, something goes on."""
        lead = self._shadow.lower[max(0, d.start - 12) : d.start + 8]
        return ("/" not in str(d.value) or d.rule == "date.season") and bool(
            re.search(
                r"(?<!\w)(?:since|until|till|by|з|із|с|со|до|к|починаючи з|начиная с) (?:(?:the|early|late|mid|last|ранку|утра|вечора|вечера|кінця|конца|початку|начала|середини|середины) )?$",
                lead[: d.start - max(0, d.start - 12)],
            )
            or re.match(r"(?:since|until|till|by|з|із|с|со|до|к) ", self._shadow.lower[d.start : d.start + 8])
        )

    def _without_searches(self) -> None:
        """Leave out the days of searches and of mourning, where the report gives another day that may be the event's."""
        lower = self._shadow.lower
        searched = {
            d
            for i, found in self._dates.items()
            for d in found
            if _pattern("searched").search(lower, self._segments.sentences[i].start, d.start)
            and not _pattern("clause_end").search(lower, self._segments.sentences[i].start, d.start)
        }
        close = [
            d for found in self._dates.values() for d in found if d not in searched and self._is_close(d)
        ]
        if searched and close:
            self._dates = {i: [d for d in found if d not in searched] for i, found in self._dates.items()}

    def _main_date(self) -> DateMention | None:
        """Return the day of the event of the report: in its head, else the first beside the words of a strike."""
        for sentence in self._segments.sentences:
            for d in self._dates.get(sentence.index, []):
                near = sentence.index <= 1 and not self._is_later(sentence)
                if d.value and self._is_close(d) and (near or self._is_of_main(sentence, d)):
                    return d
        return self._only_date()

    def _only_date(self) -> DateMention | None:
        """Return the one day of a report, weeks old though it be, where a strike is told beside it."""
        found = [(i, d) for i, dated in self._dates.items() for d in dated]
        if len(found) != 1:
            return None
        sentence, d = self._segments.sentences[found[0][0]], found[0][1]
        first, last = dates.edges(str(d.value))
        is_day = (last - first).days < 2 and not d.steps_back
        return d if is_day and self.is_recent(d) and self._is_of_main(sentence, d) else None

    def _is_later(self, sentence: Sentence) -> bool:
        """Say whether a sentence tells only of what came after: a rescue, wounded people who died."""
        span = (sentence.start, sentence.end)
        later = any(_pattern(name).search(self._shadow.lower, *span) for name in ("of_wounds", "aftermath"))
        return later and not self._cues.blows(*span)

    def _is_of_main(self, sentence: Sentence, d: DateMention) -> bool:
        """Say whether a sentence further down tells of a strike at the place of the report, or at none."""
        main = self._where.main.place if self._where.main else None
        towns = self._where.topic(sentence)
        told = self._cues.blows(sentence.start, sentence.end)
        return (
            bool(told) and not d.steps_back and (not towns or (main is not None and main.place_id in towns))
        )

    def _is_close(self, d: DateMention) -> bool:
        """Say whether a date lies in the days before publication, so that a report as a whole may be about it."""
        if d.value is None or len(d.value) < 10:
            return False
        first, last = dates.edges(d.value)
        if (last - first).days > 3:
            return False
        return self._published is None or dt.timedelta(0) <= self._published - first <= _NEWS

    def is_recent(self, d: DateMention) -> bool:
        """Say whether a date lies in the weeks before publication."""
        if self._published is None or d.value is None:
            return True
        first, last = dates.edges(d.value)
        return first <= self._published + dt.timedelta(days=1) and self._published - last <= _OLD

    def _far(self, d: DateMention, fact: Fact) -> int:
        """Return how far a date is from a claim; a mark between them counts as a long way."""
        first, last = (d.end, fact.start) if d.start < fact.start else (fact.start, d.start)
        return abs(last - first) + 80 * len(re.findall(r"[,;:]", self._shadow.lower[first:last]))

    def of(self, fact: Fact) -> DateMention | None:
        """Return the date of what a claim tells, if the report gives one."""
        sentence = self._segments.at(fact.start)
        here = self._dates.get(sentence.index, [])
        if here and not self._is_aftermath(fact, sentence, here):
            here = [d for d in here if self._is_of_strike(sentence, d)] or here
            return min(here, key=lambda d: (self._far(d, fact), d.start))
        if not here and _pattern("before_that").search(self._shadow.lower, sentence.start, sentence.end):
            return None
        for before in self._leading(sentence):
            there = [d for d in self._dates.get(before.index, []) if self.is_recent(d)]
            there = [d for d in there if self._reaches(d, before, sentence)]
            there = [d for d in there if self._is_of_strike(before, d)] or there
            if there and not self._is_aftermath(fact, before, there):
                return there[-1]
        return self._told_after(sentence) or (self.first if self._is_covered(sentence) else None)

    def _is_covered(self, sentence: Sentence) -> bool:
        """Say whether the day of the head is that of a sentence too: not of another paragraph about another town."""
        if self.first is None:
            return False
        first = self._segments.at(self.first.start)
        if first.paragraph == sentence.paragraph:
            return True
        item = self._segments.paragraph(sentence.paragraph)[0]
        if _pattern("clock").match(self._shadow.lower, item.start):
            return False
        head, own = self._where.topic(first), self._where.topic(sentence)
        return not head or not own or bool(head & own)

    def _is_of_strike(self, sentence: Sentence, d: DateMention) -> bool:
        """Say whether the words of a strike stand right beside a day."""
        lower = self._shadow.lower
        return (
            _pattern("strike_of").match(lower, d.end) is not None
            or _pattern("strike_on").search(lower, max(sentence.start, d.start - 90), d.start) is not None
        )

    def _leading(self, sentence: Sentence) -> list[Sentence]:
        """Return the sentences before one in its paragraph, the nearest first; of the lines before its own only a heading."""
        same = self._segments.paragraph(sentence.paragraph)
        before = [s for s in same if s.index < sentence.index]
        lower = self._shadow.lower
        return [
            s for s in reversed(before)
            if s.line == sentence.line or lower[s.start : s.end].endswith(":") or s.end - s.start < _HEADING
        ]  # fmt: skip

    def _reaches(self, d: DateMention, before: Sentence, sentence: Sentence) -> bool:
        """Say whether the date of a sentence is that of a later one too.

        Where they tell of different towns it is only if it leads its sentence, and not as a step back ("a day earlier").
        """
        own, other = self._where.ids(sentence), self._where.topic(before)
        if not own or not other or own & other or d == self.first:
            return True
        lead = self._shadow.lower[before.start : d.start]
        return not d.steps_back and len(lead) <= _LEAD and d == self._dates[before.index][0]

    def _is_aftermath(self, fact: Fact, sentence: Sentence, here: list[DateMention]) -> bool:
        """Say whether the day of a sentence is that of a rescue or a death in hospital, after an attack told before."""
        if fact.predicate not in {"bodies", "killed", "injured", "missing"}:
            return False
        span = (sentence.start, sentence.end)
        if self._cues.blows(*span):
            return False
        lower = self._shadow.lower
        if _pattern("of_wounds").search(lower, *span) is not None:
            return True
        return self.first not in {None, *here} and _pattern("aftermath").search(lower, *span) is not None

    def _told_after(self, sentence: Sentence) -> DateMention | None:
        """Return the day that one of the next sentences gives for this event ("The attack happened on 14 June")."""
        own = self._where.topic(sentence)
        for after in self._segments.sentences[sentence.index + 1 : sentence.index + 4]:
            if self._where.ids(after) - own:
                return None
            there = self._dates.get(after.index, [])
            if there:
                beside = after.index == sentence.index + 1 and after.paragraph == sentence.paragraph
                words = "happened" if beside and not self._where.usable(after) else "came_about"
                told = _pattern(words).search(self._shadow.lower, after.start, after.end)
                return there[0] if told and not there[0].steps_back else None
        return None

    def about(self, fact: Fact) -> str | None:
        """Return the ISO 8601 value of the day a claim is about, where its own sentence names one."""
        here = self._dates.get(self._segments.at(fact.start).index, [])
        return min(here, key=lambda d: (self._far(d, fact), d.start)).value if here else None
