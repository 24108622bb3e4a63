"""Cue words are data: YAML files in `cues/`, each entry with a comment on the wrong reading it guards against."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

CYRILLIC: Final = re.compile("[а-яіїєґё]", re.IGNORECASE)


_LATIN: Final = re.compile(r"(?<![\\a-z])[a-z]{3,}")


def scripts(pattern: str) -> frozenset[bool]:
    """Return for which texts a pattern is worth a try: False for Latin script, True for Cyrillic; both for a mixed one."""
    bare = re.sub(r"\(\?P<\w+>|\\[a-z]", " ", pattern)
    found = {False} if _LATIN.search(bare) else set()
    return frozenset(found | ({True} if CYRILLIC.search(bare) else set()) or {False, True})


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


def pattern(name: str, entry: str) -> re.Pattern[str]:
    """Return the pattern `entry` of `cues/{name}.yaml`: one pattern, a list of alternatives, or whole `words`."""
    found = load(name)[entry]
    if isinstance(found, dict):
        return re.compile(rf"(?<!\w)(?:{'|'.join(found['words'])})(?!\w)")
    return re.compile(found if isinstance(found, str) else "|".join(found))
