"""The two forms of the review part that change which claims an incident holds: one adds a claim, one takes claims away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Protocol

import streamlit as st

from dashboard.strings import Words
from incidents import vocabulary

_ADDED: Final = (
    "predicate", "value", "qualifier", "group", "words", "speaker", "speaker_role", "url", "publisher", "published",
)  # fmt: skip
_CHOICES: Final = {"predicate": "killed", "qualifier": "as_stated"}
_HELPED: Final = frozenset({"value", "words", "url"})


class OnDesk(Protocol):
    """What lies on the desk: the keys of its widgets, and what was typed into them."""

    def key(self, name: str) -> str:
        """Return the key of a widget."""

    def typed(self, name: str) -> Any:
        """Return what stands in a widget."""


def choose(name: str, chosen: str, label: str, *, key: str, words: Words) -> None:
    """Draw the choice of one word of a list of the vocabulary."""
    known = list(vocabulary.words(name))
    st.selectbox(label, known, index=known.index(chosen), key=key, format_func=partial(words.term, name))


def draw_addition(
    desk: OnDesk, words: Words, *, sign: Callable[[], None], on_save: Callable[..., None]
) -> None:
    """Draw the fields of a new claim: what is said, its exact words, who says it and where."""
    st.caption(words("desk.add_lead"))
    for name in _ADDED:
        key, label = desk.key(f"add_{name}"), words(f"desk.field.{name}")
        helped = words(f"desk.{'figure' if name == 'value' else name}_help") if name in _HELPED else None
        if name in _CHOICES:
            choose(name, _CHOICES[name], label, key=key, words=words)
        elif name == "words":
            st.text_area(label, key=key, help=helped, height=80)
        else:
            st.text_input(label, key=key, help=helped, placeholder=_example(name))
    sign()
    st.form_submit_button(words("desk.add"), on_click=on_save, args=(words,), key=desk.key("save_add"))


def _example(name: str) -> str | None:
    return {"url": "https://example.org/page", "published": "2022-03-09"}.get(name)


def added(desk: OnDesk) -> Mapping[str, str]:
    """Return the fields of the new claim as a person wrote them; those left empty are not among them."""
    typed = {name: str(desk.typed(f"add_{name}") or "").strip() for name in _ADDED}
    if typed["predicate"] not in vocabulary.count_predicates():
        typed["qualifier"] = ""
    return {name: text for name, text in typed.items() if text}


def draw_division(
    desk: OnDesk,
    words: Words,
    labels: Mapping[str, str],
    title: str,
    *,
    sign: Callable[[], None],
    on_save: Callable[..., None],
) -> None:
    """Draw what takes an incident apart: which claims, by their `labels`, and where they go."""
    st.caption(words("desk.split_lead"))
    st.multiselect(
        words("desk.claims"), list(labels), key=desk.key("split_claims"), format_func=labels.__getitem__,
        placeholder=words("desk.claims_none"), select_all=False,
    )  # fmt: skip
    st.text_input(words("desk.split_title"), title, key=desk.key("split_title"))
    st.text_input(words("desk.split_to"), key=desk.key("split_to"), help=words("desk.split_to_help"))
    sign()
    st.form_submit_button(words("desk.split"), on_click=on_save, args=(words,), key=desk.key("save_split"))


def divided(desk: OnDesk) -> tuple[list[str], str, str]:
    """Return the chosen claims, the title of the new incident, and the id of another one that they go to instead."""
    title, to = (str(desk.typed(f"split_{name}") or "").strip() for name in ("title", "to"))
    return list(desk.typed("split_claims") or ()), title, to
