"""The map of the page: what goes onto it, and what comes back from it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import folium
from folium.plugins import Draw
from streamlit_folium import st_folium

from dashboard import theme
from dashboard.session import Bounds
from dashboard.source import Questions
from dashboard.state import State, View
from dashboard.strings import Words


@dataclass(frozen=True)
class Seen:
    """What the map reports: degrees WGS 84; `ring` is a drawn area as (lon, lat) pairs."""

    bounds: Bounds | None = None
    view: View | None = None
    clicked: str | None = None
    clicks: int = 0
    ring: tuple[tuple[float, float], ...] | None = None


def draw(questions: Questions, state: State, words: Words, mode: theme.Mode) -> Seen:
    """Draw the map and return what the visitor did on it."""
    where = state.view or View(32.5, 48.7, 6)
    base = folium.Map(location=(where.lat, where.lon), zoom_start=where.zoom, tiles=None)
    Draw(draw_options={"polyline": False, "circle": False, "marker": False, "circlemarker": False}).add_to(base)
    group = folium.FeatureGroup("incidents")
    for row in questions.page(state.where, order="date", descending=True, offset=0, limit=300):
        if row["lon"] is None:
            continue
        folium.CircleMarker(
            (row["lat"], row["lon"]),
            radius=7,
            color=theme.colour(row["category"], mode),
            tooltip=html.escape(row["title"]),
            popup=folium.Popup(html.escape(row["id"])),
        ).add_to(group)
    event = st_folium(
        base,
        key="map",
        height=480,
        use_container_width=True,
        feature_group_to_add=group,
        returned_objects=[
            "bounds", "zoom", "center", "last_object_clicked_popup", "last_object_clicked_count", "all_drawings",
        ],
    )  # fmt: skip
    return read(event or {})


def read(event: dict[str, Any]) -> Seen:
    """Read what the component returned; what is missing or odd is left out."""
    return Seen(
        bounds=_bounds(event.get("bounds")),
        view=_view(event.get("center"), event.get("zoom")),
        clicked=event.get("last_object_clicked_popup"),
        clicks=int(event.get("last_object_clicked_count") or 0),
        ring=_ring(event.get("all_drawings")),
    )


def _bounds(raw: Any) -> Bounds | None:
    try:
        low, high = raw["_southWest"], raw["_northEast"]
        return (float(low["lng"]), float(low["lat"]), float(high["lng"]), float(high["lat"]))
    except (KeyError, TypeError, ValueError):
        return None


def _view(center: Any, zoom: Any) -> View | None:
    try:
        return View(round(float(center["lng"]), 4), round(float(center["lat"]), 4), float(zoom))
    except (KeyError, TypeError, ValueError):
        return None


def _ring(drawings: Any) -> tuple[tuple[float, float], ...] | None:
    """Return the outline of the last polygon or rectangle drawn."""
    for drawing in reversed(drawings or []):
        geometry = drawing.get("geometry") or {}
        if geometry.get("type") == "Polygon" and geometry.get("coordinates"):
            return tuple((float(lon), float(lat)) for lon, lat, *_ in geometry["coordinates"][0])
    return None
