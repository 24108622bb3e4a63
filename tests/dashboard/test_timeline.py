from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dashboard import strings, timeline
from incidents.catalogue import Bin

DAY = dt.date(2022, 3, 1)


@pytest.mark.parametrize(
    ("last", "unit"),
    [("2022-03-01", "day"), ("2022-07-01", "day"), ("2023-03-01", "week"), ("2026-03-01", "month"), ("2100-03-01", "year")],
)  # fmt: skip
def test_the_unit_fits_the_span(last: str, unit: str) -> None:
    assert timeline.fitting_unit((DAY, dt.date.fromisoformat(last))) == unit


def test_without_dates_there_is_still_a_unit() -> None:
    assert timeline.fitting_unit(None) == "month"


@pytest.mark.parametrize(("unit", "end"), [("day", "2022-03-02"), ("week", "2022-03-08"), ("month", "2022-04-01"), ("year", "2023-03-01")])  # fmt: skip
def test_a_bar_ends_where_the_next_one_starts(unit: Any, end: str) -> None:
    assert timeline.after(DAY, unit) == dt.date.fromisoformat(end)


def test_bars_outside_the_window_are_dimmed_and_keep_their_counts() -> None:
    bins = [Bin(DAY, "shelling", 3), Bin(dt.date(2022, 4, 1), "shelling", 5)]
    words = strings.load("en")
    chart = timeline.chart(bins, "month", words, "light", (dt.date(2022, 4, 2), None)).to_dict()
    values = next(iter(chart["datasets"].values()))
    assert [(v["count"], v["inside"]) for v in values if v["count"]] == [(3, False), (5, True)]


def test_bars_are_stacked_without_gaps() -> None:
    bins = [Bin(DAY, "burial_site", 3), Bin(DAY, "air_strike", 2)]
    rows = timeline.frame(bins, "month", strings.load("en"))
    stacked = rows[rows["count"] > 0][["word", "low", "high"]].to_numpy().tolist()
    assert stacked == [["air_strike", 0, 2], ["burial_site", 2, 5]]


@pytest.mark.parametrize(
    ("unit", "window"),
    [
        ("day", ("2022-03-05", "2022-03-09")), ("week", ("2022-02-28", "2022-03-13")),
        ("month", ("2022-03-01", "2022-03-31")), ("year", ("2022-01-01", "2022-12-31")),
    ],
)  # fmt: skip
def test_a_brush_becomes_the_whole_bars_it_touches(unit: Any, window: tuple[str, str]) -> None:
    first = dt.datetime(2022, 3, 9, 13, tzinfo=dt.UTC).timestamp() * 1000
    last = dt.datetime(2022, 3, 5, 1, tzinfo=dt.UTC).timestamp() * 1000
    event = {"selection": {"brush": {"start": [first, last]}}}
    assert timeline.brushed(event, unit) == tuple(dt.date.fromisoformat(day) for day in window)


def test_a_brush_that_ends_where_a_bar_starts_leaves_it_out() -> None:
    ends = [dt.datetime(2022, month, 1, tzinfo=dt.UTC).timestamp() * 1000 for month in (3, 5)]
    window = timeline.brushed({"selection": {"brush": {"start": ends}}}, "month")
    assert window == (dt.date(2022, 3, 1), dt.date(2022, 4, 30))


@pytest.mark.parametrize(
    "event", [None, {}, {"selection": {"brush": {}}}, {"selection": {"brush": {"start": [1]}}}]
)
def test_no_brush_is_no_window(event: Any) -> None:
    assert timeline.brushed(event, "day") is None


def test_the_axis_speaks_the_language_of_the_page() -> None:
    chart = timeline.chart([Bin(DAY, "shelling", 3)], "month", strings.load("uk"), "dark").to_dict()
    assert chart["config"]["locale"]["time"]["months"][2] == "березень"
    assert chart["config"]["locale"]["time"]["days"][0] == "неділя"
    assert chart["config"]["locale"]["time"]["shortMonths"][2] == "бер."


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_every_tick_names_its_year(unit: Any) -> None:
    chart = timeline.chart([Bin(DAY, "shelling", 3)], unit, strings.load("en"), "light").to_dict()
    assert chart["encoding"]["x"]["axis"]["format"].endswith("%Y")


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_a_bar_at_the_end_of_the_calendar_is_drawn(day: dt.date, unit: Any) -> None:
    bars = timeline.frame([Bin(timeline.start_of(day, unit), "shelling", 1)], unit, strings.load("en"))
    assert bars["count"].sum() == 1
    assert (bars["start"] <= bars["end"]).all()
