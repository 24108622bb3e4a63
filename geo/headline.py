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
_HARM: Final = re.compile(
    r"удар|обстр|вибух|взрыв|пожеж|пожар|горит|горить|знищ|уничтож|атак|влуч|попад|попал|ракет|бомб|авіа|авиа|поранен|ранен"
    r"|загин|погиб|зруйнов|разруш|аеродром|аэродром|склад|нафтобаз|нефтебаз|станці|станци|завод"
    r"|strike|shell|explo|fire|attack|hit|missile|bomb|killed|wounded|destroy",
    re.IGNORECASE,
)
"""What a headline says just before the place where it happened."""
_KNOWN: Final = 2000
"""People that make a name without any preposition more likely a place than a person."""
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
    resolved = resolve_all(mentions, text)
    best, most = None, float("-inf")
    for order, (mention, found) in enumerate(zip(mentions, resolved, strict=True)):
        place = found.place or (found.candidates[0].place if found.candidates else None)
        if place is not None:
            score = _worth(place, found, text[: mention.start], text[mention.end :], order)
            if score > most:
                best, most = MainPlace(mention, found), score
    return best


def resolve_all(mentions: Sequence[Mention], text: str) -> list[Resolution]:
    """Resolve the mentions of one text, each in the light of the others.

    A province that follows a name ("X, Y oblast") decides it; then the size of a town that nobody needs to explain;
    then the provinces and places of the rest of the text.
    """
    named = [_own_province(mentions, i, text) for i in range(len(mentions))]
    alone = [geocode.choose(m.place_ids, name=m.text, admin1=a) for m, a in zip(mentions, named, strict=True)]
    sure = [r.place.place_id for r in alone if r.place is not None and not r.ambiguous]
    chosen = []
    for mention, first in zip(mentions, alone, strict=True):
        others = [i for i in dict.fromkeys(sure) if i not in mention.place_ids]
        settled = first.place is not None and not first.ambiguous
        chosen.append(
            first
            if settled or not others
            else geocode.choose(mention.place_ids, name=mention.text, context=others)
        )
    return chosen


_BETWEEN: Final = re.compile(
    r"[\s\"»”,(–—-]*(?:(?:на|в|во|у|in|of|the|тимчасово|временно|temporarily)\s+)*"
    r"(?:(?:окупован|оккупирован|анексован|аннексирован|occupied|annexed)\w*\s+)?",
    re.IGNORECASE,
)


def _own_province(mentions: Sequence[Mention], i: int, text: str) -> str | None:
    """Return the province that the words right after a mention name."""
    if i + 1 == len(mentions) or not _BETWEEN.fullmatch(text, mentions[i].end, mentions[i + 1].start):
        return None
    following = [load().get(place_id) for place_id in mentions[i + 1].place_ids]
    return next((p.admin1 for p in following if p is not None and p.kind == "admin1"), None)


def _clause(before: str) -> str:
    """Return the words of the same clause just before a mention."""
    return re.split(r"[.!?;|—]|, ", before[-70:])[-1]


def _rest(after: str) -> str:
    """Return the words of the same clause just after a mention."""
    return re.split(r"[.!?;|—]|, ", after[:50])[0]


def _worth(place: Place, found: Resolution, before: str, after: str, order: int) -> float:
    score = _RANK.get(place.kind, 1.0) - 0.05 * order
    if _NEAR.search(before):
        score -= 0.15
    elif _IN.search(before):
        score += 0.2
    elif not place.is_area and place.population < _KNOWN:
        score -= 0.5
    if _HARM.search(_clause(before)) or _HARM.search(_rest(after)):
        score += 0.15
    if found.place is None:
        score -= 0.3
    if place.country != "UA":
        score -= 0.3
    return score
