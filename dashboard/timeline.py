"""The timeline: which unit fits, and the chart. Pure, but for Altair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from dashboard import theme
from dashboard.bulk import bulk
from dashboard.strings import Words
from incidents import vocabulary
from incidents.catalogue import Bin, Unit

HEIGHT: Final = 120
_MOST_BARS: Final = 130
_FAR_DAYS: Final = 730.0
_TICKS: Final[dict[Unit, str]] = {"day": "%-d %b %Y", "week": "%b %Y", "month": "%b %Y", "year": "%Y"}


def fitting_unit(extent: tuple[dt.date, dt.date] | None) -> Unit:
    """Return the finest unit that draws the span in at most 130 bars."""
    if extent is None:
        return "month"
    days = (extent[1] - extent[0]).days + 1
    if days <= _MOST_BARS:
        return "day"
    if days <= 7 * _MOST_BARS:
        return "week"
    return "month" if days <= 31 * _MOST_BARS else "year"


def after(day: dt.date, unit: Unit) -> dt.date:
    """Return the first day of the unit after the one that starts on `day`; the last day there is where there is none."""
    if unit == "day":
        return _moved(day, 1)
    if unit == "week":
        return _moved(day, 7)
    if day.year == dt.MAXYEAR and (unit == "year" or day.month == 12):
        return dt.date.max
    if unit == "month":
        return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return day.replace(year=day.year + 1)


def _moved(day: dt.date, days: int) -> dt.date:
    """Return the day so many days later, or the nearest that the calendar has: 9999-12-31 is written for "unknown"."""
    return dt.date.fromordinal(min(max(day.toordinal() + days, 1), dt.date.max.toordinal()))


def start_of(day: dt.date, unit: Unit) -> dt.date:
    """Return the first day of the unit that holds `day`; weeks begin on Monday."""
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def bulk_of(bins: Sequence[Bin]) -> tuple[dt.date, dt.date]:
    """Return the first days of the first and the last bar among those of nearly all incidents."""
    if not bins:
        return dt.date.min, dt.date.max
    days = np.array([float(b.start.toordinal()) for b in bins])
    low, high = bulk(days, np.array([float(b.count) for b in bins]), least=_FAR_DAYS)
    return dt.date.fromordinal(int(low)), dt.date.fromordinal(int(high))


def frame(bins: Sequence[Bin], unit: Unit, words: Words) -> pd.DataFrame:
    """Return the bars as rows, stacked in vocabulary order: start, end, low, high, label, category, word, say, count."""
    order = {word: n for n, word in enumerate(vocabulary.words("category"))}
    heights: dict[dt.date, int] = {}
    rows = []
    for b in sorted(bins, key=lambda b: (b.start, order.get(b.category, 99))):
        low = heights.get(b.start, 0)
        heights[b.start] = low + b.count
        rows.append(
            {
                "start": pd.Timestamp(b.start),
                "end": pd.Timestamp(after(b.start, unit)),
                "low": low,
                "high": low + b.count,
                "label": words.span(b.start, None, unit),
                "category": words.term("category", b.category),
                "word": b.category,
                "say": f"{words.span(b.start, None, unit)}, {words.term('category', b.category)}: {words.number(b.count)}",
                "count": b.count,
            }
        )
    rows += _margins(bins, unit, rows)
    return pd.DataFrame(
        rows, columns=["start", "end", "low", "high", "label", "category", "word", "say", "count"]
    )


def _margins(bins: Sequence[Bin], unit: Unit, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return bars of no height that stretch the axis to a dozen units, so that one bar alone is not the whole width."""
    if not bins:
        return []
    first, last = min(b.start for b in bins), max(b.start for b in bins)
    end = after(last, unit)
    width = max((after(first, unit) - first).days, 1)
    short = max(0, 12 - round((end - first).days / width))
    ends = (_moved(first, -width * (short // 2)), _moved(end, width * (short - short // 2)))
    flat = {"low": 0, "high": 0, "count": 0}
    return [rows[0] | flat | {"start": pd.Timestamp(day), "end": pd.Timestamp(day)} for day in ends if short]


def chart(
    bins: Sequence[Bin],
    unit: Unit,
    words: Words,
    mode: theme.Mode,
    window: tuple[dt.date | None, dt.date | None] = (None, None),
) -> alt.Chart:
    """Return stacked bars by unit and category; bars outside `window` are dimmed; an interval named `brush` selects."""
    data = frame(bins, unit, words)
    since, until = window
    data["inside"] = [
        (since is None or end > pd.Timestamp(since)) and (until is None or start <= pd.Timestamp(until))
        for start, end in zip(data["start"], data["end"], strict=True)
    ]
    present = [w for w in vocabulary.words("category") if w in set(data["word"])]
    ground = theme.GROUNDS[mode]
    brush = alt.selection_interval(
        name="brush", encodings=["x"], mark=alt.BrushConfig(fill=ground.accent, fillOpacity=0.15)
    )
    colour = alt.Color(
        "category:N",
        scale=alt.Scale(
            domain=[words.term("category", w) for w in present],
            range=[theme.colour(w, mode) for w in present],
        ),
        legend=None,
    )
    made: alt.Chart = (
        alt.Chart(data, height=HEIGHT)
        .mark_bar(stroke=ground.paper, strokeWidth=0.5, binSpacing=0)
        .encode(
            x=alt.X("start:T", title=None, axis=_time_axis(ground, unit)),
            x2="end:T",
            y=alt.Y("low:Q", title=None, axis=_count_axis(ground)),
            y2="high:Q",
            color=colour,
            description="say:N",
            opacity=alt.condition("datum.inside", alt.value(1), alt.value(0.25)),
            tooltip=[
                alt.Tooltip("label:N", title=words("timeline.heading")),
                alt.Tooltip("category:N", title=words("filter.category")),
                alt.Tooltip("count:Q", title=words("timeline.count"), format=","),
            ],
        )
        .add_params(brush)
        .configure_view(strokeWidth=0)
        .configure(background="transparent", font="Source Sans, sans-serif", locale=_locale(words))
    )
    return made


def _locale(words: Words) -> dict[str, Any]:
    """Return Vega's names of months and days in the language of the page."""
    names = words.calendar()
    return {
        "time": {
            "dateTime": "%x, %X",
            "date": "%d.%m.%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            **names,
        }
    }


def _time_axis(ground: theme.Ground, unit: Unit) -> alt.Axis:
    """Return few ticks, each a date that stands by itself: Vega's own mix of days, months and years leaves the year out."""
    return alt.Axis(
        grid=False,
        labelColor=ground.muted,
        domainColor=ground.line,
        tickColor=ground.line,
        format=_TICKS[unit],
        tickCount=5 if unit == "day" else 8,
        labelOverlap="greedy",
        labelSeparation=14,
    )


def _count_axis(ground: theme.Ground) -> alt.Axis:
    return alt.Axis(
        gridColor=ground.line, labelColor=ground.muted, domain=False, ticks=False, tickMinStep=1, tickCount=3
    )


def brushed(event: Any, unit: Unit) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of the bars that a brush touches, null without a brush.

    Vega gives the ends in milliseconds since 1970-01-01, as local time drawn from dates without a zone.
    """
    selection = (event or {}).get("selection", {}).get("brush", {})
    ends = selection.get("start") or selection.get("x")
    if not ends or len(ends) != 2:
        return None
    low, high = sorted(float(end) for end in ends)
    first, last = (
        _day(low),
        _day(max(low, high - 1)),
    )  # a brush that ends where a bar starts does not touch it
    return start_of(first, unit), max(last, after(start_of(last, unit), unit) - dt.timedelta(days=1))


def _day(milliseconds: float) -> dt.date:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).date()
