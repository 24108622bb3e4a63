"""Downloads of what is filtered: made when somebody asks for them, not on every run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.frame import Frame
from incidents import export
from incidents.filters import Filter

_MIME: Final = {"geojson": "application/geo+json", "csv": "text/csv"}


def draw(frame: Frame, where: Filter) -> None:
    """Offer GeoJSON and CSV of the incidents of `where`, named after the filter and the day."""
    words = frame.words
    total = frame.questions.counts(where).total
    today = dt.datetime.now(tz=dt.UTC).date()
    st.caption(words("download.what", n=total))
    with st.container(horizontal=True):
        for kind in ("geojson", "csv"):
            st.download_button(
                words(f"download.{kind}"),
                _maker(frame, where, kind),
                file_name=export.filename(where, today, kind),
                mime=_MIME[kind],
                help=words(f"download.{kind}_help"),
                on_click="ignore",
                key=f"download_{kind}",
            )


def _maker(frame: Frame, where: Filter, kind: str) -> Callable[[], bytes]:
    write = export.geojson_bytes if kind == "geojson" else export.csv_bytes
    return lambda: write(frame.questions.catalogue.select_lines(where))
