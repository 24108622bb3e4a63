"""Who said what: verbs of speech, "according to", quotations; agencies and channels are `via`, never speakers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from incidents.extract import _cues, persons
from incidents.extract.segment import Quotation, Segments, Sentence
from incidents.extract.shadow import Shadow

Kind = Literal["person", "body", "anonymous", "pronoun"]


@dataclass(frozen=True)
class Voice:
    """Somebody who may speak, at a span of the shadow."""

    start: int
    end: int
    name: str
    kind: Kind
    key: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Attribution:
    """A place where the text says who speaks. `at` is the verb (or "according to"); `voice` null: only `via` is known."""

    at: int
    end: int
    sentence: int
    voice: Voice | None
    via: tuple[str, ...]
    rule: str
    is_pro: bool = False
    is_header: bool = False
    is_stance: bool = False


_RANK: Final[dict[Kind, int]] = {"person": 0, "body": 1, "anonymous": 2, "pronoun": 3}
_PRONOUN: Final = re.compile(r"(?<!\w)(?:he|she|they|він|вона|вони|он|она|они)(?!\w)")
_PASSIVE: Final = re.compile(r"(?<!\w)(?:is|are|was|were|been|be|being)(?: also| now| still| widely)? $")
_NESTED: Final = re.compile(
    r"(?<!\w)(?:де|где|where|який|яка|які|який|который|которая|которые|who|which|що|что|that),? ?$"
)
_THAT: Final = re.compile(r"(?<!\w)(?:that|що|что|про|о|об|about)(?!\w)|:")
_DAY: Final = re.compile(
    r"\d{1,2} (?:січ|лют|бер|кв|тра|чер|лип|сер|вер|жов|лис|гру|янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[^\W\d_]*(?: \d{4})?"
)
_COUNTRY: Final = re.compile(
    r"^(?:ukraine|russia|moscow|kyiv|kiev|росія|україна|москва|київ|россия|украина|киев)$"
)
_TOPIC: Final = re.compile(
    r"(?:про|о|об|about|on)\s+(?:ситуаці|ситуаци|обстріл|обстрел|наслідк|последстви|події|атак|удар|добу|the (?:situation|consequences|attack|shelling|strike|day|night|past|last)|attacks|shelling|strikes)"
    r"|(?:за|протягом) (?:минулу |минулої |прошедш\w+ |последн\w+ )?(?:доб[уи]|сутки|день|ніч|ночь)|past (?:day|night|24)|daily (?:update|report|summary)"
)
# What may stand between a verb and the subject put behind it: a day, or a role in words ("said the city's acting mayor X").
_INVERTED: Final = re.compile(
    r"(?: (?!(?:he|she|they|it|that|in|at|to|by|with|as|and|but|if|of|from|how|why|what|when|where|there|about|some|more)(?!\w))"
    r"[a-z][a-z'’-]*(?: of| for)?){0,8},? ?"
)
# "claimed three lives" is no speech.
_LIVES: Final = re.compile(r"(?: [\w-]+){0,4} li(?:fe|ves)(?!\w)")
# A body that no list knows, right before its verb: "Maxar said", "Ukrainian railways said".
_UNLISTED: Final = re.compile(
    r"(?:^|[,;:.”»\"] |(?<=\n)|(?:that|and|but|while) |(?:The|the) )(?P<name>[A-Z][\w'’&-]+(?:(?: of| for| the| and)? [A-Z][\w'’&-]+| [a-z]+s){0,4})[ ]$"
)
_UNLISTED_CYR: Final = re.compile(
    r" (?P<name>(?:(?!про|о |об |що|что|з |із |с |в |у |на |до |для )[\w'’-]+ )?(?:посольств|компані|компани|мері|мэри|уряд|правительств|комітет|"
    r"комитет|комісі|комисси|фонд|університет|университет|оператор|департамент|управлін|управлени|асоціаці|ассоциаци|"
    r"лікарн|больниц|залізниц|центр|профспілк|консульств|представництв|представительств|кабмін|кабмин|парламент)"
    r"\w*(?: (?!з |із |с |про |о |у |в |на |що |что )[\w'’«»-]+){0,4})(?=[.,;:\n]|$| (?:з|із|с|про|о|у|в|на|що|что) )"
)
_SUMMARY: Final = re.compile(
    r"\W*(?:[\w'’-]+ ){0,2}?(?:інформаці|информаци|зведенн|сводк|ситуаці|ситуаци|обстановк|оперативн|доб[аиу] |summary|update|briefing|report|bulletin|situation)"
)
_FROM: Final = re.compile(r"(?<!\w)(?:від|от|from|by|за даними|по данным)(?!\w)")
_SOURCE: Final = re.compile(r"\W*(?:source|sources|джерело|джерела|источник|источники)\b:? ?(?!\w)")
_BRACKETED: Final = re.compile(r"[^()\d]{0,70}\)\W*$")
_BY: Final = re.compile(r"(?: (?!by )[\w-]+){0,4} by ")
_ACTING: Final = re.compile(r"(?<!\w)(?:т\.)?(?:в|вр|и|і)\.о\.")  # "acting", and no end of a sentence
_NEAR: Final = 90
_NEAR_AFTER: Final = 80


@cache
def _verbs() -> re.Pattern[str]:
    verbs = _cues.load("speech")["verbs"]
    return _cues.words([*verbs["en"], *verbs["cyr"]])


@cache
def _stances() -> re.Pattern[str]:
    stances = _cues.load("speech")["stances"]
    return _cues.words([*stances["en"], *stances["cyr"]])


@cache
def _befores() -> re.Pattern[str]:
    before = _cues.load("speech")["before"]
    return _cues.words([*before["en"], *before["cyr"]])


@cache
def _his_words() -> re.Pattern[str]:
    return _cues.words(_cues.load("speech")["pronoun_before"])


@cache
def _bodies() -> re.Pattern[str]:
    bodies = _cues.load("speech")["bodies"]
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join([*bodies['en'], *bodies['cyr']])})(?!\w)")


@cache
def _anonymous() -> re.Pattern[str]:
    anonymous = _cues.load("speech")["anonymous"]
    return re.compile(rf"(?<![\w-])(?:{'|'.join([*anonymous['en'], *anonymous['cyr']])})(?!\w)")


@cache
def _via() -> tuple[re.Pattern[str], dict[str, str]]:
    table = _cues.load("speech")["via"]
    names = {f"v{i}": name for i, name in enumerate(table)}
    body = "|".join(f"(?P<v{i}>{_cues.either(forms)})" for i, forms in enumerate(table.values()))
    return re.compile(rf"(?<![\w-])(?:{body})(?!\w)"), names


@cache
def _pro() -> re.Pattern[str]:
    return re.compile(_cues.either(_cues.load("speech")["pro_sentence"]))


@dataclass(frozen=True)
class Channel:
    """An agency, paper or channel named at a span of the shadow."""

    start: int
    end: int
    name: str


def channels(shadow: Shadow) -> list[Channel]:
    """Return the agencies, papers, broadcasters and channels named in `shadow`."""
    pattern, names = _via()
    return [
        Channel(m.start(), m.end(), names[m.lastgroup]) for m in pattern.finditer(shadow.lower) if m.lastgroup
    ]


def voices(shadow: Shadow, people: list[persons.Person], via: list[Channel]) -> list[Voice]:
    """Return everybody who may speak, in order; who is inside another is left out."""
    found = [
        Voice(p.start, p.end, p.name, "person", p.key, p.role) for p in [*people, *persons.titled(shadow)]
    ]
    blocked = bytearray(len(shadow.lower) + 1)
    for c in via:
        blocked[c.start : c.end] = b"\1" * (c.end - c.start)
    for v in found:
        blocked[v.start : v.end] = b"\1" * (v.end - v.start)
    kinds: tuple[tuple[re.Pattern[str], Kind], ...] = (
        (_bodies(), "body"), (_anonymous(), "anonymous"), (_PRONOUN, "pronoun"),
    )  # fmt: skip
    for pattern, kind in kinds:
        for m in pattern.finditer(shadow.lower):
            if not m.group() or any(blocked[m.start() : m.end()]):
                continue
            blocked[m.start() : m.end()] = b"\1" * (m.end() - m.start())
            found.append(Voice(m.start(), m.end(), _tidy(shadow.cased[m.start() : m.end()], kind), kind))
    return sorted(found, key=lambda v: v.start)


def _tidy(name: str, kind: Kind) -> str:
    name = re.sub(r"\s+", " ", name).strip()
    name = re.sub(r"^(?:the|The) ", "", name)
    return name if kind != "body" else name[:1].upper() + name[1:]


class Attributions:
    """All attributions of a text, and who speaks at any place of it."""

    def __init__(
        self, shadow: Shadow, segments: Segments, people: list[persons.Person], via: list[Channel]
    ) -> None:
        self._shadow, self._segments = shadow, segments
        self._via = via
        self._voices = voices(shadow, people, via)
        self._by_sentence: dict[int, list[Attribution]] = {}
        self._voice_by_sentence: dict[int, list[Voice]] = {}
        for v in self._voices:
            self._voice_by_sentence.setdefault(segments.at(v.start).index, []).append(v)
        self._via_by_sentence: dict[int, list[Channel]] = {}
        for c in via:
            self._via_by_sentence.setdefault(segments.at(c.start).index, []).append(c)
        last: Voice | None = None
        group: Voice | None = None
        for sentence in segments.sentences:
            found: list[Attribution] = []
            for a in self._in(sentence):
                resolved = self._resolved(a, last, group)
                found.append(resolved)
                if resolved.voice is not None:
                    last = resolved.voice if resolved.voice.kind == "person" else last
                    group = resolved.voice
            self._by_sentence[sentence.index] = [a for a in found if a.voice is not None or a.via]
            last = self._mentioned(sentence, last)
        self.all = [a for s in segments.sentences for a in self._by_sentence[s.index]]
        self._quotes = self._speakers_of_quotes()
        self.header = next((a for a in self.all if a.is_header), None)

    def _mentioned(self, sentence: Sentence, last: Voice | None) -> Voice | None:
        if last is not None:
            return last
        named = [v for v in self._voice_by_sentence.get(sentence.index, []) if v.kind == "person"]
        return named[0] if named else None

    @staticmethod
    def _resolved(a: Attribution, last: Voice | None, group: Voice | None) -> Attribution:
        """Put a name for "he", "she" (the last person who spoke) and "they" (whoever spoke last)."""
        if a.voice is None or a.voice.kind != "pronoun":
            return a
        several = a.voice.name.lower() in {"they", "вони", "они"}
        return replace(a, voice=group if several else last or group, rule=f"{a.rule}.pronoun")

    def _in(self, sentence: Sentence) -> list[Attribution]:
        lower = self._shadow.lower
        found: list[Attribution] = []
        for m in _befores().finditer(lower, sentence.start, sentence.end):
            voice = self._after(sentence, m.end(), _NEAR)
            found.append(self._made(sentence, m, voice, "speaker.according_to"))
        for m in _his_words().finditer(lower, sentence.start, sentence.end):
            voice = Voice(m.start(), m.end(), "", "pronoun")
            found.append(self._made(sentence, m, voice, "speaker.according_to"))
        for pattern, stance in ((_verbs(), False), (_stances(), True)):
            for m in pattern.finditer(lower, sentence.start, sentence.end):
                if any(a.at <= m.start() < a.end for a in found):
                    continue
                if not self._is_speech(sentence, m):
                    found += self._by_whom(sentence, m)
                    continue
                made = self._verb(sentence, m, is_stance=stance)
                made = self._coordinated(made, m, found)
                if made is not None:
                    found.append(made)
        return sorted(found, key=lambda a: a.at) or self._without_verb(sentence)

    def _without_verb(self, sentence: Sentence) -> list[Attribution]:
        """Read who speaks where no verb says so."""
        forms = (self._dashed, self._heading, self._titled, self._signed, self._labelled)
        return [made for form in forms if (made := form(sentence)) is not None][:1]

    def _is_speech(self, sentence: Sentence, m: re.Match[str]) -> bool:
        lower = self._shadow.lower
        if _PASSIVE.search(lower, max(sentence.start, m.start() - 14), m.start()):
            return False
        return not (m.group().startswith("claim") and _LIVES.match(lower, m.end()))

    def _by_whom(self, sentence: Sentence, m: re.Match[str]) -> list[Attribution]:
        """Read "was announced on Facebook by X": the voice of a verb in the passive, where one is named."""
        by = _BY.match(self._shadow.lower, m.end(), sentence.end)
        voice = self._after(sentence, by.end(), _NEAR) if by else None
        return [self._made(sentence, m, voice, "speaker.according_to")] if voice else []

    def _coordinated(
        self, made: Attribution | None, m: re.Match[str], earlier: list[Attribution]
    ) -> Attribution | None:
        """Give "…, and reported that" the subject of the verb before it, unless it has one of its own beside it."""
        before = [a for a in earlier if a.at < m.start() and a.voice is not None and not a.is_stance]
        lead = self._shadow.lower[max(0, m.start() - 16) : m.start()]
        if not before or not re.search(
            r"(?<!\w)(?:and|и|і|й|та|а также|а також)(?: also| также| також| later)? $", lead
        ):
            return made
        subject = before[-1]
        return replace(
            subject, at=m.start(), end=m.end(), rule="speaker.verb.coordinated", is_pro=False, is_header=False
        )

    def _dashed(self, sentence: Sentence) -> Attribution | None:
        """Read "…, – Sadovyi", "… - regional administration" at the end of a headline."""
        lower = self._shadow.lower
        dash = max(lower.rfind(f"{mark} ", sentence.start, sentence.end) for mark in ("–", "—", " -", "||"))
        if dash <= sentence.start + 12 or sentence.end - dash > 90:
            return None
        named = [
            v
            for v in self._voice_by_sentence.get(sentence.index, [])
            if v.start > dash and v.kind in {"person", "body", "anonymous"}
        ]
        if not named:
            return None
        best = min(named, key=lambda v: _RANK[v.kind])
        lead, rest = lower[dash + 2 : named[0].start], lower[named[-1].end : sentence.end].strip(" .")
        if len(lead.split()) > 4 or len(rest.split()) > 4 or re.search(r"\d", lead + rest):
            return None
        return Attribution(dash, best.end, sentence.index, best, self._channels(sentence), "speaker.dash")

    def _heading(self, sentence: Sentence) -> Attribution | None:
        """Read "Governor X:" or "X, head of the region:" at the head of a report or list: X speaks what follows."""
        lower = self._shadow.lower
        text = lower[sentence.start : sentence.end]
        named = [v for v in self._voice_by_sentence.get(sentence.index, []) if v.kind in {"person", "body"}]
        at_end = bool(re.search(r":\s*$", text))
        colon = text.find(": ") if not re.search(r":\s*$", text) else len(text)
        named = [v for v in named if v.end <= sentence.start + colon]
        if colon < 0 or sentence.line > 2 or not named or colon > 220 or (colon < len(text) and colon > 90):
            return None
        best = min(named, key=lambda v: _RANK[v.kind])
        return Attribution(
            sentence.start,
            sentence.end,
            sentence.index,
            best,
            self._channels(sentence),
            "speaker.heading",
            is_header=at_end or (sentence.index == 0 and bool(_TOPIC.search(text))),
        )

    def _people_in(self, sentence: Sentence) -> list[Voice]:
        return [v for v in self._voice_by_sentence.get(sentence.index, []) if v.kind == "person"]

    def _titled(self, sentence: Sentence) -> Attribution | None:
        """Read "Operational summary as of 9:00 from the head of the region, X." as the heading of all that follows."""
        text = self._shadow.lower[sentence.start : sentence.end]
        people = self._people_in(sentence)
        if sentence.index > 1 or not people or not _SUMMARY.match(text):
            return None
        rest = _DAY.sub("", text[people[-1].end - sentence.start :])
        if (
            len(rest) > 24
            or re.search(r"\d", rest)
            or not _FROM.search(text[: people[-1].start - sentence.start])
        ):
            return None
        return self._of(sentence, people[-1], "speaker.heading", is_header=True)

    def _signed(self, sentence: Sentence) -> Attribution | None:
        """Read a last line that is only a name and an office ("Oleh Kiper, governor") as the signature under it all.

        So too "Source: regional police", and a name with its office in brackets at the end of a sentence.
        """
        text = self._shadow.lower[sentence.start : sentence.end]
        named = [v for v in self._voice_by_sentence.get(sentence.index, []) if v.kind in {"person", "body"}]
        if not named:
            return None
        best = min(named, key=lambda v: _RANK[v.kind])
        is_source = _SOURCE.match(text) is not None and len(text) < 120
        last = len(self._segments.sentences) - 1
        is_last = 0 < sentence.index == last
        is_first = sentence.index <= 1 and last > 1
        is_name = best.kind == "person" and len(text) < 90 and best.start - sentence.start <= 3
        is_name = is_name and re.match(r"\.?$|,", self._shadow.lower[best.end : sentence.end]) is not None
        is_name = is_name and not re.search(r"\d", _DAY.sub("", text))
        alone = is_first and self._segments.sentences[sentence.index + 1].line > sentence.line
        if is_source or (is_name and is_last):
            return self._of(sentence, best, "speaker.signature", is_pro=True)
        if is_name and is_first and (best.end >= sentence.end - 2 or (alone and text[-1] not in ".!?")):
            return self._of(sentence, best, "speaker.heading", is_header=True)
        bracket = text.rfind("(")
        inside = [v for v in named if v.start - sentence.start == bracket + 1 and v.kind == "person"]
        if bracket > 0 and inside and _BRACKETED.match(self._shadow.lower, inside[0].end, sentence.end):
            return self._of(sentence, inside[0], "speaker.bracket")
        return None

    def _labelled(self, sentence: Sentence) -> Attribution | None:
        """Read "Mayor: three dead": who stands before the colon that opens a sentence speaks the rest of it."""
        lower = self._shadow.lower
        colon = lower.find(": ", sentence.start, min(sentence.end, sentence.start + 90))
        named = [v for v in self._voice_by_sentence.get(sentence.index, []) if v.kind != "pronoun"]
        named = [v for v in named if v.start - sentence.start <= 60 and v.end <= colon]
        if (
            colon < 0
            or not named
            or colon - named[-1].end > 40
            or re.search(r"\d", lower[sentence.start : colon])
        ):
            return None
        if not (named[0].start == sentence.start or colon - named[-1].end <= 1):
            return None
        best = min(named, key=lambda v: _RANK[v.kind])
        return self._of(sentence, best, "speaker.label")

    def _of(
        self, sentence: Sentence, voice: Voice, rule: str, *, is_header: bool = False, is_pro: bool = False
    ) -> Attribution:
        via = self._channels(sentence)
        return Attribution(
            voice.start, voice.end, sentence.index, voice, via, rule, is_pro=is_pro, is_header=is_header
        )

    def _channels(self, sentence: Sentence) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.name for c in self._via_by_sentence.get(sentence.index, [])))

    def _made(
        self, sentence: Sentence, m: re.Match[str], voice: Voice | None, rule: str, *, is_stance: bool = False
    ) -> Attribution:
        lower = self._shadow.lower
        end = max(m.end(), voice.end if voice else 0)
        is_pro = bool(_pro().search(lower, sentence.start, m.end()))
        text = lower[sentence.start : sentence.end]
        is_header = sentence.line <= 3 and bool(re.search(r":\s*$", text))
        if sentence.index == 0 and voice is not None and voice.kind != "anonymous":
            is_header = is_header or bool(_TOPIC.search(text))
        if (
            sentence.index == 1
            and voice is not None
            and voice.kind == "person"
            and len(text) < 60
            and not re.search(r"\d", text)
        ):
            is_header = is_header or voice.end >= sentence.end - 2
        return Attribution(
            m.start(),
            end,
            sentence.index,
            voice,
            self._channels(sentence),
            rule,
            is_pro,
            is_header,
            is_stance,
        )

    def _verb(self, sentence: Sentence, m: re.Match[str], *, is_stance: bool) -> Attribution | None:
        after = self._after(sentence, m.end(), _NEAR_AFTER if _cues.CYRILLIC.match(m.group()) else 4)
        before = self._before(sentence, m.start())
        cyrillic = bool(_cues.CYRILLIC.match(m.group()))
        if after is None and before is None and not cyrillic:
            after = self._inverted(sentence, m.end())
        voice = self._choose(before, after, m, cyrillic=cyrillic) or self._unlisted(
            sentence, m, cyrillic=cyrillic
        )
        near_via = self._channels(sentence)
        if voice is None and not near_via and not self._is_bare(sentence, m):
            return None
        rule = "speaker.stance" if is_stance else "speaker.verb"
        if voice is None and not near_via:
            voice = Voice(m.start(), m.end(), "", "pronoun")
        return self._made(sentence, m, voice, rule, is_stance=is_stance)

    def _inverted(self, sentence: Sentence, at: int) -> Voice | None:
        """Return the subject that a translation put behind the verb ("announced this Tuesday the prosecutor X")."""
        found = self._after(sentence, at, _NEAR_AFTER)
        if found is None or found.kind == "pronoun":
            return None
        gap = self._shadow.lower[at : found.start]
        return found if _INVERTED.fullmatch(gap) else None

    def _unlisted(self, sentence: Sentence, m: re.Match[str], *, cyrillic: bool) -> Voice | None:
        """Take the name that a verb has for its subject, where no list knows the body and it is no channel."""
        cased = self._shadow.cased
        if cyrillic:
            found = _UNLISTED_CYR.match(cased, m.end(), sentence.end)
        else:
            lead = cased[max(sentence.start, m.start() - 60) : m.start()]
            found = _UNLISTED.search(lead)
        if found is None:
            return None
        start = found.start("name") + (0 if cyrillic else max(sentence.start, m.start() - 60))
        end = start + len(found["name"])
        if any(c.start < end and start < c.end for c in self._via):
            return None
        return Voice(start, end, re.sub(r"\s+", " ", found["name"]), "body")

    def _is_bare(self, sentence: Sentence, m: re.Match[str]) -> bool:
        """Say whether a verb without a subject follows a quotation ("…", said.): whoever spoke last."""
        lead = self._shadow.cased[sentence.start : m.start()].rstrip(" ,")
        return bool(lead) and lead[-1] in '”»“"'

    def _choose(
        self, before: Voice | None, after: Voice | None, m: re.Match[str], *, cyrillic: bool
    ) -> Voice | None:
        if before is None or after is None:
            return before or after
        gap_before, gap_after = m.start() - before.end, after.start - m.end()
        if not cyrillic:
            return after if gap_after <= 1 and gap_before > 12 else before
        between = self._shadow.lower[before.end : m.start()]
        if gap_before <= 3 and before.kind != "pronoun" and "," not in between:
            return before
        if _RANK[before.kind] < _RANK[after.kind] and "," not in between.strip(" ,"):
            return before
        return after

    def _after(self, sentence: Sentence, at: int, reach: int) -> Voice | None:
        """Return who is named right after `at`: a person in the same phrase before the body they head."""
        near = [v for v in self._voice_by_sentence.get(sentence.index, []) if v.start >= at]
        first = next((v for v in near if v.start - at <= reach), None)
        if first is None or self._is_cut(at, first.start):
            return None
        for v in near:
            if v.kind == "person" and v.start - first.end <= 60 and not self._is_cut(first.end, v.start):
                return self._with_role(v, at, v.start)
        follow = next((v for v in near if v.kind == "body" and 0 <= v.start - first.end <= 1), None)
        if follow is not None and first.kind == "anonymous":
            name = re.sub(r"\s+", " ", self._shadow.cased[first.start : follow.end])
            return replace(first, end=follow.end, name=name)
        return first

    def _is_cut(self, start: int, end: int) -> bool:
        gap = _DAY.sub("", re.sub("«[^«»]{2,40}»", "", self._shadow.lower[start:end]))
        if end - start <= 1:
            return False
        return bool(re.search(r"[.;:!?“”«»\"]| (?:that|що|что|but|але|но) |\d", gap)) or gap.count(",") > 1

    def _before(self, sentence: Sentence, at: int) -> Voice | None:
        """Return who is the subject of a verb at `at`: the last person before it, over what stands in apposition."""
        near = [
            v for v in self._voice_by_sentence.get(sentence.index, []) if v.end <= at and at - v.end <= _NEAR
        ]
        lower = self._shadow.lower
        usable = [v for v in near if not self._crosses(lower[v.end : at]) and not self._is_far_country(v, at)]
        if not usable:
            return None
        nearest = self._headed(usable)
        if nearest.kind in {"body", "anonymous", "pronoun"} and at - nearest.end <= 25:
            for v in reversed(usable[:-1]):
                gap = lower[v.end : nearest.start]
                if (
                    v.kind == "person"
                    and re.match(r"\s*,", gap)
                    and re.match(r"[^,]*,", lower[nearest.end : at])
                ):
                    return v
        return (
            self._with_role(nearest, sentence.start, nearest.start) if nearest.kind == "person" else nearest
        )

    def _headed(self, usable: list[Voice]) -> Voice:
        """Take "an official of the city council", "investigators from the mission" as the one voice that they are."""
        last = usable[-1]
        if len(usable) < 2 or last.kind not in {"body", "anonymous"} or usable[-2].kind != "anonymous":
            return last
        head = usable[-2]
        if not re.fullmatch(
            r"(?: (?:of|from|with|at|in|for|the|із|з|из|от|при|украины|україни))* ",
            self._shadow.lower[head.end : last.start],
        ):
            return last
        name = re.sub(r"\s+", " ", self._shadow.cased[head.start : last.end])
        return replace(head, end=last.end, name=name)

    @staticmethod
    def _is_far_country(voice: Voice, at: int) -> bool:
        """Say whether a country or capital is only named: it speaks where its verb follows at once."""
        return voice.kind == "anonymous" and bool(_COUNTRY.search(voice.name.lower())) and at - voice.end > 16

    @staticmethod
    def _crosses(gap: str) -> bool:
        if _verbs().search(gap) or re.search(r"[;:!?“”«»\"]|\. ", gap):
            return True
        return gap.count(",") > 2 or (len(gap) > 30 and gap.count(",") == 0)

    def _with_role(self, voice: Voice, start: int, end: int) -> Voice:
        """Take the words between `start` and an unknown person's name as the role, where they look like one."""
        if voice.role or voice.kind != "person":
            return voice
        role = re.sub(r"\s+", " ", self._shadow.cased[start:end]).strip(" ,:–—-")
        role = re.sub(r"^(?:this|last|on) \w+ ", "", role)
        role = re.sub(r"^(?:the|The|the words of|in|у|в|про це|об этом) ", "", role)
        if not 3 <= len(role) <= 70 or re.search(r"[.;:“”«»\"\d]", role):
            return voice
        return replace(voice, role=role)

    def _speakers_of_quotes(self) -> dict[Quotation, Attribution | None]:
        found: dict[Quotation, Attribution | None] = {}
        previous: Attribution | None = None
        last: Quotation | None = None
        for q in self._segments.quotations:
            goes_on = last is not None and q.paragraph - last.paragraph <= 1
            previous = self._speaker_of_quote(q) or (previous if goes_on else None)
            found[q] = previous
            last = q
        return found

    def _speaker_of_quote(self, q: Quotation) -> Attribution | None:
        first, last = self._segments.at(q.start), self._segments.at(max(q.start, q.end - 1))
        near = [a for i in range(first.index, last.index + 2) for a in self._by_sentence.get(i, [])]
        near = [
            a for a in near if self._segments.sentences[a.sentence].line == first.line and a.voice is not None
        ]
        after = [a for a in near if q.end <= a.at <= q.end + _NEAR and not a.is_stance]
        inside = [
            a
            for a in near
            if q.start <= a.at < q.end and a.at > q.end - 60 and a.voice and a.voice.end <= q.end
        ]
        before = [a for a in near if a.at < q.start and a.sentence == first.index]
        for choice in (after[:1], before[-1:], inside[-1:]):
            if choice:
                return choice[0]
        return None

    def at(self, position: int, *, goes_on: bool = False) -> Attribution | None:
        """Return the attribution under which the words at `position` stand; null is the report's own voice.

        `goes_on`: the sentence goes on with the figures of the one before it, and so with its speaker.
        """
        quotation = self._segments.quotation_at(position)
        if quotation is not None and self._quotes.get(quotation) is not None:
            return self._quotes[quotation]
        sentence = self._segments.at(position)
        own = self._own(sentence, position)
        if own is not None:
            return own
        return self._carried(sentence, goes_on=goes_on)

    def _own(self, sentence: Sentence, position: int) -> Attribution | None:
        lower = self._shadow.lower
        near = [
            a
            for a in self._by_sentence[sentence.index]
            if not a.is_stance and ";" not in lower[min(a.at, position) : max(a.at, position)]
        ]
        before = [a for a in near if a.at <= position]
        after = [a for a in near if a.at > position and not _NESTED.search(lower, max(0, a.at - 12), a.at)]
        if before and before[-1].voice is None and any(a.voice for a in after):
            before = []  # an agency passes on what the source named behind it says
            after = [a for a in after if a.voice]
        return before[-1] if before else (after[0] if after else None)

    def _carried(self, sentence: Sentence, *, goes_on: bool) -> Attribution | None:
        """Look for who speaks around a sentence without a speaker of its own.

        First "this was said by X" after it, then the speaker before it where the words go on, then the heading.
        """
        for nxt in self._segments.sentences[sentence.index + 1 : sentence.index + 13]:
            own = [a for a in self._by_sentence[nxt.index] if a.voice is not None]
            if own:
                if own[0].is_pro:
                    return own[0]
                break
        if sentence.index and (goes_on or self._by_pronoun(sentence)):
            before = self._segments.sentences[sentence.index - 1]
            own = [a for a in self._by_sentence[before.index] if not a.is_stance and a.voice is not None]
            if own:
                return own[-1]
        return self.header if self.header and self.header.sentence < sentence.index else None

    def speaks(self, sentence: Sentence) -> bool:
        """Say whether a sentence has a speaker of its own."""
        return any(a.voice is not None for a in self._by_sentence[sentence.index])

    def _by_pronoun(self, sentence: Sentence) -> bool:
        """Say whether a sentence opens with "they", "she" and so goes on with whoever spoke."""
        m = _PRONOUN.match(self._shadow.lower, sentence.start)
        return m is not None and _verbs().search(self._shadow.lower, m.end(), m.end() + 30) is not None

    def stance(self, start: int, end: int) -> Attribution | None:
        """Return who takes a stance (denies, blames) within a span."""
        sentence = self._segments.at(start)
        found = [a for a in self._by_sentence[sentence.index] if a.is_stance and start <= a.at < end]
        return found[0] if found else None

    def subject(self, start: int, end: int) -> Attribution | None:
        """Return the body or group that the words of a span are about, as their speaker ("Prosecutors opened …")."""
        sentence = self._segments.at(start)
        for v in self._voice_by_sentence.get(sentence.index, []):
            near = v.start >= start - 60 and v.start < end
            if (
                near
                and v.kind in {"body", "anonymous"}
                and not re.search(r"[,;:]", self._shadow.lower[v.end : max(v.end, start)])
            ):
                return Attribution(
                    v.start, v.end, sentence.index, v, self._channels(sentence), "speaker.subject"
                )
        return None

    def channels_of(self, sentence: Sentence) -> tuple[str, ...]:
        """Return the agencies and channels that a sentence names."""
        return self._channels(sentence)

    def body_spans(self) -> list[tuple[int, int]]:
        """Return where bodies are named: a place inside is part of a name."""
        return [(v.start, v.end) for v in self._voices if v.kind == "body"]

    def verb_spans(self) -> list[tuple[int, int]]:
        """Return the spans of all attributions, verb and speaker."""
        return [(a.at, a.end) for a in self.all if a.rule != "speaker.heading"]

    def complements(self) -> list[tuple[int, int]]:
        """Return, for each verb of speech with words that it introduces, where its clause and where those words start."""
        lower = self._shadow.lower
        found = []
        for a in self.all:
            sentence = self._segments.sentences[a.sentence]
            m = _THAT.search(lower, a.at, min(sentence.end, a.end + 60))
            if m is not None and a.rule != "speaker.heading":
                found.append((min(a.at, a.voice.start if a.voice else a.at), m.end()))
        return found

    def spans_in(self, sentence: Sentence) -> tuple[tuple[int, int], ...]:
        """Return the spans of the attributions of one sentence, from the verb to the speaker's name.

        A capital or country that speaks is one of them: "Kyiv spoke of 400 dead" tells of no place.
        """
        here = self._by_sentence[sentence.index]
        spans = [(a.at, a.end) for a in here if a.rule == "speaker.according_to" or a.is_pro]
        voices = [a.voice for a in here if a.voice is not None and a.voice.kind in {"anonymous", "body"}]
        return (*spans, *((v.start, v.end) for v in voices if sentence.start <= v.start < sentence.end))

    @property
    def whole(self) -> Attribution | None:
        """Return who speaks for the whole report: its heading, or the only "this was said by" there is."""
        if self.header is not None:
            return self.header
        pro = [a for a in self.all if a.is_pro and a.voice is not None]
        return pro[0] if len({a.voice.name for a in pro if a.voice}) == 1 else None
