"""A review through the page: judged, corrected, refused where somebody else was faster; the rest of the page follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incidents import editing
from incidents.editing import Edit
from incidents.store import FolderStore
from tests.browser.conftest import Starter, Visit
from tests.browser.test_dashboard import MAP, ready, shown, wait_for_truth
from tests.dashboard import samples

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("edited")
    FolderStore.open(made, create=True).put(samples.everything())
    return made


@pytest.fixture(scope="module")
def atlas(start_server: Starter, folder: Path) -> str:
    return start_server(
        INCIDENT_ATLAS_COLLECTION=str(folder), INCIDENT_ATLAS_EDIT="1", INCIDENT_ATLAS_BY="Ana"
    )


def test_a_review_and_a_correction_change_the_whole_page(
    atlas: str, folder: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{atlas}/?id=t-unplaced")
    seen.page.get_by_role("table").wait_for(timeout=60_000)  # the first page of a server takes its time
    page = ready(seen.page)
    wait_for_truth(page, "6 incidents · 5 on the map · 1 without a known place")
    desk: Any = page.locator(".st-key-desk")
    desk.get_by_role("tab", name="Correct").click()
    desk.get_by_label("Place", exact=True).fill("Izium")
    desk.get_by_label("Why").locator("visible=true").fill("named in the page")
    desk.get_by_role("button", name="Save").click()
    page.get_by_text("Saved, by Ana.").wait_for()
    wait_for_truth(page, "6 incidents · 6 on the map · 0 without a known place")
    page.get_by_text("Izium, Iziumskyi Raion, Kharkiv Oblast.").wait_for()

    desk.get_by_role("tab", name="Judge").click()
    desk.get_by_text("Rejected", exact=True).first.click()
    desk.get_by_role("button", name="Save").click()
    wait_for_truth(page, "5 incidents · 5 on the map")
    page.frame_locator(MAP).locator("canvas").first.wait_for()
    kept = FolderStore.open(folder).get("t-unplaced")
    assert (kept.review, kept.place_id) == ("rejected", "geonames:707292")
    assert [(line.what, line.by) for line in kept.history] == [("place", "Ana"), ("review", "Ana")]
    assert seen.errors == []
    assert seen.outside == []


def test_claims_are_added_split_off_and_brought_back(
    atlas: str, folder: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit(f"{atlas}/?id=t-second", width=400, height=800)
    page = ready(seen.page)
    shown(page, "Strike t-second")
    desk: Any = page.locator(".st-key-desk")
    store = FolderStore.open(folder)
    count = len(store.get("t-second").claims)
    desk.get_by_role("tab", name="Add a claim").click()
    for label, text in (
        ("Figure", "41"),
        ("Exact words", "41 died"),
        ("Address of the page", "https://example.org/n"),
    ):
        desk.get_by_role("textbox", name=label).locator("visible=true").fill(text)
    desk.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("“41 died”").first.wait_for()
    assert len(store.get("t-second").claims) == count + 1

    desk.get_by_role("tab", name="Take apart").click()
    desk.get_by_test_id("stMultiSelect").locator("visible=true").locator("input").click()
    page.get_by_role("option").filter(has_text="41").click()
    page.keyboard.press("Escape")
    desk.get_by_role("button", name="Move the claims").click()
    desk.get_by_role("button", name="Open the other incident").wait_for()
    assert len(store.get("t-second").claims) == count
    desk.get_by_role("button", name="Take it back").click()
    desk.get_by_role("button", name="Open the other incident").wait_for(state="detached")
    assert len(store.get("t-second").claims) == count + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert seen.errors == []


def test_a_narrow_page_tells_of_an_edit_made_meanwhile(
    atlas: str, folder: Path, visit: Callable[..., Visit]
) -> None:
    page = ready(visit(f"{atlas}/?id=t-first", width=400, height=800, scheme="dark").page)
    shown(page, "Strike t-first")
    desk: Any = page.locator(".st-key-desk")
    store = FolderStore.open(folder)
    before = store.get("t-first")
    theirs = editing.correct(before, {"title": "Theirs"}, hand=editing.signed("Boris"))
    editing.save(store, [Edit(before, theirs)], by="Boris")
    desk.get_by_text("Accepted", exact=True).first.click()
    desk.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else changed this incident meanwhile.").wait_for()
    assert store.get("t-first") == theirs
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    desk.get_by_role("button", name="Take over the new state").click()
    shown(page, "Theirs")
