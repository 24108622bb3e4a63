"""Paragraphs, sentences and quotations of a shadow. Offsets are of the shadow; the text is not changed.

Tolerant of what machine translation does: a sentence that starts without a space, a quotation closed by an opening
mark, a quotation never closed (it then ends with its paragraph).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from incidents.extract.shadow import Shadow

_BREAK: Final = re.compile(
    r"""[ ]*\n\s*                                   # the end of a line
      | (?<![\s.])[.!?…]+["”»“’)\]]*(?=\s+["“«„(\[]*[^\sa-zа-яіїєґё,;:.)”»]|\s*$)
      | (?<=[a-zа-яіїєґё\d)”»])[.!?][”»"“]*(?=["“«„]?[A-ZА-ЯІЇЄҐЁ][a-zа-яіїєґё])  # the space was lost
    """,
    re.VERBOSE,
)
_SHORT: Final = re.compile(
    r"(?:^|[\s(«“\"])(?:[^\W\d_]|mr|mrs|ms|dr|gen|col|lt|maj|capt|sgt|sen|rep|gov|st|no|incl|вкл|vs|approx|jan|feb|mar|apr|jun|jul|aug|"
    r"sept?|oct|nov|dec|смт|сел|обл|вул|ул|пл|просп|бул|ім|им|тис|тыс|млн|млрд|грн|руб|ст|стр|кв|буд|пос|пгт|ред|прим|"
    r"(?:т\.)?в\.о|(?:в)?и\.о|т\.д|т\.п|див|см|тзв|зв|ген|полк|проф|акад|р-н|гр)$"
)
_LONGEST: Final = 2000
"""No sentence is longer; one without end, of which every claim asks, would make reading quadratic."""
_MOST: Final = 200
"""No paragraph has more sentences, for the same reason."""
_PAUSES: Final = ("; ", ", ", " ")
_OPEN: Final = "“«„"
_MARK: Final = re.compile(r'["“”«»„]')


@dataclass(frozen=True)
class Sentence:
    """A run of the shadow; `paragraph` and `line` number the block and the line it stands in."""

    start: int
    end: int
    paragraph: int
    line: int
    index: int


@dataclass(frozen=True)
class Quotation:
    """The words between two quotation marks, the marks left out."""

    start: int
    end: int
    paragraph: int


@dataclass(frozen=True)
class Segments:
    """The sentences and the quotations of one shadow, each in order."""

    sentences: tuple[Sentence, ...]
    quotations: tuple[Quotation, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [s.start for s in self.sentences]

    @cached_property
    def _quote_starts(self) -> list[int]:
        return [q.start for q in self.quotations]

    @cached_property
    def _paragraphs(self) -> list[int]:
        return [s.paragraph for s in self.sentences]

    def paragraph(self, number: int) -> tuple[Sentence, ...]:
        """Return the sentences of a paragraph."""
        first = bisect_left(self._paragraphs, number)
        return self.sentences[first : bisect_right(self._paragraphs, number)]

    def at(self, position: int) -> Sentence:
        """Return the sentence that holds `position` (or the last before it). The shadow must not be blank."""
        return self.sentences[max(0, bisect_right(self._starts, position) - 1)]

    def quotation_at(self, position: int) -> Quotation | None:
        """Return the quotation that holds `position`, if any does."""
        i = bisect_right(self._quote_starts, position) - 1
        if i >= 0 and position < self.quotations[i].end:
            return self.quotations[i]
        return None


def _goes_on(shadow: Shadow, start: int, stop: int, line_start: int) -> bool:
    """Say whether a full stop is that of an abbreviation and ends nothing."""
    found = shadow.cased[start:stop]
    return (
        "\n" not in found
        and found.startswith(".")
        and bool(_SHORT.search(shadow.lower[max(line_start, start - 8) : start]))
    )


def _sentences(shadow: Shadow, skip: int) -> tuple[Sentence, ...]:
    made: list[Sentence] = []
    paragraph = line = opened = 0
    start = line_start = skip
    for m in [*_BREAK.finditer(shadow.cased, skip), None]:
        cut, stop = (len(shadow.cased), len(shadow.cased)) if m is None else m.span()
        is_line = m is not None and "\n" in m.group()
        if m is not None and _goes_on(shadow, cut, stop, line_start):
            if is_line:
                line_start = stop
            continue
        end = cut if is_line else stop
        piece = shadow.cased[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            if len(made) - opened >= _MOST:
                paragraph, opened = paragraph + 1, len(made)
            for first, last in _bounded(shadow.cased, start + lead, start + len(piece.rstrip())):
                made.append(Sentence(first, last, paragraph, line, len(made)))
        if is_line and m is not None:
            line += 1
            if m.group().count("\n") > 1:
                paragraph, opened = paragraph + 1, len(made)
            line_start = stop
        start = stop
    return tuple(made)


def _bounded(cased: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a sentence that is too long, each up to the last pause that leaves it short enough."""
    while end - start > _LONGEST:
        ends = (cased.rfind(pause, start + _LONGEST // 2, start + _LONGEST) for pause in _PAUSES)
        cut = next((at + 1 for at in ends if at >= 0), start + _LONGEST)
        yield start, cut
        start = cut + (cased[cut] == " ")
    yield start, end


def _quotations(shadow: Shadow, sentences: tuple[Sentence, ...]) -> tuple[Quotation, ...]:
    """Pair the marks line by line; a mark that opens where one is open closes it (broken quotes)."""
    lines: dict[int, tuple[int, int, int]] = {}
    for s in sentences:
        first, _, _ = lines.get(s.line, (s.start, s.end, s.paragraph))
        lines[s.line] = (first, s.end, s.paragraph)
    made: list[Quotation] = []
    for start, end, paragraph in lines.values():
        opened: int | None = None
        for m in _MARK.finditer(shadow.cased, start, end):
            if opened is not None:
                made.append(Quotation(opened, m.start(), paragraph))
                opened = None
            elif m.group() in _OPEN or (m.group() == '"' and shadow.cased[m.end() : m.end() + 1].strip()):
                opened = m.end()
        if opened is not None and end > opened:
            made.append(Quotation(opened, end, paragraph))
    return tuple(made)


def segment(shadow: Shadow, *, skip: int = 0) -> Segments:
    """Return the sentences and quotations of `shadow` after its first `skip` characters (a date stamp, say)."""
    sentences = _sentences(shadow, skip)
    return Segments(sentences, _quotations(shadow, sentences))
