"""The map in a real Chromium: what a reader sees, clicks and plays."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Starter, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visit]
PLACED = 1998  # of 2,000 incidents, one has no position and one lies off the globe


@pytest.fixture(scope="module")
def address(browser: Any, start_server: Starter) -> str:
    return start_server("tests/browser/map_app.py", MAP_SIZE="2000", STREAMLIT_SERVER_HEADLESS="true")


class Map:
    """The map of a visit: its frame, its state and its mouse."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.page.wait_for_selector("iframe")
        self.frame = self.until(self._found)

    def _found(self) -> Any:
        ready = "!!(window.map && map.atlas && map.atlas.engine && map.atlas.names._names)"
        return next((f for f in self.page.frames if "streamlit_folium" in f.url and f.evaluate(ready)), None)

    def until(self, what: Callable[[], Any], *, seconds: float = 20) -> Any:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if found := what():
                return found
            self.page.wait_for_timeout(40)
        raise AssertionError("it did not come")

    def state(self, expression: str) -> Any:
        return self.frame.evaluate(
            f"() => {{ const e = map.atlas.engine, d = e.sheet.data; return {expression}; }}"
        )

    def drawn(self) -> Map:
        self.until(lambda: self.state("!!d && !!e.sheet.spots.length"))
        return self

    def click(self, x: float = 0, y: float = 0) -> None:
        """Click that many pixels off the middle of the map."""
        self.page.mouse.click(*self.spot(x, y))

    def spot(self, x: float = 0, y: float = 0) -> tuple[float, float]:
        self.page.locator("iframe").scroll_into_view_if_needed()
        box = self.page.locator("iframe").bounding_box()
        wide, high = self.frame.evaluate("() => [map.getSize().x, map.getSize().y]")
        return box["x"] + wide / 2 + x, box["y"] + high / 2 + y

    def says(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


def clean(visit: Visit) -> None:
    assert visit.outside == []
    assert visit.errors == []


def test_the_first_map_holds_everything_and_asks_nobody_else(address: str, visit: Open) -> None:
    seen = visit(f"{address}/?zoom=5")
    it = Map(seen).drawn()
    assert it.state("d.total") == PLACED
    assert it.state("d.n.reduce((a, b) => a + b, 0)") == it.state("d.total")
    assert it.frame.locator(".atlas-legend li").count() > 3
    assert it.frame.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    painted = "map.atlas.names._container.toDataURL().length > 5000"
    it.until(lambda: it.state(painted))
    assert it.state("map.atlas.ground._container.toDataURL().length > 20000")
    x, y = it.spot(40, 30)
    it.page.mouse.move(x, y)
    it.until(lambda: re.fullmatch(r"[\d.]+° N  [\d.]+° E", it.frame.locator(".atlas-readout").inner_text()))
    clean(seen)


def test_panning_and_zooming_keep_the_figures_true(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    x, y = it.spot()
    it.page.mouse.move(x, y)
    it.page.mouse.down()
    for step in range(1, 12):
        it.page.mouse.move(x - 60 * step, y - 10 * step)
    it.page.mouse.up()
    it.until(lambda: it.state("e.covers(e.window(0)) && d.x0 === e.wanted.x0 && d.query.z === map.getZoom()"))
    before = it.state("d.z")
    it.frame.locator(".leaflet-control-zoom-in").click()
    it.until(lambda: it.state(f"d.z === {before + 1} && !map._animatingZoom"))
    assert it.state("d.n.reduce((a, b) => a + b, 0)") == it.state("d.total")
    clean(it.visit)


SAME_AS_PAINTED_ANEW = """() => ["ground", "sheet"].map((name) => {
    const sheet = name === "ground" ? map.atlas.ground : map.atlas.engine.sheet, view = sheet._seen();
    const pixels = () => sheet._context.getImageData(view.min.x - sheet._bounds.min.x, view.min.y - sheet._bounds.min.y,
      view.max.x - view.min.x, view.max.y - view.min.y).data;
    const before = pixels();
    sheet._extend(sheet._bounds);
    sheet.paint();
    const after = pixels();
    let differ = 0;
    for (let i = 0; i < before.length; i++) if (Math.abs(before[i] - after[i]) > 8) differ++;
    return [before.some((v) => v !== before[0]), differ];
})"""


def test_what_is_painted_strip_by_strip_is_what_is_painted_at_once(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/?zoom=7")).drawn()
    it.frame.evaluate("() => map.setView([48.9, 33.1], 7, {animate: false})")
    it.until(lambda: it.state("d.z === 7 && e.covers(e.window(0)) && map.getCenter().lng > 33"))
    for x, y in ((90, 0), (170, 40), (0, 230), (-310, -90), (-40, -330), (380, 200)):
        it.frame.evaluate(f"() => map.panBy([{x}, {y}], {{animate: false}})")
        it.page.wait_for_timeout(60)
    it.until(lambda: it.state("e.covers(e.window(0)) && d.x0 === e.wanted.x0 && d.y0 === e.wanted.y0"))
    for has_picture, differ in it.frame.evaluate(SAME_AS_PAINTED_ANEW):
        assert has_picture
        assert (
            differ < 600
        )  # of 3 million; the smallest symbol has 1,500, a position may be rounded half a pixel aside
    assert it.visit.outside == []


def test_a_jump_shows_ground_and_incidents_of_the_new_place_together(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    seen = it.frame.evaluate("""async () => {
        const seen = [];
        map.atlas.engine.longest = 10_000;  // on a busy machine the answer takes longer than a jump waits for it
        map.on("moveend", () => seen.push(map.atlas.engine.sheet.data.z === map.getZoom()));
        const drawn = new Promise((done) => map.once("atlas:drawn", done));
        map.setView([48.5, 35], 8, {animate: false});
        await drawn;
        return seen;
    }""")
    assert seen == [True]
    clean(it.visit)


def test_a_slow_answer_does_not_hold_a_jump_up_and_a_newer_jump_wins(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    held: list[Any] = []
    it.page.route("**/atlas/view/**", lambda route: held.append(route))  # noqa: PLW0108, playwright wraps it
    it.frame.evaluate("() => map.setView([46, 30], 8, {animate: false})")
    it.frame.evaluate("() => map.setView([47, 31], 9, {animate: false})")
    it.until(lambda: it.frame.evaluate("() => map.getZoom()") == 9)
    assert it.state("d.z") == 6
    held[-1].continue_()
    it.until(lambda: it.state("d.z === 9"))
    it.page.unroute("**/atlas/view/**")
    assert it.frame.evaluate("() => map.getZoom()") == 9


def test_a_single_incident_tells_itself_and_is_returned_when_chosen(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/?center=33.0,45.2&zoom=9")).drawn()
    it.page.mouse.move(*it.spot())
    tip = it.frame.locator(".atlas-tip b")
    tip.wait_for()
    assert tip.inner_text() == '<img src=x onerror="window.hacked=1"><b>bold</b>'
    assert "weak" in it.frame.locator(".atlas-tip").inner_text()
    it.click()
    it.says("chosen: i0000040")
    it.until(lambda: it.state("e.chosen && e.chosen.id === 'i0000040'"))
    assert it.frame.evaluate("() => window.hacked") is None
    clean(it.visit)


def test_a_stack_opens_to_a_list_in_which_every_incident_is_reached(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/?center=37.25,49.2&zoom=13")).drawn()
    it.click()
    box = it.frame.locator(".atlas-list")
    box.wait_for()
    assert "40 incidents at this spot" in box.inner_text()
    titles = set(box.locator("li button").all_inner_texts())
    while not (following := box.get_by_role("button", name="Next")).is_disabled():
        last = box.locator("footer span").inner_text()
        following.click()
        it.until(lambda last=last: box.locator("footer span").inner_text() != last)
        titles |= set(box.locator("li button").all_inner_texts())
    assert len(titles) == 40
    box.locator("li button").last.click()
    it.says("chosen: i0000039")
    assert box.is_visible()
    it.frame.locator(".leaflet-container").press("Escape")
    it.until(lambda: not box.is_visible())
    clean(it.visit)


def test_a_cluster_is_taken_apart_by_a_click(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/?zoom=4")).drawn()
    x, y = it.state("(() => { const s = e.sheet.spots.reduce((a, b) => (d.n[b[3]] > d.n[a[3]] ? b : a)); "
                    "const p = map.layerPointToContainerPoint([s[0], s[1]]), z = map.getSize(); "
                    "return [p.x - z.x / 2, p.y - z.y / 2]; })()")  # fmt: skip
    it.click(x, y)
    it.until(lambda: it.state("map.getZoom() > 4 && d.z === map.getZoom()"))
    clean(it.visit)


def test_a_changed_filter_keeps_the_view_and_leaves_no_blank_frame(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    it.frame.evaluate(
        "() => { window.same = true; window.blank = 0; map.setView([48.5, 33.3], 7, {animate: false}); }"
    )
    it.until(lambda: it.state("d.z === 7"))
    it.frame.evaluate("() => { const look = () => { const e = map.atlas.engine; if (!e.sheet.data || !e.sheet.spots.length) "
                      "window.blank++; requestAnimationFrame(look); }; look(); }")  # fmt: skip
    before = it.state("[e.options.token, d.total]")
    it.page.get_by_text("shelling", exact=True).first.click()
    it.says("filter: category=shelling")
    it.until(lambda: it.state(f"e.options.token !== '{before[0]}' && d.total < {before[1]}"))
    assert it.state("d.categories.filter(n => n).length") == 1
    assert it.frame.evaluate("() => [window.same, window.blank, map.getZoom()]") == [True, 0, 7]
    centre = it.frame.evaluate("() => [map.getCenter().lat, map.getCenter().lng]")
    assert centre == pytest.approx([48.5, 33.3], abs=0.01)
    clean(it.visit)


def test_the_legend_folds_and_opens_by_a_click_and_stays_as_the_reader_left_it(
    address: str, visit: Open
) -> None:
    it = Map(visit(f"{address}/?zoom=5")).drawn()
    legend = it.frame.locator(".atlas-legend")
    fold, names = legend.locator("summary").first, legend.locator("li")
    view = it.state("[map.getZoom(), map.getCenter()]")
    if not names.first.is_visible():  # it folds by itself where it would cover symbols
        fold.click()
    names.first.wait_for()
    counted = [int(text.replace(",", "")) for text in legend.locator("li span:last-child").all_inner_texts()]
    assert sum(counted) == PLACED
    assert counted == sorted(counted, reverse=True)
    legend.get_by_text("How to read").click()
    explained = legend.get_by_text("at the centre of a place")
    explained.wait_for()
    fold.dblclick()
    names.first.wait_for(state="hidden")
    before = it.state("e.options.token")
    it.page.get_by_text("shelling", exact=True).first.click()
    it.until(lambda: it.state(f"e.options.token !== '{before}' && d.categories.filter(n => n).length === 1"))
    assert not names.first.is_visible(), "the reader folded it"
    fold.press("Enter")
    names.first.wait_for()
    assert names.count() == 1
    assert explained.is_visible(), "the reader asked for the explanation"
    it.page.wait_for_timeout(400)  # as long as a map that zooms would take
    assert it.state("[map.getZoom(), map.getCenter()]") == view, "a click on the legend is none on the map"
    assert it.page.get_by_text("chosen: None").count() == 1
    clean(it.visit)


@pytest.mark.parametrize(
    ("mode", "legend"), [("choropleth", "Incidents by region"), ("density", "Incidents per km²")]
)
def test_a_surface_is_drawn_with_its_own_legend(address: str, visit: Open, mode: str, legend: str) -> None:
    it = Map(visit(f"{address}/?mode={mode}"))
    it.until(lambda: legend.lower() in it.frame.locator(".atlas-legend").inner_text().lower())
    it.until(lambda: it.frame.locator(".atlas-legend .atlas-swatch").count() >= 2)
    coloured = """() => { const c = map.atlas.engine.surface.sheet._container;
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 0); }"""
    it.until(lambda: it.frame.evaluate(coloured))
    assert it.state("e.sheet.spots.length") == 0
    clean(it.visit)


def test_time_plays_pauses_and_ends(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    whole = it.state("d.total")
    it.frame.get_by_role("button", name="Play through time").click()
    date = it.frame.locator(".atlas-player output")
    it.until(lambda: "2022" in date.inner_text())
    first = date.inner_text()
    it.until(lambda: date.inner_text() != first)
    it.frame.get_by_role("button", name="Pause").click()
    still = date.inner_text()
    it.page.wait_for_timeout(900)
    assert date.inner_text() == still
    it.frame.get_by_role("button", name="Add up").click()
    slider = it.frame.get_by_role("slider")
    slider.focus()
    slider.press("End")
    it.until(lambda: date.inner_text().endswith(f"{it.state('d.total'):,}"))
    it.frame.get_by_role("button", name="Show everything").click()
    it.until(lambda: it.state(f"!e.playing && d.total === {whole}"))
    clean(it.visit)


def test_a_copied_link_reopens_view_and_selection_in_a_second_tab(address: str, visit: Open) -> None:
    link = f"{address}/?center=33.0,45.2&zoom=10&selected=i0000040&uncertainty=all"
    one, two = Map(visit(link)).drawn(), Map(visit(link)).drawn()
    for it in (one, two):
        it.until(lambda it=it: it.state("e.chosen && e.chosen.id === 'i0000040'"))
        assert it.frame.evaluate("() => map.getZoom()") == 10
    one.frame.evaluate("() => map.setZoom(6, {animate: false})")
    one.until(lambda: one.state("d.z === 6"))
    assert two.state("d.z") == 10
    clean(one.visit)
    clean(two.visit)


def test_a_rectangle_is_drawn_returned_and_removed(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    it.frame.get_by_role("button", name="Draw a rectangle").click()
    it.page.mouse.move(*it.spot(-100, -80))
    it.page.mouse.down()
    it.page.mouse.move(*it.spot(60, 50), steps=5)
    it.page.mouse.up()
    it.says("'type': 'Polygon'")
    assert it.frame.evaluate("() => map.dragging.enabled()") is True
    it.frame.get_by_role("button", name="Remove the drawing").click()
    it.until(lambda: it.frame.evaluate("() => drawnItems.getLayers().length") == 0)
    it.frame.get_by_role("button", name="Draw a shape").click()
    for x, y in ((-90, -60), (80, -70), (10, 90), (-90, -60)):
        it.click(x, y)
    it.until(lambda: it.frame.evaluate("() => drawnItems.getLayers().length") == 1)
    assert it.page.get_by_text("chosen: None").count() == 1
    clean(it.visit)


def test_several_windows_pan_at_once_and_each_stays_true(address: str, visit: Open) -> None:
    windows = [
        Map(visit(f"{address}/?zoom=7&center={lon},48.6", width=700, height=600)).drawn()
        for lon in (26, 31, 36)
    ]
    for it in windows:  # started together, awaited afterwards
        it.frame.evaluate("""() => { window.panned = (async () => {
            for (let step = 0; step < 60; step++) {
                map.panBy([40 * Math.cos(step / 9), 60 * Math.sin(step / 9)], {animate: false});
                await new Promise((done) => requestAnimationFrame(done));
            }
        })(); }""")
    for it in windows:
        it.frame.evaluate("() => window.panned")
        it.until(
            lambda it=it: it.state("d.x0 === e.wanted.x0 && d.y0 === e.wanted.y0 && e.covers(e.window(0))")
        )
        assert it.state("d.n.reduce((a, b) => a + b, 0)") == it.state("d.total")
        assert not it.frame.locator(".atlas-notice").is_visible()
        clean(it.visit)


def test_a_map_of_no_size_does_nothing_and_fills_when_it_has_one(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    it.frame.evaluate("""() => {
        const box = map.getContainer();
        box.style.height = "0px";
        map.invalidateSize();
        map.panBy([50, 0], {animate: false});
        map.setView([48, 31], 8, {animate: false});
        box.style.height = "400px";
        map.invalidateSize();
    }""")
    it.until(lambda: it.state("d.z === 8 && e.sheet.spots.length > 0 && d.total > 0"))
    clean(it.visit)


def test_a_dead_server_is_told_on_the_map_and_it_recovers(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    it.page.route("**/atlas/view/**", lambda route: route.abort())
    spots = it.state("e.sheet.spots.length")
    it.frame.evaluate("() => map.setView([46, 20], 8, {animate: false})")
    notice = it.frame.locator(".atlas-notice")
    notice.wait_for()
    assert "does not answer" in notice.inner_text()
    assert spots > 0
    it.page.unroute("**/atlas/view/**")
    it.until(lambda: it.state("d.z === 8") and not notice.is_visible())


def test_an_answer_that_comes_late_never_draws_over_a_newer_one(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    held, release = [], threading.Event()

    def hold(route: Any) -> None:
        if "z=8&" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    it.page.route("**/atlas/view/**", hold)
    it.frame.evaluate("() => map.setZoom(8, {animate: false})")
    it.until(lambda: held)
    it.frame.evaluate("() => map.setZoom(9, {animate: false})")
    it.until(lambda: it.state("d.z === 9"))
    for route in held:
        route.continue_()
    release.set()
    it.page.wait_for_timeout(300)
    assert it.state("d.z") == 9


def test_an_expired_token_is_told(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/")).drawn()
    it.frame.evaluate("() => { map.atlas.engine.options.token = 'A'.repeat(32); map.setZoom(9); }")
    notice = it.frame.locator(".atlas-notice")
    notice.wait_for()
    assert "expired" in notice.inner_text()


def test_enter_opens_what_is_nearest_to_the_middle(address: str, visit: Open) -> None:
    it = Map(visit(f"{address}/?center=33.01,45.21&zoom=9")).drawn()
    it.frame.locator("#map_div").focus()
    it.page.keyboard.press("Enter")
    it.says("chosen: i0000040")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_narrow_screen_has_room_for_the_map(address: str, visit: Open, theme: str) -> None:
    it = Map(
        visit(f"{address}/?theme={theme}&language=uk&height=420", width=400, height=800, scheme=theme)
    ).drawn()
    assert it.frame.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth") is True
    assert it.frame.locator(".atlas-legend > details").get_attribute("open") is None
    assert it.frame.locator(".atlas-legend > details > summary").inner_text() == "Легенда"
    clean(it.visit)
