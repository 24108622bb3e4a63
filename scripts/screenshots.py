"""Takes the pictures of the README from the running dashboard: `make screenshots` writes docs/images/*.png.

Starts the dashboard with the shipped collection on a free port, opens it in headless Chromium, and ends both.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LEDGER = "ua-bucha-bodies-2022-04"


class Shot(NamedTuple):
    """One picture: the address, the window, and the part of the page to keep (the window where there is none)."""

    name: str
    query: str
    width: int
    height: int
    scheme: str = "light"
    part: str | None = None


SHOTS = (
    Shot("map-light", f"id={LEDGER}", 1400, 900),
    Shot("map-dark", "id=ua-izium-burial-site-2022&lat=49.0&lon=37.5&zoom=9", 1400, 900, "dark"),
    Shot("narrow", f"id={LEDGER}", 400, 860),
    Shot("ledger", f"id={LEDGER}", 400, 4200, part=".ia-ledger"),
    Shot("ledger-wide", "id=ua-mariupol-drama-theatre-2022-03-16", 1100, 3600, part=".ia-ledger"),
    Shot("regions-uk", "layer=regions&lang=uk", 1400, 900),
)


@contextlib.contextmanager
def dashboard() -> Iterator[str]:
    """Start the dashboard with the shipped collection; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = os.environ | {"INCIDENT_ATLAS_COLLECTION": str(ROOT / "data" / "ukraine")}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def take(browser: Any, address: str, shot: Shot) -> None:
    """Take one picture when the map has drawn and the page is quiet."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{address}/?{shot.query}")
    page.frame_locator("iframe").first.locator("canvas").first.wait_for()
    page.get_by_role("table").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    target = page.locator(shot.part).first if shot.part else page
    path = FOLDER / f"{shot.name}.png"
    target.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")
    page.close()


def main() -> int:
    """Take every picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with dashboard() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for shot in SHOTS:
            take(browser, address, shot)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
