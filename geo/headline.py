"""The main place of a short text such as a headline: where it happened, among all the places it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geo import geocode
from geo.gazetteer import Mention, Place, load
from geo.geocode import Resolution


@dataclass(frozen=True, slots=True)
class MainPlace:
    """The mention chosen and what it resolves to."""

    mention: Mention
    resolution: Resolution


_RANK: Final = {
    "country": 0.0, "sea": 0.1, "area": 0.2, "admin1": 0.4, "raion": 0.7, "hromada": 0.8, "site": 1.0, "island": 1.0,
}  # fmt: skip
_IN: Final = re.compile(
    r"\b(?:в|во|у|на|по|under|in|at|on|о?б?біля|селі|селе|селищі|місті|городе|смт|поселке|посёлке)\s+[\"«“„']*$",
    re.IGNORECASE,
)
_NEAR: Final = re.compile(
    r"\b(?:під|под|подо|біля|возле|около|поблизу|неподалік|недалеко|вблизи|рядом с|поруч із|near|outside|close to|km from|від|от|из)"
    r"\s+[\"«“„']*$",
    re.IGNORECASE,
)


def main_place(text: str, *, masked: Iterable[tuple[int, int]] = ()) -> MainPlace | None:
    """Return the place a headline is about, or None where it names none.

    A settlement counts for more than the district or province that only says where it lies; a place something happened
    in for more than one that only helps to find it ("near Kyiv"); the first for more than the last.
    """
    mentions = load().scan(text, masked=masked)
    resolved = resolve_all(mentions)
    best, most = None, float("-inf")
    for order, (mention, found) in enumerate(zip(mentions, resolved, strict=True)):
        place = found.place or (found.candidates[0].place if found.candidates else None)
        if place is not None:
            score = _worth(place, found, text[: mention.start], order)
            if score > most:
                best, most = MainPlace(mention, found), score
    return best


def resolve_all(mentions: Sequence[Mention]) -> list[Resolution]:
    """Resolve the mentions of one text, each in the light of the others."""
    gazetteer = load()
    areas = [i for m in mentions for i in m.place_ids if (p := gazetteer.get(i)) is not None and p.is_area]
    alone = [geocode.choose(m.place_ids, name=m.text, context=areas) for m in mentions]
    sure = [r.place.place_id for r in alone if r.place is not None and not r.ambiguous]
    chosen = []
    for mention, first in zip(mentions, alone, strict=True):
        others = [i for i in dict.fromkeys(sure + areas) if i not in mention.place_ids]
        chosen.append(
            geocode.choose(mention.place_ids, name=mention.text, context=others) if others else first
        )
    return chosen


def _worth(place: Place, found: Resolution, before: str, order: int) -> float:
    score = _RANK.get(place.kind, 1.0) - 0.05 * order
    if _NEAR.search(before):
        score -= 0.15
    elif _IN.search(before):
        score += 0.2
    if found.place is None:
        score -= 0.3
    if place.country != "UA":
        score -= 0.3
    return score
