"""Makes the first visit as quick as the next, and keeps one visitor's page from holding up the maps of the others.

Pages and the map's endpoint share one interpreter. While a page computes, a view waits for two things: for the hand-over
of the interpreter at each of its steps, and for the garbage collector, which stops everything while it looks at every
object of the process. Both are cut here; `docs/decisions/map.md` has the figures.

Python's clock for a hand-over starts anew whenever the interpreter changes hands. A page that gives it up for a moment and
takes it back more often than the clock rings (folium asks the system for random bytes with each marker) never has to let
anybody in: on several cores those who wait wake up too late, for seconds.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import stat
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any, Final

from streamlit import config

from incidents._errors import AtlasError

HAND_OVER: Final = 2e-5
"""Seconds after which a thread that computes must let another one in: less than a page takes for one marker.

Python's own value is 250 times that.
"""

MOST_FILES: Final = 256
"""Open files that are looked through for the socket that listens, which is among the first of a process."""


def share() -> None:
    """Let threads take short turns, and leave collecting garbage to Python instead of after every run of a page."""
    sys.setswitchinterval(HAND_OVER)
    config.set_option("runner.postScriptGC", value=False)


def send_at_once() -> None:
    """Send what is small without waiting until the browser confirms what went before, which it puts off by 40 ms.

    asyncio asks for this on every connection (TCP_NODELAY), but only where the listening socket was made with its
    protocol named, and Streamlit's is not. Connections inherit it from the socket that listens.
    """
    for number in range(MOST_FILES):
        with contextlib.suppress(OSError):  # no file of this number, or no socket of the internet
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as found:
                    if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def settle() -> None:
    """Take all that is loaded by now (libraries, the collection) out of the garbage collector's rounds."""
    gc.freeze()


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm up beside the starting server, which does not wait for it."""
    share()
    send_at_once()
    threading.Thread(target=_prepare, name="warm-up", daemon=True).start()
    yield {}


def _prepare() -> None:
    """Open the collection and read the libraries; what is wrong with it is told to the visitor by the page.

    Not the page itself: a Streamlit component must be declared by a running script.
    """
    import altair as alt
    import pandas as pd

    from dashboard import source, tokens
    from geo import basemap, layers
    from incidents.filters import Filter

    del alt, pd, layers
    basemap.compressed("basemap.json")
    with contextlib.suppress(AtlasError):
        questions = source.Questions(source.catalogue())
        everything = Filter()
        questions.counts(everything)
        entry = tokens.registry().find(tokens.issue(questions.catalogue, everything))
        if entry is not None:
            _ = entry.selection
    settle()
