"""The sidebar: every filter word as a widget, with counts beside the choices."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import session
from dashboard import state as states
from dashboard.source import Questions
from dashboard.strings import Words
from incidents import vocabulary
from incidents.filters import Filter

FACETS: Final = ("category", "impact", "weapon", "admin1", "grading", "role", "review")
_FIRST: Final = ("category",)


def draw(questions: Questions, where: Filter, words: Words, region_names: dict[str, str]) -> None:
    """Draw the filters of the sidebar. `where` is the filter that the counts beside the choices stand in."""
    counts = questions.facets(where, FACETS)
    st.text_input(words("filter.text"), key="f_text", placeholder=words("filter.text_hint"), type="search")
    st.text_input(words("filter.place"), key="f_place", placeholder=words("filter.place_hint"))
    for field in _FIRST:
        _choices(field, counts.get(field, {}), words, region_names)
    _dates(words)
    st.number_input(
        words("filter.min_killed"),
        min_value=0,
        max_value=states.MOST_KILLED,
        step=1,
        key="f_min_killed",
        help=words("filter.min_killed_help"),
    )
    more = [field for field in FACETS if field not in _FIRST]
    chosen = any(st.session_state.get(f"f_{field}") for field in more)
    with st.expander(words("filter.more"), expanded=chosen):
        for field in more:
            _choices(field, counts.get(field, {}), words, region_names)
    st.toggle(words("filter.area_view"), key="s_follow", help=words("filter.area_view_help"))
    _areas(words)
    if not session.current().where.is_empty:
        st.button(words("filter.reset"), on_click=session.reset, key="reset", width="stretch")


def _dates(words: Words) -> None:
    for name in ("since", "until"):
        st.date_input(
            words(f"filter.{name}"),
            value=None,
            min_value=states.EARLIEST,
            max_value=states.LATEST,
            key=f"f_{name}",
            format="YYYY-MM-DD",
        )


def _choices(field: str, counts: dict[str, int], words: Words, region_names: dict[str, str]) -> None:
    chosen = st.session_state.get(f"f_{field}") or []
    if field == "admin1":
        known = sorted(set(counts) | set(chosen), key=lambda code: (-counts.get(code, 0), code))
    else:
        known = [word for word in vocabulary.words(field) if counts.get(word) or word in chosen]

    names = {word: region_names[word] if field == "admin1" else words.term(field, word) for word in known}
    labels = session.held().marks.setdefault("labels", {}).setdefault(field, {})
    labels |= {name: word for word, name in names.items()}

    def label(word: str) -> str:
        return f"{names.get(word, word)}{session.SEPARATOR}{words.number(counts.get(word, 0))}"

    st.multiselect(
        words(f"filter.{field}"),
        known,
        key=f"f_{field}",
        format_func=label,
        placeholder=words("filter.choose"),
        select_all=False,
    )


def _areas(words: Words) -> None:
    """Name the areas that hold besides the widgets, each with a way to lift it."""
    for name, value in session.held().areas.items():
        st.button(
            words("filter.remove", what=area_words(name, value, words)),
            key=f"lift_{name}",
            on_click=session.lift,
            args=(name,),
            width="stretch",
        )


def area_words(name: str, value: Any, words: Words) -> str:
    """Say in words what an area filter is."""
    if name == "near":
        lon, lat, km = value
        return words("filter.area_near", lat=round(lat, 3), lon=round(lon, 3), km=km)
    if name == "bbox":
        west, south, east, north = (round(side, 2) for side in value)
        return words("filter.area_box", west=west, south=south, east=east, north=north)
    return words("filter.area_drawn")
