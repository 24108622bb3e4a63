"""The only way from data to HTML: Jinja templates with autoescape on."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """Fill `template`; every value is escaped."""
    return _environment().get_template(template).render(**values)


@cache
def asset(name: str) -> str:
    """Return the text of a style sheet or script that ships with the dashboard."""
    return resources.files("dashboard").joinpath("assets", name).read_text(encoding="utf-8")


def plain(text: str) -> str:
    r"""Return `text` for a Streamlit label: Markdown, HTML, colour and math marks lose their meaning."""
    return "".join(f"\\{c}" if c in _MARKDOWN else c for c in text.replace("\n", " "))


_MARKDOWN = frozenset("\\`*_{}[]()<>#+-!|$~:^=&@\"'")
