"""Report in, reading out: places, dates, claims and drafts of incidents. Deterministic, offline; the text never changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from incidents._errors import BadInput
from incidents.extract import (
    damage,
    dates,
    drafts,
    figures,
    hedges,
    numbers,
    persons,
    places,
    segment,
    shadow,
    statements,
    voices,
)
from incidents.extract.attribution import Attribution
from incidents.extract.dates import Anchor, DateMention
from incidents.extract.facts import Fact
from incidents.extract.joining import Draft
from incidents.extract.outcomes import Figure
from incidents.extract.places import Site
from incidents.extract.speakers import Attributions
from incidents.extract.statements import Statement
from incidents.model import Claim, Quote, Speaker

_VOICELESS: Final = frozenset({"place_population", "place_offset"})
_RUSSIAN_SIDE: Final = re.compile(
    r"russia|moscow|kremlin|росі|росси|рф|москв|кремл|днр|лнр|dpr|lpr|минобороны|міноборони рф|окупац|оккупац|назначенн|призначен|"
    r"peskov|putin|lavrov|zakharova|konashenkov|gladkov|pushilin|saldo|balitsky|nebenzya|polyanskiy"
)
_UKRAINIAN: Final = re.compile("[іїєґ]")
_RUSSIAN: Final = re.compile("[ыэъё]")
_DENIES: Final = re.compile(
    r"(?:den(?:y|ies|ied|ying)|disput|reject|dismiss|refut|запереч|спрост|відки|отриц|опроверг|отверг)\w*[,:]?\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_UNTRUE: Final = re.compile(
    r"(.{6,}?) (?:is|are|was|were|не відповіда\w+|не соответству\w+|є|являются|является|–|—) ",
    re.IGNORECASE | re.DOTALL,
)
# Where the denial ends and something else is said.
_SAID_NEXT: Final = re.compile(
    r"(?:,? (?:and|but|і|й|та|и|але|но|а) (?:[\w'’-]+ )?(?:said|says|insist|add|claim|call|заяв|сказа|назва|стверджу|утвержда|додав|добав|наголос)"
    r"|, (?:saying|insisting|adding|calling|claiming|заявивш|назва|заявля|сказав|стверджу|утвержда)).*$",
    re.IGNORECASE | re.DOTALL,
)
# No date is longer, and none further from the verb says when somebody spoke; it keeps the work linear.
_BESIDE: Final = 120
_LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class Report:
    """What is read: `id` and `sha256` come from the bytes of the text, `language` is `en`, `uk`, `ru` or `und`."""

    id: str
    sha256: str
    published: dt.date | None
    language: str
    title: str | None


@dataclass(frozen=True)
class PlaceMention:
    """A place named at a span of the text; `place_id` null where several of the name are left."""

    start: int
    end: int
    text: str
    place_id: str | None
    role: str
    why: str


@dataclass(frozen=True)
class DatedMention:
    """A date at a span of the text: ISO 8601 day, month, year or interval; null where it cannot be known."""

    start: int
    end: int
    text: str
    value: str | None
    why: str


@dataclass(frozen=True)
class Reading:
    """All that a report says, as read. `drafts` point into `claims`."""

    report: Report
    places: tuple[PlaceMention, ...]
    dates: tuple[DatedMention, ...]
    claims: tuple[Claim, ...]
    drafts: tuple[Draft, ...]


def language(text: str) -> str:
    """Return the language by its letters: `uk`, `ru`, `en`, else `und`."""
    lower = text[:20_000].lower()
    cyrillic = len(re.findall("[а-яіїєґё]", lower))
    latin = len(re.findall("[a-z]", lower))
    if cyrillic + latin == 0:
        return "und"
    if latin > cyrillic:
        return "en"
    return "uk" if len(_UKRAINIAN.findall(lower)) >= len(_RUSSIAN.findall(lower)) else "ru"


class _Session:
    """One reading under way."""

    def __init__(self, text: str, published: dt.date | None, report_id: str | None) -> None:
        self.shadow = shadow.cast(text, fused=lambda cased: [*persons.fused(cased), *places.fused(cased)])
        stamp = dates.published(self.shadow.lower)
        self.published = published or (stamp[0] if stamp else None)
        self.segments = segment.segment(self.shadow, skip=stamp[2] if stamp else 0)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        # the id is that of the words: a copy with other white space is the same report, not a second source
        words = " ".join(text.split()).casefold().encode("utf-8", "surrogatepass")
        made = f"report-{hashlib.sha256(words).hexdigest()[:16]}"
        self.report = Report(report_id or made, digest, self.published, language(text), self._title())
        self.people = persons.find(self.shadow)
        self.channels = voices.channels(self.shadow)
        self.voices = Attributions(self.shadow, self.segments, self.people, self.channels)
        self.dates = self._dates(stamp[2] if stamp else 0)
        self.sites = self._sites()
        self.going_on: set[int] = set()

    def _title(self) -> str | None:
        if not self.segments.sentences:
            return None
        first = self.segments.sentences[0]
        return self.shadow.cased[first.start : first.end][:120]

    # --- dates -------------------------------------------------------------------------------------------------

    def _dates(self, skip: int) -> list[DateMention]:
        day = self.published or dates.first_full(self.shadow.lower)
        self.base = day
        first = dates.find(self.shadow.lower, lambda at: Anchor(day, self._ahead(at)))
        self.said_on = self._said_on(first)
        found = dates.find(
            self.shadow.lower, self._anchor, is_spoken=lambda d: (d.start, d.end) in self._spoken
        )
        return [d for d in found if d.start >= skip]

    def _ahead(self, at: int) -> bool:
        return hedges.looks_ahead(self.shadow.lower, self.segments.at(at), at)

    def _anchor(self, at: int) -> Anchor:
        quotation = self.segments.quotation_at(at)
        attribution = self.voices.at(at) if quotation else None
        day = self._day_of(attribution) if attribution else None
        return Anchor(day or self.base, self._ahead(at))

    def _said_on(self, found: Sequence[DateMention]) -> dict[str, list[tuple[int, str]]]:
        """Return, for each speaker, the days on which they are said to have spoken, with where that stands."""
        said: dict[str, list[tuple[int, str]]] = {}
        self._spoken: set[tuple[int, int]] = set()
        found = [
            d for d in found if self.segments.quotation_at(d.start) is None and d.value and len(d.value) == 10
        ]
        starts = [d.start for d in found]
        for a in self.voices.all:
            if a.voice is None:
                continue
            low, high = min(a.at, a.voice.start), max(a.end, a.voice.end)
            reach = slice(bisect_left(starts, low - _BESIDE), bisect_left(starts, high + _BESIDE))
            near = [d for d in found[reach] if self._is_beside(d, a)]
            self._spoken |= {(d.start, d.end) for d in near}
            if near:
                said.setdefault(a.voice.key or a.voice.name, []).append((a.at, str(near[0].value)))
        return said

    def _is_beside(self, d: DateMention, a: Attribution) -> bool:
        low, high = (
            min(a.at, a.voice.start if a.voice else a.at),
            max(a.end, a.voice.end if a.voice else a.end),
        )
        gap = self.shadow.lower[high : d.start] if d.start >= high else self.shadow.lower[d.end : low]
        inside = low <= d.start < high
        return (
            inside
            or (
                len(gap) <= 30
                and not re.search(r"[.!?;“”«»\"]|\d|(?<!\w)(?:that|що|что)(?!\w)", gap)
                and d.start >= high
            )
            or (d.end <= low and len(gap.strip(" ,")) <= 3)
        )

    def _day_of(self, a: Attribution) -> dt.date | None:
        day = self._said_day(a)
        return dt.date.fromisoformat(day) if day else None

    def _said_day(self, a: Attribution) -> str | None:
        if a.voice is None:
            return None
        days = self.said_on.get(a.voice.key or a.voice.name, [])
        before = [day for at, day in days if at <= a.end]
        return before[-1] if before else None

    # --- places ------------------------------------------------------------------------------------------------

    def _sites(self) -> list[Site]:
        if not self.segments.sentences:
            return []
        masked = [(p.start, p.end) for p in self.people] + [(c.start, c.end) for c in self.channels]
        return places.Reader(self.shadow, self.segments, masked, self.voices.body_spans()).read()

    # --- claims ------------------------------------------------------------------------------------------------

    def figures_and_statements(self) -> list[Figure | Statement]:
        """Return everything claimed, in order; figures inside dates are none."""
        if not self.segments.sentences:
            return []
        in_date = bytearray(len(self.shadow.lower) + 1)
        for d in self.dates:
            in_date[d.start : d.end] = b"\1" * (d.end - d.start)
        counted = [q for q in numbers.quantities(self.shadow.lower) if not in_date[q.core]]
        found_figures = figures.read(self.shadow, self.segments, is_date=lambda at: bool(in_date[at]))
        found_figures = self._claimed(found_figures)
        starts = [f.start for f in found_figures]
        told = [
            s for s in statements.read(self.shadow, self.segments)
            if not _doubles(s, found_figures[bisect_left(starts, s.start - 200) : bisect_left(starts, s.end)])
        ]  # fmt: skip
        withheld = [
            s for s in told if s.predicate == "count_withheld"
        ]  # "no data on the dead yet" is no zero
        found_figures = [
            f for f in found_figures if f.value != 0 or not any(_overlap(f, w) for w in withheld)
        ]
        told += damage.read(self.shadow, self.segments, counted)
        counts = [s for s in told if s.predicate == "damage_share"]
        told = [s for s in told if not s.by_russia or self._is_russian(s)]
        told = self._of_harm(told, found_figures)
        told = [s for s in told if s.predicate != "damage" or not any(_overlap(s, c) for c in counts)]
        return sorted([*found_figures, *told], key=lambda x: (x.start, x.predicate, x.end))

    def _claimed(self, found: Sequence[Figure]) -> list[Figure]:
        """Leave out what is no figure of anybody: words that name a speaker, and what somebody denies."""
        no_figure = bytearray(len(self.shadow.lower) + 1)
        denied = (hedges.denied(self.shadow.lower, s) for s in self.segments.sentences)
        names = [(start, end) for start, end in self.voices.names() if end - start <= _LONGEST_NAME]
        for start, end in [*names, *itertools.chain.from_iterable(denied)]:
            no_figure[start:end] = b"\1" * (end - start)
        return [f for f in found if not (no_figure[f.start] and no_figure[f.end - 1])]

    def _of_harm(self, told: Sequence[Statement], figures: Sequence[Figure]) -> list[Statement]:
        """Leave out a side named as the doer where its sentence counts nobody harmed but soldiers, or is a denial."""
        harmed = {
            self.segments.at(f.start).index
            for f in figures
            if f.predicate in {"killed", "injured"} and f.value != 0 and f.group != "soldiers"
        }
        denied = {self.segments.at(s.start).index for s in told if s.predicate == "denial"}
        blame = [s for s in told if s.predicate == "accusation" and not s.needs_harm]
        return [
            s for s in told
            if not s.needs_harm
            or ((at := self.segments.at(s.start).index) in harmed and at not in denied
                and not any(_overlap(s, b) for b in blame))
        ]  # fmt: skip

    def _is_russian(self, found: Statement) -> bool:
        """Say whether a statement is Russia's or its appointees': from their mouth, Ukraine's fire is an accusation."""
        attribution = self.voices.at(found.start)
        voice = attribution.voice if attribution else None
        if voice is None or found.start <= voice.start < found.end:
            return False
        return bool(_RUSSIAN_SIDE.search(f"{voice.key or ''} {voice.name} {voice.role or ''}".lower()))

    def claim(self, found: Figure | Statement, when: str | None) -> Claim:
        """Return the claim of a figure or statement, with who said it."""
        is_figure = isinstance(found, Figure)
        attribution = (
            None
            if isinstance(found, Statement) and found.is_caption
            else self._attribution(found, is_figure=is_figure)
        )
        words = found.words if isinstance(found, Figure) and found.words else (found.start, found.end)
        start, end = self.shadow.span(*words)
        quote = Quote(report=self.report.id, start=start, end=end, text=self.shadow.text[start:end])
        speaker = _speaker(attribution)
        said = self._said_day(attribution) if attribution else None
        return Claim(
            id=_claim_id(self.report.sha256, found, speaker, quote),
            predicate=found.predicate, value=found.value, min=found.low, max=found.high, qualifier=found.qualifier,
            unit=found.unit, group=found.group if isinstance(found, Figure) else None,
            extent=found.extent if isinstance(found, Figure) else "whole",
            speaker=speaker, via=self._via(found, attribution), said_on=said, about=when, modality=found.modality,
            polarity="positive" if isinstance(found, Figure) else found.polarity,
            target=self._target(found), attribution="explicit" if isinstance(found, Figure) else found.attribution,
            quote=quote, source=self.report.id, rule=found.rule, note=found.why,
            review="unreviewed" if isinstance(found, Figure) else found.review,
        )  # fmt: skip

    def _attribution(self, found: Figure | Statement, *, is_figure: bool) -> Attribution | None:
        if found.predicate in _VOICELESS:
            return None
        if found.predicate in {"denial", "accusation"}:
            opening = self.segments.at(found.start).start
            stance = self.voices.stance(found.start, found.end) or self.voices.stance(opening, found.start)
            if stance is not None:
                return stance
            if isinstance(found, Statement) and found.review == "needs_review":
                return None
        sentence = self.segments.at(found.start)
        goes_on = is_figure and sentence.index in self.going_on
        return self.voices.at(found.start, goes_on=goes_on)

    def going_on_after(self, found: Sequence[Figure | Statement]) -> set[int]:
        """Return the sentences whose figures go on with those of the sentence before: no speaker, no place of their own."""
        counted = {self.segments.at(f.start).index for f in found if isinstance(f, Figure)}
        placed = {self.segments.at(s.start).index for s in self.sites if s.role in {"mention", "site"}}
        return {
            i for i in counted
            if i - 1 in counted and i not in placed and self.voices.speaks(self.segments.sentences[i - 1])
            and not self.voices.opens_with_another(self.segments.sentences[i])
        }  # fmt: skip

    def _via(self, found: Figure | Statement, attribution: Attribution | None) -> tuple[str, ...]:
        sentence = self.segments.at(found.start)
        here = self.voices.channels_of(sentence)
        return tuple(dict.fromkeys([*here, *(attribution.via if attribution else ())]))

    def _target(self, found: Figure | Statement) -> str | None:
        """Say what a denial denies, in its own words, or the statement before it that "this" stands for."""
        if found.predicate != "denial":
            return None
        words = self.shadow.cased[found.start : found.end]
        m = _DENIES.search(words)
        rest = _SAID_NEXT.sub("", m.group(1)).strip() if m else ""
        if m and re.fullmatch(r"(?:[ув]о? )?[\w'-]+|", rest) and len(words[: m.start()].split()) > 1:
            return words[: m.start()].strip(" ,")[:200]  # what is denied stands before the verb
        if m is None and (told := _UNTRUE.match(words)):
            return told[1][:200]
        if rest.lower() in {"", "this", "it", "це", "это"}:
            index = self.segments.at(found.start).index
            if index == 0:
                return rest or None
            before = self.segments.sentences[index - 1]
            return self.shadow.cased[before.start : before.end][:200]
        return rest[:200]


