"""Reads reports: text in, places, dates and claims out. Offline, deterministic, every result with its rule."""
