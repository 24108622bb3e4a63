"""Who said what: verbs of speech, "according to", quotations; agencies and channels are `via`, never speakers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from incidents.extract import _cues, persons, subjects, voices
from incidents.extract.attribution import Attribution, Scene
from incidents.extract.beside import Beside, is_party
from incidents.extract.forms import Forms
from incidents.extract.segment import Quotation, Segments, Sentence
from incidents.extract.shadow import Shadow
from incidents.extract.voices import Channel, Voice

_PASSIVE: Final = re.compile(r"(?<!\w)(?:is|are|was|were|been|be|being)(?: also| now| still| widely)? $")
_NESTED: Final = re.compile(
    r"(?<!\w)(?:де|где|where|який|яка|які|який|который|которая|которые|who|which|що|что|that),? ?$"
)
_THAT: Final = re.compile(r"(?<!\w)(?:that|що|что|про|о|об|about)(?!\w)|:")
_PARTICIPLES: Final = frozenset(
    {"reported", "confirmed", "claimed", "alleged", "documented", "recorded", "announced", "listed", "named", "described",
     "declared", "estimated", "verified", "counted", "suspected", "stated", "noted"}
)  # fmt: skip
# "claimed three lives" is no speech.
_LIVES: Final = re.compile(r"(?: [\w-]+){0,4} li(?:fe|ves)(?!\w)")
_BUT: Final = re.compile(r"[;:]| [–—] |, (?:but|while|whereas|although|а|але|но|хоча|хотя) ")
_BY: Final = re.compile(r"(?: (?!by )[\w-]+){0,4} by ")
_NEAR: Final = 90


class Attributions:
    """All attributions of a text, and who speaks at any place of it."""

    def __init__(
        self, shadow: Shadow, segments: Segments, people: list[persons.Person], via: list[Channel]
    ) -> None:
        self._shadow, self._segments = shadow, segments
        self._voices = voices.find(shadow, people, via)
        self._scene = Scene(shadow, segments, self._voices, via)
        self._beside, self._forms = Beside(self._scene), Forms(self._scene)
        self._by_sentence: dict[int, list[Attribution]] = {}
        self._spoken: list[Voice] = []
        last: Voice | None = None
        group: Voice | None = None
        for sentence in segments.sentences:
            found: list[Attribution] = []
            for a in self._in(sentence):
                resolved = self._resolved(a, last, group)
                found.append(resolved)
                if resolved.voice is not None:
                    self._spoken.append(resolved.voice)
                    last = resolved.voice if resolved.voice.kind == "person" else last
                    group = resolved.voice
            self._by_sentence[sentence.index] = [a for a in found if a.voice is not None or a.via]
            last = self._mentioned(sentence, last)
        self.all = [a for s in segments.sentences for a in self._by_sentence[s.index]]
        self._quotes = self._speakers_of_quotes()
        self._headers = [a for a in self.all if a.is_header and a.voice is not None]

    def _mentioned(self, sentence: Sentence, last: Voice | None) -> Voice | None:
        if last is not None:
            return last
        named = [v for v in self._scene.voices(sentence) if v.kind == "person"]
        return named[0] if named else None

    def _resolved(self, a: Attribution, last: Voice | None, group: Voice | None) -> Attribution:
        """Put a name for "he", "she" (the last person who spoke), "they", "it" (whoever spoke last), "the mission"."""
        if a.voice is None or a.voice.kind == "person":
            return a
        if a.voice.kind != "pronoun":
            named = self._named_before(a.voice)
            return replace(a, voice=named, rule=f"{a.rule}.again") if named else a
        several = a.voice.name.lower() in {"they", "вони", "они", "it"}
        if several and group is None:
            bodies = [v for v in self._voices if v.kind == "body" and v.start < a.at]
            group = bodies[-1] if bodies else None
        return replace(a, voice=group if several else last or group, rule=f"{a.rule}.pronoun")

    def _named_before(self, voice: Voice) -> Voice | None:
        """Return who is meant by an office or body without a name of its own, where one before it fits."""
        name, after = voice.name.casefold(), self._shadow.lower[voice.end : voice.end + 4]
        if re.match(r" (?:of|in|у|в|м\.|на) ", after):
            return None
        before = [*(v for v in self._voices if v.start < voice.start), *self._spoken]
        if subjects.again_body().fullmatch(name):
            stem = "" if subjects.any_body().fullmatch(name) else name[:6]
            bodies = [
                v
                for v in before
                if v.kind == "body" and stem in v.name.casefold() and len(v.name) > len(name)
            ]
            return replace(bodies[-1], role=voice.name) if bodies else None
        office = subjects.again_person(name)
        held = [
            v for v in before if v.kind == "person" and office and office.search((v.role or "").casefold())
        ]
        return held[-1] if len({v.key or v.name for v in held}) == 1 else None

    def _in(self, sentence: Sentence) -> list[Attribution]:
        lower = self._shadow.lower
        found: list[Attribution] = []
        for m in voices.befores().finditer(lower, sentence.start, sentence.end):
            voice = self._beside.named(sentence, m.end())
            found.append(self._made(sentence, m, voice, "speaker.according_to"))
        for m in voices.his_words().finditer(lower, sentence.start, sentence.end):
            voice = Voice(m.start(), m.end(), "", "pronoun")
            found.append(self._made(sentence, m, voice, "speaker.according_to"))
        for m, is_stance in self._verbs_in(sentence):
            if any(a.at <= m.start() < a.end for a in found):
                continue
            if not self._is_speech(sentence, m):
                found += self._by_whom(sentence, m)
                continue
            made = self._coordinated(sentence, self._verb(sentence, m, is_stance=is_stance), m, found)
            if made is not None:
                found.append(made)
        found += self._reporters(sentence, found)
        for m in _cues.pattern("speech", "ellipsis").finditer(lower, sentence.start, sentence.end):
            voice = self._beside.named(sentence, m.end())
            found += [self._made(sentence, m, voice, "speaker.ellipsis")] if voice else []
        return sorted(found, key=lambda a: a.at) or self._forms.read(sentence)

    def _verbs_in(self, sentence: Sentence) -> list[tuple[re.Match[str], bool]]:
        """Return the verbs of a sentence in order, and whether each takes a stance; at one place, a verb of speech first."""
        kinds = ((voices.verbs(), False), (voices.stances(), True))
        found = [
            (m, is_stance)
            for pattern, is_stance in kinds
            for m in pattern.finditer(self._shadow.lower, sentence.start, sentence.end)
        ]
        return sorted(found, key=lambda verb: (verb[0].start(), verb[1]))

    def _reporters(self, sentence: Sentence, earlier: list[Attribution]) -> list[Attribution]:
        """Read "an AFP correspondent counted": who saw it with their own eyes says it, whatever agency sent them."""
        found = []
        for m in subjects.reports().finditer(self._shadow.lower, sentence.start, sentence.end):
            earlier[:] = [a for a in earlier if not m.start() <= a.at < m.end()]
            name = re.sub("^(?:[Tt]he|[Aa]n?) ", "", self._shadow.cased[m.start("who") : m.end("who")])
            voice = Voice(m.start("who"), m.end("who"), name, "anonymous")
            found.append(self._made(sentence, m, voice, "speaker.reporter"))
        return found

    def _is_speech(self, sentence: Sentence, m: re.Match[str]) -> bool:
        lower = self._shadow.lower
        if _PASSIVE.search(lower, max(sentence.start, m.start() - 14), m.start()):
            return False
        if m.group() in _PARTICIPLES and (
            _cues.pattern("speech", "participle_after").match(lower, m.end(), sentence.end)
            or _cues.pattern("speech", "participle_before").search(
                lower, max(sentence.start, m.start() - 14), m.start()
            )
        ):
            return False
        return not (m.group().startswith("claim") and _LIVES.match(lower, m.end()))

    def _by_whom(self, sentence: Sentence, m: re.Match[str]) -> list[Attribution]:
        """Read "was announced on Facebook by X": the voice of a verb in the passive, where one is named."""
        by = _BY.match(self._shadow.lower, m.end(), sentence.end)
        voice = self._beside.named(sentence, by.end()) if by else None
        return [self._made(sentence, m, voice, "speaker.according_to")] if voice else []

    def _of_clause(self, sentence: Sentence, m: re.Match[str]) -> Attribution | None:
        """Give "monitors visited the site and verified" the subject that opens the sentence."""
        opens = [
            v for v in self._scene.voices(sentence) if v.start - sentence.start <= 4 and v.kind != "pronoun"
        ]
        if not opens or re.search("[,;:]", self._shadow.lower[opens[0].end : m.start()]):
            return None
        return self._made(sentence, m, opens[0], "speaker.verb.coordinated")

    def _coordinated(
        self, sentence: Sentence, made: Attribution | None, m: re.Match[str], earlier: list[Attribution]
    ) -> Attribution | None:
        """Give "…, and reported that" the subject of the verb before it, unless it has one of its own beside it."""
        before = [a for a in earlier if a.at < m.start() and a.voice is not None]
        lead = self._shadow.lower[max(0, m.start() - 16) : m.start()]
        if not re.search(
            r"(?<!\w)(?:and|but|и|і|й|та|но|але|а также|а також)(?: also| также| також| later)? $", lead
        ):
            return made
        if not before:
            return self._of_clause(sentence, m) or made
        subject = before[-1]
        return replace(
            subject,
            at=m.start(),
            end=m.end(),
            rule="speaker.verb.coordinated",
            is_pro=False,
            is_header=False,
            is_stance=False,
        )

    def _made(
        self, sentence: Sentence, m: re.Match[str], voice: Voice | None, rule: str, *, is_stance: bool = False
    ) -> Attribution:
        return Attribution(
            m.start(), max(m.end(), voice.end if voice else 0), sentence.index, voice, self._scene.channels(sentence),
            rule, is_pro=self._speaks_of_above(sentence, m),
            is_header=self._forms.is_header(sentence, voice), is_stance=is_stance,
        )  # fmt: skip

    def _speaks_of_above(self, sentence: Sentence, m: re.Match[str]) -> bool:
        """Say whether a sentence only says who said what stands above it: "this was reported by", "Stay safe, wrote X"."""
        if voices.pro().search(self._shadow.lower, sentence.start, m.end()):
            return True
        is_last = sentence.index == len(self._segments.sentences) - 1
        farewell = _cues.pattern("speech", "farewell")
        return is_last and farewell.search(self._shadow.lower, sentence.start, sentence.end) is not None

    def _verb(self, sentence: Sentence, m: re.Match[str], *, is_stance: bool) -> Attribution | None:
        voice = self._beside.of_verb(sentence, m)
        near_via = self._scene.channels(sentence)
        if voice is None and not near_via and not self._is_bare(sentence, m):
            return None
        rule = "speaker.stance" if is_stance else "speaker.verb"
        if voice is None and not near_via:
            voice = Voice(m.start(), m.end(), "", "pronoun")
        return self._made(sentence, m, voice, rule, is_stance=is_stance)

    def _is_bare(self, sentence: Sentence, m: re.Match[str]) -> bool:
        """Say whether a verb without a subject follows a quotation ("…", said.): whoever spoke last."""
        lead = self._shadow.cased[sentence.start : m.start()].rstrip(" ,")
        return bool(lead) and lead[-1] in '”»“"'

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
            if (not a.is_stance or ":" in lower[a.end : position])
            and ";" not in lower[min(a.at, position) : max(a.at, position)]
        ]
        before = [a for a in near if a.at <= position] or self._accusers(sentence, position)
        after = [a for a in near if a.at > position and not _NESTED.search(lower, max(0, a.at - 12), a.at)]
        if any(a.voice for a in after) and (before or after)[-1 if before else 0].voice is None:
            before = []  # an agency passes on what the source named behind it says
            after = [a for a in after if a.voice]
        return before[-1] if before else (after[0] if after else None)

    def _accusers(self, sentence: Sentence, position: int) -> list[Attribution]:
        """Return who accuses in the words before `position`: "accused X of shelling Y, killing two"."""
        accused = _cues.pattern("speech", "accused")
        return [
            a for a in self._by_sentence[sentence.index]
            if a.is_stance and a.voice is not None and a.at <= position
            and accused.match(self._shadow.lower, a.at)
            and not _BUT.search(self._shadow.lower, a.end, position)
        ]  # fmt: skip

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
        goes_on = goes_on and not self._by_sentence[sentence.index]
        further = self._said_with_next(sentence)
        if further is not None:
            return further
        if sentence.index and (goes_on or self._by_pronoun(sentence)):
            before = self._segments.sentences[sentence.index - 1]
            own = [a for a in self._by_sentence[before.index] if not a.is_stance and a.voice is not None]
            if own and _cues.pattern("speech", "older").match(
                str(own[-1].voice and own[-1].voice.name).lower()
            ):
                return self.at(max(before.start - 1, 0)) if before.index else None
            if own:
                return own[-1]
        over = [
            a for a in self._headers
            if a.sentence < sentence.index and (a.until is None or sentence.index <= a.until)
        ]  # fmt: skip
        return over[0] if over else None

    def _said_with_next(self, sentence: Sentence) -> Attribution | None:
        """Return who says the next sentence, where that goes on counting: "… killed two. Another six were hurt, X said."."""
        following = self._segments.sentences[sentence.index + 1 : sentence.index + 2]
        opening = _cues.pattern("speech", "further")
        if not following or following[0].paragraph != sentence.paragraph or self._by_sentence[sentence.index]:
            return None
        if opening.match(self._shadow.lower, following[0].start, following[0].end) is None:
            return None
        spoken = [a for a in self._by_sentence[following[0].index] if a.voice is not None and not a.is_stance]
        return spoken[0] if spoken else None

    def speaks(self, sentence: Sentence) -> bool:
        """Say whether a sentence has a speaker of its own."""
        return any(a.voice is not None for a in self._by_sentence[sentence.index])

    def opens_with_another(self, sentence: Sentence) -> bool:
        """Say whether a sentence opens with a body of its own, or afresh, so that whoever spoke before does not go on."""
        if _cues.pattern("speech", "afresh").match(self._shadow.lower, sentence.start, sentence.end):
            return True
        return any(v.kind == "body" and v.start - sentence.start <= 4 for v in self._scene.voices(sentence))

    def _by_pronoun(self, sentence: Sentence) -> bool:
        """Say whether a sentence opens with "they", "she" and so goes on with whoever spoke."""
        m = voices.PRONOUN.match(self._shadow.lower, sentence.start)
        return m is not None and voices.verbs().search(self._shadow.lower, m.end(), m.end() + 30) is not None

    def stance(self, start: int, end: int) -> Attribution | None:
        """Return who takes a stance (denies, blames) within a span."""
        sentence = self._segments.at(start)
        found = [a for a in self._by_sentence[sentence.index] if a.is_stance and start <= a.at < end]
        return found[0] if found else None

    def subject(self, start: int, end: int) -> Attribution | None:
        """Return the body or group that the words of a span are about, as their speaker ("Prosecutors opened …")."""
        sentence = self._segments.at(start)
        for v in self._scene.voices(sentence):
            near = v.start >= start - 60 and v.start < end
            if (
                near
                and v.kind in {"body", "anonymous"}
                and not re.search(r"[,;:]", self._shadow.lower[v.end : max(v.end, start)])
            ):
                return Attribution(
                    v.start, v.end, sentence.index, v, self._scene.channels(sentence), "speaker.subject"
                )
        return None

    def channels_of(self, sentence: Sentence) -> tuple[str, ...]:
        """Return the agencies and channels that a sentence names."""
        return self._scene.channels(sentence)

    def body_spans(self) -> list[tuple[int, int]]:
        """Return where bodies are named: a place inside is part of a name."""
        return [(v.start, v.end) for v in self._voices if v.kind == "body"]

    def names(self) -> list[tuple[int, int]]:
        """Return where those who speak are named: "one of them told" counts nobody."""
        return [(a.voice.start, a.voice.end) for a in self.all if a.voice is not None and a.voice.name]

    def verb_spans(self) -> list[tuple[int, int]]:
        """Return the spans of all attributions, verb and speaker, and of the countries and capitals that are blamed."""
        spans = [(a.at, a.end) for a in self.all if a.rule != "speaker.heading"]
        blaming = {a.sentence for a in self.all if a.is_stance}
        blamed = (v for i in blaming for v in self._scene.voices(self._segments.sentences[i]) if is_party(v))
        return sorted([*spans, *((v.start, v.end) for v in blamed)])

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

        A capital or country that speaks or is blamed is one of them: "Kyiv spoke of 400 dead" tells of no place.
        """
        here = self._by_sentence[sentence.index]
        spans = [(a.at, a.end) for a in here if a.rule == "speaker.according_to" or a.is_pro]
        voices = [a.voice for a in here if a.voice is not None and a.voice.kind in {"anonymous", "body"}]
        blamed = (
            [v for v in self._scene.voices(sentence) if is_party(v)] if any(a.is_stance for a in here) else []
        )
        return (
            *spans, *((v.start, v.end) for v in [*voices, *blamed] if sentence.start <= v.start < sentence.end)
        )  # fmt: skip

    @property
    def whole(self) -> Attribution | None:
        """Return who speaks for the whole report: its heading, or the only "this was said by" there is."""
        if self._headers and self._headers[0].until is None:
            return self._headers[0]
        pro = [a for a in self.all if a.is_pro and a.voice is not None]
        return pro[0] if len({a.voice.name for a in pro if a.voice}) == 1 else None
