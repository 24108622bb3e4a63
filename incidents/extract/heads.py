"""Whom a figure counts: figures with their nouns, and people named without a figure ("a woman", "a couple", "both")."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from incidents.extract import _cues
from incidents.extract.numbers import Quantity
from incidents.extract.segment import Sentence
from incidents.extract.shadow import Shadow

_COLLECTIVE: Final = _cues.pattern("links", "collective")
_PERSONAL: Final = _cues.pattern("links", "personal")
OF_THE: Final = _cues.pattern("links", "of_the")
_OF_WHOM_AFTER: Final = _cues.pattern("links", "of_whom_after")
_ALL: Final = _cues.pattern("links", "all_of")
_BARE_OUTCOME: Final = _cues.pattern("links", "bare_outcome")
_BARE_BEFORE: Final = _cues.pattern("links", "bare_before")
_OTHER_ONE: Final = _cues.pattern("links", "other_one")
_BASE_SET: Final = _cues.pattern("links", "base_set")
_GUESSED: Final = _cues.pattern("links", "guessed")
_AGES: Final = _cues.pattern("links", "ages")
_EVERY_ONE: Final = _cues.pattern("links", "every_one")
_AMONG_THEM: Final = _cues.pattern("links", "among_them")
_HURT: Final = _cues.pattern("links", "kin_of_whom")
_BOTH: Final = _cues.pattern("links", "both")
_WERE: Final = _cues.pattern("links", "were")
WORD: Final = _cues.pattern("links", "word")
PART_AFTER: Final = _cues.pattern("links", "part_after")


class Head(NamedTuple):
    """A figure with the words that say whom it counts: `is_dead` bodies, `is_back` people told of before ("both"), `is_guess` a
    word that only by its ending names a person."""

    quantity: Quantity
    end: int
    group: str | None
    typed: bool
    is_dead: bool
    is_part: bool
    is_single: bool = False
    is_back: bool = False
    is_guess: bool = False
    is_pair: bool = False


def _fold(text: str) -> str:
    """Write ё as е, as most do; one character for one."""
    return text.replace("ё", "е")


@lru_cache(maxsize=4)
def _folded(lower: str) -> str:
    return _fold(lower)


@cache
def _plural() -> tuple[re.Pattern[str], dict[str, tuple[str, str | None]]]:
    data = _cues.load("people")
    words = {
        w: (name, data["plural"].get(name, {}).get("group"))
        for name, forms in data["single"].items()
        for w in forms
    }
    words |= {w: (name, entry["group"]) for name, entry in data["plural"].items() for w in entry["words"]}
    between = _cues.either([str(w) for w in data["between"]])
    noun = _cues.either(list(words))
    other = "(?!(?:russian|enemy|occupying|wagner|chechen|belarusian|were|was|are|is|and|of|in|at|by|from|who|had|have|has|when|after|more|out|other|were|killed|dead|wounded|injured|on|to|for|as|with|houses|homes|buildings|minutes|hours|days|cars)(?!\\w))[a-z]{3,12}"
    pattern = rf" (?:{between} )*(?:{other} )?(?P<noun>{noun})(?!\w| {data['of_things']})"
    return re.compile(_fold(pattern)), {_fold(w): kind for w, kind in words.items()}


@cache
def _single() -> tuple[re.Pattern[str], dict[str, str | None]]:
    data = _cues.load("people")
    groups = {name: entry["group"] for name, entry in data["plural"].items()}
    words = {w: groups.get(name) for name, forms in data["single"].items() for w in forms}
    latin = _cues.either([w for w in words if not _cues.CYRILLIC.search(w)])
    cyrillic = _cues.either([w for w in words if _cues.CYRILLIC.search(w)])
    return (
        re.compile(
            rf"(?<!\w)(?:(?:an?|another|one|his|her|its|their|whose|the) (?:(?:\d{{1,3}}[ -]years?[ -]old|(?!russian|enemy|occupying|chechen|wagner|belarusian|(?:the|an?|his|her|their|its|of|in|at|by|on|from|to|was|were|who|with)(?!\w))[a-z][\w'-]*)(?: and|,)? ){{0,3}}?(?P<latin>{latin})"
            rf"|(?:an?|another|the) \d{{1,3}}[ -]years?[ -]olds?(?= (?:and|was|were|in|at|by|who|died|with|on|when|after)|[.,;])"
            rf"|(?:(?:\d{{1,3}}-?(?:річн|летн)\w+|[а-яіїєґё']+(?:річн|летн|літн|місячн|месячн)\w+|[а-яіїєґё'-]+(?:на|ня|ська|цька|ова|ева|ена|лла|ий|ій|ого|ього|ої|ая|яя|ый|его|ую|юю)|ще|ще одн\w+|еще|ещё|місцев\w+|местн\w+|літн\w+|пожил\w+|мирн\w+|цивільн\w+|неповнолітн\w+|малолітн\w+|несовершеннолетн\w+) )*"
            rf"(?:(?P<cyrillic>{_fold(cyrillic)})|(?P<guess>{_fold(data['guess'])})))(?!\w|['’]s )"
        ),
        {_fold(w): group for w, group in words.items()},
    )


@cache
def _bare() -> re.Pattern[str]:
    """A person without an article, as headlines ("Elderly man and woman killed") and bad translations have it."""
    single = _cues.load("people")["single"]
    words = _cues.either([w for forms in single.values() for w in forms if not _cues.CYRILLIC.search(w)])
    some = r"(?:(?!an? |the |no |his |her |by |of |was |and )[a-z'-]+ ){0,3}?"
    also = rf"(?: and (?:[a-z'-]+ ){{0,2}}{words})?"
    return re.compile(
        rf"(?<![\w'-])(?P<bare>{some}(?P<latin>{words}))(?={also}{_BARE_OUTCOME.pattern})"
        rf"|(?:(?<=among them )|(?<=including )|(?<=incl\. )){some}(?P<part>{words})(?=[.,;)]|$| and )"
    )


def _may_be_bare(lower: str, sentence: Sentence, m: re.Match[str]) -> bool:
    """Say whether a person without an article opens a headline or a clause of one; one with an article always may."""
    if not m.groupdict().get("bare"):
        return True
    return (
        m.start() == sentence.start
        or _BARE_BEFORE.search(lower, max(sentence.start, m.start() - 8), m.start()) is not None
    )


@cache
def _things() -> re.Pattern[str]:
    return re.compile(_cues.load("people")["things"])


def is_thing(word: str) -> bool:
    """Say whether a word behind a figure names no people, or soldiers of the other side."""
    return word in not_people() or _things().fullmatch(word) is not None


@cache
def not_people() -> frozenset[str]:
    """Return the words behind a figure that are no people, or soldiers of the other side."""
    return frozenset(_cues.load("people")["not_people"])


@cache
def _part() -> re.Pattern[str]:
    part = _cues.either([w for w in _cues.load("people")["part"] if w != "with"])
    return re.compile(
        rf"(?<!\w){part}(?:[:,–—-]| (?:were|was|are|is|—|–|:|also|also were|there are|there is|there were|there was|є|були|был|были|была|есть|ещё|ще))* ?$"
    )


def _whom(noun: str, words: dict[str, tuple[str, str | None]]) -> tuple[str, str | None]:
    """Return the kind and the group of a noun that matched: by the word, or by the pattern that it is an instance of."""
    if noun in words:
        return words[noun]
    return next(kind for word, kind in words.items() if re.fullmatch(word, noun))


def find(shadow: Shadow, sentence: Sentence, quantities: list[Quantity]) -> list[Head]:
    """Return the figures of a sentence that count people, the unwritten "one" of "a woman" included."""
    found: list[Head] = []
    for q in quantities:
        if q.unit is None and not (found and found[-1].typed and q.start < found[-1].end):
            head = _counted(shadow.lower, sentence, q)
            found += [head] if head is not None else []
    found = [_told_before(shadow.lower, sentence, h) for h in found]
    found += _pairs(shadow, sentence)
    found += _both(shadow, sentence)
    found += _other_one(shadow, sentence, found)
    singles = _singles(shadow, sentence, found)
    ends = {h.end for h in singles}
    ages = [m.span() for h in found if h.typed and (m := _AGES.match(shadow.lower, h.end, sentence.end))]
    found = [h for h in found if h.typed or not (_is_age(shadow.lower, h, ends) or _is_in(h, ages))] + singles
    return sorted(found, key=lambda h: h.quantity.start)


def _is_after_part(lower: str, sentence: Sentence, at: int) -> bool:
    return _part().search(lower, max(sentence.start, at - 48), at) is not None


def _counted(lower: str, sentence: Sentence, q: Quantity) -> Head | None:
    """Return a figure with the noun behind it, or without one; nothing where that noun is "casualties" of both kinds."""
    pattern, words = _plural()
    noun = pattern.match(_folded(lower), q.end, sentence.end)
    of_whom = _OF_WHOM_AFTER.match(lower, q.end)
    is_part = of_whom is not None or _is_after_part(lower, sentence, q.start)
    if noun is None and is_part and (linked := _WERE.match(lower, q.end, sentence.end)):
        noun = pattern.match(_folded(lower), linked.end(), sentence.end)
    if noun is None:
        return _bare_figure(lower, sentence, q, is_part=is_part)
    name, group = _whom(noun["noun"], words)
    is_base = (
        name == "people"
        and not _HURT.match(noun["noun"])
        and _BASE_SET.search(lower, max(sentence.start, q.start - 30), q.start)
    )
    if is_base or lower.startswith(" casualties", noun.end()):
        return None
    is_part = (
        is_part
        or bool(_AMONG_THEM.match(lower, noun.end()))
        or any(of in noun.group() for of in ("of whom", "of them", "з них"))
    )
    return Head(q, noun.end(), group, typed=True, is_dead=name == "dead", is_part=is_part)


def _bare_figure(lower: str, sentence: Sentence, q: Quantity, *, is_part: bool) -> Head:
    """Return a figure without a known noun: "of whom", a word that only by its ending names people, or nothing."""
    if of_whom := _OF_WHOM_AFTER.match(lower, q.end):
        return Head(q, of_whom.end(), None, typed=False, is_dead=False, is_part=True)
    unit = WORD.match(lower, q.end)
    if unit and _COLLECTIVE.fullmatch(lower, q.core, q.end):
        counts = not is_thing(unit.group(1)) and _PERSONAL.search(unit.group(1)) is not None
        return Head(q, unit.end() if counts else q.end, None, typed=counts, is_dead=False, is_part=is_part)
    guess = _GUESSED.match(lower, q.end, sentence.end)
    if guess and q.value is not None and not is_thing(guess["noun"]):
        end = guess.end("noun")
        return Head(q, end, None, typed=True, is_dead=False, is_part=is_part, is_guess=True)
    of_the = OF_THE.match(lower, q.end)
    is_part = is_part or bool(PART_AFTER.match(lower, q.end))
    return Head(q, of_the.end() if of_the else q.end, None, typed=False, is_dead=False, is_part=is_part)


def _told_before(lower: str, sentence: Sentence, head: Head) -> Head:
    """Mark "all three": those told of before."""
    start = head.quantity.start
    return head._replace(is_back=_ALL.search(lower, max(sentence.start, start - 8), start) is not None)


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:an? )?(?:{_cues.either(_cues.load('people')['pair'])}|(?<=a )couple(?! (?:of|more|hundred|dozen))|(?<=old )couple(?! of))(?!\w)"
    )


def _pairs(shadow: Shadow, sentence: Sentence) -> list[Head]:
    return [
        Head(
            Quantity(m.start(), m.end(), 2, 2, 2, "as_stated", is_word=True, core=m.start()), m.end(), None,
            typed=True, is_dead=False, is_part=_is_after_part(shadow.lower, sentence, m.start()), is_pair=True,
        )
        for m in _pair().finditer(shadow.lower, sentence.start, sentence.end)
    ]  # fmt: skip


def _is_in(head: Head, spans: list[tuple[int, int]]) -> bool:
    return any(a <= head.quantity.start < b for a, b in spans)


def _is_age(lower: str, head: Head, ends: set[int]) -> bool:
    """Say whether a bare figure is the age of the person right before it ("a woman, 56, and her son (33)")."""
    q = head.quantity
    closed = lower[q.end : q.end + 1] in {",", ".", ";", ")"}
    return closed and not q.is_word and lower[q.start - 2 : q.start] in {", ", " ("} and q.start - 2 in ends


def _both(shadow: Shadow, sentence: Sentence) -> list[Head]:
    """Return "both", "обидва": the two just told of, with their noun where one follows."""
    noun = _plural()[0]
    found: list[Head] = []
    for m in _BOTH.finditer(shadow.lower, sentence.start, sentence.end):
        q = Quantity(m.start(), m.end(), 2, 2, 2, "as_stated", is_word=True, core=m.start())
        whom = noun.match(_folded(shadow.lower), m.end(), sentence.end)
        if whom or not (WORD.match(shadow.lower, m.end()) is None and m.end() < sentence.end):
            end = whom.end() if whom else m.end()
            found.append(
                Head(q, end, None, typed=whom is not None, is_dead=False, is_part=False, is_back=True)
            )
    return found


def _other_one(shadow: Shadow, sentence: Sentence, counted: list[Head]) -> list[Head]:
    """Return "another", "інша" where it stands for a person ("one was killed and another wounded")."""
    return [
        Head(Quantity(m.start(), m.end(), 1, 1, 1, "as_stated", is_word=True, core=m.start()), m.end(), None,
             typed=False, is_dead=False, is_part=False)
        for m in _OTHER_ONE.finditer(shadow.lower, sentence.start, sentence.end) if not any(h.quantity.start < m.end() and m.start() < h.end for h in counted)
    ]  # fmt: skip


def _singles(shadow: Shadow, sentence: Sentence, counted: list[Head]) -> list[Head]:
    pattern, groups = _single()
    lower = _folded(shadow.lower)
    found: list[Head] = []
    taken = bytearray(sentence.end - sentence.start + 1)
    for h in counted:
        taken[h.quantity.start - sentence.start : h.end - sentence.start] = b"\1" * (h.end - h.quantity.start)
    bare = _bare().finditer(lower, sentence.start, sentence.end)
    for m in [*pattern.finditer(lower, sentence.start, sentence.end), *bare]:
        if any(taken[m.start() - sentence.start : m.end() - sentence.start]):
            continue
        said = m.groupdict()
        guess = said.get("guess")
        word = next((said[name] for name in ("latin", "cyrillic", "part") if said.get(name)), "person")
        if said.get("cyrillic") and found and found[-1].end == m.start() - 1:
            continue
        if _EVERY_ONE.search(lower, max(sentence.start, m.start() - 30), m.start()):
            continue
        if (guess and guess in not_people()) or not _may_be_bare(lower, sentence, m):
            continue
        taken[m.start() - sentence.start : m.end() - sentence.start] = b"\1" * (m.end() - m.start())
        q = Quantity(m.start(), m.end(), 1, 1, 1, "as_stated", is_word=True, core=m.start())
        is_part = _is_after_part(shadow.lower, sentence, m.start())
        head = Head(
            q,
            m.end(),
            groups[word],
            typed=True,
            is_dead=False,
            is_part=is_part,
            is_single=True,
            is_guess=guess is not None or word in _cues.load("people")["single"]["wild"],
        )
        found.append(head)
    return found
