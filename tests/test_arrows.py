"""The arrows of docs/architecture.md: which room may import which."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "geo": {"incidents", "dashboard", "streamlit", "app", "tests"},
    "incidents": {"dashboard", "streamlit", "folium", "app", "tests"},
    "dashboard": {"app", "tests", "duckdb", "pg8000"},
}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_arrow_points_the_wrong_way(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong = {str(path.relative_to(ROOT)): bad for path in files if (bad := _imported(path) & FORBIDDEN[room])}
    assert not wrong


def test_the_entry_point_only_wires() -> None:
    assert _imported(ROOT / "app.py") <= {"__future__", "dashboard", "streamlit"}
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 60
