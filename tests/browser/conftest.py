"""One dashboard and one browser for all browser tests; each test gets a page of its own, with what it asked noted."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Chromium's own remarks about the sandbox and the permissions policy of Streamlit's frames; no fault of the page.
HARMLESS = ("Unrecognized feature:", "allow-scripts and allow-same-origin")
Starter = Callable[..., str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(address: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Start `streamlit run SCRIPT` on a free port and return its address; all are ended after the session."""
    started: list[subprocess.Popen[bytes]] = []

    def start(script: str = "app.py", **environment: str) -> str:
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
        with (tmp_path_factory.mktemp("server") / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | environment
            )
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address, process)
        return address

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page and what happened on it: requests that left this machine, errors in the console."""

    page: Any
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """Open a page: `visit(address, width=400, scheme="dark")`."""
    contexts = []

    def open_page(address: str, *, width: int = 1400, height: int = 1000, scheme: str = "light") -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        made = Visit(context.new_page())
        _listen(made)
        made.page.goto(address)
        return made

    yield open_page
    for context in contexts:
        context.close()


def _listen(visit: Visit) -> None:
    local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")

    def asked(request: Any) -> None:
        if not request.url.startswith(local):
            visit.outside.append(request.url)

    def said(message: Any) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in HARMLESS):
            visit.errors.append(message.text)

    visit.page.on("request", asked)
    visit.page.on(
        "websocket", lambda socket: None if socket.url.startswith(local) else visit.outside.append(socket.url)
    )
    visit.page.on("console", said)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
