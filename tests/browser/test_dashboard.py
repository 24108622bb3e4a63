"""The dashboard in a real browser: what a visitor does, and what must never happen."""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from incidents.store import FolderStore
from tests.browser.conftest import Starter, Visit
from tests.dashboard import samples

pytestmark = pytest.mark.browser

MAP = 'iframe[title^="streamlit_folium"]'
Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def atlas(start_server: Starter, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a dashboard with the six invented incidents."""
    folder = tmp_path_factory.mktemp("atlas")
    store = FolderStore.open(folder, create=True)
    store.put(samples.everything())
    store.compact()
    return start_server(INCIDENT_ATLAS_COLLECTION=str(folder))


def ready(page: Any) -> Any:
    """Wait until the table and the map are there."""
    page.get_by_role("table").wait_for()
    page.frame_locator(MAP).locator("canvas").first.wait_for()
    return page


def truth(page: Any) -> str:
    return str(page.locator(".ia-truth").inner_text())


def wait_for_truth(page: Any, part: str) -> None:
    page.locator(".ia-truth", has_text=part).wait_for()


def titles(page: Any) -> list[str]:
    return [str(text) for text in page.locator("td.title").all_inner_texts()]


def shown(page: Any, title: str) -> None:
    page.get_by_role("heading", name=title).wait_for()


def test_the_page_asks_nobody_and_complains_of_nothing(atlas: str, visit: Open) -> None:
    seen = visit(f"{atlas}/")
    page = ready(seen.page)
    wait_for_truth(page, "6 incidents · 5 on the map · 1 without a known place")
    page.get_by_role("button", name="Show Strike t-first").click()
    shown(page, "Strike t-first")
    page.get_by_text("By region", exact=True).first.click()
    page.wait_for_url("**layer=regions**")
    page.wait_for_timeout(500)
    assert seen.outside == []
    assert seen.errors == []


def test_a_filter_narrows_everything_and_a_copied_link_reopens_it(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/").page)
    page.get_by_label("Search text").fill("strike t")
    page.keyboard.press("Enter")
    wait_for_truth(page, "3 incidents")
    page.get_by_role("button", name="Show Strike t-second").click()
    shown(page, "Strike t-second")
    page.wait_for_url("**lat=47.1**")
    page.get_by_text("Density", exact=True).click()
    page.wait_for_url("**layer=density**")

    again = ready(visit(page.url).page)
    wait_for_truth(again, "3 incidents")
    shown(again, "Strike t-second")
    assert again.get_by_label("Search text").input_value() == "strike t"
    again.locator("td.title").nth(2).wait_for()
    assert titles(again) == titles(page)
    assert again.url == page.url


def test_a_symbol_on_the_map_opens_its_ledger(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/?lat=47.1&lon=37.5&zoom=9").page)
    wait_for_truth(page, "1 in this view")
    box = page.locator(MAP).bounding_box()
    for _ in range(6):  # until the symbol is drawn, a click meets nothing; a reader would click again
        page.wait_for_timeout(800)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        with contextlib.suppress(PlaywrightTimeout):
            page.get_by_role("heading", name="Strike t-second").wait_for(timeout=4000)
            break
    shown(page, "Strike t-second")
    assert "id=t-second" in page.url


def test_panning_moves_the_view_and_the_lists_follow_where_asked(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/?lat=49.99&lon=36.23&zoom=10").page)
    wait_for_truth(page, "in this view")
    page.get_by_text("Only what is in the current view").click()
    page.wait_for_url("**follow=1**")
    wait_for_truth(page, "3 incidents · 3 on the map · 0 without")
    box = page.locator(MAP).bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] + 380, steps=6)
    page.mouse.up()
    wait_for_truth(page, "0 incidents")
    page.get_by_text("Nothing passes these filters.").wait_for()


def test_brushing_the_timeline_filters_by_date(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/").page)
    chart = page.get_by_test_id("stVegaLiteChart")
    chart.scroll_into_view_if_needed()
    chart.locator("canvas, svg").first.wait_for()
    page.wait_for_timeout(500)
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile("since=202[34]"))
    wait_for_truth(page, "1 incident ")
    page.locator("td.title").nth(1).wait_for(state="detached")
    assert titles(page) == ["Strike t-late"]
    page.get_by_role("button", name="All dates").click()
    wait_for_truth(page, "6 incidents")


def test_the_table_sorts_over_all_rows(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/").page)
    page.get_by_role("button", name="Killed", exact=True).click()
    page.locator('th[aria-sort="descending"]', has_text="Killed").wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector('td.title')"
        "?.textContent === 'Strike t-second')"
    )


def test_downloads_hold_what_is_filtered(atlas: str, visit: Open, tmp_path: Path) -> None:
    page = ready(visit(f"{atlas}/?category=missile_strike").page)
    with page.expect_download() as first:
        page.get_by_role("button", name="GeoJSON").click()
    assert re.fullmatch(r"incidents.*missile_strike.*\.geojson", first.value.suggested_filename)
    first.value.save_as(tmp_path / "a.geojson")
    features = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"]
    assert {f["id"] for f in features} == {"t-first", "t-late", "t-hostile"}
    with page.expect_download() as second:
        page.get_by_role("button", name="CSV table").click()
    second.value.save_as(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row.values() if cell and cell.startswith(("=", "+", "@"))]


def test_hostile_text_never_runs(atlas: str, visit: Open) -> None:
    seen = visit(
        f"{atlas}/?id=t-hostile&text=%3Cscript%3Ewindow.hacked%3D3%3C/script%3E&zzz=%3Cimg%20src=x%3E"
    )
    page = seen.page
    page.get_by_role("heading", name="<script>window.hacked=1</script>").first.wait_for()
    page.get_by_role("button", name="Reset all filters").click()
    ready(page)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert not page.locator('a[href^="javascript:"], a[href^="data:"]').count()
    assert seen.outside == []


def test_nothing_reaches_over_the_edge_of_a_wide_screen(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/?id=t-burial", width=1400, height=900).page)
    shown(page, "Burial ground at Testove")
    over = """() => [...document.querySelectorAll('body, body *')]
        .filter(e => e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 120))"""
    assert page.evaluate(over) == []
    assert page.evaluate("document.querySelector('[data-testid=stAppViewContainer]').scrollWidth") <= 1400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_holds_everything_without_sideways_scrolling(
    atlas: str, visit: Open, scheme: str
) -> None:
    page = ready(visit(f"{atlas}/?id=t-burial", width=400, height=800, scheme=scheme).page)
    shown(page, "Burial ground at Testove")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    wide = "() => [...document.querySelectorAll('.ia-ledger *')].filter(e => e.getBoundingClientRect().right > 401).length"
    assert page.evaluate(wide) == 0
    paper = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert paper == ("rgb(22, 21, 19)" if scheme == "dark" else "rgb(251, 250, 247)")
    dot = page.evaluate("getComputedStyle(document.querySelector('.ia-dot')).backgroundColor")
    assert (
        dot in {"rgb(236, 233, 226)", "rgb(22, 21, 19)"} if scheme == "dark" else dot != "rgb(236, 233, 226)"
    )


def test_rows_and_ledger_work_by_keyboard(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/").page)
    page.get_by_role("button", name="Show Burial ground at Testove").focus()
    page.keyboard.press("Enter")
    shown(page, "Burial ground at Testove")
    page.wait_for_url("**lat=49.2**")
    summary = page.locator("summary", has_text="Sources")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(".ia-sources li").first.is_visible()
    page.get_by_role("button", name="Close the ledger").press("Enter")
    shown(page, "In this selection")


def test_the_language_switches_and_stays_in_the_link(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/?id=t-burial").page)
    page.get_by_text("Українська").click()
    wait_for_truth(page, "6 подій")
    assert "lang=uk" in page.url
    page.get_by_text("Що невідомо").wait_for()
    page.get_by_role("link", name="Про цю добірку").click()
    page.get_by_role("heading", name="Чого карта не показує").wait_for()
    page.get_by_role("link", name="Карта").click()
    wait_for_truth(page, "6 подій")


def test_a_rectangle_drawn_on_the_map_filters_and_can_be_lifted(atlas: str, visit: Open) -> None:
    page = ready(visit(f"{atlas}/?lat=49.6&lon=36.8&zoom=8").page)
    wait_for_truth(page, "in this view")
    page.frame_locator(MAP).get_by_role("button", name="Draw a rectangle").click()
    box = page.locator(MAP).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 300, steps=6)
    page.mouse.up()
    page.wait_for_url("**within=**")
    wait_for_truth(page, "3 incidents · 3 on the map")
    page.get_by_role("button", name="Remove: Area drawn on the map").click()
    wait_for_truth(page, "6 incidents")
    assert "within" not in page.url


def test_a_legend_that_would_cover_an_incident_starts_folded(atlas: str, visit: Open) -> None:
    def legend(query: str, state: str) -> None:
        page = ready(visit(f"{atlas}/?{query}").page)
        wait_for_truth(page, "in this view")
        page.frame_locator(MAP).locator(f".atlas-legend > details{state}").first.wait_for()

    legend("lat=47.4&lon=38.09&zoom=9", ":not([open])")
    legend("lat=47.1&lon=37.5&zoom=9", "[open]")


@pytest.fixture(scope="module")
def astray(start_server: Starter, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a dashboard with eleven incidents in one region and one far from all others."""
    folder = tmp_path_factory.mktemp("astray")
    store = FolderStore.open(folder, create=True)
    near = [
        samples.strike(f"t-{n}", "2022-05-05", killed=1, lon=36 + n / 20, lat=49.5 + n / 20)
        for n in range(11)
    ]
    store.put([*near, samples.strike("t-astray", "2022-05-05", killed=1, lon=2.35, lat=48.85)])
    store.compact()
    return start_server(INCIDENT_ATLAS_COLLECTION=str(folder))


def test_what_lies_far_from_all_others_is_told_and_a_click_shows_it(astray: str, visit: Open) -> None:
    seen = visit(f"{astray}/")
    page = ready(seen.page)
    wait_for_truth(page, "12 incidents · 12 on the map")
    wait_for_truth(page, "11 in this view")
    button = page.get_by_test_id("stMain").get_by_role("button", name=re.compile("1 .*outside"))
    button.click()
    wait_for_truth(page, "12 in this view")
    button.wait_for(state="detached")
    drawn = (
        "() => { const d = map.atlas.engine.sheet.data; return d.z === map.getZoom() && d.total === 12 && "
        "map.getBounds().contains([48.85, 2.35]) && map.getBounds().contains([50, 36.5]); }"
    )
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    frame.wait_for_function(drawn)
    assert seen.errors == []
