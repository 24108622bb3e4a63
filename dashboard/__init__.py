"""The Streamlit dashboard: reads state, calls `incidents` and `geo`, draws."""
