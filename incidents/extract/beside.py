"""Who stands beside a verb of speech, as its subject."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from incidents.extract import _cues, cases, persons, subjects, voices
from incidents.extract.attribution import RANK, Scene
from incidents.extract.segment import Sentence
from incidents.extract.voices import Voice

_DAY: Final = re.compile(
    r"\d{1,2} (?:січ|лют|бер|кв|тра|чер|лип|сер|вер|жов|лис|гру|янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[^\W\d_]*(?: \d{4})?"
)
_COUNTRY: Final = re.compile(
    r"^(?:ukraine|russia|moscow|kyiv|kiev|росія|україна|москва|київ|россия|украина|киев)$"
)
# What may stand between a verb and the subject put behind it: a day, or a role in words ("said the city's acting mayor X").
_INVERTED: Final = re.compile(
    r"(?: (?!(?:he|she|they|it|that|in|at|to|by|with|as|and|but|if|of|from|how|why|what|when|where|there|about|some|more)(?!\w))"
    r"[a-z][a-z'’-]*(?: of| for)?){0,8},? ?"
)
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
_NEAR: Final = 90
_NEAR_AFTER: Final = 80


def _takes_object(verb: str) -> bool:
    """Say whether who stands behind an English verb is spoken to or of ("blamed Kyiv", "told AFP")."""
    return verb in {"told", "tells"} or voices.stances().fullmatch(verb) is not None


def is_party(voice: Voice) -> bool:
    """Say whether a voice is a country or its capital, as one who speaks or is blamed."""
    return voice.kind == "anonymous" and bool(_COUNTRY.search(voice.name.lower()))


class Beside:
    """Looks for the subject of a verb in the sentence that holds it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._shadow = scene.shadow

    def of_verb(self, sentence: Sentence, m: re.Match[str]) -> Voice | None:
        """Return the subject of the verb `m`: who is named around it, or the noun right beside it that can speak."""
        cyrillic = bool(_cues.CYRILLIC.match(m.group()))
        is_object = not cyrillic and _takes_object(m.group())
        after = None if is_object else self.after(sentence, m.end(), _NEAR_AFTER if cyrillic else 4)
        before = self._before(sentence, m.start())
        if after is None and before is None and not cyrillic and not is_object:
            after = self._inverted(sentence, m.end())
        before, after = self._nearer(sentence, m, before, after, cyrillic=cyrillic)
        return self._choose(before, after, m, cyrillic=cyrillic) or self._unlisted(
            sentence, m, cyrillic=cyrillic
        )

    def named(self, sentence: Sentence, at: int) -> Voice | None:
        """Return who is named by the words from `at` on ("according to the imagery firm")."""
        cased, lower = self._shadow.cased, self._shadow.lower
        found = self.after(sentence, at, _NEAR)
        if found is not None and "," in lower[at : found.start]:
            found = None
        phrase = self._voice(subjects.phrase(cased, lower, at, sentence.end))
        if found is not None and phrase is not None and self._is_whole(phrase, found):
            return self._person_in(sentence, phrase)
        if found is not None and (found.start - at <= 25 or found.kind == "person"):
            return found
        return self._apposed(sentence, phrase) if phrase else found

    def _person_in(self, sentence: Sentence, voice: Voice) -> Voice:
        """Take the person that an office names at its end ("the spokesman of the police X")."""
        people = [
            v
            for v in self._scene.voices(sentence)
            if v.kind == "person" and voice.start < v.start < voice.end
        ]
        return self._with_role(people[-1], voice.start, people[-1].start) if people else voice

    def _apposed(self, sentence: Sentence, voice: Voice) -> Voice:
        """Take the person named right behind their office ("the head of the region, X")."""
        people = [
            v for v in self._scene.voices(sentence) if v.kind == "person" and 0 < v.start - voice.end <= 2
        ]
        if not people or people[0].role:
            return people[0] if people else voice
        return replace(people[0], role=voice.name)

    def _voice(self, found: subjects.Subject | None) -> Voice | None:
        if found is None:
            return None
        papers = subjects.papers(self._shadow.lower[found.start : found.end])
        found = found._replace(start=found.start + papers, is_body=found.is_body or papers > 0)
        if any(
            verb.search(self._shadow.lower, found.start, found.end)
            for verb in (voices.verbs(), voices.stances())
        ):
            return None
        if self._scene.is_channel(found.start, found.end) and not self._is_nameless(found):
            return None
        name = re.sub(r"\s+", " ", self._shadow.cased[found.start : found.end])
        name = cases.body(re.sub("^(?:[Tt]he|[Aa]n?) ", "", name))
        name += "»" * (name.count("«") - name.count("»"))
        official = persons.by_surname(name.rsplit(" ", 1)[-1]) if " " in name and not found.is_name else None
        if official is not None:  # "Premier Shmyhal"
            return Voice(found.start, found.end, official.name, "person", official.key, official.role)
        if found.is_name:
            return Voice(found.start, found.end, name.removesuffix("'s"), "person")
        return Voice(
            found.start, found.end, name[:1].upper() + name[1:] if found.is_body else name,
            "body" if found.is_body else "anonymous",
        )  # fmt: skip

    @staticmethod
    def _is_whole(close: Voice, before: Voice) -> bool:
        """Say whether `close` is the whole name of which `before` is only the last words."""
        if before.kind in {"person", "pronoun"} or close.kind == "person":
            return False
        longer = close.end - close.start > before.end - before.start
        return longer and close.start <= before.start and close.end >= before.end

    def _is_nameless(self, found: subjects.Subject) -> bool:
        """Say whether "local Telegram channels" are meant and no channel of a name, or somebody who works for one."""
        words = (subjects.channels(), subjects.reporter())
        return any(w.search(self._shadow.lower, found.start, found.end) for w in words)

    def _nearer(
        self,
        sentence: Sentence,
        m: re.Match[str],
        before: Voice | None,
        after: Voice | None,
        *,
        cyrillic: bool,
    ) -> tuple[Voice | None, Voice | None]:
        """Put a subject right beside the verb for one that only stands further off."""
        cased, lower = self._shadow.cased, self._shadow.lower
        close = self._voice(subjects.before(cased, lower, sentence.start, m.start()))
        if (close is not None and (before is None or before.end <= close.start)) or (
            close is not None and before is not None and self._is_whole(close, before)
        ):
            before = close
        lead = lower[sentence.start : m.start()].rstrip(" ")
        is_object = not cyrillic and _takes_object(m.group())
        if cyrillic or (not is_object and lead[-1:] in {",", "”", "»", '"', "–", "—", "?", "!"}):
            follows = self._voice(subjects.after(cased, lower, m.end(), sentence.end))
            if follows is not None and (after is None or follows.end <= after.start):
                after = follows
        return before, after

    def _inverted(self, sentence: Sentence, at: int) -> Voice | None:
        """Return the subject that a translation put behind the verb ("announced this Tuesday the prosecutor X")."""
        found = self.after(sentence, at, _NEAR_AFTER)
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
        if self._scene.is_channel(start, end):
            return None
        return Voice(start, end, re.sub(r"\s+", " ", found["name"]), "body")

    def _choose(
        self, before: Voice | None, after: Voice | None, m: re.Match[str], *, cyrillic: bool
    ) -> Voice | None:
        if before is None or after is None:
            return before or after
        gap_before, gap_after = m.start() - before.end, after.start - m.end()
        lower = self._shadow.lower
        between = lower[before.end : m.start()]
        is_parted = between.rstrip().endswith(",")
        if not cyrillic:
            is_apposed = lower[: before.start].rstrip()[-1:] == ","
            follows = (is_parted and not is_apposed) or (gap_after <= 1 and gap_before > 12)
        elif "," not in between:
            is_object = re.search("[,–—]| (?:про|о|об) ", lower[m.end() : after.start]) is not None
            is_subject = gap_before <= 3 and before.kind != "pronoun"
            follows = not (is_object or is_subject or RANK[before.kind] < RANK[after.kind])
        else:
            is_nearer = gap_after <= 1 and is_parted
            follows = is_nearer or "," in between.strip(" ,") or RANK[before.kind] >= RANK[after.kind]
        return after if follows else before

    def after(self, sentence: Sentence, at: int, reach: int) -> Voice | None:
        """Return who is named right after `at`: a person in the same phrase before the body they head."""
        near = [v for v in self._scene.voices(sentence) if v.start >= at]
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
        gap = _DAY.sub(
            "",
            re.sub(
                r"«[^«»]{2,40}»|, \d\d(?=,)|\d\d-(?:річн|летн|year)[\w-]*", "", self._shadow.lower[start:end]
            ),
        )
        if end - start <= 1:
            return False
        return bool(re.search(r"[.;:!?“”«»\"]| (?:that|що|что|but|але|но) |\d", gap)) or gap.count(",") > 1

    def _before(self, sentence: Sentence, at: int) -> Voice | None:
        """Return who is the subject of a verb at `at`: the last person before it, over what stands in apposition."""
        near = [v for v in self._scene.voices(sentence) if v.end <= at and at - v.end <= _NEAR]
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
        return is_party(voice) and at - voice.end > 16

    @staticmethod
    def _crosses(gap: str) -> bool:
        if voices.verbs().search(gap) or re.search(r"[;:!?“”«»\"]|\. ", gap):
            return True
        return gap.count(",") > 2 or (len(gap) > 30 and gap.count(",") == 0)

    def _with_role(self, voice: Voice, start: int, end: int) -> Voice:
        """Take the words between `start` and an unknown person's name as the role, where they look like one."""
        if voice.role or voice.kind != "person":
            return voice
        role = re.sub(r"\s+", " ", self._shadow.cased[start:end]).strip(" ,:–—-")
        role = role.rsplit(", ", 1)[-1]
        role = re.sub(r"^(?:this|last|on) \w+ ", "", subjects.without_opening(role))
        role = re.sub(r"^(?:the|The|the words of|in|у|в|про це|об этом) ", "", role)
        if not 3 <= len(role) <= 70 or re.search(r"[.;:“”«»\"\d]", role):
            return voice
        return replace(voice, role=cases.body(role))
