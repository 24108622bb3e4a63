"""The maps that people write with folium alone, which `bench.map` measures beside the product's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import folium
from folium.plugins import FastMarkerCluster

CLUSTER_MARKER = (
    "function (row) { return L.marker(new L.LatLng(row[0], row[1])); }"  # the default needs another font
)
CLUSTER_PACKAGE = "leaflet.markercluster@1.5.3"
Rows = list[list[float]]


def plain_markers(rows: Rows, *, leaflet: str = "", cluster: str = "") -> folium.Map:
    """Return a folium map with one marker for each (lat, lon); `leaflet` is where Leaflet's files are served."""
    del cluster
    out = _offline(leaflet)
    for row in rows:
        folium.Marker(row).add_to(out)
    return out


def fast_cluster(rows: Rows, *, leaflet: str = "", cluster: str = "") -> folium.Map:
    """Return a folium map with FastMarkerCluster; `cluster` is where the plugin's files are served."""
    out = _offline(leaflet)
    layer = FastMarkerCluster(rows, callback=CLUSTER_MARKER)
    layer.default_js = [("cluster", f"{cluster}leaflet.markercluster.js")]
    layer.default_css = [("a", f"{cluster}MarkerCluster.css"), ("b", f"{cluster}MarkerCluster.Default.css")]
    layer.add_to(out)
    return out


def _offline(leaflet: str) -> folium.Map:
    out = folium.Map((48.6, 31.2), zoom_start=6, tiles=None)
    out.options["max_zoom"] = 18
    out.default_js, out.default_css = (
        [("leaflet", f"{leaflet}leaflet.js")],
        [("leaflet_css", f"{leaflet}leaflet.css")],
    )
    return out


def cluster_package(folder: Path) -> Path | None:
    """Fetch the files of FastMarkerCluster with npm into a folder, where there is one; return where they are."""
    if shutil.which("npm") is None:
        return None
    subprocess.run(["npm", "pack", "--silent", CLUSTER_PACKAGE], cwd=folder, check=True, capture_output=True)
    subprocess.run(["tar", "xzf", *[p.name for p in folder.glob("*.tgz")]], cwd=folder, check=True)
    return folder / "package" / "dist"