def _overlap(one: Figure | Statement, other: Figure | Statement) -> bool:
    return one.start < other.end and other.start < one.end


def _doubles(statement: Statement, found: Sequence[Figure]) -> bool:
    same = {"bodies": {"bodies", "exhumed"}, "site_type": set(), "displaced": {"displaced"}}
    if statement.rule.startswith("statement.cause") and statement.value == "violent_death":
        return any(0 <= statement.start - f.end <= 6 for f in found)
    kinds = same.get(statement.predicate, {statement.predicate})
    return any(f.predicate in kinds and f.start < statement.end and statement.start < f.end for f in found)


def _speaker(attribution: Attribution | None) -> Speaker | None:
    if attribution is None or attribution.voice is None or not attribution.voice.name:
        return None
    voice = attribution.voice
    return Speaker(name=voice.name, role=voice.role, key=voice.key)


def _claim_id(sha256: str, found: Figure | Statement, speaker: Speaker | None, quote: Quote) -> str:
    who = (speaker.key or speaker.name) if speaker else ""
    parts = (sha256, found.predicate, repr(found.value), who, str(quote.start), str(quote.end))
    return "c-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def read(text: str, *, published: dt.date | None = None, report_id: str | None = None) -> Reading:
    """Read a report. `published` (else the date the text states at its head) is the day relative dates count from.

    Offsets in the result are code points of `text`, half open, and `text[start:end]` is always the quoted text.
    Raises BadInput for a day of publication that no report of our time can have.
    """
    if published is not None and not 1900 <= published.year < 2200:
        raise BadInput(f"published {published} is not a day of our time; give it as 2022-09-16")
    session = _Session(text, published, report_id)
    found = session.figures_and_statements()
    session.going_on = session.going_on_after(found)
    facts = [Fact(f.start, f.end, f.predicate, f.value, _speaker_spans(session, f)) for f in found]
    made = drafts.Drafter(
        session.shadow, session.segments, session.sites, session.dates,
        facts=facts, published=session.published, said=session.voices.verb_spans(), told=session.voices.complements(),
    ) if session.segments.sentences else None  # fmt: skip
    drafted = made.group() if made else []
    claims = tuple(
        session.claim(f, made.about(fact) if made else None) for f, fact in zip(found, facts, strict=True)
    )
    return Reading(session.report, _places(session, drafted), _dated(session), claims, tuple(drafted))


