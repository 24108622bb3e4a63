"""What the page says when something is empty, gone or wrong: plain words, never a traceback."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

import streamlit as st

from dashboard.markup import render
from dashboard.state import Problem
from dashboard.strings import Words
from incidents._errors import AtlasError, BadInput, Unavailable

_MOST: Final = 20
_LONGEST: Final = 160


def notice(title: str, lines: Sequence[str] = (), *, why: str = "", kind: str = "note") -> None:
    """Show a boxed notice; every line is plain text."""
    st.html(render("notice.html", title=title, why=why, lines=[_short(x) for x in lines], kind=kind))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST * 3 else f"{text[: _LONGEST * 3]}…"


def link_problems(problems: Sequence[Problem], words: Words) -> None:
    """Name every word of the address that was left out."""
    if not problems:
        return
    lines = [
        words("state.link_bad", word=p.word, value=_cut(p.value), why=p.why)
        if p.why
        else words("state.link_unknown", word=_cut(p.word))
        for p in problems[:_MOST]
    ]
    notice(words("state.link"), lines, kind="warning")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def unreadable(error: AtlasError, path: str, words: Words) -> None:
    """Say why the collection cannot be shown, every problem with its file and line."""
    if isinstance(error, Unavailable):
        notice(words("state.unavailable"), [str(error)], kind="error")
        return
    problems = list(error.problems) if isinstance(error, BadInput) else [str(error)]
    lines = problems[:_MOST]
    if len(problems) > _MOST:
        lines.append(words("state.unreadable_more", n=len(problems) - _MOST))
    notice(words("state.unreadable"), lines, why=words("state.unreadable_why", path=path), kind="error")


@contextlib.contextmanager
def answered(path: str, words: Words) -> Iterator[None]:
    """Say in words why what is drawn in the block has no answer: no memory, no database, files damaged meanwhile."""
    try:
        yield
    except AtlasError as error:
        if isinstance(error, BadInput | Unavailable):
            unreadable(error, path, words)
        else:
            notice(words("state.unanswered"), [str(error)], kind="error")


def behind(problems: Sequence[str], path: str, words: Words) -> None:
    """Say why the newest state on disk is not what is shown, every problem with its file and line."""
    if not problems:
        return
    lines = list(problems[:_MOST])
    if len(problems) > _MOST:
        lines.append(words("state.unreadable_more", n=len(problems) - _MOST))
    notice(words("state.behind"), lines, why=words("state.behind_why", path=path), kind="warning")


def unmoved(why: str | None, path: str, words: Words) -> None:
    """Say what keeps saved edits in the journal; nothing is lost by it."""
    if why is not None:
        told = words("state.unmoved_why", command=f"incident-atlas compact {shlex.quote(path)}")
        notice(words("state.unmoved"), why.splitlines()[:_MOST], why=told, kind="warning")


def gone(incident_id: str, words: Words) -> None:
    """Say that a selected incident is not here."""
    notice(words("state.gone", id=_cut(incident_id)), why=words("state.gone_why"), kind="warning")


def nothing(words: Words, *, path: str, is_filtered: bool, lines: Sequence[str] = ()) -> None:
    """Say that there is nothing to show, and what to do about it. `path` is where the collection is."""
    if is_filtered:
        notice(words("state.empty"), lines, why=words("state.empty_why"))
        return
    command = f"incident-atlas ingest report.txt --into {shlex.quote(path)}"
    notice(words("state.empty_collection"), why=words("state.empty_collection_why", command=command))
