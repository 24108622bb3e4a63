"""The page "About this collection": what it holds, how it was made, and what it cannot tell."""

from __future__ import annotations

import streamlit as st

from dashboard.frame import Frame
from dashboard.markup import render


def draw(frame: Frame) -> None:
    """Draw the page."""
    st.html(render("about.html", w=frame.words))
