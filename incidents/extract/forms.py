"""Who speaks where no verb says so: headings, labels, signatures, names behind a dash."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from incidents.extract import _cues, cases, subjects
from incidents.extract.attribution import RANK, Attribution, Scene
from incidents.extract.segment import Sentence
from incidents.extract.voices import Voice

_DAY: Final = re.compile(
    r"\d{1,2} (?:січ|лют|бер|кв|тра|чер|лип|сер|вер|жов|лис|гру|янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[^\W\d_]*(?: \d{4})?"
)
_STAMP: Final = re.compile(rf"{_DAY.pattern}|\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2,4}})?|(?:19|20)\d\d")
_SUMMARY: Final = re.compile(
    r"\W*(?:[\w'’-]+ ){0,2}?(?:інформаці|информаци|зведенн|сводк|ситуаці|ситуаци|обстановк|оперативн|доб[аиу] |summary|update|briefing|report|bulletin|situation)"
)
_FROM: Final = re.compile(r"(?<!\w)(?:від|от|from|by|за даними|по данным)(?!\w)")
_SOURCE: Final = re.compile(
    r"\W*(?:sources?|джерел[оа]|источники?|(?:information|інформація|информация|дані|данные|data)(?=:))\b:? ?(?!\w)"
)
# What may stand in brackets before who says it; "Reuters/" before a name is the credit of a picture.
_DATA_OF: Final = re.compile(
    r"(?:(?:за |по )?(?:дані|даними|данные|данным|інформація|информация)(?: від| от)? |according to |data (?:of|from) |per |source: |джерело: |источник: )?(?:the )?"
)
_BRACKETED: Final = re.compile(r"[^()\d]{0,70}\)\W*$")


class Forms:
    """Looks for a speaker in the form of a sentence."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._shadow, self._segments = scene.shadow, scene.segments

    def read(self, sentence: Sentence) -> list[Attribution]:
        """Return who speaks by the form of a sentence that has no verb of speech; at most one."""
        forms = (
            self._sourced,
            self._summed,
            self._dashed,
            self._heading,
            self._titled,
            self._signed,
            self._labelled,
        )
        return [made for form in forms if (made := form(sentence)) is not None][:1]

    def is_header(self, sentence: Sentence, voice: Voice | None) -> bool:
        """Say whether a sentence in which `voice` speaks opens all that follows: a summary of a day, a list of places."""
        text = self._shadow.lower[sentence.start : sentence.end]
        if sentence.line <= 3 and re.search(r":\s*$", text):
            return True
        if voice is None or voice.kind not in {"person", "body"}:
            return False
        is_byline = voice.kind == "person" and len(text) < 60 and not re.search(r"\d", text)
        if sentence.index == 1 and is_byline and voice.end >= sentence.end - 2:
            return True
        if not self._is_first(sentence):
            return False
        is_topic = _cues.pattern("speech", "topic").search(text) is not None
        return is_topic or self._is_listed(sentence)

    def _is_first(self, sentence: Sentence) -> bool:
        """Say whether only greetings and bylines, without a figure, stand before a sentence."""
        if sentence.index > 3:
            return False
        before = [self._shadow.lower[s.start : s.end] for s in self._segments.sentences[: sentence.index]]
        return all(len(text) < 80 and not re.search(r"\d", _STAMP.sub("", text)) for text in before)

    def _is_listed(self, sentence: Sentence) -> bool:
        """Say whether the lines below a sentence are a list of places, each with its own news."""
        item = _cues.pattern("speech", "list_item")
        below = {s.line: s for s in reversed(self._segments.sentences[sentence.index + 1 :])}
        below.pop(sentence.line, None)
        items = [s for s in below.values() if item.match(self._shadow.cased, s.start, s.end)]
        return len(items) > 1 and 2 * len(items) >= len(below)

    def _summed(self, sentence: Sentence) -> Attribution | None:
        """Read "The governor summed up 9 June." as the heading of all that follows."""
        done = _cues.pattern("speech", "sums_up").search(self._shadow.lower, sentence.start, sentence.end)
        named = [v for v in self._scene.voices(sentence) if v.kind in {"person", "body"}]
        if done is None or not named or not self._is_first(sentence):
            return None
        best = min(named, key=lambda v: RANK[v.kind])
        return self._of(sentence, best, "speaker.heading", is_header=True)

    def _sourced(self, sentence: Sentence) -> Attribution | None:
        """Read "Source: regional police": they speak the lines above it and, near the head, those below."""
        lower = self._shadow.lower
        m = _SOURCE.match(lower, sentence.start, sentence.end)
        if m is None or sentence.end - sentence.start > 160:
            return None
        named = [v for v in self._scene.voices(sentence) if v.start >= m.end() and v.kind != "pronoun"]
        voice = min(named, key=lambda v: RANK[v.kind]) if named else None
        if voice is None:
            found = subjects.phrase(self._shadow.cased, lower, m.end(), sentence.end)
            if found is None or self._scene.is_channel(found.start, found.end):
                return None
            voice = Voice(found.start, found.end, self._shadow.cased[found.start : found.end], "body")
        is_header = sentence.line <= 2 and sentence.index < len(self._segments.sentences) - 1
        return self._of(sentence, voice, "speaker.source", is_pro=True, is_header=is_header)

    def _dashed(self, sentence: Sentence) -> Attribution | None:
        """Read "…, – Sadovyi", "… - regional administration" at the end of a headline."""
        lower = self._shadow.lower
        dash = max(lower.rfind(f"{mark} ", sentence.start, sentence.end) for mark in ("–", "—", " -", "||"))
        if dash <= sentence.start + 12 or sentence.end - dash > 90:
            return None
        named = [
            v
            for v in self._scene.voices(sentence)
            if v.start > dash and v.kind in {"person", "body", "anonymous"}
        ]
        if _cues.pattern("speech", "counted").match(lower, dash + 2):
            return None
        if not named:
            return self._unlisted(sentence, dash)
        best = self._whole(min(named, key=lambda v: RANK[v.kind]), dash + 2, sentence.end)
        lead, rest = lower[dash + 2 : named[0].start], lower[named[-1].end : sentence.end].strip(" .")
        if len(lead.split()) > 4 or len(rest.split()) > 4 or re.search(r"\d", lead + rest):
            return None
        return Attribution(
            dash, best.end, sentence.index, best, self._scene.channels(sentence), "speaker.dash"
        )

    def _unlisted(self, sentence: Sentence, dash: int) -> Attribution | None:
        """Read "… – Fedorov", "… – OVA": a surname or the short name of a body alone behind the dash of a headline."""
        start = dash + (3 if self._shadow.lower[dash] == " " else 2)
        words = self._shadow.cased[start : sentence.end].strip()
        is_person = subjects.surname().fullmatch(words) is not None
        if not is_person and subjects.short_name().fullmatch(words) is None:
            return None
        voice = Voice(start, sentence.end, words.rstrip("."), "person" if is_person else "body")
        return Attribution(
            dash, sentence.end, sentence.index, voice, self._scene.channels(sentence), "speaker.dash"
        )

    def _whole(self, voice: Voice, start: int, end: int) -> Voice:
        """Take "the mayor of X" for "the mayor", where these words are all that stands behind the dash."""
        found = subjects.phrase(self._shadow.cased, self._shadow.lower, start, end)
        if voice.kind == "person" or found is None or not found.start <= voice.start < voice.end <= found.end:
            return voice
        start = found.start + subjects.papers(self._shadow.lower[found.start : found.end])
        name = cases.body(self._shadow.cased[start : found.end])
        return replace(voice, start=start, end=found.end, name=name)

    def _heading(self, sentence: Sentence) -> Attribution | None:
        """Read "Governor X:" or "X, head of the region:" at the head of a report or list: X speaks what follows."""
        lower = self._shadow.lower
        text = lower[sentence.start : sentence.end]
        named = [v for v in self._scene.voices(sentence) if v.kind in {"person", "body"}]
        at_end = bool(re.search(r":\s*$", text))
        colon = text.find(": ") if not re.search(r":\s*$", text) else len(text)
        named = [v for v in named if v.end <= sentence.start + colon]
        if colon < 0 or sentence.line > 2 or not named or colon > 220 or (colon < len(text) and colon > 90):
            return None
        best = self._whole(
            min(named, key=lambda v: RANK[v.kind]), sentence.start, min(sentence.end, sentence.start + colon)
        )
        heads_all = at_end or (sentence.index == 0 and bool(_cues.pattern("speech", "topic").search(text)))
        is_label = len(text[:colon].split()) <= 8 and not re.search(r"\d", text[:colon])
        return Attribution(
            sentence.start, sentence.end, sentence.index, best, self._scene.channels(sentence), "speaker.heading",
            is_header=heads_all or is_label, until=None if heads_all else self._line_end(sentence),
        )  # fmt: skip

    def _line_end(self, sentence: Sentence) -> int:
        """Return the index of the last sentence of a line."""
        return max(s.index for s in self._segments.paragraph(sentence.paragraph) if s.line == sentence.line)

    def _people_in(self, sentence: Sentence) -> list[Voice]:
        return [v for v in self._scene.voices(sentence) if v.kind == "person"]

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
            or not self._is_of(text[: people[-1].start - sentence.start])
        ):
            return None
        return self._of(sentence, people[-1], "speaker.heading", is_header=True)

    @staticmethod
    def _is_of(lead: str) -> bool:
        """Say whether the words before a name make a summary theirs: "the summary by X", "Зведення X"."""
        summary = _SUMMARY.match(lead)
        after = lead[summary.end() :] if summary else ""
        return (
            _FROM.search(lead) is not None or re.fullmatch(r"[^\W\d]*(?: [^\W\d]+){0,3} ", after) is not None
        )

    def _signed(self, sentence: Sentence) -> Attribution | None:
        """Read a last line that is only a name and an office ("Oleh Kiper, governor") as the signature under it all.

        So too a name with its office in brackets at the end of a sentence.
        """
        text = self._shadow.lower[sentence.start : sentence.end]
        named = [v for v in self._scene.voices(sentence) if v.kind in {"person", "body"}]
        if not named:
            return None
        best = min(named, key=lambda v: RANK[v.kind])
        last = len(self._segments.sentences) - 1
        is_last = 0 < sentence.index == last
        is_first = sentence.index <= 1 and last > 1
        is_name = best.kind == "person" and len(text) < 90 and best.start - sentence.start <= 3
        is_name = is_name and re.match(r"\.?$|,", self._shadow.lower[best.end : sentence.end]) is not None
        is_name = is_name and not re.search(r"\d", _DAY.sub("", text))
        alone = is_first and self._segments.sentences[sentence.index + 1].line > sentence.line
        if is_name and is_last:
            return self._of(sentence, best, "speaker.signature", is_pro=True)
        if is_name and is_first and (best.end >= sentence.end - 2 or (alone and text[-1] not in ".!?")):
            return self._of(sentence, best, "speaker.heading", is_header=True)
        bracket = text.rfind("(")
        inside = [v for v in named if _DATA_OF.fullmatch(text[bracket + 1 : v.start - sentence.start])]
        if bracket > 0 and inside and _BRACKETED.match(self._shadow.lower, inside[0].end, sentence.end):
            return self._of(sentence, inside[0], "speaker.bracket")
        return None

    def _labelled(self, sentence: Sentence) -> Attribution | None:
        """Read "Mayor: three dead": who stands before the colon that opens a sentence speaks the rest of it."""
        lower = self._shadow.lower
        colon = lower.find(": ", sentence.start, min(sentence.end, sentence.start + 90))
        named = [v for v in self._scene.voices(sentence) if v.kind != "pronoun"]
        named = [v for v in named if v.start - sentence.start <= 60 and v.end <= colon]
        if (
            colon < 0
            or not named
            or colon - named[-1].end > 40
            or re.search(r"\d", _STAMP.sub("", lower[sentence.start : colon]))
        ):
            return None
        if not (named[0].start == sentence.start or colon - named[-1].end <= 1):
            return None
        best = min(named, key=lambda v: RANK[v.kind])
        return self._of(sentence, best, "speaker.label")

    def _of(
        self, sentence: Sentence, voice: Voice, rule: str, *, is_header: bool = False, is_pro: bool = False
    ) -> Attribution:
        via = self._scene.channels(sentence)
        return Attribution(
            voice.start, voice.end, sentence.index, voice, via, rule, is_pro=is_pro, is_header=is_header
        )
