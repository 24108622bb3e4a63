"""Several people at once: windows that pan together, askers beside a heavy page. Part of `bench.map`."""

from __future__ import annotations

import threading
import time
import urllib.request
from typing import Any

from playwright.sync_api import Frame, Page

from bench.map_probe import PORT, browser_page, map_frame, percentiles, say, timed
from bench.serving import serving

ADDRESS = f"http://127.0.0.1:{PORT}"
# Pans in a circle by 40 pixels a frame; notes the time to the end of each frame and how long each view took to come.
PAN_ON = """(seconds) => { window.panned = (async () => {
  const frames = [], end = performance.now() + seconds * 1000;
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(20000);
  for (let step = 0; performance.now() < end; step++) {
    const start = performance.now(), angle = step / 120 * 2 * Math.PI;
    map.panBy([40 * Math.cos(angle) + 12, 40 * Math.sin(angle)], {animate: false, noMoveStart: true});
    await new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
    frames.push(performance.now() - start);
  }
  const views = performance.getEntriesByType("resource").filter(e => e.name.includes("/atlas/view/"));
  return [frames, views.map(e => e.responseEnd - e.startTime)];
})(); }"""


def windows(count: int, seconds: float = 6.0) -> None:
    """Print how `count` browser windows pan at once: frames, and how long the answers of the server took."""
    with browser_page() as page:
        browser = page.context.browser
        assert browser is not None
        pages: list[Page] = [page]
        pages += [
            browser.new_context(viewport={"width": 1400, "height": 900}).new_page() for _ in range(count - 1)
        ]
        frames: list[Frame] = []
        for one in pages:
            one.set_default_timeout(200_000)
            one.goto(ADDRESS)
            frames.append(map_frame(one))
        for frame in frames:
            frame.evaluate(PAN_ON, seconds)
        answers: list[Any] = [frame.evaluate("() => window.panned") for frame in frames]
    spent = [ms for panned, _ in answers for ms in panned]
    asked = [ms for _, views in answers for ms in views]
    pan, view = percentiles(spent), percentiles(asked)
    say(f"{count} windows panning", f"{len(asked) / seconds:.0f} views/s", f"{view[0]:.1f}/{view[1]:.1f} ms",
        f"{pan[0]:.1f}/{pan[1]:.1f} ms", f"{len(spent) / seconds / count:.0f}")  # fmt: skip


def asked_for(address: str, seconds: float) -> list[float]:
    """Ask for one view over and over; return the ms of each."""
    out, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        out.append(timed(lambda: urllib.request.urlopen(address).read())[0])
    return out


def row(name: str, spent: list[float], seconds: float) -> None:
    """Print one row of askers."""
    say(name, f"{len(spent) / seconds:.0f} views/s", "{:.1f}/{:.1f} ms".format(*percentiles(spent)))


def view_of(page: Page) -> str:
    """Return the address of a view that the browser has not asked for."""
    url = map_frame(page).evaluate(
        "() => map.atlas.engine.url('view', {...map.atlas.engine.sheet.data.query, x0: -1})"
    )
    return f"{ADDRESS}{url}"


def beside_a_heavy_page(size: int, kind: str, **environment: str) -> None:
    """Print how the endpoint answers alone and while another page renders 5,000 folium markers, again and again."""
    with serving("bench/map_app.py", PORT, MAP_SIZE=str(size), **environment) as _, browser_page() as page:
        page.goto(ADDRESS)
        address = view_of(page)
        page.goto("about:blank")  # nobody else asks
        row(f"one asker, quiet ({kind})", asked_for(address, 3), 3)
        heavy = page.context.new_page()
        spent: list[float] = []
        for _ in range(3):
            heavy.goto(f"{ADDRESS}/?page=heavy", wait_until="commit")
            spent += asked_for(address, 3)
        row("  beside a page of 5,000 markers", spent, 9)


def eight_askers(size: int) -> None:
    """Print the rate under 8 askers that wait for nothing else, and 1 and 8 windows panning."""
    with serving("bench/map_app.py", PORT, MAP_SIZE=str(size)):
        with browser_page() as page:
            page.goto(ADDRESS)
            address = view_of(page)
        spent: list[float] = []
        threads = [threading.Thread(target=lambda: spent.extend(asked_for(address, 4))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row("8 askers without a pause", spent, 4)
        for count in (1, 8):
            windows(count)


def main(size: int) -> None:
    """Print the table."""
    print("\nSeveral at once (one process; a view over HTTP; frames of the windows on the same machine)")
    say("", "rate", "view p50/p95", "pan p50/p95", "frames/s")
    beside_a_heavy_page(size, "as Python and Streamlit would", MAP_PLAIN="1")
    beside_a_heavy_page(size, "as the product does")
    eight_askers(size)


if __name__ == "__main__":
    main(1_000_000)
