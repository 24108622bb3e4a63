"""Finding place names in running text: one pass, the longest name at each capitalised word, case forms included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, Protocol

from geo import names

How = Literal["exact", "case", "loose"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that may name a place: code points, half open; `how` says how closely the spelling agrees."""

    start: int
    end: int
    text: str
    place_ids: tuple[str, ...]
    how: How


class Index(Protocol):
    """What the scan asks of a gazetteer. A cell is a list of row numbers, as text."""

    def cell(self, key: str) -> str | None:
        """Return the cell of a folded spelling."""

    def loose_cell(self, key: str) -> str | None:
        """Return the cell of a skeleton."""

    def ids(self, cell: str) -> tuple[str, ...]:
        """Return the ids of a cell."""

    def weight(self, cell: str) -> int:
        """Return the population of the largest place of a cell; areas count as large."""

    def city(self, cell: str) -> int:
        """Return the population of the largest settlement of Ukraine in a cell, 0 where there is none."""

    def like(self, folded: str) -> str | None:
        """Return the cell of places whose name differs from a Cyrillic word in vowels only."""

    @property
    def beginnings(self) -> frozenset[str]:
        """Return what names of several words begin with, each first part of them."""


_INSIDE: Final = "['’ʼ`´′‘\u00ad\u200b-\u200f\u2060\ufeff]"
_WORD: Final = re.compile(rf"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|{_INSIDE}(?=[^\W\d_]))*")
_GAP: Final = re.compile(r"[ \u00a0\t]?[-‐‑–]?[ \u00a0\t]?|[ \u00a0\t]*\r?\n[ \u00a0\t]*|\.[ \u00a0]")
_NEW_SENTENCE: Final = re.compile(r"(?:^|[.!?…:|»”\"]|\n)[\s\"'«“”‘(\[*_•▪️◾-]*$")
_CALLED: Final = re.compile(
    r"(?:\b(?:село|села|селі|селу|селе|селом|селищ[аеіу]\w*|смт|пгт|міст[оаіу]|містом|город[ауе]?|городом|пос[её]л\w+"
    r"|хутор\w*|станці\w+|станци\w+|н\.\s?п\.|(?:village|town|city|settlement) of)|\b[смп]\.)\s*[\"«“„']*$",
    re.IGNORECASE,
)
_IN: Final = re.compile(
    r"\b(?:in|near|at|around|outside|from|в|во|у|по|під|под|біля|возле|около|із|из|до|від|от|поблизу|вблизи|близ|неподалік|недалеко от)\s+$",
    re.IGNORECASE,
)
_PLACED: Final = re.compile(
    "(?:[иыо]вк|евк|[аеиы]нк|ьк|ск|[нв])(?:а|е|и|у|ой|ое|ого|ом|о)$|(?:ц[ыі]|ах|ц[аі]х)$"
)
"""How names of places end, unlike most surnames."""
_LISTED: Final = re.compile(r"\s*[:(—–,;]|\s+-\s")
_KNOWN: Final = 2000
"""People that make a place likely enough to be meant by a capital that only begins a sentence."""
_GLUED: Final = 5000
"""People that make a name known enough to be seen in a glued word."""
_LARGE: Final = 1_000_000
"""The weight of what an acronym may still be: a plant, a country."""
_MOST_WORDS: Final = 3


