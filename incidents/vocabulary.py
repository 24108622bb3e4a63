"""The vocabulary is data: one YAML file a list in `incidents/terms/`. This module only loads it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def terms(name: str) -> dict[str, dict[str, Any]]:
    """Return the entries of the vocabulary file `name`, in file order.

    Raises FileNotFoundError for a vocabulary that does not exist.
    """
    text = resources.files("incidents").joinpath("terms", f"{name}.yaml").read_text(encoding="utf-8")
    return {str(word): dict(entry or {}) for word, entry in yaml.safe_load(text).items()}


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the words of the vocabulary `name`, in file order."""
    return tuple(terms(name))


@cache
def count_predicates() -> tuple[str, ...]:
    """Return the predicates that carry a figure."""
    return tuple(word for word, entry in terms("predicate").items() if entry.get("counts"))
