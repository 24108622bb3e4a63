"""Entry point of the dashboard: `streamlit run app.py`, or `incident-atlas serve`."""

from __future__ import annotations

import streamlit as st

from dashboard import server, warm

app = st.App(server.page(), routes=server.routes(), middleware=server.middleware(), lifespan=warm.lifespan)
