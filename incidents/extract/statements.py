"""Claims that are no count of people: what a site is, causes, damage, blame, denials, control, visits, distances."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from incidents.extract import _cues, hedges
from incidents.extract.numbers import Quantity, quantities
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

_RUSSIA: Final = re.compile(r"russia|moscow|kremlin|росі|росси|рашист|москв|окупант|оккупант|кремл|рф(?!\w)")
_OFFICIAL: Final = re.compile(
    r"president|minister|governor|mayor|ambassador|secretary|commissioner|delegation|prosecutor|head of |mission|zelen|президент|міністр|министр|"
    r"губернатор|мер |голова|глава|посол|делегаці|делегаци|зеленськ|зеленск|генсек"
)


# "They said that … not": what is denied stands in the words of somebody.
_SAID: Final = re.compile(
    r"(?:заяв|стверджу|утвержда|запевн|завер|сказа|каж|говор|наголо|подчерк|повідом|сообщ)\w+,? (?:що|что) "
)


@dataclass(frozen=True)
class Statement:
    """A claim at a span of the shadow that is not a count of people."""

    start: int
    end: int
    predicate: str
    value: int | float | str | None
    low: int | float | None
    high: int | float | None
    qualifier: str
    unit: str | None
    modality: str
    polarity: str
    attribution: str
    review: str
    rule: str
    why: str
    is_caption: bool = False
    by_russia: bool = False
    needs_harm: bool = False


@dataclass(frozen=True)
class _Rule:
    predicate: str
    pattern: re.Pattern[str]
    entry: dict[str, Any]
    scripts: frozenset[bool]
    name: str


@cache
def _rules() -> tuple[_Rule, ...]:
    cues = dict(_cues.load("statements"))
    words = cues.pop("words")
    del cues["military"]
    return tuple(
        _rule(predicate, i, entry, words)
        for predicate, entries in cues.items()
        for i, entry in enumerate(entries)
    )


def _rule(predicate: str, number: int, entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    body = re.sub(r"%(\w+)%", lambda m: words[m[1]], entry["pattern"])
    pattern = re.compile(body if entry.get("capt") else rf"(?<![\w-])(?:{body})(?!\w)")
    return _Rule(predicate, pattern, entry, _cues.scripts(body), f"statement.{predicate}.{number}")


def read(shadow: Shadow, segments: Segments) -> list[Statement]:
    """Return the statements of `shadow` in order; none of a kind inside another of its kind."""
    cyrillic = bool(_cues.CYRILLIC.search(shadow.lower))
    made: list[Statement] = []
    for rule in _rules():
        if not cyrillic and False not in rule.scripts:
            continue
        for sentence in segments.sentences:
            for m in _matches(rule, shadow.lower, sentence):
                statement = _statement(shadow, sentence, rule, m)
                if statement is not None and not _is_told(made, statement):
                    made.append(statement)
    return sorted(made, key=lambda s: (s.start, s.predicate))


def _matches(rule: _Rule, lower: str, sentence: Sentence) -> list[re.Match[str]]:
    """Return the matches in a sentence; a caption's only where it opens the line and no verb of its own follows."""
    if not rule.entry.get("capt"):
        return list(rule.pattern.finditer(lower, sentence.start, sentence.end))
    m = rule.pattern.match(lower, sentence.start, sentence.end)
    is_caption = (
        m is not None and len(lower[m.end() : sentence.end]) < 80 and lower[sentence.end - 1] not in ".!?"
    )
    return [m] if m is not None and is_caption else []


def _is_told(made: list[Statement], new: Statement) -> bool:
    return any(
        s.predicate == new.predicate and s.start < new.end and new.start < s.end
        for s in made
        if not (new.needs_harm and s.by_russia)  # that one counts only from some mouths
    )


