"""The alternative that `make bench` measures beside the dashboard: the page people write first, with st_folium markers."""

from __future__ import annotations

import folium
import geopandas
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.layers import base_map


def page() -> None:
    """Draw the collection as one folium marker each, with a choice of categories, all anew on each run."""
    frame = pd.concat(
        [geopandas.read_file(f"data/ukraine/{n}.geojson") for n in ("2022-03", "2022-04", "2024-05")]
    )
    chosen = [c for c in sorted(frame["category"].unique()) if st.checkbox(c)]
    shown = frame[frame["category"].isin(chosen)] if chosen else frame
    assets = base_map(center=(32.6, 48.6), zoom=6)
    plain = folium.Map((48.6, 32.6), zoom_start=6, tiles=None, max_zoom=18)
    plain.default_js, plain.default_css = assets.default_js, assets.default_css
    for row in shown.itertuples():
        folium.CircleMarker((row.geometry.y, row.geometry.x), radius=8, tooltip=row.title).add_to(plain)
    st_folium(plain, height=520, use_container_width=True)


page()
