"""What stands beside the map while no incident is open: the figures of the selection, and the legend."""

from __future__ import annotations

import streamlit as st

from dashboard import theme
from dashboard.markup import render
from dashboard.source import Questions
from dashboard.strings import Words
from incidents import vocabulary
from incidents.filters import Filter

_MOST_REGIONS = 30


def draw(questions: Questions, where: Filter, words: Words, region_names: dict[str, str]) -> None:
    """Draw region totals and the counts by category; both follow the filter and the view."""
    total = questions.counts(where).total
    categories = questions.facets(where.without("category"), ["category"])["category"]
    if where.category:
        categories = {word: n for word, n in categories.items() if word in where.category}
    level = questions.level(where)
    regions = {code: n for code, n in questions.regions(where, level).items() if code}
    st.html(
        render(
            "overview.html",
            w=words,
            regions_title=words(f"overview.by.{level}"),
            categories=[
                {
                    "word": word,
                    "label": words.term("category", word),
                    "mark": theme.mark(word),
                    "count": words.number(categories[word]),
                    "share": _share(categories[word], max(categories.values(), default=1)),
                }
                for word in vocabulary.words("category")
                if categories.get(word)
            ],
            regions=_region_rows(regions, total, words, region_names),
        )
    )


def _region_rows(
    regions: dict[str, int], total: int, words: Words, names: dict[str, str]
) -> list[dict[str, object]]:
    most = max(regions.values(), default=1)
    ranked = sorted(regions.items(), key=lambda pair: (-pair[1], pair[0]))
    rows: list[dict[str, object]] = [
        {"label": names[code], "count": words.number(n), "share": _share(n, most)}
        for code, n in ranked[:_MOST_REGIONS]
    ]
    rest = sum(n for _, n in ranked[_MOST_REGIONS:])
    if rest:
        rows.append({"label": words("overview.region_rest"), "count": words.number(rest), "share": "0"})
    lost = total - sum(regions.values())
    if lost > 0:
        rows.append({"label": words("overview.region_unknown"), "count": words.number(lost), "share": "0"})
    return rows


def _share(count: int, most: int) -> str:
    return f"{100 * count / most:.1f}"
