"""Counts of people and bodies: which figure belongs to which outcome, whom it counts, whole or part.

A figure counts only when it stands beside a person word or an outcome, and no verb of speech, quotation mark or
sentence end lies between. Soldiers who withdraw, people present, distances and machines never become casualties.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, NamedTuple

from incidents.extract import _cues, hedges
from incidents.extract.numbers import Quantity
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

MOST: Final = 12
"""The highest cost at which a figure and an outcome still belong together."""
_PREDICATES: Final = ("killed", "injured", "missing", "exhumed", "bodies", "graves", "detained", "displaced")


_REACH: Final = 220
"""How many characters may lie between a figure and its outcome, asides included; keeps the work linear."""


@dataclass(frozen=True)
class Figure:
    """A count at a span of the shadow."""

    start: int
    end: int
    predicate: str
    value: int | float | None
    low: int | float | None
    high: int | float | None
    qualifier: str
    group: str | None
    extent: str
    unit: str | None
    modality: str
    rule: str
    why: str


class _Cue(NamedTuple):
    start: int
    end: int
    predicate: str
    side: str


class _Head(NamedTuple):
    """A figure with the words that say whom it counts. `is_dead` where those are bodies."""

    quantity: Quantity
    end: int
    group: str | None
    typed: bool
    is_dead: bool
    is_part: bool
    is_single: bool = False


@cache
def _cue_pattern(cyrillic: bool) -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:  # noqa: FBT001
    table: dict[str, tuple[str, str]] = {}
    parts: list[str] = []
    data = _cues.load("outcomes")
    for side in ("left", "right", "both"):
        for predicate in _PREDICATES:
            for i, pattern in enumerate(data[predicate].get(side, ())):
                if cyrillic in _cues.scripts(pattern):
                    name = f"{predicate}_{side}_{i}"
                    table[name] = (predicate, side)
                    parts.append(f"(?P<{name}>{pattern})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)"), table


@cache
def _none_pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    table: dict[str, tuple[str, ...]] = {}
    parts: list[str] = []
    for i, (names, patterns) in enumerate(_cues.load("outcomes")["none"].items()):
        table[f"n{i}"] = tuple(names.split("+"))
        parts.append(f"(?P<n{i}>{'|'.join(patterns)})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"), table


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
def _not_people() -> frozenset[str]:
    return frozenset(_cues.load("people")["not_people"])


@cache
def _part() -> re.Pattern[str]:
    part = _cues.either([w for w in _cues.load("people")["part"] if w != "with"])
    return re.compile(rf"(?<!\w){part}(?:[:,–—-]| (?:were|was|are|is|—|–|:|also|also were|є|були|ще))* ?$")


@cache
def _cut() -> re.Pattern[str]:
    speech = _cues.load("speech")["verbs"]
    verbs = _cues.either([*_CLAUSAL, *(v for v in speech["cyr"] if v not in {"повідомлено", "подтверждено"})])
    return re.compile(rf"[.;!?“”«»\"\n\]]|(?<!\w)(?:{_cues.load('outcomes')['cut']}|{verbs})(?!\w)")


_BARE_NEXT: Final = _cues.pattern("links", "bare_next")
_CLAUSAL: Final = (
    "said", "says", "told", "wrote", "added", "announced", "stated", "noted", "declared", "explained", "stressed", "testified", "spoke of",
)  # fmt: skip
"""English verbs that begin another clause; "reported", "confirmed" do not ("two people were reported killed")."""
_OF_WHOM: Final = _cues.pattern("links", "of_whom")
_LINKING: Final = _cues.pattern("links", "linking")
_COLLECTIVE: Final = _cues.pattern("links", "collective")
_PERSONAL: Final = _cues.pattern("links", "personal")
_DEAD: Final = _cues.pattern("links", "dead")
_OF_THE: Final = _cues.pattern("links", "of_the")
_OF_THE_BEFORE: Final = _cues.pattern("links", "of_the_before")
_WERE: Final = _cues.pattern("links", "were")
_LEFT_OVER: Final = _cues.pattern("links", "left_over")
_WORD: Final = _cues.pattern("links", "word")
_PART_AFTER: Final = _cues.pattern("links", "part_after")
_UNREAL: Final = _cues.pattern("links", "unreal")
_LIVING_BEFORE: Final = _cues.pattern("links", "living_before")
_LIVING_AFTER: Final = _cues.pattern("links", "living_after")
_CAPACITY: Final = _cues.pattern("links", "capacity")
_MOST_HARMED: Final = 200
_PAREN: Final = _cues.pattern("links", "paren")
_COORDINATED: Final = _cues.pattern("links", "coordinated")


def cues(shadow: Shadow) -> list[_Cue]:
    """Return the outcome words of `shadow` in order."""
    found: list[_Cue] = []
    for cyrillic in (False, True):
        if cyrillic and not _cues.CYRILLIC.search(shadow.lower):
            continue
        pattern, table = _cue_pattern(cyrillic)
        found += [
            _Cue(m.start(), m.end(), *table[m.lastgroup])
            for m in pattern.finditer(shadow.lower)
            if m.lastgroup
        ]
    return sorted(found)


def _heads(shadow: Shadow, sentence: Sentence, quantities: list[Quantity]) -> list[_Head]:
    """Return the figures of a sentence that count people, the unwritten "one" of "a woman" included."""
    pattern, words = _plural()
    found: list[_Head] = []
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
                _Head(
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
        elif _COLLECTIVE.fullmatch(shadow.lower, q.core, q.end) and (
            unit := _WORD.match(shadow.lower, q.end)
        ):
            counts = unit.group(1) not in _not_people() and _PERSONAL.search(unit.group(1)) is not None
            end = unit.end() if counts else q.end
            found.append(_Head(q, end, None, typed=counts, is_dead=False, is_part=is_part))
        else:
            is_part = is_part or bool(_PART_AFTER.match(shadow.lower, q.end))
            of_the = _OF_THE.match(shadow.lower, q.end)
            end = of_the.end() if of_the else q.end
            found.append(_Head(q, end, None, typed=False, is_dead=False, is_part=is_part))
    found += _pairs(shadow, sentence)
    found += _singles(shadow, sentence, found)
    return sorted(found, key=lambda h: h.quantity.start)


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:an? )?(?:{_cues.either(_cues.load('people')['pair'])}|(?<=a )couple(?! (?:of|more|hundred|dozen))|(?<=old )couple(?! of))(?!\w)"
    )


def _pairs(shadow: Shadow, sentence: Sentence) -> list[_Head]:
    return [
        _Head(
            Quantity(m.start(), m.end(), 2, 2, 2, "as_stated", is_word=True, core=m.start()), m.end(), None,
            typed=True, is_dead=False, is_part=False,
        )
        for m in _pair().finditer(shadow.lower, sentence.start, sentence.end)
    ]  # fmt: skip


def _singles(shadow: Shadow, sentence: Sentence, counted: list[_Head]) -> list[_Head]:
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
        head = _Head(q, m.end(), groups[word], typed=True, is_dead=False, is_part=is_part, is_single=True)
        found.append(head)
    return found


class _Link(NamedTuple):
    cost: float
    cue: _Cue | None
    predicate: str


def _takes_cue(lower: str, head: _Head, other: _Head, cue: _Cue) -> bool:
    """Say whether `other`, behind a comma, stands right before the outcome ("two men were hit, one died")."""
    if other.is_part or not head.end <= other.quantity.start or not 0 <= cue.start - other.end <= 1:
        return False
    return re.match(r", (?!(?:aged )?\d)", lower[head.end : other.quantity.start]) is not None


def _is_cut_before(gap: str, labelled: bool) -> bool:  # noqa: FBT001
    """Say whether the words from a figure to the outcome behind it turn to others ("of whom", a colon)."""
    return _OF_WHOM.search(gap) is not None or (":" in gap and not labelled)


def _cost(lower: str, head: _Head, cue: _Cue, others: list[_Head], all_cues: list[_Cue]) -> float | None:
    """Return how far a figure is from an outcome, in words and marks; null where something cuts them apart."""
    before = cue.start >= head.quantity.end
    if before and cue.predicate == "graves" and cue.start - head.quantity.end <= 1:
        return -1.0
    start, end = (head.end, cue.start) if before else (cue.end, head.quantity.start)
    if end - start > _REACH:
        return None
    if start > end:
        return 0.0 if head.quantity.start <= cue.start and cue.end <= head.end else None
    gap = _PAREN.sub(" ", lower[start:end])
    labelled = bool(re.fullmatch(r"\s*[:–—-]\s*", gap))
    if len(gap) > 90 or _cut().search(gap) or (before and _is_cut_before(gap, labelled)):
        return None
    if before and any(_takes_cue(lower, head, o, cue) for o in others):
        return None
    cost = len(re.findall(r"[\w']+", gap)) + (8.0 if head.is_single else 3.0) * gap.count(",")
    cost += 0.5 * (gap != lower[start:end])  # an aside is nearer to what follows it
    if cue.side == ("right" if before else "left") and not labelled:
        cost += 6
    if before and labelled and ":" in gap:
        cost += 6
    cost += 4 * sum(start <= o.quantity.start < end and not o.is_part for o in others if o is not head)
    cost += 7 * sum(start <= c.start < end for c in all_cues if c is not cue and c.predicate != cue.predicate)
    return cost


def _link(lower: str, head: _Head, heads: list[_Head], sentence_cues: list[_Cue]) -> _Link | None:
    named = _OF_THE_BEFORE.search(lower, max(0, head.quantity.start - 40), head.quantity.start)
    if named:
        return _Link(7.0, None, "killed" if _DEAD.match(named["noun"]) else "injured")
    best: _Link | None = (
        _Link(3.5, None, "bodies")
        if (head.is_dead or _is_body_of(lower, head)) and head.quantity.value is not None
        else None
    )
    of_the = _OF_THE.match(lower, head.quantity.end)
    if of_the:
        predicate = "killed" if _DEAD.match(of_the["noun"]) else "injured"
        best = _Link(7.0, None, predicate)
        head = head._replace(end=of_the.end(), typed=True)
    for cue in sentence_cues:
        if of_the and cue.start < of_the.end() and cue.end > head.quantity.end:
            continue
        if not head.typed and not _bare_fits(lower, head, cue):
            continue
        cost = _cost(lower, head, cue, heads, sentence_cues)
        if cost is not None and cost <= MOST and (best is None or cost < best.cost):
            best = _Link(cost, cue, _kind(lower, head, cue))
    return best


def _is_body_of(lower: str, head: _Head) -> bool:
    return _BODY_OF.search(lower, max(0, head.quantity.start - 16), head.quantity.start) is not None


def _kind(lower: str, head: _Head, cue: _Cue) -> str:
    """Return what the figure counts: bodies stay bodies whatever was done to them, exhumed ones excepted."""
    if (head.is_dead or _is_body_of(lower, head)) and cue.predicate in {"killed", "missing", "injured"}:
        return "bodies"
    return cue.predicate


_BODY_OF: Final = _cues.pattern("links", "body_of")


def _bare_fits(lower: str, head: _Head, cue: _Cue) -> bool:
    """Say whether a figure without a noun may belong to `cue`: nothing else that it could count follows."""
    q = head.quantity
    if q.value is None and q.qualifier in {"some", "many"}:
        return False
    if cue.start >= q.end:
        return _LINKING.fullmatch(f"{_PAREN.sub(' ', lower[q.end : cue.start])} ") is not None
    if _BARE_NEXT.match(lower, q.end) or _LEFT_OVER.match(lower, q.end):
        return True
    noun = _WORD.match(lower, q.end)
    close = (
        q.start - cue.end <= 1
        and cue.side != "left"
        and cue.predicate in {"killed", "injured", "missing", "detained"}
    )
    known = noun is not None and noun.group(1) not in _not_people()
    return close and known and q.value is not None


def _is_harm(head: _Head, predicate: str, link: _Link, lower: str) -> bool:
    if predicate == "displaced" and (head.group == "soldiers" or not head.typed):
        return False
    if _CAPACITY.search(lower, max(0, head.quantity.start - 50), head.quantity.start):
        return False
    if predicate == "graves":
        return not head.typed and link.cost <= 2 and head.quantity.value != 1
    if predicate == "detained" and link.cost > 8:
        return False
    if link.cue is not None and predicate == "killed" and _OF_THE.match(lower, head.quantity.end):
        return True
    return not _is_pronoun_one(head, lower)


def _is_pronoun_one(head: _Head, lower: str) -> bool:
    q = head.quantity
    word = lower[q.core : q.end]
    return (
        word in {"one", "один", "одна", "одне", "одной", "одного", "однієї"}
        and not head.typed
        and not head.is_part
        and not _OF_THE.match(lower, q.end)
        and lower[q.end : q.end + 4] in {" of ", " із ", " з м"}
    )


def read(shadow: Shadow, segments: Segments, quantities: list[Quantity]) -> list[Figure]:
    """Return every count of people, bodies and graves in order of the text."""
    by_sentence: dict[int, list[Quantity]] = {}
    for q in quantities:
        by_sentence.setdefault(segments.at(q.core).index, []).append(q)
    found_cues: dict[int, list[_Cue]] = {}
    for cue in cues(shadow):
        found_cues.setdefault(segments.at(cue.start).index, []).append(cue)
    made: list[Figure] = []
    last: list[Figure] = []
    for sentence in segments.sentences:
        near = found_cues.get(sentence.index, [])
        counted = by_sentence.get(sentence.index, [])
        if near or counted:
            own = _of_sentence(shadow, sentence, counted, near)
            last = own or _continued(shadow, sentence, counted, last, own)
            made += last
    return sorted([*made, *_zeros(shadow, segments)], key=lambda f: f.start)


_AMONG: Final = _cues.pattern("links", "among")
_FROM_BEFORE: Final = _cues.pattern("links", "from_before")


def _continued(
    shadow: Shadow, sentence: Sentence, counted: list[Quantity], before: list[Figure], made: list[Figure]
) -> list[Figure]:
    """Return "two of them" of a sentence that has no outcome of its own: a part of the figure right before it."""
    if (
        made
        or not before
        or before[-1].predicate not in {"killed", "injured", "missing", "bodies", "exhumed", "detained"}
    ):
        return []
    whole = next((f for f in reversed(before) if f.extent == "whole"), before[-1])
    heads = [h for h in _heads(shadow, sentence, counted) if h.is_part or _is_of_them(shadow.lower, h)]
    cue = _Link(0, None, whole.predicate)
    return [_figure(shadow, sentence, h, cue, "part") for h in heads if h.quantity.value is not None]


def _is_of_them(lower: str, head: _Head) -> bool:
    words = lower[head.quantity.end : head.end]
    return bool(_FROM_BEFORE.match(lower, head.quantity.end) or re.search("of them|з них|из них", words))


_EITHER: Final = _cues.pattern("links", "either")


def _of_sentence(
    shadow: Shadow, sentence: Sentence, counted: list[Quantity], near: list[_Cue]
) -> list[Figure]:
    heads = _heads(shadow, sentence, counted)
    none, _ = _none_pattern()
    zero = [m.span() for m in none.finditer(shadow.lower, sentence.start, sentence.end)]
    said_none = bytearray(sentence.end - sentence.start + 1)
    for a, b in zero:
        said_none[a - sentence.start : b - sentence.start] = b"\1" * (b - a)
    either = [m.span() for m in _EITHER.finditer(shadow.lower, sentence.start, sentence.end)]
    for a, b in either:
        said_none[a - sentence.start : b - sentence.start] = b"\1" * (b - a)
    near = [c for c in near if not said_none[c.start - sentence.start] and not _is_denied(shadow.lower, c)]
    made: list[tuple[_Head, _Link]] = []
    if _UNREAL.search(shadow.lower, sentence.start, sentence.end):
        return []
    cue_starts, head_starts = [c.start for c in near], [h.quantity.start for h in heads]
    for head in heads:
        first, last = head.quantity.start - _REACH - 60, head.end + _REACH
        some_cues = near[bisect_left(cue_starts, first) : bisect_left(cue_starts, last)]
        some_heads = heads[bisect_left(head_starts, first) : bisect_left(head_starts, last)]
        link = _link(shadow.lower, head, some_heads, some_cues)
        if link is not None and _is_harm(head, link.predicate, link, shadow.lower):
            made.append((head, _exhumed(shadow.lower, sentence, head, link)))
    made = _inherited(shadow.lower, heads, made)
    linked = {id(h) for h, _ in made}
    lived = [_lived(shadow, sentence, h) for h in heads if id(h) not in linked]
    return [f for f in lived if f is not None] + [
        _figure(shadow, sentence, h, link, _extent(shadow.lower, made, i)) for i, (h, link) in enumerate(made)
    ]


_DUG: Final = _cues.pattern("links", "dug")


def _exhumed(lower: str, sentence: Sentence, head: _Head, link: _Link) -> _Link:
    """Take bodies that the words before say were dug up as exhumed."""
    first, at = max(sentence.start, head.quantity.start - 120), head.quantity.start
    if link.predicate != "bodies":
        return link
    out_of_graves = (
        _TAKEN_OUT.search(lower, first, at)
        and _BURIED.search(lower, max(0, sentence.start - 300), sentence.end)
        and not _COLLAPSED.search(lower, sentence.start, sentence.end)
    )
    is_dug = _DUG.search(lower, first, at) or _DUG_AFTER.match(lower, head.end)
    return link._replace(predicate="exhumed") if out_of_graves or is_dug else link


_DUG_AFTER: Final = _cues.pattern("links", "dug_after")
_TAKEN_OUT: Final = _cues.pattern("links", "taken_out")
_BURIED: Final = _cues.pattern("links", "buried")
_COLLAPSED: Final = _cues.pattern("links", "collapsed")


_ELLIPSIS: Final = _cues.pattern("links", "ellipsis")


def _is_elliptic(lower: str, previous: _Head, head: _Head) -> bool:
    """Say whether a bare figure goes on with the one before it ("three dead in X, two in Y")."""
    if head.quantity.value is None or not re.match(
        r" (?:in|at|near|у|в|на|біля|під|около) ", lower[head.end : head.end + 8]
    ):
        return False
    return _ELLIPSIS.fullmatch(lower[previous.end : head.quantity.start]) is not None


def _is_denied(lower: str, cue: _Cue) -> bool:
    """Say whether "not" stands right before an outcome."""
    return (
        re.search(
            r"(?<!\w)(?:не|not|never|neither|cannot|(?:\w+)n't|unable to) $",
            lower[max(0, cue.start - 12) : cue.start],
        )
        is not None
    )


_PART_GAP: Final = _cues.pattern("links", "part_gap")


def _is_same_one(lower: str, before: _Head, head: _Head) -> bool:
    """Say whether a single person is only described once more ("one more victim, a teenager of 15")."""
    gap = lower[before.end : head.quantity.start]
    return (
        before.quantity.value == 1
        and head.is_single
        and re.fullmatch(r" ?[—–-] ?|, (?:an? )?|: (?:an? |це )?| (?:is|was) ", gap) is not None
    )


def _is_bare_part(lower: str, before: _Head, head: _Head) -> bool:
    """Say whether a figure alone is part of the one before it ("33 people this week, including 5 on Friday")."""
    near = head.is_part and head.quantity.start - before.end < 60 and head.quantity.value is not None
    return near and _BARE_NEXT.match(lower, head.end) is not None


_AND: Final = _cues.pattern("links", "and")


def _lend_back(lower: str, heads: list[_Head], linked: dict[int, _Link]) -> None:
    """Give the outcome behind a list to all of it ("six men, a woman and two girls were killed")."""
    for i in range(len(heads) - 1, 1, -1):
        link = linked.get(id(heads[i]))
        if link is None or link.cue is None or link.cue.start < heads[i].end:
            continue
        gaps = [lower[heads[j].end : heads[j + 1].quantity.start] for j in (i - 2, i - 1)]
        first, second = heads[i - 2], heads[i - 1]
        if gaps[0] == ", " and _AND.fullmatch(gaps[1]) and first.typed and second.typed:
            for head in (first, second):
                linked.setdefault(id(head), link._replace(cost=link.cost + 1))


def _inherited(lower: str, heads: list[_Head], made: list[tuple[_Head, _Link]]) -> list[tuple[_Head, _Link]]:
    """Give a part or a coordinated figure without an outcome of its own that of the figure before it."""
    linked = {id(h): link for h, link in made}
    _lend_back(lower, heads, linked)
    out: list[tuple[_Head, _Link]] = []
    previous: tuple[_Head, _Link] | None = None
    for head in heads:
        link = linked.get(id(head))
        fits = head.typed or bool(_PART_AFTER.match(lower, head.end))
        if previous is not None and link is None and not fits and _is_elliptic(lower, previous[0], head):
            link = _Link(previous[1].cost + 1, previous[1].cue, previous[1].predicate)
        if previous is not None and fits and not head.typed:
            link = None
        if link is None and previous is not None and fits and head.quantity.value is not None:
            gap = lower[previous[0].end : head.quantity.start]
            if (head.is_part and len(gap) < 60) or _COORDINATED.fullmatch(gap):
                link = _Link(previous[1].cost + 1, previous[1].cue, previous[1].predicate)
        if link is None and previous is not None and _is_bare_part(lower, previous[0], head):
            link = _Link(previous[1].cost + 1, previous[1].cue, previous[1].predicate)
        if (
            head.is_part
            and previous is not None
            and _PART_GAP.fullmatch(lower[previous[0].end : head.quantity.start])
        ):
            link = previous[1]._replace(cost=previous[1].cost + 1)
        if link is not None and previous is not None and _is_same_one(lower, previous[0], head):
            continue
        if link is not None:
            previous = (head, link)
            out.append(previous)
    return out


def _extent(lower: str, made: list[tuple[_Head, _Link]], i: int) -> str:
    """Say whether a figure counts everybody of its kind, or a part of one before it or of an unstated whole."""
    head, link = made[i]
    if (
        head.is_part
        or (link.cue is None and link.cost == 7.0)
        or (i and lower[head.quantity.start - 1] == "(")
        or _is_in_grave(lower, made, i)
        or _AMONG.match(lower, head.end)
        or _OF_THE.match(lower, head.quantity.end)
    ):
        return "part"
    if i and _opens_list(lower, made, i):
        return "part"
    for j in (i - 1, i + 1):
        if (
            0 <= j < len(made)
            and not made[j][0].is_part
            and made[j][1].predicate == link.predicate
            and made[j][1].cue is link.cue
        ):
            first, last = sorted((i, j))
            gap = _AGED.sub("", lower[made[first][0].end : made[last][0].quantity.start])
            if _COORDINATED.fullmatch(gap) and gap.strip():
                return "part"
    return "whole"


_AGED: Final = _cues.pattern("links", "aged")


def _opens_list(lower: str, made: list[tuple[_Head, _Link]], i: int) -> bool:
    """Say whether a figure is in a list that follows a whole ("two people: a woman and a man")."""
    head, link = made[i]
    for j in range(i - 1, max(-1, i - 13), -1):
        if made[j][1].predicate != link.predicate:
            return False
        gap = _AGED.sub("", lower[made[j][0].end : head.quantity.start])
        if re.fullmatch(r"[^.;:]{0,30} ?[:–—] ?(?:це )?", gap) and (made[j][0].quantity.value or 0) > (
            head.quantity.value or 0
        ):
            return True
        if not _COORDINATED.fullmatch(gap):
            return False
        head = made[j][0]
    return False


def _is_in_grave(lower: str, made: list[tuple[_Head, _Link]], i: int) -> bool:
    """Say whether bodies are those in one grave among the graves just counted ("445 graves and one where 17 lie")."""
    if i == 0 or made[i][1].predicate != "bodies" or made[i - 1][1].predicate != "graves":
        return False
    gap = lower[made[i - 1][0].end : made[i][0].quantity.start]
    return bool(re.search(r"(?<!\w)(?:where|with|containing|где|де|в одном|в одній|one of)(?!\w)", gap))


def _figure(shadow: Shadow, sentence: Sentence, head: _Head, link: _Link, extent: str) -> Figure:
    q = head.quantity
    start, end = q.start, head.end
    cue = link.cue
    if cue is not None and not head.typed:
        if 0 <= cue.start - end <= 1:
            end = cue.end
        elif 0 <= start - cue.end <= 2:
            start = cue.start
    words = shadow.cased[cue.start : cue.end] if cue else shadow.cased[q.end : head.end].strip()
    group = head.group
    modality = hedges.modality(shadow.lower, sentence, q.start, end)
    return Figure(
        start, end, link.predicate, q.value, q.low, q.high, q.qualifier, group, extent, None, modality,
        f"figure.{link.predicate}", f"a figure beside {words!r}",
    )  # fmt: skip


def _lived(shadow: Shadow, sentence: Sentence, head: _Head) -> Figure | None:
    """Return how many people live or lived at a place, where the words say so; such a figure is no harm."""
    q, lower = head.quantity, shadow.lower
    if q.value is None or q.value < _MOST_HARMED:
        return None
    before = _LIVING_BEFORE.search(lower, max(sentence.start, q.start - 80), q.start)
    if not before and not _LIVING_AFTER.match(lower, q.end):
        return None
    end = head.end if head.typed else q.end
    if _LIVING_AFTER.match(lower, q.end):
        end = q.end + len(" inhabitants") if lower.startswith(" inhabitants", q.end) else end
    return Figure(q.start, end, "place_population", q.value, q.low, q.high, q.qualifier, None, "whole", None, "asserted",
                  "figure.place_population", "a figure of people who live or lived there, no harm")  # fmt: skip


@cache
def _one() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _cues.load("outcomes")["one"].items()}


def _ones(shadow: Shadow, segments: Segments) -> list[Figure]:
    """Return the claims of one person that stand in a single noun ("there is a fatality")."""
    return [
        Figure(m.start(), m.end(), predicate, 1, 1, 1, "as_stated", None, "whole", None,
               hedges.modality(shadow.lower, segments.at(m.start()), m.start(), m.end()),
               "figure.one", "the words name one person")
        for predicate, pattern in _one().items()
        for m in pattern.finditer(shadow.lower)
    ]  # fmt: skip


def _zeros(shadow: Shadow, segments: Segments) -> list[Figure]:
    pattern, table = _none_pattern()
    made: list[Figure] = _ones(shadow, segments)
    for m in pattern.finditer(shadow.lower):
        modality = hedges.modality(shadow.lower, segments.at(m.start()), m.start(), m.end())
        zero = Figure(m.start(), m.end(), "", 0, 0, 0, "as_stated", None, "whole", None, modality,
                      "figure.none", "the words say that there are none")  # fmt: skip
        made.extend(replace(zero, predicate=name) for name in table[m.lastgroup or ""])
    return made
