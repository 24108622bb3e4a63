"""From claims to drafts of incidents: which place, day and category each claim belongs to.

A claim's place is the one its own words name; else that of the sentence before it in the same paragraph; else the
first of the report. Likewise its day. The day on which somebody spoke is not the day on which something happened.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from incidents.extract import dates, hedges
from incidents.extract.classify import Cues
from incidents.extract.dates import DateMention
from incidents.extract.places import Site
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

CONTEXT: Final = {"control_change": "territorial_control", "visit": "official_visit"}
_GRAVE: Final = frozenset({"graves", "exhumed", "site_type", "cause", "evidence_status", "count_withheld"})
_LOOSE: Final = frozenset(
    {"accusation", "denial", "investigation", "evidence_status", "count_withheld", "cause"}
)
_NOWHERE: Final = frozenset({"place_population", "place_offset"})
_USABLE: Final = frozenset({"mention", "site", "comparison", "resident"})
_NEAR_COUNTRIES: Final = frozenset({"UA", "RU", "BY", "MD"})
_OLD: Final = dt.timedelta(days=45)
_NEWS: Final = dt.timedelta(days=10)
_MINOR: Final = frozenset({"object_damage", "other", "explosion", "disappearance", "displacement"})
_STRIKES: Final = frozenset({"missile_strike", "air_strike", "shelling", "shooting", "explosion"})
_EVENTS: Final = _STRIKES | {"sexual_violence", "detention_torture"}


_FROM: Final = re.compile(r"(?<!\w)(?:from|з|із|зі|из|с)(?: (?:the|села|міста|города|м\.|с\.|г\.))? $")
_HEAVY: Final = frozenset({"missile_strike", "air_strike", "shelling", "explosion"})
_AFTERMATH: Final = re.compile(
    r"rubble|debris|завал|обломк|уламк|(?:died|помер|скончал|умер)\w* [^.;]{0,40}(?:hospital|wounds|injuries|лікарн|больниц|поранен|ранени)|"
    r"(?:in hospital|у лікарні|в лікарні|в больнице)[^.;]{0,40}(?:died|помер|скончал|умер)"
)
_AND: Final = re.compile(r",? ?(?:and |та |і |й |и )?(?:to |до |в |у )?")
_FOUND: Final = re.compile(r"(?:found|discovered|знайд|знайш|виявл|виявил|обнаруж|найден|нашли)\w*")
_RUBBLE: Final = re.compile(r"rubble|debris|wreckage|ruins|завал|руїн|развалин|обломк|уламк")
_HAPPENED: Final = re.compile(
    r"(?<!\w)(?:happened|occurred|took place|the (?:attack|strike|shelling|incident|explosion|blast)|сталося|сталась|сталося|стався|відбу\w+|трапи\w+|"
    r"атака|удар|обстріл|обстрел|вибух|взрыв|інцидент|инцидент|произош\w+|случил\w+)(?!\w)"
)
_NO_EVENT: Final = re.compile(
    r"(?<!\w)(?:(?:взрывов|вибухів|обстрілів|обстрелов|ударов|ударів|прильотів|explosions|strikes|attacks) (?:не|were not|did not)|"
    r"no (?:explosions|strikes|attacks|shelling)|was not|were not|not been|shot down|intercepted|drill|exercise|sirens?|air raid alert|could hit|might hit|denie\w+|if |threat\w*|"
    r"warn(?:ed|s|ing)|не постраждав|не зазнал|збит\w*|збили|сбит\w*|сбили|тривог\w*|тревог\w*|навчанн\w+|учени\w+|загроз\w*|угроз\w*|якби|"
    r"если бы|знешкод\w+|обезвред\w+|заперечу\w+|отрица\w+)(?!\w)"
)
# "KYIV, March 10 (Reuters) -": the day a report was written is no day of what it tells.
_DATELINE_BEFORE: Final = re.compile(r"[^\d.:;!?]{2,40}[,.]? ?")
_DATELINE_AFTER: Final = re.compile(r"\.?,? ?(?:\([^()]{2,30}\)|[\w/. -]{2,25}?)? ?[–—-]{1,2} ")
_ROSE: Final = re.compile(
    r"(?<!\w)(?:rose|risen|rising|climb\w+|grew|grown|increas\w+|went up|jumped|reached|зросл[аои]|зріс|збільшил\w+|выросл[аои]|возросл[аои]|увеличил\w+)"
    r"(?: again| further)?(?: (?:to|до))? (?:at least )?[\w-]+(?: (?:people|dead|людей|осіб|человек))?,? (?:on )?$"
)
_SMALL_AREAS: Final = frozenset({"raion", "hromada"})
_MAYOR: Final = re.compile(
    r"(?<!\w)(?:mayor|мер|мера|мэр|мэра|міськ\w+ голов\w+|городск\w+ голов\w+|city council|town council)(?!\w)"
)
_HIS_TOWN: Final = re.compile(
    r"(?<!\w)(?:there|in (?:the|his|her|their) (?:city|town|village)|(?:в|у) (?:місті|городе|селі|селе|громаді))(?!\w)"
)
_EVERYWHERE: Final = re.compile(
    r"(?<!\w)(?:in the country|across the country|nationwide|countrywide|(?:in|across|throughout) (?:all of )?ukraine|since the (?:start|beginning) of|"
    r"since (?:24 february|february 24)|since russia|from 24 february|по всій (?:україні|країні)|по всей (?:украине|стране)|по країні|по стране|з початку|с начала)(?!\w)"
)
# "Denied responsibility", with no word for what: the one event that the report tells.
_OWN_PART: Final = re.compile(r"responsib|involve|відповідальн|ответственн|причетн|причастн")
_WAR_CRIMES: Final = re.compile(r"war crimes?|воєнн|военн\w+ преступ")


_LONGEST: Final = 2000
"""How far into a sentence is looked once per claim; one without end would make reading quadratic."""


def _look_to(sentence: Sentence) -> int:
    return min(sentence.end, sentence.start + _LONGEST)


@dataclass(frozen=True)
class Fact:
    """A claim in the making: where its words stand, what it is about, and the day its words name, if any."""

    start: int
    end: int
    predicate: str
    value: object
    speaker_spans: tuple[tuple[int, int], ...] = ()


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


@dataclass(frozen=True)
class _Setting:
    sites: tuple[Site, ...]
    days: DateMention | None
    category: str
    role: str


class Drafter:
    """Groups the claims of one report."""

    def __init__(
        self, shadow: Shadow, segments: Segments, sites: Sequence[Site], found: Sequence[DateMention],
        *, published: dt.date | None, said: Sequence[tuple[int, int]], told: Sequence[tuple[int, int]] = (),
    ) -> None:  # fmt: skip
        self._shadow, self._segments = shadow, segments
        self._cues = Cues(shadow.lower)
        self._published = published
        self._said = said
        self._told = told
        self._is_home = any(s.place is not None and s.place.country == "UA" for s in sites)
        self._by_sentence: dict[int, list[Site]] = {}
        for site in self._without_ways(sites):
            self._by_sentence.setdefault(segments.at(site.start).index, []).append(site)
        self._agencies = [s for s in sites if s.role == "agency" and s.place and not s.place.is_area]
        self._dates: dict[int, list[DateMention]] = {}
        for d in found:
            if d.value is None or self._is_dateline(d):
                continue
            if not self._is_speech(d) and not self._is_open(d):
                self._dates.setdefault(segments.at(d.start).index, []).append(d)
        self._main = self._main_site()
        self._first_date = self._main_date()
        self._lists = self._listed()

    def _without_ways(self, sites: Sequence[Site]) -> list[Site]:
        """Leave out the second of two places where something came from or was taken to ("taken to A and B")."""
        kept: list[Site] = []
        before: Site | None = None
        for site in sites:
            joined = before is not None and _AND.fullmatch(self._shadow.lower[before.end : site.start])
            if before is not None and before.role == "origin" and joined:
                before = replace(site, role="origin")
            else:
                before = site
                kept.append(site)
        return kept

    # --- where -------------------------------------------------------------------------------------------------

    def _usable(self, sentence: Sentence) -> list[Site]:
        found = [
            s for s in self._by_sentence.get(sentence.index, [])
            if s.role in _USABLE and not (s.place is not None and s.place.kind == "country")
        ]  # fmt: skip
        found = [s for s in found if s.role != "resident"] or found
        home = [s for s in found if s.place is None or s.place.country in _NEAR_COUNTRIES]
        found = home if self._is_home or home else found
        towns = [s for s in found if s.place is None or not s.place.is_area]
        return towns or self._smallest(found) or self._of_mayor(sentence)

    @staticmethod
    def _smallest(areas: list[Site]) -> list[Site]:
        """Leave out the provinces where a sentence names a district as well."""
        return [s for s in areas if s.place is None or s.place.kind in _SMALL_AREAS] or areas

    def _of_mayor(self, sentence: Sentence) -> list[Site]:
        """Return the town of a mayor who tells of "the city" or "there", where the sentence names no other place."""
        if not _HIS_TOWN.search(self._shadow.lower, sentence.start, _look_to(sentence)):
            return []
        found = [s for s in self._by_sentence.get(sentence.index, []) if s.role == "agency" and s.place]
        return [s for s in found if s.place is not None and not s.place.is_area and self._is_mayors(s)][:1]

    def _is_mayors(self, site: Site) -> bool:
        lower = self._shadow.lower
        around = lower[max(0, site.start - 24) : site.start] + "|" + lower[site.end : site.end + 16]
        return _MAYOR.search(around) is not None

    def _on_side(self, sentence: Sentence, at: int, sites: list[Site]) -> list[Site]:
        """Leave out the places of the words that say who speaks where, for what that speaker then tells."""
        for start, told in self._told:
            if not sentence.start <= start < sentence.end or at < told:
                continue
            there = [s for s in sites if s.start >= told]
            sites = there or sites
        return sites

    def _main_site(self) -> Site | None:
        first: Site | None = None
        for sentence in self._segments.sentences:
            for site in self._usable(sentence):
                if site.role == "comparison":
                    continue
                if site.place is None or not site.place.is_area:
                    return site
                first = first or site
        return first or next(iter(self._agencies), None)

    def _listed(self) -> bool:
        """Say whether the report is a list of settlements: three or more with words of harm of their own."""
        named = {
            s.place.place_id
            for sentence in self._segments.sentences
            for s in self._usable(sentence)
            if s.place is not None and not s.place.is_area
        }
        return len(named) >= 3

    def _sites(self, fact: Fact, others: list[int]) -> tuple[Site, ...]:
        sentence = self._segments.at(fact.start)
        home = [
            s for s in self._by_sentence.get(sentence.index, [])
            if s.role == "resident" and s.place is not None and 0 <= s.start - fact.end <= 3 and fact.value != 1
        ]  # fmt: skip
        if home:
            return (home[0],)
        here = [s for s in self._usable(sentence) if not self._inside_speaker(s, fact)]
        here = self._on_side(sentence, fact.start, self._same_item(sentence, fact, here))
        if here:
            return self._in_sentence(fact, here, sentence, others)
        for i in range(sentence.index - 1, -1, -1):
            before = self._segments.sentences[i]
            if before.paragraph != sentence.paragraph or (self._lists and before.line < sentence.line - 1):
                break
            there = [s for s in self._usable(before) if s.role != "comparison"]
            if there:
                area = self._area_of_list(before, there)
                return (area or there[-1],) if not self._is_total(sentence) else ()
        if self._is_total(sentence) and (
            self._lists or _EVERYWHERE.search(self._shadow.lower, sentence.start, sentence.end)
        ):
            return ()
        return (self._main,) if self._main is not None else ()

    def _area_of_list(self, sentence: Sentence, towns: list[Site]) -> Site | None:
        """Return the province of a sentence that spreads its total over towns; what follows is of the province again."""
        if len(towns) < 2 or ":" not in self._shadow.lower[sentence.start : towns[0].start]:
            return None
        return next((s for s in self._areas(sentence) if s.start < towns[0].start), None)

    def _areas(self, sentence: Sentence) -> list[Site]:
        found = self._by_sentence.get(sentence.index, [])
        return [s for s in found if s.role in _USABLE and s.place is not None and s.place.is_area]

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
        if _EVERYWHERE.search(lower, sentence.start, _look_to(sentence)) and not self._towns(sentence):
            return True
        text = lower[sentence.start : sentence.start + 60]
        return bool(
            re.match(
                r"\W*(?:in total|overall|altogether|загалом|всього|усього|всего|итого|разом|в целом)", text
            )
        )

    def _towns(self, sentence: Sentence) -> list[Site]:
        return [s for s in self._usable(sentence) if s.place is None or not s.place.is_area]

    @staticmethod
    def _inside_speaker(site: Site, fact: Fact) -> bool:
        return any(a <= site.start < b for a, b in fact.speaker_spans)

    def _in_sentence(
        self, fact: Fact, here: list[Site], sentence: Sentence, others: list[int]
    ) -> tuple[Site, ...]:
        """Choose among the places of a sentence: before the figure where the sentence opens with a place, else after."""
        if fact.predicate == "displaced":
            left = [s for s in here if _FROM.search(self._shadow.lower, max(0, s.start - 14), s.start)]
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

    # --- when --------------------------------------------------------------------------------------------------

    def _is_speech(self, d: DateMention) -> bool:
        """Say whether a date stands with a verb of speech and so tells when somebody spoke."""
        lower = self._shadow.lower
        if _ROSE.search(lower[max(0, d.start - 60) : d.start]):
            return True
        return any(
            (end <= d.start <= end + 14 and re.fullmatch(r"[^\W\d]*[^.,;:!?\n]*", lower[end : d.start]))
            or (d.end <= start <= d.end + 2 and not lower[d.end : start].strip())
            or start <= d.start < end
            for start, end in self._said
        )

    def _is_dateline(self, d: DateMention) -> bool:
        """Say whether a date stands in the dateline of an agency."""
        if not self._segments.sentences or d.start > self._segments.sentences[0].start + 60:
            return False
        head = self._shadow.lower[self._segments.sentences[0].start : d.start]
        return bool(
            _DATELINE_BEFORE.fullmatch(head) and _DATELINE_AFTER.match(self._shadow.lower, d.end, d.end + 45)
        )

    def _is_open(self, d: DateMention) -> bool:
        """Say whether a date is only since when, or until when, something goes on."""
        lead = self._shadow.lower[max(0, d.start - 12) : d.start + 8]
        return "/" not in str(d.value) and bool(
            re.search(
                r"(?<!\w)(?:since|until|till|by|з|із|с|со|до|к|починаючи з|начиная с) (?:\w+ )?$",
                lead[: d.start - max(0, d.start - 12)],
            )
            or re.match(r"(?:since|until|till|by|з|із|с|со|до|к) ", self._shadow.lower[d.start : d.start + 8])
        )

    def _main_date(self) -> DateMention | None:
        for sentence in self._segments.sentences:
            for d in self._dates.get(sentence.index, []):
                if d.value and sentence.index <= 1 and self._is_close(d):
                    return d
        return None

    def _is_close(self, d: DateMention) -> bool:
        """Say whether a date lies in the days before publication, so that a report as a whole may be about it."""
        if d.value is None or len(d.value) < 10:
            return False
        first, last = dates.edges(d.value)
        if (last - first).days > 3:
            return False
        return self._published is None or dt.timedelta(0) <= self._published - first <= _NEWS

    def _is_recent(self, d: DateMention) -> bool:
        if self._published is None or d.value is None:
            return True
        first, last = dates.edges(d.value)
        return first <= self._published + dt.timedelta(days=1) and self._published - last <= _OLD

    def _far(self, d: DateMention, fact: Fact) -> int:
        """Return how far a date is from a claim; a mark between them counts as a long way."""
        first, last = (d.end, fact.start) if d.start < fact.start else (fact.start, d.start)
        return abs(last - first) + 80 * len(re.findall(r"[,;:]", self._shadow.lower[first:last]))

    def _when(self, fact: Fact) -> DateMention | None:
        sentence = self._segments.at(fact.start)
        here = self._dates.get(sentence.index, [])
        if here and not self._is_aftermath(fact, sentence, here):
            return min(here, key=lambda d: (self._far(d, fact), d.start))
        for i in range(sentence.index - 1, -1, -1):
            before = self._segments.sentences[i]
            if before.paragraph != sentence.paragraph:
                break
            there = [d for d in self._dates.get(i, []) if self._is_recent(d)]
            if there and not self._is_aftermath(fact, before, there):
                return there[-1]
        return self._told_after(sentence) or self._first_date

    def _is_aftermath(self, fact: Fact, sentence: Sentence, here: list[DateMention]) -> bool:
        """Say whether the day of a sentence is that of a rescue or a death in hospital, after an attack told before."""
        if fact.predicate not in {"bodies", "killed", "missing"} or self._first_date in {None, *here}:
            return False
        span = (sentence.start, sentence.end)
        if self._cues.strike(*span) or self._cues.has("attack", *span):
            return False
        return _AFTERMATH.search(self._shadow.lower, *span) is not None

    def _told_after(self, sentence: Sentence) -> DateMention | None:
        """Return the day that the next sentence gives for this event ("The attack happened on 14 June")."""
        if sentence.index + 1 >= len(self._segments.sentences):
            return None
        after = self._segments.sentences[sentence.index + 1]
        there = self._dates.get(after.index, [])
        told = _HAPPENED.search(self._shadow.lower, after.start, after.end)
        if not there or told is None or after.paragraph != sentence.paragraph or self._usable(after):
            return None
        return there[0]

    def about(self, fact: Fact) -> str | None:
        """Return the ISO 8601 value of the day a claim is about, where its own sentence names one."""
        here = self._dates.get(self._segments.at(fact.start).index, [])
        return min(here, key=lambda d: (self._far(d, fact), d.start)).value if here else None

    # --- what --------------------------------------------------------------------------------------------------

    def _category(self, fact: Fact) -> str:
        if fact.predicate in CONTEXT:
            return CONTEXT[fact.predicate]
        sentence = self._segments.at(fact.start)
        span = (sentence.start, sentence.end)
        special = self._special(fact, span)
        if special:
            return special
        for start, end in self._widening(sentence):
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
        found = _FOUND.search(self._shadow.lower, start, end) and not _RUBBLE.search(
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

    def _widening(self, sentence: Sentence) -> list[tuple[int, int]]:
        """Return ever wider spans around a sentence: itself, its paragraph up to it, all of that, the whole text."""
        same = self._segments.paragraph(sentence.paragraph)
        return [
            (sentence.start, sentence.end), (same[0].start, sentence.end), (same[0].start, same[-1].end),
            (0, len(self._shadow.lower)),
        ]  # fmt: skip

    def _role(self, fact: Fact, site: Site, when: DateMention | None, category: str) -> str:
        if category in CONTEXT.values() or category == "accusation":
            return "context"
        sentence = self._segments.at(fact.start)
        if site.role == "comparison":
            return "referenced"
        is_main = self._main is not None and site.place == self._main.place
        if self._cues.is_reference(sentence.start, sentence.end) and not is_main:
            return "referenced"
        if when is not None and not self._is_recent(when) and (not is_main or self._first_date is not None):
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
        when = self._when(fact)
        role = self._role(fact, site, when, category)
        if not any(self._covers(d, site, category, when) for d in drafts):
            self._add(drafts, None, fact, site, when, category, role)

    def _event(self, sentence: Sentence) -> list[str]:
        """Return the categories of what a sentence tells to have happened."""
        span = (sentence.start, sentence.end)
        text = self._shadow.lower[sentence.start : sentence.end]
        if _NO_EVENT.search(text) or hedges.looks_ahead(self._shadow.lower, sentence, sentence.end):
            return []
        if self._cues.has("burial_site", *span):
            return []
        strike = self._cues.strike(*span)
        if strike is None and self._cues.has("attack", *span):
            strike = next((s for a, b in self._widening(sentence) if (s := self._cues.strike(a, b))), "other")
        found = [c for c in (strike, self._cues.other_harm(*span)) if c is not None]
        return [c for c in found if c in _EVENTS or c == "other"]

    def _struck(self, sentence: Sentence) -> list[Site]:
        """Return the settlements of a sentence where something may have happened."""
        found = [
            s for s in self._usable(sentence)
            if s.role not in {"comparison", "resident"} and s.place is not None and not s.place.is_area
            and not any(a <= s.start < b for a, b in self._said)
        ]  # fmt: skip
        return self._on_side(sentence, sentence.end, found)

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
                and place.kind not in _SMALL_AREAS
                and ((place.admin1, d.category) in towns or place.kind == "country")
            ):
                d.role = "referenced"

    def _place(self, drafts: list[Draft], i: int, fact: Fact, starts: list[int]) -> None:
        if fact.predicate in _NOWHERE:
            return
        category = self._category(fact)
        when = self._when(fact)
        for site in self._sites(fact, starts):
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
            or site is self._main
            or site.place == (self._main.place if self._main else None)
            or self._lists
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
        sites = self._sites(fact, starts)
        category = self._category(fact)
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
            for s in self._by_sentence.get(sentence.index, [])
            if s.place and s.role in _USABLE
        }
        for d in harm:
            if d.site and d.site.place and d.site.place.place_id in named and self._speaks_of(d, text):
                return d
        mains = [d for d in harm if d.role == "incident"]
        if fact.predicate == "denial" and not named and len(mains) == 1 and _OWN_PART.search(text):
            return None if _WAR_CRIMES.search(text) else mains[0]
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
        return aimed[0] if aimed and not _WAR_CRIMES.search(text) else None

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
        here = [s for s in self._usable(sentence) if s.place is not None]
        if here:
            self._add(drafts, i, fact, here[0], None, "accusation", "context")
