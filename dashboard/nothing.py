"""What stands in the place of the table when nothing passes the filters: which filter does it, and what comes near."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import messages, session
from dashboard.frame import Frame
from dashboard.markup import plain
from dashboard.strings import Words
from incidents import hints
from incidents.filters import Filter
from incidents.hints import Hint

_AREAS: Final = frozenset({"near", "bbox", "within"})


def draw(frame: Frame, where: Filter, *, path: str) -> None:
    """Say that there is nothing, why, and offer what would leave something. `path` is where the collection is."""
    words = frame.words
    found = hints.reasons(frame.questions, where) if not where.is_empty else []
    lines = [line(hint, words, frame.region_names) for hint in found if hint.why not in {"empty", "without"}]
    messages.nothing(words, path=path, is_filtered=not where.is_empty, lines=lines)
    with st.container(horizontal=True, key="hints"):
        for number, hint in enumerate(found):
            _offers(number, hint, words)


def _offers(number: int, hint: Hint, words: Words) -> None:
    """Draw a button for each place that may be meant, or for a filter without which there are incidents."""
    if hint.why in {"alike", "elsewhere"}:
        for name in hint.names:
            st.button(plain(name), key=f"hint_{number}_{name}", on_click=_place, args=(name,))
    elif hint.why == "without":
        label = words("state.hint.without", what=words(f"filter.{hint.word}"), n=hint.left)
        st.button(label, key=f"hint_{number}", on_click=_lift, args=(hint.word,))


def _place(name: str) -> None:
    session.narrow(place=name)


def _lift(word: str) -> None:
    if word in _AREAS and word not in session.held().areas:
        st.session_state["s_follow"] = False  # the area is the view that the lists follow
    session.lift(word)


def line(hint: Hint, words: Words, region_names: dict[str, str]) -> str:
    """Return a hint in the words of the page."""
    if hint.word in _AREAS:
        return words("state.hint.nowhere")
    values: dict[str, Any] = {
        "what": words(f"filter.{hint.word}") if hint.word else "",
        "value": ", ".join(_name(hint.word, one, words, region_names) for one in hint.value.split(",")),
        "names": ", ".join(_name(hint.word, one, words, region_names) for one in hint.names)
        + (" …" if hint.is_more else ""),
    }
    why: str = "held_none" if hint.why == "held" and not hint.names else hint.why
    why = "unknown_place" if hint.why == "unknown" and not hint.names else why
    if hint.why == "span":
        values |= {"first": hint.names[0], "last": hint.names[1]}
    return words(f"state.hint.{why}", **values)


def _name(word: str, value: str, words: Words, region_names: dict[str, str]) -> str:
    return region_names.get(value, value) if word == "admin1" else words.term(word, value)
