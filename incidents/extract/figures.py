"""Counts of people and bodies: which figure belongs to which outcome, whom it counts, whole or part.

A figure counts only when it stands beside a person word or an outcome, and no verb of speech, quotation mark or
sentence end lies between. Soldiers who withdraw, people present, distances and machines never become casualties.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from incidents.extract import _cues, extents, hedges, interposed, marks, numbers, outcomes
from incidents.extract import heads as people
from incidents.extract.extents import BARE_NEXT
from incidents.extract.heads import OF_THE, WORD, Head, is_thing
from incidents.extract.numbers import Quantity
from incidents.extract.outcomes import Cue, Figure, Link
from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow

_TOLD: Final = 8
"""How many figures back a part or a correction looks for what it is of."""
MOST: Final = 12
"""The highest cost at which a figure and an outcome still belong together."""
_REACH: Final = 220
"""How many characters may lie between a figure and its outcome, asides included; keeps the work linear."""
_CLAUSAL: Final = (
    "said", "says", "told", "wrote", "added", "announced", "stated", "noted", "declared", "explained", "stressed", "testified", "spoke of",
)  # fmt: skip
"""English verbs that begin another clause; "reported", "confirmed" do not ("two people were reported killed")."""
_OF_WHOM: Final = _cues.pattern("links", "of_whom")
_LINKING: Final = _cues.pattern("links", "linking")
_DEAD: Final = _cues.pattern("links", "dead")
_OF_THE_BEFORE: Final = _cues.pattern("links", "of_the_before")
_LEFT_OVER: Final = _cues.pattern("links", "left_over")
_UNREAL: Final = _cues.pattern("links", "unreal")
_LIVING_BEFORE: Final = _cues.pattern("links", "living_before")
_LIVING_AFTER: Final = _cues.pattern("links", "living_after")
_CAPACITY: Final = _cues.pattern("links", "capacity")
_MOST_HARMED: Final = 200
_LONGEST_QUOTE: Final = 140
_PAREN: Final = _cues.pattern("links", "paren")
_GUESSED: Final = frozenset({"killed", "injured", "missing", "detained"})
_ADJECTIVAL_BEFORE: Final = _cues.pattern("links", "adjectival_before")
_KIN_OF: Final = _cues.pattern("links", "kin_of")
_KIN_OF_WHOM: Final = _cues.pattern("links", "kin_of_whom")
_ADJECTIVAL_AFTER: Final = _cues.pattern("links", "adjectival_after")
_UNSAID: Final = _cues.pattern("links", "unsaid")
_UNCONFIRMED: Final = _cues.pattern("links", "unconfirmed")
_CORRECTED: Final = _cues.pattern("links", "corrected")
_OF_THEM_NEXT: Final = _cues.pattern("links", "of_them_next")
_SINGULAR: Final = _cues.pattern("links", "singular")
_SINGULAR_GROUP: Final = _cues.pattern("links", "singular_group")
_WHO_WERE: Final = _cues.pattern("links", "who_were")
_GENERIC_PART: Final = _cues.pattern("links", "generic_part")
_OF_PEOPLE: Final = frozenset({"killed", "injured", "missing", "bodies", "exhumed", "detained"})
_OPENS: Final = _cues.pattern("links", "opens")
_ARE_KIND: Final = _cues.pattern("links", "are_kind")
_CONDITION: Final = _cues.pattern("links", "condition")
_MORE: Final = _cues.pattern("links", "one_more")
_BODY_OF: Final = _cues.pattern("links", "body_of")
_EITHER: Final = _cues.pattern("links", "either")
_DUG: Final = _cues.pattern("links", "dug")
_DUG_AFTER: Final = _cues.pattern("links", "dug_after")
_ABOUT: Final = _cues.pattern("links", "about")
_IDENTITY: Final = _cues.pattern("links", "identity")
_IDENTITY_BEFORE: Final = _cues.pattern("links", "identity_before")
_ALIVE_BEFORE: Final = _cues.pattern("links", "alive_before")
_ALIVE_AFTER: Final = _cues.pattern("links", "alive_after")
_GRAVE_WORDS: Final = _cues.pattern("links", "grave_words")
_OF_THOSE: Final = _cues.pattern("links", "of_those")
_TURNED_UP: Final = _cues.pattern("links", "turned_up")
_DOUBT_NEXT: Final = _cues.pattern("links", "doubt_next")
_AMONG_THEM: Final = _cues.pattern("links", "among_them")
_RELATIVE: Final = _cues.pattern("links", "relative")
_POPULATION: Final = _cues.pattern("links", "population")
_PARTICIPLE: Final = _cues.pattern("links", "participle")
_BORN: Final = _cues.pattern("links", "born")
_LIE: Final = _cues.pattern("links", "lie")
_TAKEN_OUT: Final = _cues.pattern("links", "taken_out")
_BURIED: Final = _cues.pattern("links", "buried")
_COLLAPSED: Final = _cues.pattern("links", "collapsed")
_NOT: Final = re.compile(r"(?<!\w)(?:не|not|never|neither|cannot|(?:\w+)n't|unable to) $")
_UNTIL: Final = _cues.pattern("links", "until")
_YET_TO_COME: Final = _cues.pattern("links", "yet_to_come")
_NOT_ONE: Final = _cues.pattern("links", "not_one")
_NOBODY: Final = _cues.pattern("speech", "interposed_nobody")
_AGE_ASIDE: Final = re.compile(r", \d{2}(?=,|$)")


@cache
def _cut() -> re.Pattern[str]:
    speech = _cues.load("speech")["verbs"]
    verbs = _cues.either([*_CLAUSAL, *(v for v in speech["cyr"] if v not in {"повідомлено", "подтверждено"})])
    return re.compile(rf"[.;!?“”«»\"\n\]]|(?<!\w)(?:{_cues.load('outcomes')['cut']}|{verbs})(?!\w)")


def _takes_cue(lower: str, head: Head, other: Head, cue: Cue) -> bool:
    """Say whether `other`, behind a comma, stands right before the outcome ("two men were hit, one died")."""
    if (
        (other.is_part and not extents.is_of_them(lower, other))
        or not head.end <= other.quantity.start
        or not 0 <= cue.start - other.end <= 1
    ):
        return False
    if extents.AMONG.match(lower, head.end):
        return False
    return re.search(r", (?!aged )", lower[head.end : other.quantity.start]) is not None


def _is_cut_before(gap: str, labelled: bool) -> bool:  # noqa: FBT001
    """Say whether the words from a figure to the outcome behind it turn to others ("of whom", a colon)."""
    return _OF_WHOM.search(gap) is not None or (":" in gap and not labelled) or _ABOUT.search(gap) is not None


def _is_wild(head: Head, cue: Cue, gap: str) -> bool:
    """Say whether a word that may be no person stands too far from its outcome to be taken for one."""
    return head.is_guess and (len(gap) > 24 or "," in gap or cue.predicate not in _GUESSED)


def _disagrees(lower: str, head: Head, cue: Cue, gap: str) -> bool:
    """Say whether a verb in the singular stands with a figure that asks for the plural ("погибла …, ещё двое ранены")."""
    if cue.predicate in {"missing", "detained"} and _TURNED_UP.search(gap):
        return True
    value = head.quantity.value
    if head.is_pair or not isinstance(value, int) or value < 2 or (value % 10 == 1 and value != 11):
        return False
    return _SINGULAR.fullmatch(lower[cue.start : cue.end]) is not None and not _SINGULAR_GROUP.search(
        f"{lower[max(0, head.quantity.start - 24) : head.quantity.start]} {gap}"
    )


def _is_besides(lower: str, head: Head, cue: Cue, near: list[Cue]) -> bool:
    """Say whether an outcome stands in a relative clause, and the one of the figure right behind that."""
    m = _RELATIVE.match(lower, head.end)
    return (
        m is not None and m.start() < cue.start < m.end() and any(0 <= c.start - m.end() <= 6 for c in near)
    )


def _cost(lower: str, head: Head, cue: Cue, others: list[Head], all_cues: list[Cue]) -> float | None:
    """Return how far a figure is from an outcome, in words and marks; null where something cuts them apart."""
    before = cue.start >= head.quantity.end
    if before and cue.predicate == "graves" and cue.start - head.quantity.end <= 1:
        return -1.0
    start, end = (head.end, cue.start) if before else (cue.end, head.quantity.start)
    if end - start > _REACH:
        return None
    if start > end:
        return 0.0 if head.quantity.start < cue.end and cue.start < head.end else None
    gap = _PAREN.sub(" ", _BORN.sub("", lower[start:end]))
    labelled = bool(re.fullmatch(r"\s*[:–—-]\s*", gap))
    if len(gap) > 90 or _cut().search(gap) or _is_wild(head, cue, gap) or _disagrees(lower, head, cue, gap):
        return None
    aftermath = "," in gap and _PARTICIPLE.match(lower, cue.start) is not None
    elsewhere = aftermath or _is_cut_before(gap, labelled) or _is_besides(lower, head, cue, all_cues)
    if before and (elsewhere or any(_takes_cue(lower, head, o, cue) for o in others)):
        return None
    cost = len(re.findall(r"[\w']+", gap)) + (8.0 if head.is_single else 3.0) * gap.count(",")
    cost += 0.5 * (gap != lower[start:end])  # an aside is nearer to what follows it
    if cue.side == ("right" if before else "left") and not labelled:
        cost += 6
    if before and labelled and ":" in gap:
        cost += 6
    cost += 3 * (not before and cue.side != "right" and any(0 <= cue.start - o.end <= 1 for o in others))
    cost += 4 * sum(start <= o.quantity.start < end and not o.is_part for o in others if o is not head)
    asides = [(start + m.start(), start + m.end()) for m in _PAREN.finditer(lower[start:end])]
    between = [c for c in all_cues if start <= c.start < end and not any(a < c.start < b for a, b in asides)]
    cost += 7 * sum(c is not cue and c.predicate != cue.predicate for c in between)
    return cost


def _link(lower: str, head: Head, heads: list[Head], sentence_cues: list[Cue]) -> Link | None:
    named = _OF_THE_BEFORE.search(lower, max(0, head.quantity.start - 40), head.quantity.start)
    if named:
        return Link(7.0, None, "killed" if _DEAD.match(named["noun"]) else "injured")
    best: Link | None = (
        Link(3.5, None, "bodies")
        if (head.is_dead or _is_body_of(lower, head)) and head.quantity.value is not None
        else None
    )
    of_the = OF_THE.match(lower, head.quantity.end)
    if of_the:
        predicate = "killed" if _DEAD.match(of_the["noun"]) else "injured"
        best = Link(7.0, None, predicate)
        head = head._replace(end=of_the.end(), typed=True)
    for cue in sentence_cues:
        if of_the and cue.start < of_the.end() and cue.end > head.quantity.end:
            continue
        if not head.typed and not _bare_fits(lower, head, cue):
            continue
        cost = _cost(lower, head, cue, heads, sentence_cues)
        if cost is not None and cost <= MOST and (best is None or cost < best.cost):
            best = Link(cost, cue, _kind(lower, head, cue))
    return _died_since(lower, head, best, sentence_cues)


def _died_since(lower: str, head: Head, best: Link | None, near: list[Cue]) -> Link | None:
    """Take the wounded who died as dead ("two of the wounded died", "two wounded men later died")."""
    if best is None or best.predicate != "injured":
        return best
    ends = max(head.end, best.cue.end if best.cue is not None else 0)
    who = (
        best.cue is not None and _WHO_WERE.search(lower, head.end, max(head.end, best.cue.start)) is not None
    )
    died = [
        c
        for c in near
        if c.predicate == "killed"
        and ends <= c.start <= ends + 60
        and _leads_on(lower[ends : c.start], who=who)
    ]
    is_named = who or best.cue is None or best.cue.start <= head.end + 1
    return Link(best.cost, died[0], "killed") if died and is_named else best


def _leads_on(gap: str, *, who: bool) -> bool:
    return _LINKING.fullmatch(gap + " ") is not None or (who and not re.search(r"[,.;:]", gap))


def _is_body_of(lower: str, head: Head) -> bool:
    return _BODY_OF.search(lower, max(0, head.quantity.start - 16), head.quantity.start) is not None


def _kind(lower: str, head: Head, cue: Cue) -> str:
    """Return what the figure counts: bodies stay bodies whatever was done to them, exhumed ones excepted."""
    if (head.is_dead or _is_body_of(lower, head)) and cue.predicate in {"killed", "missing", "injured"}:
        return "bodies"
    return cue.predicate


def _bare_fits(lower: str, head: Head, cue: Cue) -> bool:
    """Say whether a figure without a noun may belong to `cue`: nothing else that it could count follows."""
    q = head.quantity
    if q.value is None and q.qualifier in {"some", "many"}:
        return False
    if cue.start >= q.end and q.value is not None and _OF_THOSE.fullmatch(lower, q.end, cue.start):
        return True
    if cue.start >= q.end and cue.predicate == "graves" and _GRAVE_WORDS.fullmatch(lower, q.end, cue.start):
        return True
    if cue.start >= q.end:
        return _LINKING.fullmatch(f"{_PAREN.sub(' ', lower[q.end : cue.start])} ") is not None
    if extents.BARE_NEXT.match(lower, q.end) or _LEFT_OVER.match(lower, q.end):
        return True
    noun = WORD.match(lower, q.end)
    close = (
        q.start - cue.end <= 1
        and cue.side != "left"
        and cue.predicate in {"killed", "injured", "missing", "detained"}
    )
    known = noun is not None and not is_thing(noun.group(1))
    return close and known and q.value is not None


def _is_harm(head: Head, predicate: str, link: Link, lower: str) -> bool:
    if predicate == "displaced" and (head.group == "soldiers" or not head.typed):
        return False
    if _CAPACITY.search(lower, max(0, head.quantity.start - 50), head.quantity.start):
        return False
    if predicate == "graves":
        bare = not head.typed or lower.endswith(" more", 0, head.end)
        return bare and link.cost <= 2 and head.quantity.value != 1
    if predicate == "detained" and link.cost > 8:
        return False
    if link.cue is not None and predicate == "killed" and OF_THE.match(lower, head.quantity.end):
        return True
    return not _is_pronoun_one(head, lower)


def _is_pronoun_one(head: Head, lower: str) -> bool:
    q = head.quantity
    word = lower[q.core : q.end]
    if word in {"одной", "одном", "одній", "одному", "одним", "одною"} and not (head.typed or head.is_part):
        return True
    return (
        word in {"одним", "одною", "one", "один", "одна", "одне", "одной", "одного", "однієї"}
        and not head.typed
        and not head.is_part
        and not OF_THE.match(lower, q.end)
        and (word in {"одним", "одною"} or lower[q.end : q.end + 4] in {" of ", " із ", " з м"})
    )


class Before(NamedTuple):
    """The figures told before a sentence: of the two sentences before it in its paragraph, and the last of the report."""

    earlier: list[Figure]
    last: list[Figure]
    told: list[Figure]

    @property
    def near(self) -> list[Figure]:
        """Those of the two sentences before."""
        return [*self.earlier, *self.last]


def read(shadow: Shadow, segments: Segments, *, is_date: Callable[[int], bool]) -> list[Figure]:
    """Return every count of people, bodies and graves in order of the text; none of a place that `is_date`."""
    whole = interposed.joined(shadow, segments, leads_on=_leads_to_outcome, tells=_tells)
    counted = [q for q in numbers.quantities(whole.shadow.lower) if not is_date(whole.back[q.core])]
    return [whole.restored(f) for f in _read(whole.shadow, whole.segments, counted)]


def _tells(words: str) -> bool:
    """Say whether words have a figure, ages excepted, or an outcome of their own."""
    return bool(numbers.quantities(_AGE_ASIDE.sub("", words))) or outcomes.names_one(words)


def _leads_to_outcome(words: str) -> bool:
    """Say whether words have a figure or an outcome, and the other is still to come."""
    has_figure = bool(numbers.quantities(words)) or _NOBODY.search(words) is not None
    return has_figure != outcomes.names_one(words)


def _read(shadow: Shadow, segments: Segments, quantities: list[Quantity]) -> list[Figure]:
    by_sentence: dict[int, list[Quantity]] = {}
    for q in quantities:
        by_sentence.setdefault(segments.at(q.core).index, []).append(q)
    found_cues: dict[int, list[Cue]] = {}
    for cue in outcomes.cues(shadow):
        found_cues.setdefault(segments.at(cue.start).index, []).append(cue)
    made: list[Figure] = []
    before = Before([], [], [])
    for sentence in segments.sentences:
        if sentence.index and sentence.paragraph != segments.sentences[sentence.index - 1].paragraph:
            before = Before([], [], before.told)
        near = found_cues.get(sentence.index, [])
        counted = by_sentence.get(sentence.index, [])
        if near or counted:
            own = _of_sentence(shadow, sentence, counted, near, before)
            own = own or _continued(shadow, sentence, counted, before.last)
            made += own
            before = Before(before.last, own, made[-_TOLD:]) if own else before
    told = [f for f in outcomes.zeros(shadow, segments) if f.value == 0 or not _is_told(f, made)]
    return sorted([*made, *told], key=lambda f: f.start)


def _is_told(one: Figure, made: list[Figure]) -> bool:
    return any(f.predicate == one.predicate and f.start < one.end and one.start < f.end for f in made)


def _continued(
    shadow: Shadow, sentence: Sentence, counted: list[Quantity], before: list[Figure]
) -> list[Figure]:
    """Return "two of them" of a sentence that has no outcome of its own: a part of the figure right before it."""
    if not before or before[-1].predicate not in _OF_PEOPLE:
        return []
    whole = next((f for f in reversed(before) if f.extent == "whole"), before[-1])
    heads = people.find(shadow, sentence, counted)
    others = [
        h.quantity.start
        for h in heads
        if h.typed and not (h.is_part or h.is_single or extents.is_of_them(shadow.lower, h))
    ]
    first_other = min(others, default=sentence.end)
    heads = [
        h for h in heads if h.quantity.start <= first_other and _goes_on(shadow.lower, sentence, h, whole)
    ]
    link = Link(0, None, whole.predicate)
    return [_figure(shadow, sentence, h, link, "part") for h in heads if h.quantity.value is not None]


def _goes_on(lower: str, sentence: Sentence, head: Head, whole: Figure) -> bool:
    """Say whether a figure is a part of the one of the sentence before ("Two of them", "Two were children")."""
    if _AMONG_THEM.match(lower, head.end):
        return True
    if (head.is_part or extents.is_of_them(lower, head)) and _OF_THEM_NEXT.match(lower, head.end):
        return _OPENS.search(
            lower, max(sentence.start, head.quantity.start - 24), head.quantity.start
        ) is not None or (head.quantity.start == sentence.start)
    opens = head.quantity.start - sentence.start <= 2 and head.quantity.value is not None
    return opens and _ARE_KIND.match(lower, head.quantity.end) is not None and _is_less(head.quantity, whole)


def _is_less(q: Quantity, whole: Figure) -> bool:
    return q.value is not None and whole.value is not None and q.value < whole.value


def _of_sentence(
    shadow: Shadow, sentence: Sentence, counted: list[Quantity], near: list[Cue], before: Before
) -> list[Figure]:
    if _UNREAL.search(shadow.lower, sentence.start, sentence.end):
        return []
    heads = people.find(shadow, sentence, counted)
    near = _counting(shadow.lower, sentence, near)
    made = _linked(shadow, sentence, heads, near, before)
    linked = {id(h) for h, _ in made}
    lived = [_lived(shadow, sentence, h) for h in heads if id(h) not in linked]
    found = _with_sums(shadow, sentence, made, before)
    lone = outcomes.lone(shadow, sentence, near, [*before.near, *found])
    return [*(f for f in lived if f is not None), *found, *lone]


def _corrected(
    lower: str, sentence: Sentence, heads: list[Head], made: list[tuple[Head, Link]], before: Before
) -> list[tuple[Head, Link]]:
    """Return a later figure for the dead or hurt counted before it ("the ministry put the number at 15")."""
    linked = {id(h) for h, _ in made}
    told = [(h.quantity.start, link.predicate) for h, link in made]
    found = []
    for head in heads:
        q = head.quantity
        if (
            id(head) in linked
            or q.value is None
            or not _CORRECTED.search(lower, max(sentence.start, q.start - 90), q.start)
        ):
            continue
        earlier = [p for at, p in told if at < q.start] or [
            f.predicate for f in before.told if f.extent == "whole"
        ]
        if earlier and earlier[-1] in _OF_PEOPLE and BARE_NEXT.match(lower, head.end):
            found.append((head, Link(2.0, None, earlier[-1])))
    return found


def _with_sums(
    shadow: Shadow, sentence: Sentence, made: list[tuple[Head, Link]], before: Before
) -> list[Figure]:
    """Return the figures of a sentence; people named one after another as one figure, beside those given in numbers."""
    found: list[Figure] = []
    inside: set[int] = set()
    for first, last, total in extents.sums(shadow.lower, made):
        if total < 0:
            inside |= set(range(first, last + 1))
            continue
        (start, link), end = made[first], made[last][0].end
        groups = {h.group for h, _ in made[first : last + 1]}
        q = Quantity(
            start.quantity.start,
            end,
            total,
            total,
            total,
            "as_stated",
            is_word=True,
            core=start.quantity.core,
        )
        head = start._replace(quantity=q, end=end, group=groups.pop() if len(groups) == 1 else None)
        found.append(_figure(shadow, sentence, head, link, "whole"))
        if all(h.is_single for h, _ in made[first : last + 1]):
            inside |= set(range(first, last + 1))
    for i, (head, link) in enumerate(made):
        extent = extents.extent(shadow.lower, made, i)
        told = any(f.predicate == link.predicate for f in [*before.near, *found])
        if (
            extent == "part"
            and link.predicate == "killed"
            and not told
            and _is_generic_part(shadow.lower, head)
        ):
            extent = "whole"
        if link.predicate == "killed" and link.cue is not None and extents.is_of_them(shadow.lower, head):
            extent = "part" if told else "whole"
        if i in inside or (head.is_back and _is_again(head.quantity, link.predicate, before.near)):
            continue
        if _is_state_of(shadow.lower, sentence, head, link, [*before.told, *found]):
            extent = "part"
        found.append(_figure(shadow, sentence, head, link, extent))
    return found


def _is_generic_part(lower: str, head: Head) -> bool:
    """Say whether "including" does not tell of what ("12 casualties, including two deaths")."""
    return _GENERIC_PART.search(lower, max(0, head.quantity.start - 24), head.quantity.start) is not None


def _is_again(q: Quantity, predicate: str, before: list[Figure]) -> bool:
    return any(f.predicate == predicate and f.value == q.value for f in before)


def _is_state_of(lower: str, sentence: Sentence, head: Head, link: Link, before: list[Figure]) -> bool:
    """Say whether a figure tells the state of some of the wounded counted just before ("Three are in hospital")."""
    if (
        link.predicate != "injured"
        or link.cue is None
        or _MORE.search(lower, max(0, head.quantity.start - 12), head.end)
    ):
        return False
    first, last = min(head.end, link.cue.start), min(max(head.end, link.cue.end) + 25, sentence.end)
    lead = lower[max(sentence.start, head.quantity.start - 16) : head.quantity.start].rsplit(",", 1)[-1]
    if not _CONDITION.search(lower, first, last) and not _CONDITION.search(lead):
        return False
    return any(
        f.predicate == "injured" and f.extent == "whole" and _is_less(head.quantity, f) for f in before
    )


def _counting(lower: str, sentence: Sentence, near: list[Cue]) -> list[Cue]:
    """Leave out outcome words inside "none was hurt", "killed or wounded" and behind "not"."""
    out = bytearray(sentence.end - sentence.start + 1)
    for pattern in (outcomes.none_pattern()[0], _EITHER):
        for m in pattern.finditer(lower, sentence.start, sentence.end):
            out[m.start() - sentence.start : m.end() - sentence.start] = b"\1" * (m.end() - m.start())
    return [
        c for c in near
        if not out[c.start - sentence.start] and not _is_denied(lower, c) and not _describes(lower, sentence, c)
    ]  # fmt: skip


def _describes(lower: str, sentence: Sentence, cue: Cue) -> bool:
    """Say whether an outcome word only describes ("the most affected towns", "the funeral of the killed boy")."""
    if marks.is_on_body(lower, cue):
        return True
    first = max(sentence.start, cue.start - 40)
    is_kin = _KIN_OF.search(lower, first, cue.start) and _KIN_OF_WHOM.match(lower, cue.start)
    if is_kin or _ADJECTIVAL_BEFORE.search(lower, first, cue.start):
        return True
    return _ADJECTIVAL_AFTER.match(lower, cue.end) is not None


def _is_unsaid(lower: str, sentence: Sentence, head: Head) -> bool:
    """Say whether the words around a figure say that it is not so ("it is not true that 40 people died")."""
    denied = [m.end() for m in _UNSAID.finditer(lower, sentence.start, head.quantity.start)]
    if denied and not re.search(
        r"[;:]|, (?:but|and|while|а|але|но|і|та|и|as|saying|кажучи|заявив|сказав) ",
        lower[denied[-1] : head.quantity.start],
    ):
        return True
    return _UNCONFIRMED.match(lower, head.end, sentence.end) is not None


def _linked(
    shadow: Shadow, sentence: Sentence, heads: list[Head], near: list[Cue], before: Before
) -> list[tuple[Head, Link]]:
    made: list[tuple[Head, Link]] = []
    cue_starts, head_starts = [c.start for c in near], [h.quantity.start for h in heads]
    for head in heads:
        first, last = head.quantity.start - _REACH - 60, head.end + _REACH
        some_cues = near[bisect_left(cue_starts, first) : bisect_left(cue_starts, last)]
        some_heads = heads[bisect_left(head_starts, first) : bisect_left(head_starts, last)]
        link = _link(shadow.lower, head, some_heads, some_cues)
        if _POPULATION.search(
            shadow.lower, max(sentence.start, head.quantity.start - 50), head.quantity.start
        ):
            continue
        if _is_one_of_them(shadow.lower, head, before) or _is_alive(shadow.lower, head):
            continue
        if (
            link is None
            or _is_unsaid(shadow.lower, sentence, head)
            or _is_lying_elsewhere(shadow.lower, sentence, link)
        ):
            continue
        if _is_harm(head, link.predicate, link, shadow.lower):
            made.append((head, _exhumed(shadow.lower, sentence, head, link)))
    made += _corrected(shadow.lower, sentence, heads, made, before)
    made = extents.inherited(shadow.lower, heads, made)
    return marks.marked(shadow.lower, sentence.start, heads, made, before.near)


def _is_one_of_them(lower: str, head: Head, before: Before) -> bool:
    """Say whether a figure only tells who one of those counted is ("one of the dead is a volunteer")."""
    q = head.quantity
    if q.value != 1:
        return False
    if _IDENTITY_BEFORE.search(lower, max(0, q.start - 70), q.start):
        return True
    bodies_only = {f.predicate for f in before.near} == {"bodies"}
    return bodies_only and _IDENTITY.match(lower, q.end) is not None


def _is_alive(lower: str, head: Head) -> bool:
    """Say whether the words beside a figure say that these are alive ("pulled out alive 13 people")."""
    return (
        _ALIVE_BEFORE.search(lower, max(0, head.quantity.start - 24), head.quantity.start) is not None
        or _ALIVE_AFTER.match(lower, head.end) is not None
    )


def _is_lying_elsewhere(lower: str, sentence: Sentence, link: Link) -> bool:
    """Say whether "lie" tells of no grave: in its own sentence or the words before nothing is buried."""
    if link.cue is None or not _LIE.search(lower, link.cue.start, link.cue.end):
        return False
    return _BURIED.search(lower, max(0, sentence.start - 200), sentence.end) is None


def _exhumed(lower: str, sentence: Sentence, head: Head, link: Link) -> Link:
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


def _is_denied(lower: str, cue: Cue) -> bool:
    """Say whether "not" stands right before an outcome; "доки снаряд не вбив двох" says that it came to that."""
    before = lower[max(0, cue.start - _LONGEST_QUOTE) : cue.start]
    if not _NOT.search(before):
        return False
    is_to_come = _YET_TO_COME.fullmatch(lower, cue.start, cue.end) or _NOT_ONE.match(lower, cue.end)
    return _UNTIL.search(before) is None or is_to_come is not None


def _own_clause(lower: str, sentence: Sentence, end: int, cue: Cue | None) -> Sentence:
    """Return the sentence up to the comma behind a figure and its outcome: doubts about what follows are not of it."""
    comma = lower.find(",", max(end, cue.end if cue else end), sentence.end)
    if comma < 0 or _DOUBT_NEXT.match(lower, comma):
        return sentence
    return replace(sentence, end=comma)


def _carrying(start: int, end: int, link: Link, extent: str) -> tuple[int, int] | None:
    """Return the span from a figure to its outcome, or nothing for parts and for what lies far apart."""
    if link.cue is None or extent != "whole":
        return None
    first, last = min(start, link.cue.start), max(end, link.cue.end)
    return (first, last) if last - first <= _LONGEST_QUOTE else None


def _figure(shadow: Shadow, sentence: Sentence, head: Head, link: Link, extent: str) -> Figure:
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
    if modality == "possible":
        modality = hedges.modality(shadow.lower, _own_clause(shadow.lower, sentence, end, cue), q.start, end)
    return Figure(
        start, end, link.predicate, q.value, q.low, q.high, q.qualifier, group, extent, None, modality,
        f"figure.{link.predicate}", f"a figure beside {words!r}", _carrying(start, end, link, extent) if head.typed else None,
    )  # fmt: skip


def _lived(shadow: Shadow, sentence: Sentence, head: Head) -> Figure | None:
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
