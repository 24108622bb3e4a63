"""The Streamlit script of `map_app.py`: the filter, the line of truth and the map, all of the map's layers on."""

from __future__ import annotations

import math
import os

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from bench.memory import MemoryCatalogue, synthetic_points
from dashboard import tokens, warm
from geo.layers import RETURNED, IncidentLayer, base_map, incident_group
from incidents.filters import Filter

CHOICES = ["air_strike", "shelling", "explosion", "shooting", "displacement", "object_damage"]

st.set_page_config(layout="wide")


@st.cache_resource
def catalogue() -> MemoryCatalogue:
    """Return the synthetic incidents, made once."""
    made = MemoryCatalogue(synthetic_points(int(os.environ["MAP_SIZE"])))
    if "MAP_PLAIN" not in os.environ:
        warm.settle()
    return made


def product() -> None:
    """Draw the product's map."""
    picked = st.pills("Category", CHOICES, key="category")
    where = Filter.from_words({"category": picked or ""})
    counts = catalogue().counts(where)
    st.text(
        f"{counts.total} incidents · {counts.mapped} on the map · {counts.unplaced} without a known place"
    )
    layer = IncidentLayer(tokens.issue(catalogue(), where))
    st_folium(
        base_map(center=(31.2, 48.6), zoom=6),
        key="map",
        height=640,
        use_container_width=True,
        feature_group_to_add=incident_group(layer),
        returned_objects=RETURNED,
    )


def heavy() -> None:
    """Render 5,000 folium markers, which holds the interpreter for seconds."""
    import folium

    ground = base_map()
    points = catalogue().points()
    for lon, lat in zip(points.lon[:5000], points.lat[:5000], strict=True):
        if math.isfinite(lon):
            folium.CircleMarker((lat, lon), radius=3).add_to(ground)
    st_folium(ground, height=400, returned_objects=[])


def streamlit_map() -> None:
    """Draw the same points with st.map."""
    points = catalogue().points()
    st.map(pd.DataFrame({"lat": points.lat, "lon": points.lon}).dropna())


{"heavy": heavy, "st.map": streamlit_map}.get(st.query_params.get("page", ""), product)()