def _speaker_spans(session: _Session, found: Figure | Statement) -> tuple[tuple[int, int], ...]:
    sentence = session.segments.at(found.start)
    return session.voices.spans_in(sentence)


def _places(session: _Session, drafted: Sequence[Draft]) -> tuple[PlaceMention, ...]:
    """Return the places named; one that an incident of the report has is its site."""
    used = {d.site.place.place_id for d in drafted if d.site and d.site.place and d.role == "incident"}
    own = {d.site.start for d in drafted if d.site and d.role == "incident"}
    made = []
    for s in session.sites:
        start, end = session.shadow.span(s.start, s.end)
        role = s.role
        if role in {"mention", "site", "resident", "from"}:
            role = "site" if s.place is not None and s.place.place_id in used else "mention"
        elif role == "agency" and s.start in own:
            role = "site"
        made.append(
            PlaceMention(
                start, end, session.shadow.text[start:end], s.place.place_id if s.place else None, role, s.why
            )
        )
    return tuple(made)


def _dated(session: _Session) -> tuple[DatedMention, ...]:
    made = []
    for d in session.dates:
        start, end = session.shadow.span(d.start, d.end)
        made.append(DatedMention(start, end, session.shadow.text[start:end], d.value, f"{d.rule}: {d.why}"))
    return tuple(made)
