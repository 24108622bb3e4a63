"""Who may speak in a text, and the words that say that somebody does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from incidents.extract import _cues, cases, persons
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


PRONOUN: Final = re.compile(
    r"(?<!\w)(?:he|she|they|it(?= (?:also |later |then |has |had |further )*(?:said|says|adds?|added|reported|documented|verified|recorded|confirmed|noted|concluded|found that|stated|estimate|counted|put the|gave))|він|вона|вони|он|она|они)(?!\w)"
)


_GIVEN: Final = re.compile(r",? (?P<name>[A-ZА-ЯІЇЄҐЁ][\w'’]+)(?![\w'’-])(?! [A-ZА-ЯІЇЄҐЁ])")


@cache
def verbs() -> re.Pattern[str]:
    """Match verbs of speech."""
    verbs = _cues.load("speech")["verbs"]
    return _cues.words([*verbs["en"], *verbs["cyr"], verbs["past"], verbs["both"], verbs["now"]])


@cache
def stances() -> re.Pattern[str]:
    """Match verbs of blame and denial."""
    stances = _cues.load("speech")["stances"]
    return _cues.words([*stances["en"], *stances["cyr"]])


@cache
def befores() -> re.Pattern[str]:
    """Match words that stand before a speaker ("according to")."""
    before = _cues.load("speech")["before"]
    return _cues.words([*before["en"], *before["cyr"]])


@cache
def his_words() -> re.Pattern[str]:
    """Match words for whoever spoke last ("in her words")."""
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
def pro() -> re.Pattern[str]:
    """Match sentences that only say who said what stands before them ("this was reported by")."""
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


def find(shadow: Shadow, people: list[persons.Person], via: list[Channel]) -> list[Voice]:
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
        (_bodies(), "body"), (_anonymous(), "anonymous"), (PRONOUN, "pronoun"),
    )  # fmt: skip
    for pattern, kind in kinds:
        for m in pattern.finditer(shadow.lower):
            if not m.group() or any(blocked[m.start() : m.end()]) or _is_who(shadow, m):
                continue
            blocked[m.start() : m.end()] = b"\1" * (m.end() - m.start())
            found.append(Voice(m.start(), m.end(), _tidy(shadow.cased[m.start() : m.end()], kind), kind))
    return sorted((_with_name(shadow, v) for v in found), key=lambda v: v.start)


def _with_name(shadow: Shadow, voice: Voice) -> Voice:
    """Take the given name right behind "a neighbour" as the speaker's name, and the neighbour as their role."""
    m = _GIVEN.match(shadow.cased, voice.end) if voice.kind == "anonymous" else None
    if m is None or not persons.is_given(m["name"].lower()):
        return voice
    return Voice(voice.start, m.end(), m["name"].removesuffix("'s"), "person", role=voice.name)


def _is_who(shadow: Shadow, m: re.Match[str]) -> bool:
    """Say whether "who" is the pronoun and no organisation."""
    return m.group() == "who" and not shadow.cased[m.start() : m.end()].isupper()


def _tidy(name: str, kind: Kind) -> str:
    name = re.sub(r"\s+", " ", name).strip()
    name = re.sub(r"^(?:the|The) ", "", name)
    name = cases.body(name)
    return name if kind != "body" else name[:1].upper() + name[1:]
