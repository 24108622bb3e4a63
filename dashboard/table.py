"""The table of incidents: one page of rows from the query, sorted there, never the whole collection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard import messages, plainly, session, source, theme
from dashboard.ledger_view import range_words
from dashboard.markup import asset
from dashboard.source import Questions
from dashboard.strings import Words
from incidents.derive import Range
from incidents.filters import Filter

PAGE: Final = 25
COLUMNS: Final = {
    "date": "date",
    "title": "title",
    "place": "text",
    "category": "text",
    "killed": "number",
    "injured": "number",
    "bodies": "number",
    "grading": "text",
}
_ORDER: Final = {
    "place": "place_name",
    "killed": "killed_min",
    "injured": "injured_min",
    "bodies": "bodies_min",
}
_RISING: Final = frozenset({"title", "place", "category", "grading"})
_component: Callable[..., Any] = st.components.v2.component(
    "incident_atlas_table",
    html='<div class="wrap"></div>',
    css=asset("table.css"),
    js=asset("table.js"),
)


@st.fragment
def draw(questions: Questions, where: Filter, words: Words, mode: theme.Mode) -> None:
    """Draw one page of the incidents of `where`; a picked row opens its ledger."""
    marks = session.held().marks
    if marks.get("table_of") != where:
        marks |= {"table_of": where, "table_page": 0}
    session.catch_up()
    with messages.answered(source.shown_path(), words):
        _component(
            key="incident_table",
            data=_data(questions, where, words, mode),
            on_pick_change=_picked,
            on_sort_change=_sorted,
            on_turn_change=_turned,
        )


def _picked() -> None:
    session.open_incident(str(st.session_state["incident_table"]["pick"]), move=True)


def _sorted() -> None:
    marks = session.held().marks
    column = str(st.session_state["incident_table"]["sort"])
    if column not in COLUMNS:
        return
    order, descending = _order()
    marks["table_order"] = (column, not descending if column == order else column not in _RISING)
    marks["table_page"] = 0


def _turned() -> None:
    marks = session.held().marks
    step = int(st.session_state["incident_table"]["turn"])
    marks["table_page"] = max(0, int(marks.get("table_page", 0)) + step)


def _order() -> tuple[str, bool]:
    order: tuple[str, bool] = session.held().marks.get("table_order", ("date", True))
    return order


def _data(questions: Questions, where: Filter, words: Words, mode: theme.Mode) -> dict[str, Any]:
    counts = questions.counts(where)
    unplaced = bool(session.held().marks.get("unplaced")) and counts.unplaced > 0
    total = counts.unplaced if unplaced else counts.total
    last = max(0, (total - 1) // PAGE)
    page = min(int(session.held().marks.get("table_page", 0)), last)
    order, descending = _order()
    key, first = _ORDER.get(order, order), page * PAGE
    if unplaced:  # rows without a latitude come last in the order by latitude
        key, descending, first = "lat", False, first + counts.mapped
    rows = questions.page(where, order=key, descending=descending, offset=first, limit=PAGE)
    ground = theme.GROUNDS[mode]
    return {
        "caption": words("table.heading"),
        "columns": [_column(key, words) for key in COLUMNS],
        "rows": [_row(row, words, mode) for row in rows],
        "order": order,
        "descending": descending,
        "selected": session.held().selected,
        "nothing": words("table.no_figure"),
        "rows_text": words(
            "table.rows", first=page * PAGE + min(1, total), last=page * PAGE + len(rows), total=total
        ),
        "previous": words("table.previous"),
        "next": words("table.next"),
        "first_page": page == 0,
        "last_page": page >= last,
        "colours": {
            "ink": ground.ink,
            "muted": ground.muted,
            "line": ground.line,
            "accent": ground.accent,
            "on": ground.on_symbol,
        },
    }


def _column(key: str, words: Words) -> dict[str, Any]:
    label = words(f"table.{key}")
    sort = words("table.sort", column=label)
    return {
        "key": key,
        "label": label,
        "kind": COLUMNS[key],
        "sort": sort,
        "plain": key in {"date", "category", "title"},
    }


def _title(row: dict[str, Any], words: Words) -> str:
    written = str(row.get("title") or row["id"])
    place = row.get("place_name"), row.get("place_id")
    return plainly.title(written, str(row.get("category") or "other"), *place, words)


def _row(row: dict[str, Any], words: Words, mode: theme.Mode) -> dict[str, Any]:
    category = str(row.get("category") or "other")
    cells = [
        when(row, words),
        _title(row, words),
        plainly.place_name(row.get("place_name"), row.get("place_id"), words) or words("unknown"),
        words.term("category", category),
        *(_figure(row, kind, words) for kind in ("killed", "injured", "bodies")),
        words.term("grading", row.get("grading")),
    ]
    return {
        "id": str(row["id"]),
        "cells": cells,
        "say": words("table.select", title=cells[1]),
        "mark": theme.mark(category),
        "colour": theme.colour(category, mode),
    }


def _figure(row: dict[str, Any], kind: str, words: Words) -> str:
    span = Range(row.get(f"{kind}_min"), row.get(f"{kind}_max"))
    if span.low is None and span.high is None:
        return words("table.no_figure")
    return range_words(span, words)


def when(row: dict[str, Any], words: Words) -> str:
    """Write the date of a row: when it happened, else when it was found, else that it is not known."""
    start, end = _day(row.get("date_start")), _day(row.get("date_end"))
    if start or end:
        return words.span(start, end, str(row.get("date_precision") or "day"))
    found = _day(row.get("date_discovered"))
    return words("table.found", day=found) if found else words("unknown")


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
