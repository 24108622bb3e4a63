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

from dashboard import server, warm


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Serve as the product does; or as Python and Streamlit do by themselves, the alternative of one measurement."""
    if "MAP_PLAIN" not in os.environ:
        warm.share()
        warm.send_at_once()
    yield {}


package = os.environ.get("MAP_PACKAGE")  # the files of FastMarkerCluster
files = [Mount("/cluster", StaticFiles(directory=package))] if package else []
app = st.App(
    Path(__file__).with_name(os.environ.get("MAP_PAGE", "map_page.py")),
    routes=[*files, *server.routes()],
    middleware=server.middleware(),
    lifespan=lifespan,
)
