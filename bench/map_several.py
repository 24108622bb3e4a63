"""Several people at once: windows that pan together, askers beside a heavy page. Part of `bench.map`."""

from __future__ import annotations

import multiprocessing
import threading
import time
import urllib.request
from typing import Any

from playwright.sync_api import Frame, Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from bench.map_probe import PORT, browser_page, map_frame, percentiles, say, timed
from bench.serving import serving

ADDRESS = f"http://127.0.0.1:{PORT}"
ROUNDS, ASKING = 2, 5.0  # rounds are taken in turn, so that a busy machine is busy for all; seconds of each
PAUSE = 0.03  # seconds between a reader's views; without it, the asker would hold up the page
KINDS: dict[str, dict[str, str]] = {
    "as the product does": {},
    "less short turns": {"MAP_WITHOUT": "turns"},
    "less gc.freeze": {"MAP_WITHOUT": "freeze"},
    "less rare collections": {"MAP_WITHOUT": "rare collections"},
    "as Python and Streamlit do": {"MAP_WITHOUT": "all"},
    "the product on one core": {"MAP_CORE": "0"},
    "Python and Streamlit on one core": {"MAP_CORE": "0", "MAP_WITHOUT": "all"},
}
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


def asked_for(address: str, seconds: float, *, pause: float = 0) -> list[float]:
    """Ask for one view over and over, with a pause between; return the ms of each."""
    out, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        out.append(timed(lambda: urllib.request.urlopen(address).read())[0])
        time.sleep(pause)
    return out


def row(name: str, spent: list[float], seconds: float) -> None:
    """Print one row of askers."""
    say(name, f"{len(spent) / seconds:.0f} views/s", "{:.1f}/{:.1f} ms".format(*percentiles(spent)),
        f"most {max(spent):.0f} ms")  # fmt: skip


def view_of(page: Page) -> str:
    """Return the address of a view that the browser has not asked for."""
    url = map_frame(page).evaluate(
        "() => map.atlas.engine.url('view', {...map.atlas.engine.sheet.data.query, x0: -1})"
    )
    return f"{ADDRESS}{url}"


def visit_again_and_again() -> None:
    """Open the page of 5,000 markers as a visitor whose browser costs nothing, and again as soon as it is drawn."""
    asking = BackMsg()
    asking.rerun_script.query_string = "page=heavy"
    with connect(ADDRESS.replace("http", "ws") + "/_stcore/stream", max_size=None) as socket:
        socket.send(asking.SerializeToString())
        while True:
            said = ForwardMsg()
            said.ParseFromString(bytes(socket.recv()))
            if said.WhichOneof("type") == "script_finished":
                socket.send(asking.SerializeToString())


def beside_a_heavy_page(size: int, **environment: str) -> tuple[list[float], list[float]]:
    """Return the ms of views alone, and while another page renders 5,000 folium markers, again and again."""
    with serving("bench/map_app.py", PORT, MAP_SIZE=str(size), **environment) as _:
        with browser_page() as page:
            page.goto(ADDRESS)
            address = view_of(page)
        alone = asked_for(address, ASKING / 2, pause=PAUSE)
        heavy = multiprocessing.get_context("spawn").Process(target=visit_again_and_again, daemon=True)
        heavy.start()
        time.sleep(3)
        beside = asked_for(address, ASKING, pause=PAUSE)
        heavy.terminate()
        heavy.join()
    return alone, beside


def remedies(size: int) -> None:
    """Print how views do beside a heavy page with all that `dashboard.warm` does, with less, and on one core."""
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in KINDS}
    for _ in range(ROUNDS):
        for name, environment in KINDS.items():
            for all_of, new in zip(spent[name], beside_a_heavy_page(size, **environment), strict=True):
                all_of.extend(new)
    for name, (alone, beside) in spent.items():
        row(f"{name}, alone", alone, ROUNDS * ASKING / 2)
        row("  beside a page of 5,000 markers", beside, ROUNDS * ASKING)


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
    remedies(size)
    eight_askers(size)


if __name__ == "__main__":
    main(1_000_000)
