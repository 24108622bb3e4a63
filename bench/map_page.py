"""The Streamlit script of `map_app.py`: the filter, the line of truth and the map; `?page=` puts another map there."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import partial

import folium
import numpy as np
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from bench import map_plain
from bench.memory import MemoryCatalogue, synthetic_points
from dashboard import tokens, warm
from geo import basemap
from geo.layers import RETURNED, IncidentLayer, base_map, incident_group
from incidents.filters import Filter

CHOICES = ["air_strike", "shelling", "explosion", "shooting", "displacement", "object_damage"]

st.set_page_config(layout="wide")


@st.cache_resource
def catalogue() -> MemoryCatalogue:
    """Return the synthetic incidents, made once."""
    made = MemoryCatalogue(synthetic_points(int(os.environ["MAP_SIZE"])))
    if not {"all", "freeze"} & set(os.environ.get("MAP_WITHOUT", "").split(",")):
        warm.settle()
    return made


def chosen() -> Filter:
    """Draw the choice of a category and the line of truth."""
    picked = st.pills("Category", CHOICES, key="category")
    where = Filter.from_words({"category": picked or ""})
    counts = catalogue().counts(where)
    st.text(
        f"{counts.total} incidents · {counts.mapped} on the map · {counts.unplaced} without a known place"
    )
    return where


def product() -> None:
    """Draw the product's map."""
    layer = IncidentLayer(tokens.issue(catalogue(), chosen()))
    st_folium(
        base_map(center=(31.2, 48.6), zoom=6),
        key="map",
        height=640,
        use_container_width=True,
        feature_group_to_add=incident_group(layer),
        returned_objects=RETURNED,
    )


@st.cache_resource
def rows(query: str) -> map_plain.Rows:
    """Return the (lat, lon) of what a filter leaves on the map, made once for each filter."""
    points = catalogue().points()
    shown = catalogue().mask(Filter.from_query(query)) & np.isfinite(points.lon)
    return np.stack([points.lat[shown], points.lon[shown]], axis=1).tolist()


def plainly(make: Callable[..., folium.Map]) -> None:
    """Draw a map of folium's own in the same page; made anew for each run, because st_folium changes it."""
    made = make(rows(chosen().to_query()), leaflet=basemap.leaflet_address(""), cluster="/cluster/")
    st_folium(made, height=640, use_container_width=True, returned_objects=[])


def heavy() -> None:
    """Render 5,000 folium markers, which holds the interpreter for seconds."""
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


PAGES: dict[str, Callable[[], None]] = {
    "heavy": heavy,
    "st.map": streamlit_map,
    "fast": partial(plainly, map_plain.fast_cluster),
    "markers": partial(plainly, map_plain.plain_markers),
}
PAGES.get(st.query_params.get("page", ""), product)()
