"""What happened to people: outcome words, claims of none, and claims of one that stand in a single noun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, NamedTuple

from incidents.extract import _cues, hedges
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

_PREDICATES: Final = ("killed", "injured", "missing", "exhumed", "bodies", "graves", "detained", "displaced")


@dataclass(frozen=True)
class Figure:
    """A count at a span of the shadow."""

    start: int
    end: int
    predicate: str
    value: int | float | None
    low: int | float | None
    high: int | float | None
    qualifier: str
    group: str | None
    extent: str
    unit: str | None
    modality: str
    rule: str
    why: str
    words: tuple[int, int] | None = None
    """The span of the words that carry it, outcome included, where it is more than `start` to `end`."""


class Cue(NamedTuple):
    """An outcome word; `side` says where its figure stands: the cue is to the `left` or `right` of it, or `both`."""

    start: int
    end: int
    predicate: str
    side: str


class Link(NamedTuple):
    """What ties a figure to an outcome; `cue` null where its own noun says what happened ("bodies")."""

    cost: float
    cue: Cue | None
    predicate: str


@cache
def _cue_pattern(cyrillic: bool) -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:  # noqa: FBT001
    table: dict[str, tuple[str, str]] = {}
    parts: list[str] = []
    data = _cues.load("outcomes")
    for side in ("left", "right", "both"):
        for predicate in _PREDICATES:
            for i, pattern in enumerate(data[predicate].get(side, ())):
                if cyrillic in _cues.scripts(pattern):
                    name = f"{predicate}_{side}_{i}"
                    table[name] = (predicate, side)
                    parts.append(f"(?P<{name}>{pattern})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)"), table


def cues(shadow: Shadow) -> list[Cue]:
    """Return the outcome words of `shadow` in order."""
    found: list[Cue] = []
    for cyrillic in (False, True):
        if cyrillic and not _cues.CYRILLIC.search(shadow.lower):
            continue
        pattern, table = _cue_pattern(cyrillic)
        found += [
            Cue(m.start(), m.end(), *table[m.lastgroup])
            for m in pattern.finditer(shadow.lower)
            if m.lastgroup
        ]
    return sorted(set(found))


def names_one(words: str) -> bool:
    """Say whether some words, in small letters, hold an outcome word."""
    return any(_cue_pattern(cyrillic)[0].search(words) for cyrillic in (False, True))


def _spelt_out(pattern: str) -> str:
    """Put the words that `{name}` stands for; they may hold names themselves."""
    words = _cues.load("outcomes")["words"]
    while (spelt := re.sub(r"\{([a-z_]+)\}", lambda m: words[m[1]], pattern)) != pattern:
        pattern = spelt
    return pattern


@cache
def none_pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Return the pattern of all words for "none", and by group name what is none."""
    table: dict[str, tuple[str, ...]] = {}
    parts: list[str] = []
    for i, (names, patterns) in enumerate(_cues.load("outcomes")["none"].items()):
        table[f"n{i}"] = tuple(names.split("+"))
        parts.append(f"(?P<n{i}>{_spelt_out('|'.join(patterns))})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"), table


@cache
def _one() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _cues.load("outcomes")["one"].items()}


def _ones(shadow: Shadow, segments: Segments) -> list[Figure]:
    """Return the claims of one person that stand in a single noun ("there is a fatality")."""
    return [
        Figure(m.start(), m.end(), predicate, 1, 1, 1, "as_stated", None, "whole", None,
               hedges.modality(shadow.lower, segments.at(m.start()), m.start(), m.end()),
               "figure.one", "the words name one person")
        for predicate, pattern in _one().items()
        for m in pattern.finditer(shadow.lower)
    ]  # fmt: skip


@cache
def _lone() -> dict[str, re.Pattern[str]]:
    data = _cues.load("outcomes")["lone"]
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)") for name, patterns in data.items()}


@cache
def _lone_guards() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = _cues.load("outcomes")
    return re.compile(data["lone_not_before"]), re.compile(data["lone_not_after"])


@cache
def _subjects() -> dict[str, re.Pattern[str]]:
    data = _cues.load("outcomes")
    return {
        n: re.compile(data[n]) for n in ("lone_bare", "lone_goes_on", "lone_name_before", "lone_name_after")
    }


def _has_subject(shadow: Shadow, lead: int, m: re.Match[str]) -> bool:
    """Say whether somebody is the subject of a bare verb: one told of before, or a name beside it."""
    of = _subjects()
    if not of["lone_bare"].fullmatch(m.group()):
        return True
    return bool(
        of["lone_goes_on"].search(shadow.lower, lead, m.start())
        or of["lone_name_before"].search(shadow.cased, lead, m.start())
        or of["lone_name_after"].match(shadow.cased, m.end())
    )


def lone(shadow: Shadow, sentence: Sentence, near: Sequence[Cue], told: Sequence[Figure]) -> list[Figure]:
    """Return the claims of one person where the verb is singular and no figure of its own was counted.

    Such a verb says nothing new after a figure of its kind: `told`, those of this sentence and of the two before.
    """
    lower, found = shadow.lower, list[Figure]()
    before, after = _lone_guards()
    for predicate, pattern in _lone().items():
        for m in pattern.finditer(lower, sentence.start, sentence.end):
            if any(f.predicate == predicate for f in (*told, *found)):
                break
            lead = max(sentence.start, m.start() - 40)
            if not _has_subject(shadow, lead, m):
                continue
            if any(
                m.start() < c.end and c.start < m.end() and c.predicate not in {predicate, "bodies"}
                for c in near
            ):
                continue
            if before.search(lower, lead, m.start()) or after.match(lower, m.end()):
                continue
            found.append(
                Figure(m.start(), m.end(), predicate, 1, 1, 1, "as_stated", None, "whole", None,
                       hedges.modality(lower, sentence, m.start(), m.end()), f"figure.lone.{predicate}",
                       "the verb names one person")
            )  # fmt: skip
    return found


def zeros(shadow: Shadow, segments: Segments) -> list[Figure]:
    """Return the claims of none, and those of one person in a single noun."""
    pattern, table = none_pattern()
    made: list[Figure] = _ones(shadow, segments)
    for m in pattern.finditer(shadow.lower):
        modality = hedges.modality(shadow.lower, segments.at(m.start()), m.start(), m.end())
        zero = Figure(m.start(), m.end(), "", 0, 0, 0, "as_stated", None, "whole", None, modality,
                      "figure.none", "the words say that there are none")  # fmt: skip
        made.extend(replace(zero, predicate=name) for name in table[m.lastgroup or ""])
    return made
