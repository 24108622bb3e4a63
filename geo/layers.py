"""The map as folium objects: a base map that asks nobody, and the layer of incidents.

Both are made for `st_folium`. The base map's script is the same at every rerun, so the component is not mounted anew
and the reader's view is kept; what changes with the filter goes in through `feature_group_to_add`:

    st_folium(base_map(center=(31.2, 48.6), zoom=6), key="map",
              feature_group_to_add=incident_group(IncidentLayer(token, palette=palette)),
              returned_objects=RETURNED)

What `st_folium` returns when a single incident is chosen (on the map, in the list of a stack, or by Enter):

    {"last_object_clicked": {"lat": …, "lng": …},       where it stands, degrees
     "last_object_clicked_count": 3,                    goes up by one with every choice
     "last_object_clicked_tooltip": "the incident's id"}

A cluster is taken apart in the browser and returns nothing. A finished drawing arrives as `last_active_drawing`, a
GeoJSON Feature (Polygon, [lon, lat]); removing it makes `all_drawings` an empty list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypedDict, Unpack

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template

from geo import basemap
from geo._texts import TEXTS

RETURNED: Final = (
    "last_object_clicked",
    "last_object_clicked_count",
    "last_object_clicked_tooltip",
    "last_active_drawing",
    "all_drawings",
)
MIN_ZOOM: Final = 2
MAX_ZOOM: Final = 18

Theme = Literal["light", "dark"]
Language = Literal["en", "uk"]
Mode = Literal["incidents", "choropleth", "density"]


class Swatch(NamedTuple):
    """How one category is drawn. `mark` is a shape: circle square diamond triangle down pentagon hexagon star cross."""

    word: str
    label: str
    color: str
    mark: str = "circle"


# Okabe and Ito's eight colours and Tol's muted scheme, told apart under the common kinds of colour blindness; the
# shape is the second sign. The order is that of the category codes.
PALETTE: Final = tuple(
    Swatch(word, word.replace("_", " "), color, mark)
    for word, color, mark in (
        ("air_strike", "#0072b2", "triangle"),
        ("missile_strike", "#d55e00", "diamond"),
        ("shelling", "#b8860b", "circle"),
        ("explosion", "#cc6677", "star"),
        ("shooting", "#882255", "down"),
        ("burial_site", "#332288", "cross"),
        ("detention_torture", "#117733", "square"),
        ("disappearance", "#44aa99", "hexagon"),
        ("sexual_violence", "#aa4499", "pentagon"),
        ("displacement", "#999933", "hexagon"),
        ("object_damage", "#56849c", "square"),
        ("other", "#6f6f6f", "circle"),
        ("territorial_control", "#8a7a66", "pentagon"),
        ("official_visit", "#8a7a66", "down"),
        ("investigation", "#8a7a66", "diamond"),
        ("accusation", "#8a7a66", "triangle"),
    )
)


class Tiles(NamedTuple):
    """An online tile server, which the reader chose: it learns every place the reader looks at."""

    url: str
    attribution: str


OPENSTREETMAP: Final = Tiles(
    "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>',
)


def texts(language: str) -> dict[str, str]:
    """Return the words on the map in a language; English where there are none."""
    return TEXTS.get(language, TEXTS["en"])


class _Map(folium.Map):
    """A folium map whose own links point at this machine."""

    default_js = [("leaflet", basemap.leaflet_address("leaflet.js"))]  # noqa: RUF012
    default_css = [("leaflet_css", basemap.leaflet_address("leaflet.css"))]  # noqa: RUF012


class _SetUp(JSCSSMixin, MacroElement):
    """The ground and the furniture of the map, drawn by our script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var drawnItems = atlas.setUp({{ this._parent.get_name() }}, {{ this.options|tojson }}).draw.drawn;
        {% endmacro %}
        """
    )
    default_js = [(name, basemap.address(name)) for name in basemap.SCRIPTS]  # noqa: RUF012
    default_css = [(name, basemap.address(name)) for name in basemap.STYLES]  # noqa: RUF012

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AtlasSetUp"
        self.options = dict(options)


def base_map(
    *,
    center: tuple[float, float] = (31.2, 48.6),
    zoom: int = 6,
    theme: Theme = "light",
    language: Language = "en",
    tiles: Tiles | None = None,
) -> folium.Map:
    """Return the map without incidents. `center` is (lon, lat), degrees.

    Build it anew for each call of `st_folium`, which changes it. Keep `center`, `zoom`, `theme`, `language` and
    `tiles` the same between reruns (hand a changed theme or language to `IncidentLayer` instead): another base map
    is another component, and the reader's view is lost.
    """
    lon, lat = center
    result = _Map(
        location=(lat, lon), zoom_start=zoom, tiles=None, prefer_canvas=True, world_copy_jump=True,
        fade_animation=False, wheel_px_per_zoom_level=90,
    )  # fmt: skip
    # folium hands the zooms to the tiles, and there are none
    result.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM}
    options: dict[str, Any] = {
        "theme": theme,
        "language": language,
        "texts": texts(language),
        "images": basemap.leaflet_address("images/"),
        "basemap": basemap.address("basemap.json"),
        "regions": basemap.address("regions.json"),
        "attribution": basemap.ATTRIBUTION,
        "tiles": tiles._asdict() if tiles else None,
    }
    _SetUp(options).add_to(result)
    return result


class LayerOptions(TypedDict, total=False):
    """What an `IncidentLayer` may be told."""

    mode: Mode
    size_by: Literal["count", "killed"]
    selected: str | None
    uncertainty: Literal["selected", "all"]
    level: Literal["auto", "admin1", "country"]
    outline: Sequence[tuple[float, float]] | None
    palette: Sequence[Swatch]
    theme: Theme
    language: Language


DEFAULTS: Final[LayerOptions] = {
    "mode": "incidents",
    "size_by": "count",
    "selected": None,
    "uncertainty": "selected",
    "level": "auto",
    "outline": None,
    "palette": PALETTE,
    "theme": "light",
    "language": "en",
}


class IncidentLayer(JSCSSMixin, Layer):
    """The incidents that a token stands for (see `dashboard.tokens`), as symbols, areas or a surface.

    `size_by` says what number and size mean: `count`, or `killed` (the sum of the lowest figures claimed, a lower
    bound). `selected` is the id of one incident: it is ringed, and its uncertainty circle drawn; `uncertainty="all"`
    draws every circle. `level` is the kind of area of the choropleth (`auto`: countries from afar where there are several). `outline` is a ring of (lon, lat) that filters, to be shown
    as the drawing. `palette` has one entry for each category code.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = atlas.incidents({{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, token: str, **options: Unpack[LayerOptions]) -> None:
        super().__init__(name="incidents", overlay=True, control=False)
        self._name = "IncidentLayer"
        chosen: LayerOptions = {**DEFAULTS, **options}
        self.options = {
            **chosen,
            "root": basemap.ROOT,
            "token": token,
            "palette": [swatch._asdict() for swatch in chosen["palette"]],
            "texts": texts(chosen["language"]),
        }


def incident_group(layer: IncidentLayer) -> folium.FeatureGroup:
    """Return the feature group that `st_folium` takes as `feature_group_to_add`."""
    group = folium.FeatureGroup(name="incidents", control=False)
    layer.add_to(group)
    return group
