"""Measures the map beside its alternatives in the same run: `make bench-map`, or `python -m bench.map [--quick]`.

In the browser (headless Chromium, 1400 × 900) at 10k, 100k and 1M synthetic incidents; on the server up to 10M.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import folium
import numpy as np
import orjson
from playwright.sync_api import Error, Frame, Page

from bench import map_dashboard, map_plain, map_several
from bench.map_probe import (
    FRAME,
    GROUND,
    JUMP,
    PAN,
    PLAY,
    PORT,
    browser_page,
    first_map,
    map_frame,
    memory_of,
    percentiles,
    say,
    timed,
    until_redrawn,
)
from bench.memory import MemoryCatalogue, synthetic_points
from bench.serving import serving
from dashboard import views
from dashboard.tokens import Registry
from geo import basemap
from geo.grid import Window
from incidents.filters import Filter

ROOT = Path(__file__).resolve().parents[1]
MARKED = "() => !!document.querySelector('.leaflet-marker-icon')"
PATIENCE = 300.0
Make = Callable[..., folium.Map]
Measured = tuple[float, float]  # ms to the first marker, MB of scripts


# --- the server's side --------------------------------------------------------------------------------------------


def views_around(points: Any, count: int) -> Iterator[dict[str, str]]:
    """Yield the parameters of views as the browser asks for them: around incidents, at zooms 2 to 14."""
    rng = np.random.default_rng(4)
    placed = np.flatnonzero(np.isfinite(points.lon))
    for row in rng.choice(placed, count):
        zoom = int(rng.integers(2, 15))
        lon, lat = float(points.lon[row]), float(points.lat[row])
        middle = Window.of(lon, lat, lon, lat, zoom=zoom)
        side = 1 << middle.level
        x0, x1 = (middle.x0 - 20, middle.x0 + 20) if side > 40 else (0, side)
        y0, y1 = max(middle.y0 - 12, 0), min(middle.y0 + 12, side)
        yield {key: str(v) for key, v in {"z": zoom, "x0": x0, "y0": y0, "x1": x1, "y1": y1}.items()}


def server_side(size: int) -> None:
    """Print one row: index, filter and view at a size."""
    catalogue = MemoryCatalogue(synthetic_points(size))
    points, registry = catalogue.points(), Registry()
    entry = registry.find(registry.issue(catalogue, Filter()))
    assert entry is not None
    build, grid = timed(lambda: entry.indexed.grid)
    new = registry.find(registry.issue(catalogue, Filter.from_words({"category": "shelling"})))
    assert new is not None
    parameters = list(views_around(points, 200))
    first, _ = timed(lambda: views.view(new, parameters[0]))
    views.view(entry, parameters[0])
    spent, weight = [], []
    for one in parameters:
        ms, body = timed(lambda one=one: gzip.compress(  # type: ignore[misc]
            orjson.dumps(views.view(entry, one), option=orjson.OPT_SERIALIZE_NUMPY), 6))  # fmt: skip
        spent.append(ms)
        weight.append(len(body) / 1000)
    (p50, p95), (_, kb) = percentiles(spent), percentiles(weight)
    held = (grid.nbytes + entry.nbytes + new.nbytes) / 1e6
    say(
        f"{size:,}",
        f"{build:.0f} ms",
        f"{first:.1f} ms",
        f"{p50:.1f} ms",
        f"{p95:.1f} ms",
        f"{kb:.1f} kB",
        f"{held:.0f} MB",
    )


# --- the browser's side -------------------------------------------------------------------------------------------


ANSWER = re.compile(r"/atlas/(view|steps)/")
FILTERS = ("air_strike", "shelling", "explosion", "shooting", "displacement", "object_damage")


def pans(frame: Frame) -> list[float]:
    """Pan in a circle by 40 pixels a frame, 3 screens in all, at three zooms."""
    out: list[float] = []
    for zoom in (5, 7, 10):
        frame.evaluate(JUMP, [48.9 + zoom / 100, 33.1, zoom])
        for step in range(120):
            angle = step / 120 * 2 * np.pi
            out.append(frame.evaluate(PAN, [40 * np.cos(angle), 40 * np.sin(angle)]))
    return out


def jumps(frame: Frame) -> list[float]:
    """Jump to other places and zooms, 40 times."""
    rng = np.random.default_rng(8)
    out = []
    for step in range(40):  # another zoom each time, so that every jump asks the server
        place = [float(rng.uniform(47, 51)), float(rng.uniform(24, 39)), 5 + step * 3 % 8]
        out.append(frame.evaluate(JUMP, place))
    return out


def pill_changes(page: Page, frame: Frame) -> list[float]:
    """Click the choices of `map_page` in turn."""
    out = []
    for name in FILTERS:
        out.append(until_redrawn(page, frame, page.get_by_text(name, exact=True).click))
        page.wait_for_timeout(300)
    return out


def browser_side(size: int) -> dict[str, float]:
    """Measure the product in the browser at a size and print its row."""
    with serving("bench/map_app.py", PORT, MAP_SIZE=str(size)) as pid, browser_page() as page:
        page.goto(f"http://127.0.0.1:{PORT}/")  # the first visitor makes the synthetic incidents
        map_frame(page)
        weights: list[float] = []
        page.on(
            "response",
            lambda r: ANSWER.search(r.url) and weights.append(float(r.headers.get("content-length", 0))),
        )
        first = statistics.median(first_map(page, f"http://127.0.0.1:{PORT}/") for _ in range(3))
        frame = map_frame(page)
        pan, jump, change = pans(frame), jumps(frame), pill_changes(page, frame)
        heap = (
            frame.evaluate("() => { if (window.gc) gc(); return performance.memory.usedJSHeapSize; }") / 1e6
        )
        ground = float(frame.evaluate(GROUND))
        page.reload()
        _, played = percentiles(map_frame(page).evaluate(PLAY))
        (p50, p95), (j50, j95), worst = percentiles(pan), percentiles(jump), statistics.median(change)
        say(f"incidents on our map, {size:,}", f"{first:.0f} ms", f"{p50:.1f}/{p95:.1f} ms", f"{j50:.0f}/{j95:.0f} ms", f"{worst:.0f} ms",
            f"{max(weights, default=0) / 1000:.1f} kB", f"{heap:.0f} MB", f"{memory_of(pid):.0f} MB", f"{ground:.1f} ms",
            f"{played:.1f} ms")  # fmt: skip
        return {"first": first}


# --- alternatives -------------------------------------------------------------------------------------------------


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """Serve a folder of files; yields its address."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def rows_of(size: int) -> map_plain.Rows:
    """Return the (lat, lon) of the synthetic incidents that are on the map."""
    points = synthetic_points(size)
    placed = np.isfinite(points.lon)
    return np.stack([points.lat[placed], points.lon[placed]], axis=1).tolist()  # type: ignore[no-any-return]


