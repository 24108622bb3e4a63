"""The dashboard itself over a folder of a million incidents: first map, filter to drawn, pan, jump. Part of `bench.map`."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Frame, Page

from bench import synthetic
from bench.map_probe import NEXT_DRAWN, PORT, browser_page, first_map, map_frame, memory_of, say
from bench.serving import serving

CATEGORIES = ("Air strike", "Missile strike", "Shelling", "Shooting", "Burial site", "Explosion")


def filter_changes(page: Page, frame: Frame) -> list[float]:
    """Choose categories one after the other; return the ms from each click to the map redrawn."""
    spent = []
    for name in CATEGORIES:
        page.locator("section[data-testid=stSidebar] [data-testid=stMultiSelect] input").first.click()
        option = page.get_by_role("option", name=name).first
        option.wait_for()
        frame.evaluate(NEXT_DRAWN)
        start = page.evaluate("() => Date.now()")
        option.click()
        spent.append(float(frame.evaluate("() => window.next") - start))
        page.keyboard.press("Escape")
        page.wait_for_timeout(1500)
    return spent


def measured(folder: Path) -> dict[str, float]:
    """Return first map and filter change (medians, ms), and the memory of the server (MB)."""
    with serving("app.py", PORT, INCIDENT_ATLAS_COLLECTION=str(folder)) as pid, browser_page() as page:
        address = f"http://127.0.0.1:{PORT}/"
        firsts = []
        for _ in range(6):  # the first builds the index of the folder and is not counted
            firsts.append(first_map(page, address))
            page.get_by_role("table").wait_for()
            page.wait_for_timeout(1500)
        changes = filter_changes(page, map_frame(page))
        return {
            "first": statistics.median(firsts[1:]),
            "filter": statistics.median(changes),
            "memory": memory_of(pid),
        }


def main(size: int) -> None:
    """Print the row."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "collection"
        synthetic.write_folder(size, folder)
        got = measured(folder)
    say(f"the dashboard itself, {size:,}", f"{got['first']:.0f} ms", "", "", f"{got['filter']:.0f} ms", "", "",
        f"{got['memory']:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
