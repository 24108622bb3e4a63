"""What every part of a page needs: the questions, the words, the ground, the names of regions."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard import theme
from dashboard.source import Questions
from dashboard.strings import Words


@dataclass(frozen=True)
class Frame:
    """One run of a page."""

    questions: Questions
    words: Words
    mode: theme.Mode
    region_names: dict[str, str]
