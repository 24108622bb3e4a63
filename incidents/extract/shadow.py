"""A normalised shadow of a text with a map back to it. Rules match on the shadow; the text itself never changes.

The shadow composes accents, drops invisible characters and stress marks, makes apostrophes, dashes and spaces alike,
turns Latin look-alikes inside Cyrillic words into Cyrillic, and parts words that a bad translation fused.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\ufe0f"
)
_DIRECTION: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_STRESS: Final = "\u0300\u0301"
_DROPPED: Final = frozenset(_INVISIBLE + _DIRECTION)
_NEEDS_WORK: Final = re.compile(f"[{_INVISIBLE}{_DIRECTION}{_STRESS}]")
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\v\f", " "),
        **dict.fromkeys("\u2028\u2029\x85", "\n"),
        **dict.fromkeys("’ʼ`´ʹ′‘ˈ", "'"),
        **dict.fromkeys("‐‑", "-"),
        **dict.fromkeys("‒−", "–"),
    }
)  # fmt: skip
_MIXED: Final = re.compile(
    r"\b(?=[a-z]{0,30}[а-яіїєґё])(?=[а-яіїєґё]{0,30}[a-z])[a-zа-яіїєґё]{3,}", re.IGNORECASE
)
_LOOKALIKE: Final = str.maketrans("aceiopxyABCEHIKMOPTX", "асеіорхуАВСЕНІКМОРТХ")
_FUSED: Final = re.compile(
    r"(?<=[a-z]{3})(?=[A-Z][a-z']{2})|(?<=[а-яіїєґё]{3})(?=[А-ЯІЇЄҐЁ][а-яіїєґё']{2})|(?<=[”»])(?=\w)"
)


@dataclass(frozen=True)
class Shadow:
    """`cased` and `lower` have one length; character `i` of either stands for `text[starts[i]:ends[i]]`."""

    text: str
    cased: str
    lower: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the text (code points, half open) behind a span of the shadow that is not empty."""
        return self.starts[start], self.ends[end - 1]


_WIDTHS: Final = range(45, 131)
_ITEM: Final = re.compile(r"\s*(?:[•●▪◾▫‣➡🔹🔸🔻🔺🔴*–—-]|\d+[.)] )")
_CLOSED: Final = ".!?:;…"


def _goes_on(line: str, after: str, width: int) -> bool:
    """Say whether a line was only broken to `width`: the next word would not have fitted, or goes on in small letters."""
    line, after = line.rstrip(), after.strip()
    if not line or not after or line[-1] in _CLOSED or _ITEM.match(after):
        return False
    word = after.split(" ", 1)[0]
    return after[0].islower() or (width in _WIDTHS and len(line) + 1 + len(word) > width)


def _is_filled(block: list[str], width: int) -> bool:
    """Say whether all lines of a block were broken to `width`, so that no line end of it says anything."""
    full = all(len(a.rstrip()) + 1 + len(b.split(" ", 1)[0]) > width for a, b in itertools.pairwise(block))
    return len(block) > 2 and width in _WIDTHS and full and not any(_ITEM.match(line) for line in block[1:])


def _unwrapped(cased: str) -> str:
    """Put a space for each line end that only breaks a line to a width; one character for one."""
    if "\n" not in cased.strip():
        return cased
    width = max(len(line.rstrip()) for line in cased.split("\n"))
    made = []
    for block in re.split(r"(\n[ \n]*\n)", cased):
        lines = block.split("\n")
        if _is_filled(lines, width):
            made.append(" ".join(lines))
            continue
        joined = lines[0]
        for before, line in itertools.pairwise(lines):
            joined += (" " if _goes_on(before, line, width) else "\n") + line
        made.append(joined)
    return "".join(made)


def _lowered(cased: str) -> str:
    lower = cased.lower()
    if len(lower) == len(cased):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in cased)


def _clusters(text: str) -> tuple[str, list[int], list[int]]:
    """Compose each base character with its accents; drop what is invisible."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        stop = at + 1
        while stop < len(text) and unicodedata.combining(text[stop]):
            stop += 1
        made = unicodedata.normalize("NFC", text[at:stop]) if stop > at + 1 else text[at]
        if len(made) > 1:
            made = made[0]
        if made not in _DROPPED:
            chars.append(made)
            starts.append(at)
            ends.append(stop)
        at = stop
    return "".join(chars), starts, ends


def _parted(
    cased: str, starts: Sequence[int], ends: Sequence[int], cuts: Iterable[int]
) -> tuple[str, Sequence[int], Sequence[int]]:
    """Put a space that stands for nothing at each of `cuts`."""
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    last = 0
    for cut in cuts:
        pieces += [cased[last:cut], " "]
        new_starts += [*starts[last:cut], ends[cut - 1]]
        new_ends += [*ends[last:cut], ends[cut - 1]]
        last = cut
    if not pieces:
        return cased, starts, ends
    return (
        "".join([*pieces, cased[last:]]),
        [*new_starts, *starts[last:]],
        [*new_ends, *ends[last:]],
    )


def cast(text: str, *, fused: Callable[[str], Iterable[int]] | None = None) -> Shadow:
    """Return the shadow of `text`. `fused` names further places where two words were run together."""
    starts: Sequence[int]
    ends: Sequence[int]
    if _NEEDS_WORK.search(text) or not unicodedata.is_normalized("NFC", text):
        cased, starts, ends = _clusters(text)
    else:
        cased, starts, ends = text, range(len(text)), range(1, len(text) + 1)
    cased = cased.translate(_ALIKE)
    if not cased.isascii():
        cased = _MIXED.sub(lambda m: m.group().translate(_LOOKALIKE), cased)
    cased = _unwrapped(cased)
    cuts = {m.start() for m in _FUSED.finditer(cased)}
    if fused is not None:
        cuts |= set(fused(cased))
    cased, starts, ends = _parted(cased, starts, ends, sorted(cut for cut in cuts if 0 < cut < len(cased)))
    return Shadow(text, cased, _lowered(cased), starts, ends)