def _quoted(m: re.Match[str], entry: dict[str, Any]) -> tuple[int, int]:
    if "q" in m.re.groupindex:
        start, end = m.span("q")
    else:
        start, end = m.span()
    trim = entry.get("trim")
    if trim and trim in m.group():
        start = m.start() + m.group().index(trim)
    text = m.string[start:end]
    return start + len(text) - len(text.lstrip(" ,")), start + len(text.rstrip(" ,"))


def _statement(shadow: Shadow, sentence: Sentence, rule: _Rule, m: re.Match[str]) -> Statement | None:
    entry = rule.entry
    if not _fits(shadow, sentence, entry, m):
        return None
    start, end = _quoted(m, entry)
    if rule.predicate in {"damage", "damage_share"} and _is_military(shadow, sentence, start, end):
        return None
    value, low, high, qualifier = _value(rule, m)
    if rule.predicate == "damage_share" and value is None and low is None and high is None:
        return None  # "several houses": damage, and no count
    modality = entry.get("modality") or hedges.modality(shadow.lower, sentence, start, end)
    return Statement(
        start, end, rule.predicate, value, low, high, entry.get("qualifier", qualifier), entry.get("unit"), modality,
        entry.get("polarity", "positive"), entry.get("attribution", "explicit"), entry.get("review", "unreviewed"),
        rule.name, _why(entry, rule.predicate), bool(entry.get("capt")), entry.get("by") == "russian",
        entry.get("needs") == "harm",
    )  # fmt: skip


def _is_military(shadow: Shadow, sentence: Sentence, start: int, end: int) -> bool:
    reach = max(sentence.start, start - 10), min(sentence.end, end + 30)
    return _cues.pattern("statements", "military").search(shadow.lower, *reach) is not None


def _why(entry: dict[str, Any], predicate: str) -> str:
    guard = entry.get("not")
    return f"words for {predicate.replace('_', ' ')}" + (f" (not {guard})" if guard else "")


def _fits(shadow: Shadow, sentence: Sentence, entry: dict[str, Any], m: re.Match[str]) -> bool:
    text = shadow.lower[sentence.start : sentence.end]
    if entry.get("needs") == "official":
        led = _OFFICIAL.search(shadow.lower, max(sentence.start, m.start() - 60), m.start())
        return bool(_OFFICIAL.search(text)) and (led is not None or shadow.cased[m.start()].isupper())
    if entry.get("needs") == "name":
        return shadow.cased[m.start("name")].isupper()
    if entry.get("needs") == "said":
        return bool(_SAID.search(shadow.lower, max(sentence.start, m.start() - 60), m.start()))
    about = entry.get("about")
    return about is None or about in text.replace("-", "")


def _value(
    rule: _Rule, m: re.Match[str]
) -> tuple[int | float | str | None, int | float | None, int | float | None, str]:
    groups = m.groupdict()
    if rule.entry.get("value_from") == "party":
        return (
            ("Russia" if _RUSSIA.search(groups["v"] or groups.get("v2") or "") else "Ukraine"),
            None,
            None,
            "unspecified",
        )
    if groups.get("count"):
        return (
            _duration(groups),
            None,
            None,
            "more_than" if groups.get("n") in {"more than ", "over "} else "as_stated",
        )
    for name in ("figure", "figure2", "share"):
        if groups.get(name):
            q = _first(m.group(name) if name == "share" else m.group())
            if q is not None:
                return q.value, q.low, q.high, q.qualifier
    return rule.entry.get("value"), None, None, "unspecified"


def _first(text: str) -> Quantity | None:
    plain = re.sub(r"км|km", "  ", text)
    found = quantities(plain)
    numbered = [q for q in found if q.value is not None and q.value > 1] or found
    return numbered[0] if numbered else None


def _duration(groups: dict[str, str | None]) -> str | None:
    found = quantities(f"{groups['count']} ")
    unit = {"day": "D", "week": "W", "month": "M", "year": "Y"}[groups["unit"] or "day"]
    return f"P{found[0].value}{unit}" if found else None
