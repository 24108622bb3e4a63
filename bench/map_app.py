"""The page that `bench.map` measures: the product's map, or an alternative, over `MAP_SIZE` synthetic incidents."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from dashboard import server, warm

if (
    "MAP_PLAIN" not in os.environ
):  # as Python and Streamlit do it by themselves: the alternative of one measurement
    warm.share()
package = os.environ.get("MAP_PACKAGE")  # the files of FastMarkerCluster
files = [Mount("/cluster", StaticFiles(directory=package))] if package else []
app = st.App(
    Path(__file__).with_name(os.environ.get("MAP_PAGE", "map_page.py")),
    routes=[*files, *server.routes()],
    middleware=server.middleware(),
)