def bare_file(size: int, make: Make, package: Path | None) -> Measured:
    """Return the ms from making a folium map in Python to its first marker on the screen, as a file without a page."""
    rows = rows_of(size)
    with tempfile.TemporaryDirectory() as temporary, browser_page() as page:
        folder = Path(temporary)
        shutil.copytree(basemap.leaflet_folder(), folder, dirs_exist_ok=True)
        if package:
            shutil.copytree(package, folder, dirs_exist_ok=True)
        start = time.perf_counter()
        make(rows).save(str(folder / "index.html"))
        with files(folder) as address:
            page.goto(f"{address}/index.html", wait_until="commit")
            page.wait_for_selector(".leaflet-marker-icon", state="attached", timeout=PATIENCE * 1000)
            page.evaluate(FRAME)
            first = (time.perf_counter() - start) * 1000
            return first, heap_of(page.main_frame)


def in_the_page(size: int, kind: str, package: Path | None) -> Measured:
    """Return the ms from the address typed to the first marker painted, of a folium map in `st_folium`: in the Streamlit
    page of our map, on a server that has shown it before.
    """
    served = {"MAP_SIZE": str(size), **({"MAP_PACKAGE": str(package)} if package else {})}
    address = f"http://127.0.0.1:{PORT}/?page={kind}"
    with serving("bench/map_app.py", PORT, **served), browser_page() as page:
        first_map(page, address, MARKED, seconds=PATIENCE)
        first = first_map(page, address, MARKED, seconds=PATIENCE)
        return first, heap_of(map_frame(page, MARKED))


