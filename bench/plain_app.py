"""Serves `bench.plain_page` with the same files on the same port as the dashboard does."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import server

app = st.App(
    Path(__file__).with_name("plain_page.py"), routes=server.routes(), middleware=server.middleware()
)
