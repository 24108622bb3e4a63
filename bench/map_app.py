"""The page that `bench.map` measures: the product's map, or an alternative, over `MAP_SIZE` synthetic incidents."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit import config

from dashboard import server, warm

# remedies of `dashboard.warm` that are left out, to compare
WITHOUT = set(os.environ.get("MAP_WITHOUT", "").split(","))
if "MAP_CORE" in os.environ:
    os.sched_setaffinity(0, {int(os.environ["MAP_CORE"])})


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Serve as the product does, less what is left out."""
    if "all" not in WITHOUT:
        warm.share()
        warm.send_at_once()
    if "turns" in WITHOUT:
        sys.setswitchinterval(0.005)
    if "rare collections" in WITHOUT:
        config.set_option("runner.postScriptGC", value=True)
    yield {}


package = os.environ.get("MAP_PACKAGE")  # the files of FastMarkerCluster
files = [Mount("/cluster", StaticFiles(directory=package))] if package else []
app = st.App(
    Path(__file__).with_name(os.environ.get("MAP_PAGE", "map_page.py")),
    routes=[*files, *server.routes()],
    middleware=server.middleware(),
    lifespan=lifespan,
)
