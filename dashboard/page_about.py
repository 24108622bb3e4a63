"""The page "About this collection": what it holds, how it was made, and what it cannot tell."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import messages, source
from dashboard.frame import Frame
from dashboard.ledger_view import safe_href
from dashboard.markup import render
from incidents import notes, vocabulary
from incidents._errors import BadInput
from incidents.filters import Filter


def draw(frame: Frame) -> None:
    """Draw the page."""
    words = frame.words
    try:
        said = notes.read(source.path(), words.language)
    except BadInput as error:
        messages.notice(words("about.notes_unreadable"), error.problems, kind="warning")
        said = notes.Notes()
    st.html(
        render(
            "about.html",
            w=words,
            notes=said,
            licence_href=safe_href(said.licence_url),
            holds=_holds(frame),
            gradings=_meanings(frame, "grading"),
            precisions=[words.term("geo_precision", word) for word in vocabulary.words("geo_precision")],
            limits=words("about.limits_items").strip().splitlines(),
            revision=frame.questions.revision,
        )
    )


def _holds(frame: Frame) -> str:
    words, everything = frame.words, Filter()
    counts, extent = frame.questions.counts(everything), frame.questions.extent(everything)
    said: dict[str, Any] = {
        "incidents": words("truth.total", n=counts.total),
        "mapped": words("truth.mapped", n=counts.mapped),
        "unplaced": words("truth.unplaced", n=counts.unplaced),
    }
    if extent is None:
        return words("about.holds_undated", **said)
    return words("about.holds_text", first=extent[0], last=extent[1], **said)


def _meanings(frame: Frame, name: str) -> list[tuple[str, str]]:
    words = frame.words
    return [(words.term(name, word), words(f"means.grading.{word}")) for word in vocabulary.words(name)]
