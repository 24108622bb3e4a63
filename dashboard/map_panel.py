"""The map of the page: what goes onto it, and what comes back from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from streamlit_folium import st_folium

from dashboard import session, theme, tokens
from dashboard.bulk import bulk
from dashboard.session import Bounds
from dashboard.source import Questions
from dashboard.state import State, View
from dashboard.strings import Words
from geo.layers import OPENSTREETMAP, RETURNED, IncidentLayer, Mode, Swatch, base_map, incident_group
from incidents import vocabulary

HEIGHT: Final = 520
WORLD: Final = View(lon=10.0, lat=25.0, zoom=2)
_FAR_DEGREES: Final = 4.0
_SHOWN: Final = (620, HEIGHT)
_MODES: Final[dict[str, Mode]] = {"incidents": "incidents", "regions": "choropleth", "density": "density"}


@dataclass(frozen=True)
class Seen:
    """What the map reports: degrees WGS 84; `ring` is a drawn area as (lon, lat) pairs."""

    bounds: Bounds | None = None
    view: View | None = None
    clicked: str | None = None
    clicks: int = 0
    ring: tuple[tuple[float, float], ...] | None = None


def draw(questions: Questions, state: State, words: Words, mode: theme.Mode, *, online: bool) -> Seen:
    """Draw the map and return what the visitor did on it.

    The base map stays the same between reruns, so that the view is kept; all that changes goes in with the layer.
    """
    token = tokens.issue(questions.catalogue, state.where)
    layer = IncidentLayer(
        token,
        mode=_MODES[state.layer],
        size_by="killed" if state.size == "killed" else "count",
        selected=state.selected if questions.has(state.selected) else None,
        outline=state.where.within,
        level=questions.level(state.where)
        if state.layer == "regions"
        else "auto",  # a question; the map waits for none
        uncertainty="all" if state.circles else "selected",
        palette=palette(words, mode),
        theme=mode,
        language="uk" if words.language == "uk" else "en",
    )
    start = _start(questions, state, (mode, online))
    go_to = session.held().go_to
    event = st_folium(
        base_map(
            center=(start.lon, start.lat),
            zoom=round(start.zoom),
            theme=mode,
            tiles=OPENSTREETMAP if online else None,
        ),
        key="map",
        height=HEIGHT,
        use_container_width=True,
        feature_group_to_add=incident_group(layer),
        returned_objects=[*RETURNED, "bounds", "zoom", "center"],
        center=(go_to.lat, go_to.lon) if go_to else None,
        zoom=round(go_to.zoom) if go_to else None,
    )
    tokens.map_first(token)
    return read(event or {})


def _start(questions: Questions, state: State, ground: tuple[theme.Mode, bool]) -> View:
    """Return where the map looks when it is mounted; another ground mounts it anew, where the visitor was."""
    marks = session.held().marks
    if marks.get("map_ground") != ground or "map_start" not in marks:
        marks |= {"map_ground": ground, "map_start": state.view or home(questions)}
        session.held().go_to = None
    start: View = marks["map_start"]
    return start


def home(questions: Questions) -> View:
    """Return the view that holds nearly all incidents: the middle 98 % in each direction, of a small collection without
    a stray, so that one error is no reason to look at the whole world.
    """
    known = _known(questions)
    if known is None:
        return WORLD
    lon, lat = known
    west, east = np.quantile(lon, (0.01, 0.99))
    south, north = np.quantile(lat, (0.01, 0.99))
    (west, east), (south, north) = (
        bulk(np.clip(values, *ends), least=_FAR_DEGREES)
        for values, ends in ((lon, (west, east)), (lat, (south, north)))
    )
    return _fitting(float(west), float(south), float(east), float(north))


def whole(questions: Questions) -> View:
    """Return the view that holds every incident that is on the map."""
    known = _known(questions)
    if known is None:
        return WORLD
    lon, lat = known
    return _fitting(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _known(questions: Questions) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    points = questions.points()
    known = np.isfinite(points.lon) & np.isfinite(points.lat)
    return (points.lon[known], points.lat[known]) if known.any() else None


def _fitting(west: float, south: float, east: float, north: float) -> View:
    low, high = _mercator(float(south)), _mercator(float(north))
    zooms = [
        math.log2(pixels * 0.8 / 256 / max(share, 1e-6))
        for pixels, share in zip(_SHOWN, ((east - west) / 360, abs(high - low)), strict=True)
    ]
    middle = math.degrees(math.atan(math.sinh((low + high) * math.pi)))
    return View(
        round(float(west + east) / 2, 4), round(middle, 4), float(min(max(math.floor(min(zooms)), 2), 11))
    )


def _mercator(lat: float) -> float:
    """Return the northing of a latitude as a share of the world's width (web Mercator, Snyder 1987, 7-7)."""
    kept = math.radians(min(max(lat, -85.0), 85.0))
    return math.asinh(math.tan(kept)) / (2 * math.pi)


def palette(words: Words, mode: theme.Mode) -> list[Swatch]:
    """Return how each category is drawn, in vocabulary order."""
    return [
        Swatch(word, words.term("category", word), theme.colour(word, mode), theme.mark(word))
        for word in vocabulary.words("category")
    ]


def read(event: dict[str, Any]) -> Seen:
    """Read what the component returned; what is missing or odd is left out."""
    return Seen(
        bounds=_bounds(event.get("bounds")),
        view=_view(event.get("center"), event.get("zoom")),
        clicked=event.get("last_object_clicked_tooltip"),
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
            return tuple(
                (round(float(lon), 6), round(float(lat), 6)) for lon, lat, *_ in geometry["coordinates"][0]
            )
    return None
