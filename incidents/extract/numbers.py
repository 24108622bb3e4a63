"""Figures in digits and words, English, Ukrainian and Russian: the value, its bounds and how it was put.

A quantity here is a candidate: whether it counts people is for `figures` to say. What can be ruled out by form alone
(ages, times, dates, article numbers, weapon names, numbers too long to be a count) never becomes one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from incidents.extract import _cues
from incidents.vocabulary import terms

MOST_DIGITS: Final = 9
_TOKEN: Final = re.compile(
    r"\d{1,3}(?:[ ,.]\d{3})+(?![\d])|\d+(?:[.,]\d+)?|[^\W\d_]+(?:['-][^\W\d_]+)*|%|[–—-]|№"
)
_AGE: Final = re.compile(
    r"(?:,? ?(?:and |та |і |й |и |to |до |or |или |або )?\d{1,3}(?!\d)){0,9}[ -]*(?:(?:-| )?(?:year|yr|month|week|day)s?[ -]?old|-years?(?= (?:girl|boy|man|woman|child))|-?(?:річн|летн|літн|месячн|місячн|го\b|ти\b|й\b|ій\b|та\b|х\b|м\b|я\b)"
    r"|(?:(?:рок(?:ів|и|у)?|лет|час(?:ов|а)?|years?|hours?|minutes?|days?|weeks?|months?)(?!\w)|(?:года?|місяц|месяц|годин|хвилин|минут|днів|дн[яі]|дней|тиж|недел)\w*(?!\w)))"
)  # fmt: skip
_BAD_BEFORE: Final = re.compile(
    r"(?:[\w#$€£₴/:]|№ ?|[^\W\d_]-|\d[.,:/-]|(?<!\w)(?:(?:ст|ч|п|no|кв|буд)\.? ?|"
    r"(?:article|articles|section|paragraph|part|статт\w+|стать\w+|частин\w+|пункт\w*|"
    r"of (?:a|one|the|the same) family of|to [\w-]+ from|(?:father|mother|parent|parents|grandmother|grandfather) of|(?:one|every|each) in(?: every)?|boy of|girl of|man of|woman of|child of|number|номер|brigade|aged|age|віком|возрасте|route|highway|up from|down from|(?:rose|risen|climbed|grew|increased) by|(?:aged|віком|возрасте) \d{1,3}(?:,|,? (?:and|to|or|та|і|и|до))|"
    r"caliber|калібру?|калибра?) ))\Z"
)
# What bears a number in digits: "school 5", "day 40". In words, or after a full stop, the figure is a count.
_NUMBERED: Final = re.compile(r"(?<!\w)(?:school|школ\w+|apartment|house|day|будинок|дом) \Z")
_BAD_AFTER: Final = re.compile(
    r"[^\W\d_]|[:/]\d|[.,]\d|-(?!plus)[^\W\d_]|\s?(?:°|₴|\$|€|mm\b|мм\b|km\b|км\b|kg\b|кг\b|m\b(?!')|м\b|ha\b|га\b|a\.m|p\.m|am\b|pm\b|"
    r"st\b|nd\b|rd\b|th\b)"
)


_GROWN: Final = re.compile(
    r"(?:зросл\w+|збільшил\w+|вырос\w+|возрос\w+|увеличил\w+|дійшл\w+|піднял\w+|рос\w+|від \d+|от \d+|rose|risen|gone|climbed|grown) ?\Z"
)


_OLDEST: Final = _cues.pattern("links", "oldest")
_GROWN_AFTER: Final = _cues.pattern("links", "grown_after")
_GROWN_BY: Final = _cues.pattern("links", "grown_by")
_FROM_TO: Final = re.compile(
    r"(?:rose|risen|increased|climbed|grew|grown|jumped|зросл|збільшил|вырос|возрос|увеличил|піднял)\w*(?: [^\W\d_]+| ?[–—-]){0,4} (?:from|з|із|с|від|от) \Z"
)
_VAGUE_NEXT: Final = re.compile(
    r" (tens|dozens?|hundreds?|thousands?|десятків|сотень|тисяч|десятков|сотен|тысяч)(?!\w)"
)


@dataclass(frozen=True)
class Quantity:
    """A figure at a span of the shadow. `value` is what is written (the low end of a range), null for words like "many"."""

    start: int
    end: int
    value: int | float | None
    low: int | float | None
    high: int | float | None
    qualifier: str
    is_word: bool = False
    unit: str | None = None
    core: int = 0


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Number:
    value: int | float
    end: int
    is_word: bool
    stop: int


@cache
def _words() -> dict[str, int]:
    return {w: value for value, forms in _cues.load("numerals")["values"].items() for w in forms}


@cache
def _multipliers() -> dict[str, int]:
    return {w: n for n, forms in _cues.load("numerals")["multipliers"].items() for w in forms}


@cache
def _thousand() -> frozenset[str]:
    return frozenset(_cues.load("numerals")["thousand"])


@cache
def _vague() -> dict[str, str]:
    return {w: name for name, forms in _cues.load("numerals")["vague"].items() for w in forms}


@cache
def _around() -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str], dict[str, str]]:
    data: Any = _cues.load("numerals")
    before = {w: name for name, forms in data["before"].items() for w in forms}
    after = {w: name for name, forms in data["after"].items() for w in forms}
    return (
        re.compile(rf"(?<!\w)({_cues.either(list(before))}) (?:an? |the |one )?\Z"),
        before,
        re.compile(rf" ({_cues.either(list(after))})(?!\w)"),
        after,
    )


@cache
def _percent() -> re.Pattern[str]:
    return re.compile(rf"\s?-?{_cues.either(_cues.load('numerals')['units']['percent'])}(?!\w)")


def bounds(value: float, qualifier: str) -> tuple[int | float | None, int | float | None]:
    """Return the bounds that `value` put as `qualifier` states; null is open. From the vocabulary `qualifier`."""
    entry = terms("qualifier")[qualifier]
    low, high = (value if entry[side] == "n" else entry[side] for side in ("low", "high"))
    return low, high


def _digits(text: str) -> int | float | None:
    """Read digits with separators of thousands or a decimal part."""
    if re.fullmatch(r"\d{1,3}(?:[ ,.]\d{3})+", text):
        plain = re.sub(r"[ ,.]", "", text)
        return int(plain) if len(plain) <= MOST_DIGITS else None
    if len(text) > MOST_DIGITS:
        return None
    return float(text.replace(",", ".")) if re.search("[.,]", text) else int(text)


def _word_number(tokens: list[_Token], i: int) -> _Number | None:
    """Read a numeral of one or several words ("one hundred and twenty", "двадцять сім") from token `i`."""
    total, current, stop, last = 0, 0, i, 10**9
    while stop < len(tokens):
        word = tokens[stop].text
        parts = word.split("-") if "-" in word else [word]
        if all(p in _words() for p in parts) and not (len(parts) > 1 and len(parts) != 2):
            value = sum(_words()[p] for p in parts)
            if value == 100 and word == "hundred" and current:
                current, last = current * 100, 100
            elif value < last and (current == 0 or _adds(last, value)):
                current, last = current + value, value
            else:
                break
        elif word in _multipliers() and (stop > i or word in _thousand()) and _multipliers()[word] > 100:
            total, current, last = total + max(current, 1) * _multipliers()[word], 0, _multipliers()[word]
        elif not (
            word == "and"
            and last == 100
            and stop + 1 < len(tokens)
            and tokens[stop + 1].text.split("-", 1)[0] in _words()
        ):
            break
        stop += 1
    if stop == i:
        return None
    return _Number(total + current, tokens[stop - 1].end, is_word=True, stop=stop)


def _adds(last: int, value: int) -> bool:
    return (last >= 100 and value < 100) or (20 <= last < 100 and value < 10)


def _digit_number(lower: str, tokens: list[_Token], i: int) -> _Number | None:
    token = tokens[i]
    value = _digits(token.text)
    if value is None:
        return None
    if i + 1 < len(tokens) and tokens[i + 1].start <= token.end + 1:
        times = _multipliers().get(tokens[i + 1].text)
        if times and times > 100:
            stop = tokens[i + 1].end + (lower[tokens[i + 1].end : tokens[i + 1].end + 1] == ".")
            return _Number(_whole(value * times), stop, is_word=False, stop=i + 2)
    return _Number(value, token.end, is_word=False, stop=i + 1)


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _number(lower: str, tokens: list[_Token], i: int) -> _Number | None:
    first = tokens[i].text[0]
    if first.isdecimal():
        return _digit_number(lower, tokens, i)
    is_thousand = tokens[i].text in _thousand() and (
        tokens[i].text != "thousand" or lower.endswith(" a ", 0, tokens[i].start)
    )
    if tokens[i].text.split("-", 1)[0] in _words() or is_thousand:
        return _word_number(tokens, i)
    return None


def _is_ruled_out(lower: str, start: int, end: int) -> bool:
    """Say whether the form alone shows that a number is no count: ages, times, law articles, calibres, names."""
    if lower[start].isdigit() and _NUMBERED.search(lower, max(0, start - 14), start):
        return True
    if _GROWN_BY.search(lower, max(0, start - 60), start) or _OLDEST.search(lower, max(0, start - 60), start):
        return True
    if _BAD_BEFORE.search(lower, max(0, start - 24), start) or _BAD_AFTER.match(lower, end):
        return True
    return bool(_AGE.match(lower, end))


def _qualified(lower: str, start: int, end: int) -> tuple[str, int, int]:
    """Return how the figure in the span was put, and the span with the words that say so."""
    before, names, after, later = _around()
    lead = before.search(lower, max(0, start - 24), start)
    tail = after.match(lower, end)
    if lower.startswith("-plus", end):
        return "at_least", start, end + len("-plus")
    if lower[end : end + 1] == "+":
        return "at_least", start, end + 1
    if tail:
        return later[tail.group(1)], start, tail.end()
    if lead and not (
        names[lead.group(1)] == "up_to"
        and (_GROWN.search(lower, max(0, lead.start() - 24), lead.start()) or _GROWN_AFTER.match(lower, end))
    ):
        return names[lead.group(1)], lead.start(1), end
    return "as_stated", start, end


def _ranged(lower: str, tokens: list[_Token], first: _Number) -> _Number | None:
    """Return the upper end of a range: "27–30", "from 27 to 30" (after from), "two or three", "двоє-троє"."""
    i = first.stop
    if i + 1 >= len(tokens):
        return None
    gap = lower[first.end : tokens[i + 1].start]
    if "—" in gap or lower[tokens[first.stop - 1].start - 1 : tokens[first.stop - 1].start] in {":", "."}:
        return None
    is_between = re.search(
        r"(?<!\w)(?:between|між|между) \Z",
        lower[max(0, tokens[i - 1].start - 10) : tokens[first.stop - 1].start],
    )
    if not re.fullmatch(r"\s?[–—-]\s?| (?:to|or|до|чи|або|или) ", gap) and not (
        is_between and gap in {" and ", " та ", " і ", " и "}
    ):
        return None
    if _GROWN_BY.search(lower, max(0, tokens[first.stop - 1].start - 60), tokens[first.stop - 1].start):
        return None
    second = _number(lower, tokens, i + 1)
    return second if second and second.value > first.value else None


def _vague_at(lower: str, token: _Token) -> Quantity | None:
    name = _vague().get(token.text)
    if name is None:
        return None
    if token.text == "dozen":
        half = lower.endswith("half a ", 0, token.start)
        start = token.start - (len("half a ") if half else 2 * lower.endswith("a ", 0, token.start))
        n = 6 if half else 12
        return Quantity(start, token.end, n, n, n, "as_stated" if half else "about", is_word=True, core=start)
    low, high = bounds(0, name)
    more = _VAGUE_NEXT.match(lower, token.end) if name == "some" else None
    if more:
        inner = _vague_at(lower, _Token(more.start(1), more.end(1), more.group(1)))
        if inner is not None and inner.qualifier != "some":
            return Quantity(
                token.start, inner.end, None, inner.low, None, inner.qualifier, is_word=True, core=token.start
            )
    _, start, end = _qualified(lower, token.start, token.end)
    return Quantity(start, end, None, low, high, name, is_word=True, core=token.start)


def quantities(lower: str) -> list[Quantity]:
    """Return every figure in a lower-case shadow that may be a count or a share, in order."""
    tokens = [_Token(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(lower)]
    made: list[Quantity] = []
    i = 0
    while i < len(tokens):
        vague = _vague_at(lower, tokens[i])
        number = None if vague else _number(lower, tokens, i)
        if vague:
            made.append(vague)
            while i + 1 < len(tokens) and tokens[i + 1].start < vague.end:
                i += 1
        elif number is not None:
            upper = _ranged(lower, tokens, number)
            last = upper or number
            quantity = _quantity(lower, tokens[i].start, number, upper)
            if quantity is not None:
                made.append(quantity)
            i = last.stop
            continue
        i += 1
    return made


def _quantity(lower: str, at: int, number: _Number, upper: _Number | None) -> Quantity | None:
    last = upper or number
    value = _dozens(lower, number, last.end)
    if value is not None:
        end, n = value
        return Quantity(at, end, n, n, n, "about", is_word=True, core=at)
    percent = _percent().match(lower, last.end)
    if not percent and _is_ruled_out(lower, at, last.end):
        return None
    qualifier, start, end = _qualified(lower, at, percent.end() if percent else last.end)
    low, high = bounds(number.value, qualifier)
    if upper is not None and _FROM_TO.search(lower, max(0, at - 44), at):
        start, number = upper.end - 1, upper
        start = lower.rfind(" ", 0, upper.end) + 1
        low, high, qualifier = upper.value, upper.value, "as_stated"
    elif upper is not None:
        low, high = number.value, upper.value
    unit = "percent" if percent else None
    return Quantity(start, end, number.value, low, high, qualifier, number.is_word, unit, at)


def _dozens(lower: str, number: _Number, end: int) -> tuple[int, int | float] | None:
    m = re.compile(r" (?:dozen|дюжин\w*)(?!\w)").match(lower, end)
    return (m.end(), number.value * 12) if m else None
