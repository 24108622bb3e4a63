"""A search term in the other script: by transliteration, and for people in the table of officials by their known names."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from geo import names
from incidents._fold import fold, spellings
from incidents.extract import _cues

SHORTEST: Final = 4
"""Terms with fewer letters stay as they are: two or three letters mean other things in the other script."""

_SHARED: Final = (
    ("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"), ("ya", "я"), ("iu", "ю"),
    ("ia", "я"), ("x", "кс"), ("ck", "к"),
    *zip("abvdzklmnoprstufgwcq", "абвдзклмнопрстуфгвкк", strict=True),
)  # fmt: skip
_UKRAINIAN: Final = (
    ("yi", "ї"), ("ye", "є"), ("ie", "є"), ("yy", "ий"), ("h", "г"), ("e", "е"), ("y", "и"), ("i", "і"), ("j", "й"),
)  # fmt: skip
_RUSSIAN: Final = (
    ("iy", "ий"), ("yy", "ый"), ("ye", "е"), ("yo", "ё"), ("h", "х"), ("e", "е"), ("y", "ы"), ("i", "и"), ("j", "й"),
)  # fmt: skip
_PLAIN: Final = re.compile(r"[\u0400-\u04ff'’ʼ-]+")


@cache
def _table(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = dict((*_SHARED, *(_RUSSIAN if language == "ru" else _UKRAINIAN)))
    longest = sorted(pairs, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), pairs


def _cyrillic(term: str, language: str) -> str:
    pattern, pairs = _table(language)
    return pattern.sub(lambda found: pairs[found[0]], term)


@cache
def _officials() -> tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]], ...]:
    """Return for each official: the Latin surname, the Cyrillic stem, and how his name is found in a text."""
    rows = []
    for row in _cues.load("officials"):
        stems = [p for p in row["surname"] if _PLAIN.fullmatch(p)]
        latin = [p for p in row["surname"] if not _cues.CYRILLIC.search(p)]
        written = (fold(row["name"].split()[-1]), *(fold(stem) for stem in stems))
        folded = [fold(p) if _PLAIN.fullmatch(p) else p for p in row["surname"] if p not in latin]
        never = ["(?!)"]
        rows.append(
            (re.compile(_cues.either(latin or never)), re.compile(_cues.either(folded or never)), written)
        )
    return tuple(rows)


def _people(term: str) -> list[str]:
    found: list[str] = []
    for latin, cyrillic, written in _officials():
        if latin.fullmatch(term) or cyrillic.match(term):
            found.extend(written)
    return found


@cache
def other(term: str) -> tuple[str, ...]:
    """Return what a folded `term` may be called in the other script, folded; nothing for short terms and numbers."""
    if len(term) < SHORTEST or not any(map(str.isalpha, term)):
        return ()
    if names.is_cyrillic(term):
        written = [names.latin(term, language=language) for language in ("uk", "ru")]
    else:
        written = [_cyrillic(term, language) for language in ("uk", "ru")]
    spelt = (fold(word) for word in (*written, *_people(term)))
    return tuple(dict.fromkeys(word for word in spelt if word and word != term))


def written(term: str) -> list[str]:
    """Return every way in which a folded `term` of a search may stand in a folded text, itself first."""
    return [spelt for word in (term, *other(term)) for spelt in spellings(word)]
