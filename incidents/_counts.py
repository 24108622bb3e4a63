"""A count as people write it in a table: "12", "10-15", "~20", "12+", "several", with what it means as bounds."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from incidents.extract.numbers import bounds, quantities
from incidents.model import LARGEST_FIGURE

_UNKNOWN: Final = frozenset(
    [
        "-",
        "–",
        "—",
        "?",
        ".",
        "na",
        "n/a",
        "n.a.",
        "null",
        "none",
        "unknown",
        "unclear",
        "unbekannt",
        "k.a.",
        "k.a",
        "inconnu",
        "desconocido",
        "невідомо",
        "неизвестно",
    ]
)
_PUT: Final = {
    "at_least": r"≥|>=|at least|min\.?|mind\.?|mindestens|au moins|al menos|por lo menos|щонайменше|не менше|не менее|как минимум|минимум",
    "up_to": r"≤|<=|up to|max\.?|maximal|bis zu|bis|jusqu'?à|jusqu’à|hasta|до",
    "more_than": r">|more than|over|mehr als|über|plus de|más de|понад|більше(?: ніж)?|более|больше|свыше",
    "fewer_than": r"<|fewer than|less than|under|weniger als|unter|moins de|menos de|менше(?: ніж)?|менее|меньше",
    "about": r"~|≈|±|ca\.?|c\.|circa|about|around|approx\.?|approximately|etwa|rund|ungefähr|environ|unos|aprox\.?|aproximadamente|alrededor de|близько|приблизно|около|примерно",
}  # fmt: skip
_VAGUE: Final = {
    "some": r"several|some|a few|few|mehrere|einige|plusieurs|quelques|varios|varias|algunos|algunas|unos|кілька|декілька|несколько",
    "many": r"many|numerous|viele|zahlreiche|beaucoup|nombreux|muchos|muchas|багато|много",
    "tens": r"tens|dizaines|decenas|десятки",
    "dozens": r"dozens|dutzende|douzaines|docenas",
    "hundreds": r"hundreds|hunderte|centaines|cientos|сотні|сотни",
    "thousands": r"thousands|tausende|milliers|miles|тисячі|тысячи",
}
_WORDS: Final = {
    word: number
    for number, words in enumerate(
        (
            "null|zéro|cero", "ein|eine|einer|eins|un|une|uno|una", "zwei|deux|dos", "drei|trois|tres", "vier|quatre|cuatro",
            "fünf|cinq|cinco", "sechs|six|seis", "sieben|sept|siete", "acht|huit|ocho", "neun|neuf|nueve",
            "zehn|dix|diez", "elf|onze|once", "zwölf|douze|doce",
        )
    )
    for word in words.split("|")
}  # fmt: skip
_PEOPLE: Final = re.compile(
    r"people|persons?|civilians?|victims?|dead|deaths?|killed|injured|wounded|людей|люд[иі]|люди(?:на|ни)|ос[іо]би?|осіб|человека?|загибл\w*|"
    r"поранен\w*|погибш\w*|ранен\w*|убит\w*|вбит\w*|personen|tote|verletzte|personnes|morts|blessés|personas|muertos|heridos"
)
_NUMBER: Final = r"\d{1,3}(?:[ ,.'’]\d{3})+|\d+(?:\.0+)?"
_RANGE: Final = re.compile(rf"({_NUMBER})\s*(?:[-–—]|to|bis|à|a|до)\s*({_NUMBER})")


class Count(NamedTuple):
    """A figure as it was put. `value` is the number that is written (the low end of a range); null bounds are open."""

    value: int | None
    low: int | None
    high: int | None
    qualifier: str = "as_stated"


def count(raw: object) -> Count | None:
    """Return what a cell says, null where it says that nothing is known. Raises ValueError where it is no count."""
    text = re.sub(r"\s+", " ", str(raw)).strip().casefold()
    if not text or text in _UNKNOWN:
        return None
    for reading in (_plain, _range, _put, _vague, _in_words):
        if (found := reading(text)) is not None:
            if max(figure or 0 for figure in found[:3]) > LARGEST_FIGURE:
                break
            return found
    raise ValueError(f"{str(raw)[:40]!r} is not a count such as 12, 10-15, ~20, 12+ or several")


def _whole(text: str) -> int | None:
    if re.fullmatch(_NUMBER, text):
        return int(
            re.sub(r"\.0+$", "", text)
            if re.fullmatch(r"\d+\.0{1,2}|0\.0+", text)
            else re.sub(r"\D", "", text)
        )
    return _WORDS.get(text)


def _plain(text: str) -> Count | None:
    number = _whole(text)
    return None if number is None else Count(number, number, number)


def _range(text: str) -> Count | None:
    found = _RANGE.fullmatch(text)
    low, high = (_whole(found[1]), _whole(found[2])) if found else (None, None)
    if low is None or high is None or low > high:
        return None
    return Count(low, low, high)


def _put(text: str) -> Count | None:
    if (plus := re.fullmatch(rf"({_NUMBER}) ?\+", text)) and (number := _whole(plus[1])) is not None:
        return Count(number, number, None, "at_least")
    if (unsure := re.fullmatch(rf"({_NUMBER}) ?\??\?", text)) and (number := _whole(unsure[1])) is not None:
        return Count(number, number, number, "about")
    for qualifier, words in _PUT.items():
        found = re.fullmatch(rf"(?:{words})(?![^\W\d_])\s*(.+)", text)
        if found and (number := _whole(found[1])) is not None:
            low, high = bounds(number, qualifier)
            return Count(number, _int(low), _int(high), qualifier)
    return None


def _vague(text: str) -> Count | None:
    for qualifier, words in _VAGUE.items():
        if re.fullmatch(words, text):
            low, high = bounds(0, qualifier)
            return Count(None, _int(low), _int(high), qualifier)
    return None


def _in_words(text: str) -> Count | None:
    """Return what the reader of reports makes of it: number words of English, Ukrainian and Russian."""
    found = quantities(text)
    if len(found) != 1:
        return None
    one = found[0]
    beside = f"{text[: one.start]} {text[one.end :]}".split()
    if not all(_PEOPLE.fullmatch(word) for word in beside):
        return None
    if any(isinstance(n, float) for n in (one.value, one.low, one.high)):
        return None
    return Count(_int(one.value), _int(one.low), _int(one.high), one.qualifier)


def _int(number: float | None) -> int | None:
    return None if number is None else int(number)
