"""Entry point of the dashboard: `streamlit run app.py`, or `incident-atlas serve`."""

from __future__ import annotations
