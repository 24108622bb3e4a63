"""The state of one visitor between reruns, and its copy in the address bar.

Widgets keep their values under the keys `f_<filter word>` and `s_<switch>`; what no widget holds stands in `held`.
The address is read when it changed from outside: the first run, a pasted link, the back button.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from dashboard import state as states
from dashboard.state import Problem, State, View
from incidents import vocabulary
from incidents.filters import Filter

LISTS: Final = ("category", "impact", "weapon", "role", "admin1", "grading", "review")
TEXTS: Final = ("text", "place")
OTHERS: Final = ("since", "until", "min_killed")
AREAS: Final = ("near", "bbox", "within")
SWITCHES: Final = ("layer", "size", "circles", "follow")
SEPARATOR: Final = " · "
_UNHEARD_S: Final = 5.0
"""After this long a browser has heard of an address that was written, and an older one is the back button."""
_REMEMBERED: Final = 8
Bounds = tuple[float, float, float, float]


@dataclass
class Held:
    """What belongs to the visitor and to no widget. `bounds` is west, south, east, north in degrees."""

    selected: str | None = None
    view: View | None = None
    areas: dict[str, Any] = field(default_factory=dict)
    bounds: Bounds | None = None
    go_to: View | None = None
    problems: list[Problem] = field(default_factory=list)
    problems_of: Filter | None = None
    written: dict[str, str] | None = None
    written_at: float = 0
    before: list[dict[str, str]] = field(default_factory=list)
    page: str = ""
    last: State = field(default_factory=State)
    marks: dict[str, Any] = field(default_factory=dict)
    is_stale: bool = False


def held() -> Held:
    """Return the visitor's own state."""
    if "held" not in st.session_state:
        st.session_state["held"] = Held()
    mine: Held = st.session_state["held"]
    return mine


def language() -> str:
    """Return the language before the page is chosen: as switched, else as the address says, else as it was."""
    chosen = st.session_state.get("s_language") or st.query_params.get("lang")
    return str(chosen or held().last.language)


def begin(page: str) -> State:
    """Return the state of this run; read the address where somebody else changed it."""
    mine = held()
    words = {name: str(value) for name, value in st.query_params.items()}
    came_back = mine.page not in ("", page) and not (set(words) - {"lang"})
    mine.page = page
    mine.is_stale = False
    if words == mine.written:
        mine.before.clear()
    if words != mine.written and not came_back and not _is_late(words):
        mine.last, mine.problems = states.read(words)
        mine.problems_of = None
        put(mine.last)
    elif came_back or _widgets_are_gone():
        put(mine.last)
    for name in LISTS:
        st.session_state[f"f_{name}"] = list(_chosen(name))
    return current()


def _is_late(words: dict[str, str]) -> bool:
    """Say whether an address is one that the browser had before it heard of the one written last.

    A click sent meanwhile still comes with the old address; to read that would undo the click.
    """
    return words in held().before and time.monotonic() - held().written_at < _UNHEARD_S


def _widgets_are_gone() -> bool:
    return "f_text" not in st.session_state


def put(state: State) -> None:
    """Set every widget and holder to `state`. Call it before the widgets of the run."""
    mine = held()
    for name in LISTS:
        st.session_state[f"f_{name}"] = list(getattr(state.where, name))
    for name in TEXTS:
        st.session_state[f"f_{name}"] = getattr(state.where, name) or ""
    for name in OTHERS:
        st.session_state[f"f_{name}"] = getattr(state.where, name)
    for name in SWITCHES:
        st.session_state[f"s_{name}"] = getattr(state, name)
    st.session_state["s_language"] = state.language
    mine.areas = {name: getattr(state.where, name) for name in AREAS if getattr(state.where, name)}
    mine.selected, mine.view = state.selected, state.view


def _chosen(name: str) -> tuple[str, ...]:
    """Return the chosen words of a list.

    Streamlit sends a choice by its label, which holds a count. Where the count changed between the click and this
    run, the old label arrives instead of the word: it is read by its name, and left out where nobody knows it.
    """
    labels: dict[str, str] = held().marks.get("labels", {}).get(name, {})
    known = vocabulary.words(name) if name != "admin1" else ()
    words = []
    for value in st.session_state.get(f"f_{name}") or ():
        is_stale = SEPARATOR in value and value not in known
        word = labels.get(value.rpartition(SEPARATOR)[0]) if is_stale else value
        if word is not None and word not in words:
            words.append(word)
    return tuple(words)


def current() -> State:
    """Return the state as the widgets and the holder have it now."""
    mine, session = held(), st.session_state
    words: dict[str, Any] = {name: _chosen(name) for name in LISTS}
    words |= {name: (session.get(f"f_{name}") or "").strip() or None for name in TEXTS}
    words |= {name: session.get(f"f_{name}") for name in OTHERS}
    state = State(
        where=Filter.model_validate(words | mine.areas),
        selected=mine.selected,
        view=mine.view,
        language=session.get("s_language") or mine.last.language,
        layer=session.get("s_layer") or "incidents",
        size=session.get("s_size") or "count",
        circles=bool(session.get("s_circles")),
        follow=bool(session.get("s_follow")),
    )
    mine.last = state
    return state


def write(state: State, *, only: tuple[str, ...] | None = None) -> None:
    """Bring the address bar up to date, so that a copied link reopens this page as it is."""
    words = states.write(state)
    if only is not None:
        words = {name: value for name, value in words.items() if name in only}
    mine = held()
    shown = dict(st.query_params)
    if shown != words:
        mine.before = [*mine.before[-_REMEMBERED:], shown]
        mine.written_at = time.monotonic()
        st.query_params.from_dict(words)
    mine.written = words


def problems() -> list[Problem]:
    """Return what was wrong with the address, until the visitor changes the filter."""
    mine, where = held(), current().where
    if mine.problems_of is None:
        mine.problems_of = where
    return mine.problems if mine.problems_of == where else []


def reset() -> None:
    """Lift every filter; language, view and selection stay."""
    state = current()
    put(states.replace(state, where=Filter()))


def lift(name: str) -> None:
    """Lift one filter word."""
    state = current()
    put(states.replace(state, where=state.where.without(name)))


def narrow(**words: Any) -> None:
    """Set filter words from outside their widgets (a brush, a drawing)."""
    state = current()
    put(states.replace(state, where=states.replace_filter(state.where, **words)))


def catch_up() -> None:
    """Redraw the whole page where a part of it changed what the others show. Call it in a fragment.

    A fragment's own wish to redraw the page is lost when another run interrupts it; the mark outlives that.
    """
    if held().is_stale:
        st.rerun(scope="app")


def select(incident_id: str | None) -> None:
    """Open the ledger of one incident, or close it."""
    held().selected = incident_id
    held().is_stale = True


def asked() -> Filter:
    """Return the filter of lists and figures: the visitor's own, within the view where they follow it."""
    state, bounds = current(), held().bounds
    if state.follow and bounds is not None:
        return states.in_view(state.where, bounds)
    return state.where


def open_incident(incident_id: str, *, move: bool) -> None:
    """Open the ledger of an incident; `move` also brings the map there."""
    mine = held()
    select(incident_id)
    mine.marks["move_to"] = incident_id if move else None
