"""Folding of text for search: what two spellings of the same words have in common. Pure."""

from __future__ import annotations

import unicodedata

_APOSTROPHES = "'’ʼ‘`´"


def fold(text: str) -> str:
    """Return `text` in lower case without diacritics, composed.

    Gives what `strip_accents(lower(x))` gives in DuckDB, letter by letter, so that a term folded here is found in
    a column folded there.
    """
    plain = unicodedata.normalize("NFD", "".join(letter.lower() for letter in text))
    bare = "".join(letter for letter in plain if not unicodedata.category(letter).startswith("M"))
    return unicodedata.normalize("NFC", bare)


def spellings(term: str) -> list[str]:
    """Return the ways in which an apostrophe of `term` may be written; most terms have one."""
    if not any(mark in term for mark in _APOSTROPHES):
        return [term]
    table = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
    base = term.translate(table)
    return [base.replace("'", mark) for mark in _APOSTROPHES]


def terms(text: str) -> list[str]:
    """Return the folded words of a text search; all of them must be met, each anywhere, even inside a word."""
    return fold(text).split()