@lru_cache(maxsize=1)
def _no_places() -> frozenset[str]:
    """Return the words that begin with a capital and are spelt like some village, but mean none."""
    lines = (Path(__file__).parent / "data" / "not_places.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str
    capital: bool
    acronym: bool
    cyrillic: bool


_FUSED: Final = tuple(
    sorted(
        [
            "about",
            "after",
            "and",
            "also",
            "are",
            "at",
            "before",
            "by",
            "during",
            "for",
            "from",
            "had",
            "has",
            "have",
            "he",
            "his",
            "in",
            "is",
            "it",
            "its",
            "near",
            "of",
            "on",
            "or",
            "said",
            "says",
            "she",
            "that",
            "the",
            "their",
            "they",
            "this",
            "to",
            "was",
            "were",
            "when",
            "where",
            "which",
            "who",
            "with",
            "according",
            "close",
            "rise",
            "rose",
            "killed",
            "left",
            "there",
            "night",
            "біля",
            "від",
            "про",
            "та",
            "що",
            "де",
            "зі",
            "під",
            "был",
            "была",
            "были",
            "где",
            "как",
            "его",
            "под",
            "при",
            "что",
            "после",
        ],
        key=len,
        reverse=True,
    )
)
"""Small words that careless machine translation glues to the name before them."""
_Hit = tuple[int, str, How]


def scan(index: Index, text: str, masked: tuple[tuple[int, int], ...]) -> list[Mention]:
    """Return the mentions of a text in order, not overlapping; see `Gazetteer.scan`."""
    words = [word for m in _WORD.finditer(text) for word in _words(index, m)]
    covered = _covered(words, masked)
    found, i = [], 0
    while i < len(words):
        hit = None if covered[i] else _hit(index, text, words, i, covered)
        if hit is not None:
            size, cell, how = hit
            start, end = words[i].start, words[i + size - 1].end
            found.append(Mention(start, end, text[start:end], index.ids(cell), how))
        i += hit[0] if hit else 1
    return found


def _hit(index: Index, text: str, words: list[_Word], i: int, covered: list[bool]) -> _Hit | None:
    if words[i].capital:
        return _longest(index, text, _run(text, words, i, covered))
    return _small(index, text, words[i]) if len(words[i].folded) > 3 else None


def _small(index: Index, text: str, word: _Word) -> _Hit | None:
    """Return the large city that a word without a capital names after "in", "near" and the like ("in kyiv")."""
    if not _IN.search(text[max(0, word.start - 24) : word.start]):
        return None
    readings = names.lemmas(word.folded) if word.cyrillic else (word.folded,)
    for reading in readings:
        cell = index.cell(reading)
        if cell and reading not in _COMMON and index.city(cell) >= _SMALL:
            return 1, cell, "exact" if reading == word.folded else "case"
    return None


_SMALL: Final = 200_000
"""People of a city that is known even without its capital letter."""
_COMMON: Final = frozenset(["суми", "рівне", "ровно", "орел", "самара", "владимир"])
"""Names of cities that are everyday words."""


def _run(text: str, words: list[_Word], i: int, covered: list[bool]) -> list[_Word]:
    """Return the word and those joined to it that one name could take in."""
    run = [words[i]]
    for j in range(i + 1, min(len(words), i + 5)):
        if covered[j] or words[j].cyrillic != run[0].cyrillic or not _joined(text, words[j - 1], words[j]):
            break
        run.append(words[j])
    return run


def _longest(index: Index, text: str, run: list[_Word]) -> _Hit | None:
    hits = _cyrillic(index, run) if run[0].cyrillic else _latin(index, run)
    if run[0].cyrillic and len(run) > 1 and not any(hit[0] > 1 for hit in hits):
        hits = _unlisted_pair(index, text, run) + hits
    for hit in hits:
        if hit[0] > 1 or _is_name(index, text, run[0], hit[1]):
            return hit
    return None if hits or not run[0].cyrillic else _unlisted(index, text, run[0])


def _unlisted(index: Index, text: str, word: _Word) -> _Hit | None:
    """Return what a name in no list may be, such as the Russian name of a village, where a place should stand."""
    before = text[max(0, word.start - 24) : word.start]
    if (
        len(word.folded) < 6
        or not _PLACED.search(word.folded)
        or not (_IN.search(before) or _CALLED.search(before))
    ):
        return None
    cell = index.like(word.folded)
    return (1, cell, "loose") if cell else None


def _unlisted_pair(index: Index, text: str, run: list[_Word]) -> list[_Hit]:
    """Return what an adjective and a name in no list may be together: the Russian name of a village with a Ukrainian one."""
    first, second = run[:2]
    placed = _IN.search(text[max(0, first.start - 24) : first.start]) or _PLACED.search(second.folded)
    if not (placed and second.capital and _ADJECTIVE.search(first.folded)):
        return []
    cell = index.like(f"{first.folded} {second.folded}")
    return [(2, cell, "loose")] if cell else []


_ADJECTIVE: Final = re.compile(
    "(?:[иыо]й|а|я|ая|е|ое|ої|ій|ою|ей|ого|ому|ом|ем|им|ым|у|ую|юю|их|ых|і|ие|ые)$"
)


def _is_name(index: Index, text: str, word: _Word, cell: str) -> bool:
    """Say whether a capital marks a name, and not only the beginning of a sentence."""
    before = text[max(0, word.start - 24) : word.start]
    if _CALLED.search(before):
        return True
    if _IN.search(before) and len(word.folded) > 2 and index.city(cell) >= _SMALL and not word.acronym:
        return True
    if len(word.folded) < 3 or word.folded in _no_places() or (word.acronym and index.weight(cell) < _LARGE):
        return False
    if index.weight(cell) >= _KNOWN or _LISTED.match(text, word.end):
        return True
    return _NEW_SENTENCE.search(before) is None


def _cyrillic(index: Index, run: list[_Word]) -> list[_Hit]:
    """Return what the beginnings of the run may name, longest first: as it stands, then as a case form."""
    hits: list[_Hit] = []
    phrases = list(names.lemmas(run[0].folded))
    written = run[0].folded
    for size, _word in enumerate(run, start=1):
        cells = [cell for phrase in phrases if (cell := index.cell(phrase))]
        if cells:
            how: How = "exact" if index.cell(written) else "case"
            hits.insert(0, (size, ",".join(dict.fromkeys(",".join(cells).split(","))), how))
        if size == len(run):
            break
        begun = [phrase for phrase in phrases if phrase in index.beginnings]
        phrases = [f"{phrase} {lemma}" for phrase in begun for lemma in names.lemmas(run[size].folded)]
        written = f"{written} {run[size].folded}"
        if not phrases:
            break
    return hits


def _latin(index: Index, run: list[_Word]) -> list[_Hit]:
    """Return what the beginnings of the run may name, longest first: as it stands, else by its skeleton."""
    hits: list[_Hit] = []
    for size in range(min(len(run), 5), 0, -1):
        part = run[:size]
        if not all(word.capital or word.folded in _NOUNS for word in part):
            continue
        folded = " ".join(word.folded for word in part)
        cell = index.cell(folded)
        if cell is not None:
            hits.append((size, cell, "exact"))
        elif size <= _MOST_WORDS and len(folded) > 4 and (loose := index.loose_cell(names.skeleton(folded))):
            hits.append((size, loose, "loose"))
    return hits


_NOUNS: Final = frozenset(
    [
        "oblast",
        "region",
        "province",
        "district",
        "raion",
        "rayon",
        "hromada",
        "community",
        "on",
        "city",
        "dam",
    ]
)


def _word(start: int, written: str) -> _Word:
    acronym = written.isupper() and (len(written) < 4 or _VOWEL.search(written) is None)
    capital, cyrillic = written[0].isupper(), names.is_cyrillic(written)
    return _Word(start, start + len(written), names.fold(written), capital, acronym, cyrillic)


_VOWEL: Final = re.compile("[aeiouyаеиоуыэюяіїєё]", re.IGNORECASE)
_SEAM: Final = re.compile(r"(?<=[^\W\d_A-ZА-ЯІЇЄҐ]{3})(?=[A-ZА-ЯІЇЄҐ])")


def _words(index: Index, match: re.Match[str]) -> list[_Word]:
    """Return the word, or the two that are glued together in it: "IziumKharkiv", "Borodyankaabout"."""
    written = match.group()
    if not written[0].isupper() or len(written) < 6 or written.isupper():
        return [_word(match.start(), written)]
    seam = _SEAM.search(written)
    at = seam.start() if seam else _glued(index, written)
    if not at:
        return [_word(match.start(), written)]
    return [_word(match.start(), written[:at]), _word(match.start() + at, written[at:])]


def seams(index: Index, text: str) -> list[int]:
    """Return where the name of a town of Ukraine and a small word were run together: "Nikopolthis", "Лисичанськпід"."""
    found = ((m.start(), m.group(), _glued(index, m.group())) for m in _RUN_IN.finditer(text))
    return [start + at for start, word, at in found if at > 4 and _town(index, word[:at])]


def _town(index: Index, written: str) -> bool:
    cell = index.cell(names.fold(written))
    return cell is not None and index.city(cell) >= _GLUED


_RUN_IN: Final = re.compile(r"(?<!\w)[A-ZА-ЯІЇЄҐ][a-zа-яіїєґё'’]{5,}(?!\w)")


def _glued(index: Index, written: str) -> int:
    """Return where a well-known name ends and a small word begins, 0 where the word is whole."""
    folded = names.fold(written)
    whole = names.lemmas(folded) if names.is_cyrillic(folded) else (folded,)
    if len(folded) != len(written) or any(index.cell(key) for key in whole):
        return 0
    if not folded.endswith(_FUSED):
        return _glued_to_any(index, folded) if folded.isascii() else 0
    for small in _FUSED:
        size = len(folded) - len(small)
        if size > 3 and folded.endswith(small) and _well_known(index, folded[:size]):
            return size
    return 0


def _glued_to_any(index: Index, folded: str) -> int:
    """Return where the long name of a city ends and any other Latin word begins ("Zhytomyrreported")."""
    for size in range(len(folded) - 4, 5, -1):
        cell = index.cell(folded[:size])
        if cell and index.city(cell) >= _SMALL and not _DERIVED.match(folded, size):
            return size
    return 0


_DERIVED: Final = re.compile("s|i|e|a|y|c")
"""How endings begin that make another word of a name: Kharkivites, Odesan, Khersonska."""


def _well_known(index: Index, folded: str) -> bool:
    readings = names.lemmas(folded) if names.is_cyrillic(folded) else (folded,)
    return any((cell := index.cell(key)) is not None and index.weight(cell) >= _GLUED for key in readings)


def _covered(words: Sequence[_Word], masked: tuple[tuple[int, int], ...]) -> list[bool]:
    spans = sorted(masked)
    covered, at = [], 0
    for word in words:
        while at < len(spans) and spans[at][1] <= word.start:
            at += 1
        covered.append(at < len(spans) and spans[at][0] < word.end)
    return covered


def _joined(text: str, left: _Word, right: _Word) -> bool:
    return _GAP.fullmatch(text, left.end, right.start) is not None
