"""Whom a figure counts: figures with their nouns, and people named without a figure ("a woman", "a couple", "both")."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from incidents.extract import _cues
from incidents.extract.numbers import Quantity
from incidents.extract.segment import Sentence
from incidents.extract.shadow import Shadow

_COLLECTIVE: Final = _cues.pattern("links", "collective")
_PERSONAL: Final = _cues.pattern("links", "personal")
OF_THE: Final = _cues.pattern("links", "of_the")
_WERE: Final = _cues.pattern("links", "were")
WORD: Final = _cues.pattern("links", "word")
PART_AFTER: Final = _cues.pattern("links", "part_after")


class Head(NamedTuple):
    """A figure with the words that say whom it counts. `is_dead` where those are bodies."""

    quantity: Quantity
    end: int
    group: str | None
    typed: bool
    is_dead: bool
    is_part: bool
    is_single: bool = False


@cache
def _plural() -> tuple[re.Pattern[str], dict[str, tuple[str, str | None]]]:
    data = _cues.load("people")
    words = {
        w: (name, data["plural"][name]["group"]) for name, forms in data["single"].items() for w in forms
    }
    words |= {w: (name, entry["group"]) for name, entry in data["plural"].items() for w in entry["words"]}
    between = _cues.either([str(w) for w in data["between"]])
    noun = _cues.either(list(words))
    other = "(?!(?:russian|enemy|occupying|wagner|chechen|belarusian|were|was|are|is|and|of|in|at|by|from|who|had|have|has|when|after|more|out|other|were|killed|dead|wounded|injured|on|to|for|as|with|houses|homes|buildings|minutes|hours|days|cars)(?!\\w))[a-z]{3,12}"
    return re.compile(rf" (?:{between} )*?(?:{other} )?(?P<noun>{noun})(?!\w)"), words


@cache
def _single() -> tuple[re.Pattern[str], dict[str, str | None]]:
    data = _cues.load("people")
    groups = {name: entry["group"] for name, entry in data["plural"].items()}
    words = {w: groups[name] for name, forms in data["single"].items() for w in forms}
    latin = _cues.either([w for w in words if not _cues.CYRILLIC.search(w)])
    cyrillic = _cues.either([w for w in words if _cues.CYRILLIC.search(w)])
    return (
        re.compile(
            rf"(?<!\w)(?:(?:an?|another|one|his|her|its|their|whose|the) (?:(?:\d{{1,3}}[ -]years?[ -]old|[a-z][\w'-]*)(?: and|,)? ){{0,3}}?(?P<latin>{latin})"
            rf"|(?:an?|another|the) \d{{1,3}}[ -]years?[ -]olds?(?= (?:and|was|were|in|at|by|who|died|with|on|when|after)|[.,;])"
            rf"|(?:(?:\d{{1,3}}-?(?:річн|летн)\w+|ще|ще одн\w+|еще|ещё|місцев\w+|местн\w+|літн\w+|пожил\w+|мирн\w+|цивільн\w+|неповнолітн\w+|малолітн\w+|несовершеннолетн\w+) )*"
            rf"(?P<cyrillic>{cyrillic}))(?!\w|['’]s )"
        ),
        words,
    )


@cache
def not_people() -> frozenset[str]:
    """Return the words behind a figure that are no people, or soldiers of the other side."""
    return frozenset(_cues.load("people")["not_people"])


@cache
def _part() -> re.Pattern[str]:
    part = _cues.either([w for w in _cues.load("people")["part"] if w != "with"])
    return re.compile(rf"(?<!\w){part}(?:[:,–—-]| (?:were|was|are|is|—|–|:|also|also were|є|були|ще))* ?$")


def find(shadow: Shadow, sentence: Sentence, quantities: list[Quantity]) -> list[Head]:
    """Return the figures of a sentence that count people, the unwritten "one" of "a woman" included."""
    pattern, words = _plural()
    found: list[Head] = []
    for q in quantities:
        if q.unit is not None:
            continue
        noun = pattern.match(shadow.lower, q.end, sentence.end)
        if noun and shadow.lower.startswith(" casualties", noun.end()):
            continue
        is_part = bool(_part().search(shadow.lower, max(sentence.start, q.start - 40), q.start))
        if noun is None and is_part and (linked := _WERE.match(shadow.lower, q.end, sentence.end)):
            noun = pattern.match(shadow.lower, linked.end(), sentence.end)
        if noun:
            name, group = words[noun["noun"]]
            found.append(
                Head(
                    q,
                    noun.end(),
                    group,
                    typed=True,
                    is_dead=name == "dead",
                    is_part=is_part
                    or "of whom" in noun.group()
                    or "з них" in noun.group()
                    or "of them" in noun.group(),
                )
            )
        elif _COLLECTIVE.fullmatch(shadow.lower, q.core, q.end) and (unit := WORD.match(shadow.lower, q.end)):
            counts = unit.group(1) not in not_people() and _PERSONAL.search(unit.group(1)) is not None
            end = unit.end() if counts else q.end
            found.append(Head(q, end, None, typed=counts, is_dead=False, is_part=is_part))
        else:
            is_part = is_part or bool(PART_AFTER.match(shadow.lower, q.end))
            of_the = OF_THE.match(shadow.lower, q.end)
            end = of_the.end() if of_the else q.end
            found.append(Head(q, end, None, typed=False, is_dead=False, is_part=is_part))
    found += _pairs(shadow, sentence)
    found += _singles(shadow, sentence, found)
    return sorted(found, key=lambda h: h.quantity.start)


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:an? )?(?:{_cues.either(_cues.load('people')['pair'])}|(?<=a )couple(?! (?:of|more|hundred|dozen))|(?<=old )couple(?! of))(?!\w)"
    )


def _pairs(shadow: Shadow, sentence: Sentence) -> list[Head]:
    return [
        Head(
            Quantity(m.start(), m.end(), 2, 2, 2, "as_stated", is_word=True, core=m.start()), m.end(), None,
            typed=True, is_dead=False, is_part=False,
        )
        for m in _pair().finditer(shadow.lower, sentence.start, sentence.end)
    ]  # fmt: skip


def _singles(shadow: Shadow, sentence: Sentence, counted: list[Head]) -> list[Head]:
    pattern, groups = _single()
    found = []
    taken = bytearray(sentence.end - sentence.start + 1)
    for h in counted:
        taken[h.quantity.start - sentence.start : h.end - sentence.start] = b"\1" * (h.end - h.quantity.start)
    for m in pattern.finditer(shadow.lower, sentence.start, sentence.end):
        if any(taken[m.start() - sentence.start : m.end() - sentence.start]):
            continue
        word = m["latin"] or m["cyrillic"] or "person"
        q = Quantity(m.start(), m.end(), 1, 1, 1, "as_stated", is_word=True, core=m.start())
        is_part = bool(_part().search(shadow.lower, max(sentence.start, m.start() - 40), m.start()))
        head = Head(q, m.end(), groups[word], typed=True, is_dead=False, is_part=is_part, is_single=True)
        found.append(head)
    return found
