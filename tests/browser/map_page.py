"""The Streamlit script of `map_app.py`. What it shows is chosen by the address: `?mode=…&category=…&theme=…`."""

from __future__ import annotations

import os

import numpy as np
import streamlit as st
from streamlit_folium import st_folium

from bench.memory import MemoryCatalogue, points
from dashboard import tokens
from geo.layers import RETURNED, IncidentLayer, base_map, incident_group
from incidents.filters import Filter

st.set_page_config(layout="wide")


@st.cache_resource
def catalogue() -> MemoryCatalogue:
    size = int(os.environ.get("MAP_SIZE", "2000"))
    columns = points(size)
    columns.lon[:40], columns.lat[:40] = 37.25, 49.2
    columns.lon[40], columns.lat[40] = 33.0, 45.2
    columns.lon[41:45] = [np.nan, 900.0, 10.0, 36.0]
    titles = [f"Incident number {row}" for row in range(size)]
    titles[40] = '<img src=x onerror="window.hacked=1"><b>bold</b>'
    return MemoryCatalogue(columns, titles=titles)


q = st.query_params
picked = st.pills("Category", ["air_strike", "shelling", "shooting"], key="category")
where = Filter.from_words({"category": picked or q.get("category", "")})
token = tokens.issue(catalogue(), where)


@st.fragment
def the_map() -> None:
    layer = IncidentLayer(
        token,
        mode=q.get("mode", "incidents"),
        size_by=q.get("size_by", "count"),
        selected=st.session_state.get("chosen") or q.get("selected"),
        uncertainty=q.get("uncertainty", "selected"),
        level=q.get("level", "auto"),
        theme=q.get("theme", "light"),
        language=q.get("language", "en"),
    )
    lon, lat = (float(v) for v in q.get("center", "31.2,48.6").split(","))
    got = st_folium(
        base_map(center=(lon, lat), zoom=int(q.get("zoom", "6")), theme=q.get("theme", "light"),
                 language=q.get("language", "en")),
        key="map", height=int(q.get("height", "640")), use_container_width=True,
        feature_group_to_add=incident_group(layer), returned_objects=RETURNED,
    )  # fmt: skip
    chosen = got.get("last_object_clicked_tooltip")
    if chosen != st.session_state.get("chosen"):
        st.session_state["chosen"] = chosen
        st.rerun(scope="fragment")
    st.text(f"chosen: {chosen}")
    st.text(f"drawn: {got.get('last_active_drawing')}")


the_map()
st.text(f"filter: {where.to_query()}")
