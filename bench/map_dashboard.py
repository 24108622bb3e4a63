"""The dashboard itself over a folder of a million incidents: first map, filter to drawn, pan, jump. Part of `bench.map`."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from bench import synthetic
from bench.map_probe import PORT, browser_page, filter_changes, first_map, memory_of, say
from bench.serving import serving

CATEGORIES = ("Air strike", "Missile strike", "Shelling", "Shooting", "Burial site", "Explosion")


def measured(folder: Path) -> dict[str, float]:
    """Return first map and filter change (medians, ms), and the memory of the server (MB)."""
    with serving("app.py", PORT, INCIDENT_ATLAS_COLLECTION=str(folder)) as pid, browser_page() as page:
        address = f"http://127.0.0.1:{PORT}/"
        firsts = []
        for _ in range(6):  # the first builds the index of the folder and is not counted
            firsts.append(first_map(page, address))
            page.get_by_role("table").wait_for()
            page.wait_for_timeout(1500)
        changes = filter_changes(page, CATEGORIES, rest=1500)
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
