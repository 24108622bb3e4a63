from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard import state
from dashboard.state import State, View
from incidents import vocabulary
from incidents.filters import Filter


def reopened(before: State) -> State:
    after, problems = state.read(dict(parse_qsl(state.link(before))))
    assert not problems
    return after


def test_a_copied_link_reopens_the_same_page() -> None:
    before = State(
        where=Filter(
            category=("shelling", "air_strike"), since=dt.date(2022, 2, 24), text="Ізюм & co, =1", min_killed=3,
            within=((30.0, 50.0), (31.5, 50.0), (31.5, 51.25)),
        ),
        selected="a b/ü?&=", view=View(37.2569, -49.2, 11), language="uk", layer="density", size="killed",
        circles=True, follow=True,
    )  # fmt: skip
    assert reopened(before) == before


@given(
    text=some.text(min_size=1, max_size=30).filter(lambda t: t.strip() == t and "\x00" not in t),
    category=some.lists(some.sampled_from(vocabulary.words("category")), unique=True, max_size=4),
    layer=some.sampled_from(state.LAYERS),
    lon=some.floats(-180, 180).map(lambda x: round(x, 4)),
)
def test_any_state_survives_the_address_bar(text: str, category: list[str], layer: str, lon: float) -> None:
    where = Filter(text=text, category=tuple(category))
    before = State(where=where, view=View(lon, 1.5, 7), layer=layer)
    assert reopened(before) == before


def test_the_usual_page_has_an_empty_address() -> None:
    assert state.link(State()) == ""


@pytest.mark.parametrize(
    ("word", "value", "part"),
    [
        ("category", "meteor", "meteor"),
        ("since", "soon", "is not a day"),
        ("min_killed", "many", "whole number"),
        ("lat", "91", "-90 to 90"),
        ("zoom", "99", "0 to 19"),
        ("layer", "magic", "incidents"),
        ("lang", "xx", "en"),
        ("bbox", "1,2", ""),
        ("text", "x" * 5000, "longer"),
    ],
)
def test_a_bad_word_is_named_and_the_rest_applies(word: str, value: str, part: str) -> None:
    after, problems = state.read({word: value, "review": "accepted", "circles": "1"})
    assert [p.word for p in problems] == [word]
    assert part in problems[0].why
    assert after == State(where=Filter(review=("accepted",)), circles=True)


def test_an_unknown_word_is_named() -> None:
    after, problems = state.read({"<script>": "1", "since": "2022-03-01"})
    assert [(p.word, p.why) for p in problems] == [("<script>", "")]
    assert after.where.since == dt.date(2022, 3, 1)


def test_the_view_narrows_a_filter_without_losing_its_own_area() -> None:
    where = Filter(bbox=(30.0, 45.0, 40.0, 52.0), category=("shelling",))
    seen = state.in_view(where, (35.0, 44.0, 50.0, 49.0))
    assert seen.bbox == (35.0, 45.0, 40.0, 49.0)
    assert seen.category == ("shelling",)


def test_a_view_of_the_whole_world_and_across_the_date_line() -> None:
    assert state.in_view(Filter(), (-400.0, -95.0, 400.0, 95.0)).bbox == (-180.0, -90.0, 180.0, 90.0)
    assert state.in_view(Filter(), (170.0, -10.0, 190.0, 10.0)).bbox == (170.0, -10.0, -170.0, 10.0)


def test_a_view_that_misses_the_area_shows_nothing() -> None:
    where = Filter(bbox=(30.0, 45.0, 31.0, 46.0))
    west, south, east, north = state.in_view(where, (35.0, 47.0, 36.0, 48.0)).bbox or (0, 0, 0, 0)
    assert west == east or south == north
