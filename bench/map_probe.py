"""What the measurements of the map share: a browser, the map's frame, what is run in it, and how a row is printed."""

from __future__ import annotations

import os
import resource
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Error, Frame, Page, sync_playwright
from playwright.sync_api import TimeoutError as GaveUp

PORT = int(os.environ.get("PORT", "8615"))
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-precise-memory-info", "--js-flags=--expose-gc"]  # fmt: skip

READY = (
    "!!(window.map && map.atlas && map.atlas.engine && map.atlas.engine.sheet.data && map.atlas.names._names)"
)
FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))"
# From the moment the input is handled to the end of the frame that shows it.
PAN = """async ([dx, dy]) => {
  const start = performance.now();
  map.panBy([dx, dy], {animate: false, noMoveStart: true});
  await new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
  return performance.now() - start;
}"""
JUMP = """async ([lat, lon, zoom]) => {
  const start = performance.now();
  const drawn = new Promise(done => map.once("atlas:drawn", done));
  map.setView([lat, lon], zoom, {animate: false});
  await drawn;
  await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - start;
}"""
# The whole basemap drawn anew, as after a jump: tiles and names.
GROUND = "() => { const t = performance.now(); for (const sheet of [map.atlas.ground, map.atlas.names]) { sheet.paint(); sheet._context.getImageData(0, 0, 1, 1); } return performance.now() - t; }"
# Play at four steps a second and note the time between frames.
PLAY = """async () => {
  const drawn = new Promise(done => map.once("atlas:drawn", done));
  map.atlas.player.begin();
  map.atlas.engine.playing.speed = 4;
  await drawn;
  const gaps = [];
  let last = performance.now();
  for (let k = 0; k < 120; k++) {
    await new Promise(done => requestAnimationFrame(done));
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  map.atlas.player.end();
  return gaps;
}"""
NEXT_DRAWN = "() => { window.next = new Promise(done => map.once('atlas:drawn', () => requestAnimationFrame(() => done(Date.now())))); }"


def percentiles(values: list[float]) -> tuple[float, float]:
    """Return p50 and p95."""
    return float(np.percentile(values, 50)), float(np.percentile(values, 95))


def say(*cells: object) -> None:
    """Print one row of a table."""
    print("  ".join(f"{c:>13}" if i else f"{c:<38}" for i, c in enumerate(cells)), flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return milliseconds and the result."""
    start = time.perf_counter()
    out = work()
    return (time.perf_counter() - start) * 1000, out


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open a page in headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        try:
            page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
            page.set_default_timeout(200_000)
            yield page
        finally:
            browser.close()


def map_frame(page: Page, ready: str = READY, *, seconds: float = 300) -> Frame:
    """Return the frame of the map once `ready` holds in it and it is painted. Raises GaveUp."""
    until = time.perf_counter() + seconds
    page.wait_for_selector("iframe", timeout=seconds * 1000)
    while time.perf_counter() < until:
        for frame in page.frames:
            with suppress(Error):  # a map whose base changes is mounted anew: the old frame goes away
                if "streamlit_folium" in frame.url and frame.evaluate(ready):
                    frame.evaluate(FRAME)
                    return frame
        page.wait_for_timeout(10)
    raise GaveUp(f"nothing on the map after {seconds:.0f} s")


def memory_of(pid: int) -> float:
    """Return the resident memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def first_map(page: Page, address: str, ready: str = READY, *, seconds: float = 300) -> float:
    """Return the ms from the address typed to the map painted."""
    page.goto("about:blank")
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    map_frame(page, ready, seconds=seconds)
    return (time.perf_counter() - start) * 1000


def until_redrawn(page: Page, frame: Frame, act: Callable[[], None]) -> float:
    """Return the ms from `act` to the frame that shows the map's next answer."""
    frame.evaluate(NEXT_DRAWN)
    start = page.evaluate("() => Date.now()")
    act()
    return float(frame.evaluate("() => window.next") - start)


def filter_changes(page: Page, names: Sequence[str], *, rest: int) -> list[float]:
    """Choose categories of the dashboard one after the other, with `rest` ms between; return the ms of each."""
    frame, spent = map_frame(page), []
    for name in names:
        page.locator("section[data-testid=stSidebar] [data-testid=stMultiSelect] input").first.click()
        option = page.get_by_role("option", name=name).first
        option.wait_for()
        spent.append(until_redrawn(page, frame, option.click))
        page.keyboard.press("Escape")
        page.wait_for_timeout(rest)
    return spent
