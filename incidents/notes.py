"""What a collection says about itself: `collection.yaml` beside the month files. Every text may be one or by language.

title: {en: …, uk: …}        sources: {en: [..], uk: [..]}     licence: {id, url, covers}
description, methods, gradings, limits, citation               all optional
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from incidents._errors import BadInput

FILE: Final = "collection.yaml"
_TEXTS: Final = ("title", "description", "sources", "methods", "gradings", "limits", "citation")
_LARGEST: Final = 200_000


@dataclass(frozen=True)
class Notes:
    """What the people who made a collection want its readers to know; empty where they said nothing."""

    title: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    gradings: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    citation: tuple[str, ...] = ()
    licence_id: str | None = None
    licence_url: str | None = None
    licence_covers: str | None = None


def read(where: str | Path, language: str = "en") -> Notes:
    """Return the notes beside the collection `where`, in a language (else English, else any).

    A collection without a notes file, or in a database, has none. Raises BadInput for a file that cannot be read.
    """
    if "://" in str(where):
        return Notes()
    path = Path(where) / FILE
    if not path.is_file():
        return Notes()
    raw = _loaded(path)
    licence = raw.get("licence")
    held = licence if isinstance(licence, dict) else {"id": licence}
    return Notes(
        **{name: _texts(raw.get(name), language) for name in _TEXTS},
        licence_id=_first(held.get("id"), language),
        licence_url=_first(held.get("url"), language),
        licence_covers=_first(held.get("covers"), language),
    )


def _loaded(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path}: is larger than {_LARGEST} bytes")
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: cannot be read as YAML ({' '.join(str(error).split())})") from error
    if not isinstance(raw, dict):
        raise BadInput(f"{path}: is not a mapping of names to texts")
    return raw


def _texts(value: Any, language: str) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = value.get(language) or value.get("en") or next(iter(value.values()), None)
    if value is None:
        return ()
    parts = value if isinstance(value, list) else [value]
    return tuple(str(part).strip() for part in parts if part is not None)


def _first(value: Any, language: str) -> str | None:
    return next(iter(_texts(value, language)), None)
