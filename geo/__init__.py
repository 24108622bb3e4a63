"""Places and maps: gazetteer, geocoding, boundaries, distances, basemap and folium layers. Knows Features, not incidents."""
