"""The page "Map": filters, the line that is always true, map, timeline, ledger, table, downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dashboard import (
    desk,
    downloads,
    filters,
    ledger,
    ledger_view,
    map_panel,
    messages,
    nothing,
    overview,
    session,
    source,
    table,
    timeline,
)
from dashboard import state as states
from dashboard.frame import Frame
from dashboard.markup import asset, render
from dashboard.session import held
from incidents import vocabulary
from incidents._errors import BadInput, NotFound
from incidents.catalogue import Bin, Unit
from incidents.filters import Filter

_arrival: Callable[..., Any] = st.components.v2.component("incident_atlas_arrival", js=asset("arrival.js"))


def draw(frame: Frame) -> None:
    """Draw the page."""
    words = frame.words
    _check_areas(frame)
    with st.container():  # a place of its own, full or empty: what follows must not be mounted anew
        messages.link_problems(session.problems(), words)
        messages.behind(frame.questions.catalogue.problems, source.shown_path(), words)
        messages.unmoved(source.unmoved(), source.shown_path(), words)
        is_gone = held().selected is not None and not frame.questions.has(held().selected)
        if is_gone:  # at the top: on a narrow screen the ledger is far below
            messages.gone(str(held().selected), words)
    _move(frame)
    with st.container(key="spread"):
        left, right = st.columns([8, 5], gap="large")
    with left:
        _map(frame)  # before the counts: on a large collection they take longer than the map
    with right, st.container(key="side"):
        _side(frame)
    with left:
        _timeline(frame)
    with st.sidebar:
        filters.draw(frame.questions, session.asked(), words, frame.region_names)
    _arrival(data={"id": held().selected}, key="arrival", height=1)
    _list(frame)
    session.write(session.current())


def _check_areas(frame: Frame) -> None:
    """Lift an area that the collection cannot be asked about (south over north, two corners), and name it."""
    for name, value in list(held().areas.items()):
        alone = Filter.model_validate({name: value})
        try:
            frame.questions.counts(alone)
        except BadInput as error:
            why = error.problems[0].removeprefix(f"{name}: ")
            held().problems.append(states.Problem(name, states.written_filter(alone)[name], why))
            del held().areas[name]


def _move(frame: Frame) -> None:
    """Bring the map to the incident that a row of the table named."""
    target = held().marks.pop("move_to", None)
    if target is None:
        return
    try:
        point = frame.questions.catalogue.get(target).point
    except NotFound:
        return
    if point is None:
        return
    before = held().view
    zoom = max(11.0, before.zoom if before else 0.0)
    again = held().go_to is not None and held().go_to == states.View(point.lon, point.lat, zoom)
    nudge = 1e-7 if again else 0.0  # the map component moves only when it is told a new place
    held().view = states.View(point.lon, point.lat, zoom)
    held().go_to = states.View(point.lon + nudge, point.lat, zoom)


@st.fragment
def _map(frame: Frame) -> None:
    """Draw the line of truth and the map. A pan redraws this part alone, unless the lists follow the view."""
    # it is redrawn alone, without the page around it
    with messages.answered(source.shown_path(), frame.words):
        _draw_map(frame)


def _draw_map(frame: Frame) -> None:
    session.catch_up()
    _controls(frame)
    state = session.current()
    line = st.container()
    online = bool(st.session_state.get("online"))
    seen = map_panel.draw(frame.questions, state, frame.words, frame.mode, online=online)
    _take(seen)
    with line:
        _truth(frame)
    session.write(session.current())
    session.catch_up()


def _controls(frame: Frame) -> None:
    words = frame.words
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_controls"):
        st.segmented_control(
            words("map.layer"),
            states.LAYERS,
            key="s_layer",
            required=True,
            format_func=lambda name: words(f"map.layers.{name}"),
            label_visibility="collapsed",
        )
        with st.popover(words("map.options")):
            st.radio(
                words("map.size"),
                states.SIZES,
                key="s_size",
                format_func=lambda name: words(f"map.sizes.{name}"),
            )
            st.toggle(words("map.circles"), key="s_circles", help=words("map.circles_help"))
            st.toggle(words("map.online"), key="online")
            st.caption(words("map.online_help"))


def _take(seen: map_panel.Seen) -> None:
    """Take over what the visitor did on the map, and mark the page where the rest of it must follow."""
    mine = held()
    if seen.bounds is not None and seen.bounds != mine.bounds:
        mine.bounds = seen.bounds
        mine.is_stale |= session.current().follow
    if seen.view is not None and not _same(seen.view, mine.view or mine.marks.get("map_start")):
        mine.view = seen.view
    if seen.clicks != mine.marks.get("clicks", 0):
        mine.marks["clicks"] = seen.clicks
        if seen.clicked and seen.clicked != mine.selected:
            session.select(seen.clicked)
    if seen.ring != mine.marks.get("ring"):
        mine.marks["ring"] = seen.ring
        mine.areas.pop("within", None)
        if seen.ring:
            mine.areas["within"] = seen.ring
        mine.is_stale = True


def _same(view: states.View, other: states.View | None) -> bool:
    """Say whether two views are the same to the eye; the map gives its centre back within a pixel."""
    if other is None:
        return False
    near = 360 / 256 / 2**view.zoom
    return (
        view.zoom == round(other.zoom)
        and abs(view.lon - other.lon) < near
        and abs(view.lat - other.lat) < near
    )


def _truth(frame: Frame) -> None:
    """Say how many incidents there are, and where; entries of context are told beside them and count as none."""
    words, where = frame.words, session.asked()
    everything = frame.questions.counts(where)
    roles = _incident_roles(where)
    told = where.model_copy(update={"role": roles}) if roles else where
    counts = frame.questions.counts(told)
    parts = [
        words("truth.total" if roles else "truth.context", n=counts.total),
        words("truth.mapped", n=counts.mapped),
        words("truth.unplaced", n=counts.unplaced),
    ]
    bounds = held().bounds
    strays = 0
    if bounds is not None and not session.current().follow:
        inside = frame.questions.counts(states.in_view(told, bounds)).mapped
        parts.append(words("truth.in_view", n=inside))
        strays = counts.mapped - inside
    if everything.total > counts.total:
        parts.append(words("truth.context", n=everything.total - counts.total))
    st.html(render("truth.html", parts=parts, alt=words("map.alt")))
    if 0 < strays <= max(1, counts.mapped // 50) and session.current().layer == "incidents" and _is_at_home():
        st.button(
            words("truth.outside", n=strays),
            key="show_strays",
            on_click=_show_whole,
            args=(frame,),
            type="tertiary",
        )


def _incident_roles(where: Filter) -> tuple[str, ...]:
    """Return the roles of what counts as an incident; empty where the filter asks for context only."""
    asked = where.role or vocabulary.words("role")
    return tuple(role for role in asked if role != "context")


def _is_at_home() -> bool:
    """Say whether the map still stands where it opened."""
    return held().view is None


def _show_whole(frame: Frame) -> None:
    held().view = held().go_to = map_panel.whole(frame.questions)


def _timeline(frame: Frame) -> None:
    words = frame.words
    where = session.asked()
    context = where.without("since", "until")
    extent = frame.questions.extent(context)
    if extent is None:
        return
    unit = timeline.fitting_unit(extent)
    bins = frame.questions.timeline(context, unit)
    undated = frame.questions.counts(context).total - sum(b.count for b in bins)
    bins, unit, strays = _without_strays(frame, context, bins, unit)
    version = held().marks.get("brush_version", 0)
    st.altair_chart(
        timeline.chart(bins, unit, words, frame.mode, (where.since, where.until)),
        key=f"timeline_{version}",
        width="stretch",
        theme=None,
        on_select=partial(_brushed, unit),
        alt=words("timeline.alt", unit=words(f"timeline.units.{unit}")),
    )
    notes = [words("timeline.brush"), words("timeline.found")]
    if undated > 0:
        notes.append(words("timeline.undated", n=undated))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(" ".join(notes))
        if strays:
            days = ", ".join(words.span(b.start, None, "month") for b in strays[:3])
            label = words("timeline.outside", n=sum(b.count for b in strays), days=days)
            st.button(label, key="whole_time", on_click=_whole_time, args=(True,), type="tertiary")
        elif held().marks.get("whole_time"):
            st.button(
                words("timeline.bulk"), key="bulk_time", on_click=_whole_time, args=(False,), type="tertiary"
            )
        if where.since or where.until:
            st.button(words("timeline.clear"), on_click=_clear_dates, type="tertiary")


def _without_strays(
    frame: Frame, context: Filter, bins: list[Bin], unit: Unit
) -> tuple[list[Bin], Unit, list[Bin]]:
    """Return the bars of the bulk, their unit, and the bars of a few incidents far from it; all while all are asked for."""
    span = timeline.bulk_of(bins)
    strays = [b for b in bins if not span[0] <= b.start <= span[1]] if bins else []
    where = session.asked()
    if not strays or held().marks.get("whole_time") or where.since or where.until:
        return bins, unit, []
    finer = timeline.fitting_unit((span[0], timeline.after(span[1], unit)))
    if finer != unit:
        bins = frame.questions.timeline(context, finer)
    kept = [b for b in bins if timeline.start_of(span[0], finer) <= b.start < timeline.after(span[1], unit)]
    return kept, finer, strays


def _whole_time(is_whole: bool) -> None:  # noqa: FBT001 (a callback of a button)
    held().marks["whole_time"] = is_whole


def _brushed(unit: Unit) -> None:
    """Make the dates of the brushed bars the filter; the chart is drawn anew, with the window marked by its bars."""
    mine = held()
    version = mine.marks.get("brush_version", 0)
    window = timeline.brushed(st.session_state.get(f"timeline_{version}"), unit)
    if window is not None:
        mine.marks["brush_version"] = version + 1
        session.narrow(since=window[0], until=window[1])


def _clear_dates() -> None:
    session.narrow(since=None, until=None)


def _side(frame: Frame) -> None:
    """Draw the ledger of the open incident, else the figures of the selection."""
    words, selected = frame.words, held().selected
    if selected is None or not frame.questions.has(selected):
        overview.draw(frame.questions, session.asked(), words, frame.region_names)
        return
    with st.container(horizontal=True, key="ledger_controls"):
        st.button(words("ledger.close"), on_click=session.select, args=(None,), key="close_ledger")
        st.button(
            words("ledger.go"),
            on_click=session.open_incident,
            args=(selected,),
            kwargs={"move": True},
            key="go",
        )
    try:
        incident = frame.questions.catalogue.get(selected)
    except NotFound:  # deleted since the top of the page was drawn
        messages.gone(selected, words)
        return
    st.html(ledger_view.html(ledger.build(incident), words))
    desk.draw(incident, words)


def _list(frame: Frame) -> None:
    """Draw the table and the downloads; each part keeps its place, so that none is mounted anew."""
    words, where = frame.words, session.asked()
    empty, head, rows, files = (st.container() for _ in range(4))
    if frame.questions.counts(where).total == 0:
        with empty:
            nothing.draw(frame, where, path=source.shown_path())
        return
    with head:
        st.subheader(words("table.heading"), anchor=False)
        st.caption(words("table.hint"))
        _unplaced(frame)
    with rows:
        table.draw(frame.questions, where, words, frame.mode)
    with files:
        downloads.draw(frame, where)


def _unplaced(frame: Frame) -> None:
    """List the incidents without a known place: they count above and are not on the map."""
    words, where = frame.words, session.asked()
    if not frame.questions.counts(where).unplaced:
        return
    is_open = bool(held().marks.get("unplaced"))
    name = "truth.list_all" if is_open else "truth.list_unplaced"
    st.button(words(name), key="list_unplaced", on_click=_toggle_unplaced, type="tertiary")
    if is_open:
        st.caption(words("truth.unplaced_why"))


def _toggle_unplaced() -> None:
    marks = held().marks
    marks["unplaced"] = not marks.get("unplaced")
