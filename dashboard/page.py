"""The script that Streamlit runs: chooses the page and sets its frame."""

from __future__ import annotations

import streamlit as st

from dashboard import messages, page_about, page_map, session, source, strings, theme
from dashboard.frame import Frame
from dashboard.markup import asset, render
from dashboard.strings import Words
from incidents import notes
from incidents._errors import AtlasError, BadInput


def main() -> None:
    """Draw the dashboard."""
    words = strings.load(session.language())
    st.set_page_config(page_title=words("product"), layout="wide", initial_sidebar_state="auto")
    st.html("<style>" + theme.variables() + asset("page.css") + asset("ledger.css") + "</style>")
    page = st.navigation(
        [
            st.Page(map_page, title=words("nav.map"), default=True, url_path="map"),
            st.Page(about_page, title=words("nav.about"), url_path="about"),
        ],
        position="top",
    )
    page.run()


def map_page() -> None:
    """Draw the page "Map"."""
    session.begin("map")
    _masthead(strings.load(session.language()))
    words = _language()
    frame = _frame(words)
    if frame is not None:
        with messages.answered(source.shown_path(), words):
            page_map.draw(frame)


def about_page() -> None:
    """Draw the page "About this collection"."""
    session.begin("about")
    _masthead(strings.load(session.language()))
    words = _language()
    frame = _frame(words)
    if frame is not None:
        with messages.answered(source.shown_path(), words):
            page_about.draw(frame)
    session.write(session.current(), only=("lang",))


def _masthead(words: Words) -> None:
    """Name the product and the collection: in the sidebar, and above the map where there is no sidebar."""
    try:
        said = notes.read(source.path(), words.language)
    except BadInput:
        said = notes.Notes()
    title = said.title[0] if said.title else ""
    st.html(render("masthead.html", name=words("product"), title=title, is_main=True))
    with st.sidebar:
        st.html(render("masthead.html", name=words("product"), title=title, is_main=False))


def _language() -> Words:
    with st.sidebar:
        st.segmented_control(
            strings.load(session.current().language)("language"),
            list(strings.LANGUAGES),
            key="s_language",
            required=True,
            format_func=strings.LANGUAGES.__getitem__,
            label_visibility="collapsed",
        )
    return strings.load(session.current().language)


def _frame(words: Words) -> Frame | None:
    """Open the collection; where it cannot be opened, say why and draw nothing more."""
    try:
        with st.spinner(words("state.loading"), show_time=False):
            questions = source.Questions(source.catalogue())
    except AtlasError as error:
        messages.unreadable(error, source.shown_path(), words)
        return None
    mode: theme.Mode = "dark" if st.context.theme.type == "dark" else "light"
    return Frame(questions, words, mode, source.region_names(words.language))


if __name__ == "__main__":
    main()
