"""Cue words are data: YAML files in `cues/`, each entry with a comment on the wrong reading it guards against."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

CYRILLIC: Final = re.compile("[а-яіїєґё]", re.IGNORECASE)


@cache
def load(name: str) -> Any:
    """Return the content of `cues/{name}.yaml`."""
    text = resources.files("incidents.extract").joinpath("cues", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def either(patterns: list[str] | tuple[str, ...]) -> str:
    """Return one pattern for any of `patterns`, longest first so that no short one hides a long one."""
    return "(?:" + "|".join(sorted(patterns, key=len, reverse=True)) + ")"


def words(patterns: list[str] | tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for any of `patterns` as whole words."""
    return re.compile(rf"(?<!\w){either(patterns)}(?!\w)")
