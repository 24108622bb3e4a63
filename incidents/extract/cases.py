"""The plain form of a speaker's name, from the case in which the sentence needs it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from incidents.extract import _cues

_GENDERS: Final = ("feminine", "neuter", "masculine", "plural")
# How an adjective before the noun ends in the oblique cases, and in the plain form: Ukrainian, Russian.
_ADJECTIVES: Final = {
    "feminine": ((r"(?<=[нвкт])(?:ої|ій|ою)$", "а"), (r"(?<=[нвк])(?:ой|ую)$|(?<=щ)(?:ей|ую)$", "ая")),
    "neuter": ((r"(?<=[нвк])(?:ому|им)$", "е"), (r"(?<=[нвк])(?:ом|ым)$", "ое")),
    "masculine": (
        (r"(?<=[нвк])ому$|(?<=[сцз]ьк)ого$", "ий"),
        (r"(?<=[сц]к)ого$", "ий"),
        (r"(?<=[нвк])(?:ом|ым)$", "ый"),
    ),
    "plural": ((r"(?<=[нвк])(?:их|им)$", "і"), (r"(?<=[нв])(?:ых|ым)$", "ые")),
}
_ADJECTIVE: Final = re.compile(
    r"(?:[ськцз]к|н|ов|в|щ|ш|т|ц)(?:ої|ій|ою|у|ой|ую|ому|им|ом|ым|их|ых|ого|ей|ая|а|ий|ый)$"
)
_PLURAL_BEFORE: Final = re.compile(r"(?:ні|ві|кі|ые|ие)(?: |$)")


@cache
def _heads() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    cases = _cues.load("cases")
    return tuple(
        (
            gender,
            re.compile(rf"(?<![\w'-])(?P<stem>{stem})(?:{oblique})(?![\w'])", re.IGNORECASE),
            stem,
            plain,
        )
        for gender in _GENDERS
        for stem, oblique, plain in cases[gender]
    )


def body(name: str) -> str:
    """Return the plain form of a body's name; what is already plain, and what is not known, stays as written."""
    if not _cues.CYRILLIC.search(name):
        return name
    found = [
        (m.start(), gender, m, plain)
        for gender, head, _, plain in _heads()
        if (m := head.search(name)) is not None
    ]
    if not found:
        return name
    at, gender, m, plain = min(found, key=lambda f: f[0])
    before = name[:at]
    if not all(_ADJECTIVE.search(word) for word in before.split()):
        return name
    if len(before.split()) > 3 or (gender != "plural" and _PLURAL_BEFORE.search(before)):
        return name
    stem = m["stem"]
    head = plain.capitalize() if len(plain) > 2 else stem + plain
    return " ".join([*(_adjective(word, gender) for word in before.split()), head]) + name[m.end() :]


def _adjective(word: str, gender: str) -> str:
    for oblique, plain in _ADJECTIVES[gender]:
        made, n = re.subn(oblique, plain, word)
        if n:
            return re.sub("(?<=[кгх])ый$", "ий", made)
    return word


@cache
def _surnames() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(ending), plain) for ending, plain in _cues.load("cases")["surnames"])


def man(name: str) -> str:
    """Turn a man's name in the genitive ("за словами Івана Петренка") into its plain form; others stay as written."""
    given, _, rest = name.removesuffix("'s").partition(" ")
    plain = _cues.load("cases")["men"].get(given.lower())
    is_woman = (
        given.lower() in {"валентина", "александра", "олександра"}
        and re.search(r"(?:ов|ин|ін|ев|єв)а$", rest) is None
    )
    if plain is None or not rest or is_woman:
        return name.removesuffix("'s")
    for pattern, ending in _surnames():
        made, n = pattern.subn(ending, rest)
        if n:
            return f"{plain} {made}"
    return f"{plain} {rest}"