def heap_of(frame: Frame) -> float:
    """Return the memory of a frame's scripts, MB."""
    return float(frame.evaluate("() => performance.memory.usedJSHeapSize") / 1e6)


def alternative(name: str, ours: float, measure: Callable[[], Measured]) -> None:
    """Print the row of an alternative, and how much faster our map is."""
    try:
        first, heap = measure()
    except Error as error:
        say(name, f"gave up: {str(error).splitlines()[0][:60]}")
        return
    say(name, f"{first:.0f} ms", "", "", "", "", f"{heap:.0f} MB")
    say("  our map is faster by", f"{first / ours:.0f} times")


def alternatives(ours: dict[int, float]) -> None:
    """Print the rows of folium's own maps: as a bare file, and in the same Streamlit page as our map."""
    with tempfile.TemporaryDirectory() as temporary:
        package = map_plain.cluster_package(Path(temporary))
        kinds: list[tuple[str, str, Make, list[int]]] = [
            ("folium markers", "markers", map_plain.plain_markers, [s for s in ours if s <= 10_000])
        ]
        if package is None:
            say("FastMarkerCluster", "not measured: npm is not here")
        else:
            kinds.append(
                ("FastMarkerCluster", "fast", map_plain.fast_cluster, [s for s in ours if s > 10_000])
            )
        for name, kind, make, sizes in kinds:
            for size in sizes:
                alternative(
                    f"{name}, bare file, {size:,}", ours[size], partial(bare_file, size, make, package)
                )
                alternative(
                    f"{name}, st_folium, {size:,}", ours[size], partial(in_the_page, size, kind, package)
                )


def streamlit_map(size: int) -> None:
    """Measure st.map: until its canvas is there and the page is at rest."""
    with serving("bench/map_app.py", PORT, MAP_SIZE=str(size)), browser_page() as page:
        page.goto(f"http://127.0.0.1:{PORT}/")
        map_frame(page)
        start = time.perf_counter()
        page.goto(f"http://127.0.0.1:{PORT}/?page=st.map")
        page.wait_for_selector("[data-testid=stDeckGlJsonChart] canvas", state="attached")
        page.wait_for_selector("[data-testid=stStatusWidget]", state="detached")
        for _ in range(3):
            page.evaluate(FRAME)
        first = (time.perf_counter() - start) * 1000
        heap = page.evaluate("() => performance.memory.usedJSHeapSize") / 1e6
        say(f"st.map, {size:,}", f"{first:.0f} ms", "", "", "", "", f"{heap:.0f} MB")


# --- several at once ----------------------------------------------------------------------------------------------


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="10k and 100k only")
    quick = parser.parse_args().quick
    sizes = (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000)
    print("\nOn the server (targets at 10M: p95 60 ms)")
    say("incidents", "index", "new filter", "view p50", "view p95", "bytes p95", "memory")
    for size in (*sizes, *(() if quick else (10_000_000,))):
        server_side(size)
    print(
        "\nIn the browser (targets at 1M: first 2,000; pan 16/33; jump 100; filter 350; 25 kB; heap 150; server 700)"
    )
    say(
        "",
        "first map",
        "pan p50/p95",
        "jump p50/p95",
        "filter p50",
        "bytes max",
        "heap",
        "server",
        "basemap",
        "play p95",
    )
    ours = {size: browser_side(size)["first"] for size in sizes}
    map_dashboard.main(sizes[-1])
    alternatives(ours)
    if not quick:
        streamlit_map(1_000_000)
    map_several.main(100_000 if quick else 1_000_000)


if __name__ == "__main__":
    main()
