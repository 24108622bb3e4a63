"""Dates as they stand in a report, resolved against the day it was published or the day somebody spoke.

A value is an ISO 8601 day, month, year or an interval (`2022-03/2022-05`, `2022-09-10/2022-09-11`), or null where
the text does not allow one: unknown stays unknown.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from incidents.extract import _cues

_Match = re.Match[str]


@dataclass(frozen=True)
class DateMention:
    """A date at a span of the shadow. `relative` says whether its value hangs on the day of speaking."""

    start: int
    end: int
    value: str | None
    rule: str
    why: str
    relative: bool = True
    steps_back: bool = False
    """Whether the words count back from a day named before ("a day earlier")."""


@dataclass(frozen=True)
class Anchor:
    """The day against which words are resolved, and whether the words around speak of what is to come."""

    day: dt.date | None
    ahead: bool = False


@dataclass(frozen=True)
class _Rule:
    name: str
    pattern: re.Pattern[str]
    resolve: Callable[[_Match, Anchor], str | None]
    why: str
    relative: bool = True


@cache
def _index(table: str) -> dict[str, int]:
    return {w: int(n) for n, forms in _cues.load("calendar")[table].items() for w in forms}


@cache
def _any(table: str) -> str:
    return _cues.either(list(_index(table)))


def _iso(start: dt.date, end: dt.date | None = None) -> str:
    return start.isoformat() if end is None or end == start else f"{start.isoformat()}/{end.isoformat()}"


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _year(raw: str | None) -> int | None:
    if not raw:
        return None
    year = int(raw)
    return year + 2000 if year < 100 else year


def _nearest_year(month: int, day: int, anchor: Anchor) -> dt.date | None:
    """Return the day without a stated year: the last one that is past (up to a month ahead is this year's plan)."""
    if anchor.day is None:
        return None
    slack = dt.timedelta(days=180 if anchor.ahead else 30)
    for year in (anchor.day.year + 1, anchor.day.year, anchor.day.year - 1):
        found = _day(year, month, day)
        if found is not None and found <= anchor.day + slack:
            return found
    return None


def _on(month: int, day: int, year: int | None, anchor: Anchor) -> dt.date | None:
    return _day(year, month, day) if year else _nearest_year(month, day, anchor)


def _full(m: _Match, _: Anchor) -> str | None:
    found = _day(int(m["y"]), int(m["m"]), int(m["d"]))
    return _iso(found) if found else None


def _dotted(m: _Match, anchor: Anchor) -> str | None:
    found = _on(int(m["m"]), int(m["d"]), _year(m["y"]), anchor)
    return _iso(found) if found else None


def _day_month(m: _Match, anchor: Anchor) -> str | None:
    """Read "22 May", "May 22, 2022", "10–15 вересня"; a span of days gives an interval."""
    month, year = _index("months")[m["month"]], _year(m["y"])
    groups = m.groupdict()
    last = _on(month, int(groups.get("d2") or m["d"]), year, anchor)
    if last is None:
        return None
    first_month = _index("months")[groups["month1"]] if groups.get("month1") else month
    first = _day(last.year - (first_month > last.month), first_month, int(m["d"]))
    return _iso(first, last) if first and first <= last else _iso(last)


def _worded(m: _Match, anchor: Anchor) -> str | None:
    found = _on(_index("months")[m["month"]], _index("ordinals")[m["word"]], _year(m["y"]), anchor)
    return _iso(found) if found else None


def _month_year(year: int | None, month: int, anchor: Anchor) -> tuple[int, int] | None:
    if year:
        return year, month
    found = _nearest_year(month, 1, anchor)
    return (found.year, month) if found else None


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _month(m: _Match, anchor: Anchor) -> str | None:
    """Read "in March", "late February", "на початку березня 2022": thirds of a month are its tens of days."""
    at = _month_year(_year(m["y"]), _index("months")[m["month"]], anchor)
    if at is None:
        return None
    year, month = at
    part = (m["part"] or "").strip()
    if not part:
        return f"{year}-{month:02}"
    if re.match(r"early|the (?:start|beginning)|на початку|в начале", part):
        return _iso(dt.date(year, month, 1), dt.date(year, month, 10))
    if re.match(r"mid|the middle|у? ?в? ?середин", part):
        return _iso(dt.date(year, month, 11), dt.date(year, month, 20))
    return _iso(dt.date(year, month, 21), dt.date(year, month, _last_day(year, month)))


def _half(m: _Match, anchor: Anchor) -> str | None:
    at = _month_year(_year(m["y"]), _index("months")[m["month"]], anchor)
    if at is None:
        return None
    if re.match("перш|перв|first", m["half"]):
        return _iso(dt.date(*at, 1), dt.date(*at, 15))
    return _iso(dt.date(*at, 16), dt.date(*at, _last_day(*at)))


def _last_years(m: _Match, anchor: Anchor) -> str | None:
    return f"{anchor.day.year - 1}-{_index('months')[m['month']]:02}" if anchor.day else None


def _months(m: _Match, anchor: Anchor) -> str | None:
    last = _month_year(_year(m["y"]), _index("months")[m["month"]], anchor)
    if last is None:
        return None
    first_month = _index("months")[m["month1"]]
    return f"{last[0] - (first_month > last[1])}-{first_month:02}/{last[0]}-{last[1]:02}"


def _season(m: _Match, anchor: Anchor) -> str | None:
    """Read "this spring", "минулого літа": three whole months."""
    month = _index("seasons")[m["season"]]
    year = _year(m["y"])
    if year is None:
        if anchor.day is None:
            return None
        year = anchor.day.year - (month > anchor.day.month)
        if re.match(r"last|минул|прошл|прошед|минувш", m["which"] or "") and (year, month) >= (
            anchor.day.year,
            anchor.day.month - 2,
        ):
            year -= 1
    end = (year + 1, 2) if month == 12 else (year, month + 2)
    return f"{year}-{month:02}/{end[0]}-{end[1]:02}"


_SET_FOR: Final = re.compile(
    r"(?:заплан|призначен|признач|намеч|назнач|перенес|планир|ожида|очіку|scheduled|set|planned|due)\w*[^.;]{0,25}(?:на|for) $"
)


def _weekday(m: _Match, anchor: Anchor) -> str | None:
    """Read a weekday: the last one, that of publication included; the next one where the words look ahead."""
    if anchor.day is None:
        return None
    back = (anchor.day.weekday() - _index("weekdays")[m["weekday"]]) % 7
    which = m["which"] or ""
    ahead = anchor.ahead or _SET_FOR.search(m.string, max(0, m.start() - 50), m.start()) is not None
    if back and (ahead or re.match(r"next|наступн|следующ", which)):
        return _iso(anchor.day + dt.timedelta(days=7 - back))
    if not back and re.match(r"last|минул|прошл|прошед|минувш", which):
        back = 7
    return _iso(anchor.day - dt.timedelta(days=back))


def _named_day(m: _Match, anchor: Anchor) -> str | None:
    if anchor.day is None:
        return None
    return _iso(anchor.day + dt.timedelta(days=_index("days")[m["day"]]))


_COUNTS: Final = {
    "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "два": 2, "дві": 2, "две": 2, "двумя": 2, "двома": 2, "три": 3,
    "тремя": 3, "трьома": 3, "чотири": 4, "четыре": 4, "п'ять": 5, "пять": 5, "": 1,
}  # fmt: skip


def _ago(m: _Match, anchor: Anchor) -> str | None:
    if anchor.day is None:
        return None
    n = int(m["n"]) if m["n"].isdecimal() else _COUNTS.get(m["n"].strip(), 1)
    days = n * (7 if re.match("week|тиж|недел", m["unit"]) else 1)
    return _iso(anchor.day - dt.timedelta(days=days)) if days < 400 else None


def _over_day(_: _Match, anchor: Anchor) -> str | None:
    """Read "overnight", "last night": from the day before to the day of speaking."""
    return _iso(anchor.day - dt.timedelta(days=1), anchor.day) if anchor.day else None


def _past_day(_: _Match, anchor: Anchor) -> str | None:
    """Read "over the past day", "за минулу добу": the day before that of speaking."""
    return _iso(anchor.day - dt.timedelta(days=1)) if anchor.day else None


def _weekend(_: _Match, anchor: Anchor) -> str | None:
    return _iso(*_span_of("weekend", anchor.day, 1)) if anchor.day else None


def _night(m: _Match, anchor: Anchor) -> str | None:
    """Read "в ніч на 18 березня" (the night that ends on the 18th) and "the night of the 18th" (that begins then)."""
    day = int(m["d"])
    if m["month"]:
        found = _on(_index("months")[m["month"]], day, _year(m["y"]), anchor)
    else:
        found = _bare_day(day, anchor)
    if found is None:
        return None
    step = dt.timedelta(days=1)
    ends = re.search(r"\b(?:на|проти|to|into|on)\b (?:the )?\d", m.group())
    return _iso(found - step, found) if ends else _iso(found, found + step)


def _night_weekday(m: _Match, anchor: Anchor) -> str | None:
    found = _weekday(m, anchor)
    if found is None:
        return None
    end = dt.date.fromisoformat(found)
    return _iso(end - dt.timedelta(days=1), end)


def _bare_day(day: int, anchor: Anchor) -> dt.date | None:
    """Return the last day of that number up to the day of speaking ("the 18th", "18 числа")."""
    if anchor.day is None:
        return None
    found = _day(anchor.day.year, anchor.day.month, day)
    if found is not None and found <= anchor.day:
        return found
    first = anchor.day.replace(day=1) - dt.timedelta(days=1)
    return _day(first.year, first.month, day)


def _ordinal(m: _Match, anchor: Anchor) -> str | None:
    found = _bare_day(int(m["d"]), anchor)
    return _iso(found) if found else None


def _span_of(unit: str, day: dt.date, back: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the weekend, week, month or year `back` units before that of `day`."""
    if re.match(r"weekend|вихідн|выходн", unit):
        saturday = day - dt.timedelta(days=(day.weekday() - 5) % 7 or (7 if back else 0))
        if day.weekday() == 6 and back:
            saturday -= dt.timedelta(days=7)
        return saturday, saturday + dt.timedelta(days=1)
    if re.match(r"week|тиж|недел", unit):
        monday = day - dt.timedelta(days=day.weekday() + 7 * back)
        return monday, monday + dt.timedelta(days=6)
    if re.match(r"month|місяц|месяц", unit):
        first = day.replace(day=1)
        if back < 0:
            first = (first + dt.timedelta(days=32)).replace(day=1)
            back = 0
        if back:
            first = (first - dt.timedelta(days=1)).replace(day=1)
        return first, first.replace(day=_last_day(first.year, first.month))
    return dt.date(day.year - back, 1, 1), dt.date(day.year - back, 12, 31)


def _unit(m: _Match, anchor: Anchor) -> str | None:
    """Read "last weekend", "earlier this month", "минулого тижня", "на прошлой неделе"."""
    if anchor.day is None:
        return None
    back = int(bool(re.search(r"last|past|previous|минул|прошл|прошед|минувш", m["which"])))
    back = -1 if re.search(r"next|наступн|следующ", m["which"]) else back
    first, last = _span_of(m["unit"], anchor.day, back)
    if first.day == 1 and back and re.match("month|міс|мес", m["unit"]):
        return f"{first.year}-{first.month:02}"
    if back and re.match("year|рок|рік|год", m["unit"]):
        return str(first.year)
    return _iso(first, last if back else min(last, anchor.day))


_Y: Final = r"(?P<y>(?:19|20)\d\d)"
_YEAR_WORD: Final = r"(?:\s?(?:року|році|рік|рр?\.|года|году|год|гг?\.))?"
_TAIL: Final = rf"(?:,? (?:of )?{_Y}{_YEAR_WORD}(?!\d))?"
_PART_OF_DAY: Final = (
    r"(?:(?:late|early|earlier|overnight|(?:(?:in|on) )?the (?:morning|evening|afternoon|night) of|(?:the )?(?:morning|evening|night|afternoon)|"
    r"вранці|ввечері|увечері|вночі|вдень|зранку|вечором|утром|вечером|ночью|днем|днём|пізно ввечері|поздно вечером|рано вранці|рано утром),? )?"
)  # fmt: skip
_ON: Final = r"(?:(?:on the|the|on|since|by|from|until|у|в|во|з|с|до|від|от|of|к|ко) )?"


def _p(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w])")


@cache
def _rules() -> tuple[_Rule, ...]:
    month, weekday, season, ordinal = _any("months"), _any("weekdays"), _any("seasons"), _any("ordinals")
    dash = r"(?:\s?[–—-]\s?| (?:to|and|through|until|по|до|та|і|и|й) )"
    which = r"(?P<which>last|past|this|next|the previous|previous|минулого|минулої|минулу|минулий|минулим|минулій|цього|цієї|цю|цими|минулими|минувшую|минувший|минувшей|прошедшую|прошедший|прошедшей|прошлые|минулі|минулих|наступного|прошлого|прошлой|прошлую|прошлый|прошлым|прошлое|этого|этой|эту|следующего) "
    part = (
        r"(?:in )?(?P<part>(?:early|mid|late)[ -]|(?:at |in |by |towards? )?(?:the )?(?:start|beginning|middle|end) of |"
        r"(?:на початку|у середині|в середині|наприкінці|в кінці|у кінці|в начале|в середине|в конце) )?"
    )
    units = r"(?P<unit>weekend|week|month|year|вихідн\w+|тиж\w+|місяц\w+|рок\w+|рік|выходн\w+|недел\w+|месяц\w*|год\w*)"
    return (
        _Rule("iso", _p(rf"{_Y}-(?P<m>\d\d?)-(?P<d>\d\d?)"), _full, "a full date in digits", relative=False),
        _Rule("digits", _p(rf"{_ON}(?P<d>[0-3]?\d)[./](?P<m>[01]?\d)[./](?P<y>(?:20)?\d\d)"), _dotted,
              "a full date in digits", relative=False),
        _Rule("night_days", _p(
            r"(?:[ув] ніч|в ночь|(?:the |on the )?night|overnight),? (?:з|із|с|со|from|of|between|на|під час) (?P<d>[0-3]?\d)(?:-го)?(?: (?P<month1>" + month + r"))?"
            rf"(?: ?[–—-] ?| (?:на|to|and|into|по|до) )(?P<d2>[0-3]?\d)(?:-го|th|st|nd|rd)? (?P<month>{month}){_TAIL}"),
            _day_month, "a night between two days"),
        _Rule("night", _p(
            r"(?:(?:on|in|during) )?(?:overnight (?:in)?to|overnight on|(?:the )?night (?:of|to|into)|[ув] ніч (?:на|проти)|в ночь на) (?:the )?"
            rf"(?P<d>[0-3]?\d)(?:st|nd|rd|th|-го|-е)?(?: (?:of )?(?P<month>{month}))?{_TAIL}"),
            _night, "a night between two days"),
        _Rule("night_weekday", _p(rf"(?:[ув] ніч (?:на|проти)|в ночь на|overnight (?:in)?to|the night (?:in)?to) (?P<which>)(?P<weekday>{weekday})(?:, [0-3]?\d (?:{month}){_TAIL})?"),
              _night_weekday, "a night that ends on a weekday"),
        _Rule("days_month", _p(
            rf"(?:(?:from|between|on|з|із|с|со|від|от) )?(?P<d>[0-3]?\d)(?:st|nd|rd|th|-го)?(?: (?P<month1>{month}))?{dash}"
            rf"(?P<d2>[0-3]?\d)(?:st|nd|rd|th|-го|-е)? (?P<month>{month}){_TAIL}"),
            _day_month, "an interval of days"),
        _Rule("month_days", _p(
            rf"{_ON}(?=[a-z])(?P<month>{month})\.? (?P<d>[0-3]?\d)(?:st|nd|rd|th)?{dash}(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?!\d){_TAIL}"),
            _day_month, "an interval of days"),
        _Rule("month_day_span", _p(
            rf"(?:from|between) (?P<month1>{month})\.? (?P<d>[0-3]?\d)(?:st|nd|rd|th)? (?:to|and|until|through) (?P<month>{month})\.? (?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?!\d){_TAIL}"),
            _day_month, "an interval of days"),
        _Rule("ordinal_month", _p(rf"{_PART_OF_DAY}{_ON}(?:the )?(?P<word>{ordinal}) (?:of )?(?P<month>{month}){_TAIL}"), _worded,
              "a day in words and a month"),
        _Rule("day_month", _p(
            rf"{_PART_OF_DAY}{_ON}(?:the )?(?P<d>[0-3]?\d)(?:st|nd|rd|th|-го|-е)? (?:of )?(?P<month>{month}){_TAIL}"),
            _day_month, "a day and a month"),
        _Rule("month_day", _p(
            rf"{_PART_OF_DAY}{_ON}(?:last )?(?=[a-z])(?P<month>{month})\.?(?:,(?= \d\d?(?:st|nd|rd|th)?(?:[,.;:)\n]|$| (?:19|20)\d\d)))? (?:the )?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?!\d){_TAIL}"),
            _day_month, "a month and a day"),
        _Rule("months", _p(rf"(?:(?:from|between|in|з|із|с|від) )?(?P<month1>{month}){dash}(?P<month>{month}){_TAIL}"), _months,
              "an interval of months"),
        _Rule("last_years", _p(rf"(?:торік|минулого року|в прошлом году|last year,?) (?P<part>)(?:у|в|in) (?P<month>{month})(?P<y>)"), _last_years,
              "a month of the year before"),
        _Rule("months_last_year", _p(rf"(?:(?:у|в|in) )?(?P<part>)(?P<month>{month}) (?:минулого року|прошлого года|of last year|last year)(?P<y>)"), _last_years,
              "a month of the year before"),
        _Rule("half_month", _p(rf"(?:у|в|in the) (?P<half>першій|перш[оі]й|первой|first|другій|второй|second) (?:половині|половине|half of) (?P<month>{month}){_TAIL}"), _half,
              "a half of a month"),
        _Rule("month_part", _p(rf"(?:{part})(?P<month>{month}) {_Y}{_YEAR_WORD}"), _month, "a month and a year"),
        _Rule("month_in", _p(rf"(?:in|last|since|during|у|в|during|протягом|в течение|за) (?P<part>)(?P<month>{month})(?P<y>)"), _month,
              "a month"),
        _Rule("month_third", _p(rf"(?:{part.removesuffix('?')})(?P<month>{month})(?P<y>)"), _month, "a part of a month"),
        _Rule("season", _p(
            rf"(?:in |since )?(?:the )?(?:{which.replace('P<which>', 'P<which>')})?(?P<season>{season})(?: (?:of )?{_Y}{_YEAR_WORD})?"), _season,
            "a season"),
        _Rule("weekday", _p(rf"{_PART_OF_DAY}{_ON}(?:{which})?(?P<weekday>{weekday})(?: (?:morning|evening|night|afternoon|вранці|увечері|ввечері|вночі|утром|вечером|ночью))?"),
              _weekday, "a weekday"),
        _Rule("named_day", _p(rf"(?P<day>{_any('days')})"), _named_day, "a day named from the day of speaking"),
        _Rule("ago", _p(
            r"(?:(?P<n>\d{1,3}|a|two|three|four|five|six|два|дві|две|двумя|двома|три|тремя|трьома|чотири|четыре|п'ять|пять) )"
            r"(?P<unit>days?|weeks?|дн[іяі]\w*|дней|днями|тижн\w+|недел\w+) (?:ago|earlier|тому|назад|ранее|раніше)"), _ago, "so long before the day of speaking"),
        _Rule("one_ago", _p(r"(?P<n>)(?P<unit>тиждень|неделю|день) (?:тому|назад)"), _ago, "so long before the day of speaking"),
        _Rule("past_day", _p(
            r"(?:(?:over|in|during|for|within) )?the (?:past|last|previous) (?:day|24 hours)|(?:за|протягом|упродовж|впродовж)(?: минулої| минулу| останню)? "
            r"доб[уи]|(?:за|в течение)(?: прошедшие| последние| минувшие| прошлые)? сут(?:ки|ок)|(?:минулої|цієї) доби|за день|in 24 hours|over 24 hours"),
            _past_day, "the last twenty-four hours"),
        _Rule("last_night", _p(r"(?:last|this|the past) night|overnight|(?:минулої|цієї) ночі|(?:минула|ця) ніч|минулу ніч|(?:прошлой|этой|прошедшей|минувшей) ночью|(?:прошлая|прошедшая|минувшая|эта|прошлую|прошедшую) ночь|вночі|уночі|ночью|за ніч|за ночь"), _over_day,
              "the night before the day of speaking"),
        _Rule("unit", _p(rf"(?:(?:earlier|later|за|протягом|на|over|during|early|late|наприкінці|на початку) )?(?:the )?{which}{units}"), _unit,
              "a unit of the calendar"),
        _Rule("weekend", _p(r"(?:на (?:цих |минулих )?вихідних|на (?:этих |прошлых )?выходных|over the weekend|at the weekend|on the weekend)"), _weekend, "the last weekend"),
        _Rule("dotted_short", _p(r"(?<![\d.])(?P<d>[0-3]\d)\.(?P<m>[01]\d)(?P<y>)(?!\.?\d)(?! ?(?:%|km|км|тис|млн|год))"), _dotted, "a day and a month in digits"),
        _Rule("ordinal", _p(r"on the (?P<d>[0-3]?\d)(?:st|nd|rd|th)|(?P<d2>[0-3]?\d)(?:-го)? числа"), _ordinal_any, "a day of the month"),
        _Rule("year", _p(rf"(?:(?:in|since|у|в|з|с) {_Y}(?:\s?(?:року|році|рік|р\.|года|году|г\.))?|{_Y.replace('P<y>', 'P<y2>')}\s(?:року|році|року|года|году)(?! народження| рождения))"), _year_any, "a year", relative=False),
    )  # fmt: skip


def _ordinal_any(m: _Match, anchor: Anchor) -> str | None:
    found = _bare_day(int(m["d"] or m["d2"]), anchor)
    return _iso(found) if found else None


def _year_any(m: _Match, _: Anchor) -> str | None:
    return m["y"] or m["y2"]


def find(
    lower: str,
    anchor_at: Callable[[int], Anchor],
    *,
    is_spoken: Callable[[DateMention], bool] = lambda _: False,
) -> list[DateMention]:
    """Return the dates of a lower-case shadow in order, none inside another. `anchor_at` gives the day of speaking.

    `is_spoken` says of a date whether it is only the day on which somebody spoke.
    """
    taken: list[DateMention] = []
    used = bytearray(len(lower) + 1)
    for rule in _rules():
        for m in rule.pattern.finditer(lower):
            start, end = m.span()
            if any(used[start:end]):
                continue
            anchor = anchor_at(start)
            value = rule.resolve(m, anchor)
            if value is None and not rule.relative:
                continue
            used[start:end] = b"\1" * (end - start)
            taken.append(
                DateMention(start, end, value, f"date.{rule.name}", _why(rule, anchor), rule.relative)
            )
    own = _together(lower, [_of_last_year(lower, d) for d in sorted(taken, key=lambda d: d.start)])
    today = anchor_at(own[0].start).day if own else None
    ahead = {d for d in own if d.value and today is not None and edges(d.value)[0] > today}
    return _together(lower, _from_days(lower, own, lambda d: d in ahead or is_spoken(d)))


_LAST_YEAR: Final = re.compile(
    r"(?<!\w)(?:торік|минулого року|в прошлом году|last year)(?!\w)[^.!?\n]{0,60}$"
)


def _of_last_year(lower: str, d: DateMention) -> DateMention:
    """Move a day without a year to the year before where the words before it say so ("last year … on 29 May")."""
    if d.rule not in {"date.day_month", "date.month_day"} or re.search(r"\d{4}", lower[d.start : d.end]):
        return d
    if d.value is None or len(d.value) != 10 or not _LAST_YEAR.search(lower, max(0, d.start - 90), d.start):
        return d
    day = dt.date.fromisoformat(d.value)
    moved = _day(day.year - 1, day.month, day.day)
    return replace(d, value=_iso(moved)) if moved else d


def _together(lower: str, found: list[DateMention]) -> list[DateMention]:
    """Make one of two that name one day side by side ("у вівторок, 9 травня", "за добу, 3 травня")."""
    made: list[DateMention] = []
    for d in found:
        last = made[-1] if made else None
        if last is None or not re.fullmatch(r",? \(?", lower[last.end : d.start]) or not _agree(last, d):
            made.append(d)
            continue
        sharp = min((last, d), key=_vagueness)
        made[-1] = replace(sharp, start=last.start, end=d.end, steps_back=last.steps_back or d.steps_back)
    return made


_VAGUE: Final = ("past_day", "last_night", "named_day", "weekday", "unit", "season")


def _vagueness(d: DateMention) -> int:
    name = d.rule.removeprefix("date.")
    return _VAGUE.index(name) - len(_VAGUE) if name in _VAGUE else -len(_VAGUE) - 1


def _agree(one: DateMention, other: DateMention) -> bool:
    """Say whether two dates may be one: they overlap, or one only names a stretch up to the other."""
    if one.value is None or other.value is None:
        return False
    a, b = edges(one.value), edges(other.value)
    return (
        (a[0] <= b[1] and b[0] <= a[1])
        or "past_day" in one.rule + other.rule
        or "last_night" in one.rule + other.rule
    )


@cache
def _from_there() -> list[tuple[re.Pattern[str], int]]:
    """Return the words that count from the day named before them, each with its days; a count in words is a group."""
    table = _cues.load("calendar")["from_there"]
    return [(re.compile(rf"(?<!\w){pattern}(?!\w)"), int(sign)) for sign, pattern in table]


def _from_days(
    lower: str, found: list[DateMention], is_spoken: Callable[[DateMention], bool]
) -> list[DateMention]:
    """Add or correct "the same day", "a day earlier", "two days later": they count from the day named before them.

    A day on which somebody only spoke is none to count from. Where no day is named before, what `find` made stays.
    """
    days = [d for d in found if d.value and len(d.value) >= 10]
    days = [d for d in days if not is_spoken(d)] or [d for d in days if d.rule != "date.named_day"]
    ends = [d.end for d in days]
    made = dict.fromkeys(found)
    for pattern, sign in _from_there():
        for m in pattern.finditer(lower):
            at = bisect_right(ends, m.start()) - 1
            hidden = [d for d in found if d.start < m.end() and m.start() < d.end]
            if (
                at < 0
                or m.start() - ends[at] > _FAR
                or not all(m.start() <= d.start and d.end <= m.end() for d in hidden)
            ):
                continue
            first, last = edges(str(days[at].value))
            if "stretch" in m.re.groupindex:
                made |= dict.fromkeys(_same_stretch(m, days[: at + 1]))
                continue
            base = last if sign >= 0 or (last - first).days < 2 else first
            away = _days_of({name: word for name, word in m.groupdict().items() if word})
            value = _iso(base + dt.timedelta(days=sign * away))
            for d in hidden:
                made.pop(d, None)
            why = f"{abs(sign) * away} days {'after' if sign > 0 else 'before'} the day named before it, {days[at].value}"
            made[DateMention(m.start(), m.end(), value, "date.from_there", why, steps_back=sign < 0)] = None
    return sorted(made, key=lambda d: d.start)


def _same_stretch(m: _Match, before: list[DateMention]) -> list[DateMention]:
    """Return "over the same period" as the last stretch of more than four days named before it."""
    last = next((d for d in reversed(before) if is_long(d.value)), None)
    if last is None:
        return []
    return [
        DateMention(
            m.start(), m.end(), last.value, "date.same_stretch", f"the stretch named before it, {last.value}"
        )
    ]


def _days_of(named: dict[str, str]) -> int:
    """Return how many days the groups of a match of `from_there` count: `n…` holds the number, `week…` makes weeks."""
    number = next((word for name, word in named.items() if name.startswith("n")), "")
    return _COUNTS.get(number, 1) * (7 if any(name.startswith("week") for name in named) else 1)


_FAR: Final = 700
"""How many characters before "a day earlier" the day may stand that it counts from."""


def _why(rule: _Rule, anchor: Anchor) -> str:
    if not rule.relative:
        return rule.why
    return (
        f"{rule.why}, counted from {anchor.day}"
        if anchor.day
        else f"{rule.why}; no day to count from is known"
    )


_STAMP: Final = re.compile(
    r"^\W*(?:date|dated?|published(?: on)?|updated|дата|опубліковано|опубликовано)\W{1,3}(?P<rest>.{6,30})"
)


_STAMPED: Final = frozenset({"iso", "digits", "day_month", "month_day", "ordinal_month"})


def published(lower: str) -> tuple[dt.date, int, int] | None:
    """Return the publication date that the text states at its head, with the span it stands in."""
    head = lower[: len(lower) - len(lower.lstrip()) + 300]
    stamp = _STAMP.match(head)
    if stamp is None:
        return None
    for rule in (r for r in _rules() if r.name in _STAMPED):
        m = rule.pattern.match(head, stamp.start("rest"))
        value = rule.resolve(m, Anchor(None)) if m else None
        if m and value and len(value) == 10:
            return dt.date.fromisoformat(value), stamp.start(), m.end()
    return None


def first_full(lower: str) -> dt.date | None:
    """Return the first full date with a year, against which dates without one can be read."""
    for mention in find(lower[:5000], lambda _: Anchor(None)):
        if mention.value and len(mention.value) == 10:
            return dt.date.fromisoformat(mention.value)
    return None


def is_long(value: str | None) -> bool:
    """Say whether an ISO 8601 value takes in more than four days: counts of such a time are totals."""
    if value is None:
        return False
    first, last = edges(value)
    return (last - first).days > 4


def edges(value: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of an ISO 8601 value as `find` makes them."""
    first, _, last = value.partition("/")
    return _edge(first)[0], _edge(last or first)[1]


def _edge(value: str) -> tuple[dt.date, dt.date]:
    parts = [int(x) for x in value.split("-")]
    if len(parts) == 3:
        day = dt.date(*parts)
        return day, day
    if len(parts) == 2:
        return dt.date(parts[0], parts[1], 1), dt.date(parts[0], parts[1], _last_day(parts[0], parts[1]))
    return dt.date(parts[0], 1, 1), dt.date(parts[0], 12, 31)
