"""Whole or part: figures without an outcome of their own take that of a neighbour, as a part of it or beside it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from incidents.extract import _cues
from incidents.extract.heads import OF_THE, PART_AFTER, Head
from incidents.extract.outcomes import Link

AMONG: Final = _cues.pattern("links", "among")
_FROM_BEFORE: Final = _cues.pattern("links", "from_before")
_ELLIPSIS: Final = _cues.pattern("links", "ellipsis")
_ELLIPSIS_BEFORE: Final = _cues.pattern("links", "ellipsis_before")
_PART_GAP: Final = _cues.pattern("links", "part_gap")
_DEAD: Final = _cues.pattern("links", "dead")
_AND: Final = _cues.pattern("links", "and")
_ATTRIBUTE: Final = _cues.pattern("links", "attribute")
_AGED: Final = _cues.pattern("links", "aged")
_AND_ANY: Final = re.compile(r"[^\W\d_]")
_JOINED: Final = _cues.pattern("links", "joined")
_NAMED: Final = _cues.pattern("links", "named_one_by_one")
_KINDS: Final = frozenset({"men", "women", "children"})
_OF_BODIES: Final = _cues.pattern("links", "of_bodies")
_ON_BODIES: Final = _cues.pattern("links", "on_bodies")
_ON_BODIES_AFTER: Final = _cues.pattern("links", "on_bodies_after")
_TURN: Final = _cues.pattern("links", "turn")
_COORDINATED: Final = _cues.pattern("links", "coordinated")
BARE_NEXT: Final = _cues.pattern("links", "bare_next")


class Sum(NamedTuple):
    """People counted one after another and together: figures `first` to `last` of a list, `total` in all.

    Below zero where they only name those counted before them ("two people, a man and a woman").
    """

    first: int
    last: int
    total: int


def sums(lower: str, made: list[tuple[Head, Link]]) -> list[Sum]:
    """Return the runs of figures that a reader adds up ("a mother and her son", "two men and a woman").

    None where the words say the whole before it ("three people: two men and a woman"), or where one is no exact figure.
    """
    found: list[Sum] = []
    i = 0
    while i < len(made) - 1:
        last = i
        while last + 1 < len(made) and _adds(lower, made[last], made[last + 1]):
            last += 1
        i += _is_whole_of_list(lower, made, i, last)
        total = int(sum(h.quantity.value or 0 for h, _ in made[i : last + 1]))
        if last > i and _AND_ANY.search(_run(lower, made, i, last)):
            named = _is_named(lower, made, i, total)
            only_names = (
                named
                and total == made[i - 1][0].quantity.value
                and all(h.is_single for h, _ in made[i : last + 1])
            )
            found += [Sum(i, last, -total if named else total)] if not named or only_names else []
        i = last + 1
    return found


def _is_whole_of_list(lower: str, made: list[tuple[Head, Link]], first: int, last: int) -> bool:
    """Say whether the first of a run of figures is the whole that the others name ("five students, four girls and a boy")."""
    rest = sum(h.quantity.value or 0 for h, _ in made[first + 1 : last + 1])
    head = made[first][0]
    whole = head.quantity.value or 0
    if last == first or _gap(lower, head, made[first + 1][0]).strip() != "," or head.group is not None:
        return False
    return whole == rest or (whole > rest and last - first > 1)


def _run(lower: str, made: list[tuple[Head, Link]], first: int, last: int) -> str:
    return " ".join(_gap(lower, made[i][0], made[i + 1][0]) for i in range(first, last))


def _adds(lower: str, one: tuple[Head, Link], other: tuple[Head, Link]) -> bool:
    exact = all(
        isinstance(h.quantity.value, int) and h.quantity.qualifier == "as_stated" and h.typed and not h.is_part
        and not h.is_back and h.quantity.low == h.quantity.high
        for h in (one[0], other[0])
    )  # fmt: skip
    return (
        exact
        and one[1].predicate == other[1].predicate
        and _JOINED.fullmatch(_gap(lower, one[0], other[0])) is not None
    )


def _is_named(lower: str, made: list[tuple[Head, Link]], i: int, total: int) -> bool:
    """Say whether a list names the people counted right before it one by one."""
    if i == 0 or made[i - 1][1].predicate != made[i][1].predicate:
        return False
    whole = made[i - 1][0].quantity.value
    gap = _gap(lower, made[i - 1][0], made[i][0])
    return whole is not None and (
        whole == total
        or (whole > total and _NAMED.fullmatch(gap) is not None)
        or ("." not in gap and ":" in gap)
    )


def is_of_them(lower: str, head: Head) -> bool:
    """Say whether a figure is "of them"."""
    words = lower[head.quantity.end : head.end]
    return bool(_FROM_BEFORE.match(lower, head.quantity.end) or re.search("of them|з них|из них", words))


def _is_elliptic(lower: str, previous: Head, head: Head) -> bool:
    """Say whether a bare figure goes on with the one before it ("three dead in X, two in Y")."""
    gap = lower[previous.end : head.quantity.start]
    if (
        head.quantity.value is not None
        and BARE_NEXT.match(lower, head.end)
        and _ELLIPSIS_BEFORE.fullmatch(gap)
    ):
        return True
    if head.quantity.value is None or not re.match(
        r" (?:in|at|near|у|в|на|біля|під|около) ", lower[head.end : head.end + 8]
    ):
        return False
    return _ELLIPSIS.fullmatch(lower[previous.end : head.quantity.start]) is not None


def _is_same_one(lower: str, before: Head, head: Head) -> bool:
    """Say whether a single person is only described once more ("one more victim, a teenager of 15")."""
    gap = lower[before.end : head.quantity.start]
    if gap == " " and before.quantity.value == 1 and head.is_single and is_of_them(lower, before):
        return True
    if {before.group, head.group} <= _KINDS and before.group != head.group and gap.startswith(","):
        return False
    return (
        before.quantity.value == 1
        and head.is_single
        and re.fullmatch(r" ?[—–-] ?|, (?:an? )?|: (?:an? |це )?| (?:is|was) ", gap) is not None
    )


def _is_bare_part(lower: str, before: Head, head: Head) -> bool:
    """Say whether a figure alone is part of the one before it ("33 people this week, including 5 on Friday")."""
    near = head.is_part and head.quantity.start - before.end < 60 and head.quantity.value is not None
    return near and BARE_NEXT.match(lower, head.end) is not None


def _gap(lower: str, before: Head, head: Head) -> str:
    """Return the words between two figures, ages left out."""
    return _ATTRIBUTE.sub("", _AGED.sub("", lower[before.end : head.quantity.start]))


def _lend_back(lower: str, heads: list[Head], linked: dict[int, Link]) -> None:
    """Give the outcome behind a list to all of it ("six men, a woman and two girls were killed", "a man and his son")."""
    for i in range(len(heads) - 1, 0, -1):
        link = linked.get(id(heads[i]))
        if link is None or link.cue is None or link.cue.start < heads[i].end:
            continue
        k = i
        while k and heads[k - 1].typed and _is_listed(lower, heads, k, i):
            k -= 1
            linked.setdefault(id(heads[k]), link._replace(cost=link.cost + 1))


def _is_listed(lower: str, heads: list[Head], i: int, last: int) -> bool:
    """Say whether a figure is joined to the one before it: by "and", or by a comma in a list that ends with "and"."""
    gap = _gap(lower, heads[i - 1], heads[i])
    if not heads[i].typed or heads[i].is_part:
        return False
    return (gap != ", " or i < last) and _JOINED.fullmatch(gap) is not None


def _is_of_the_one_before(lower: str, head: Head, link: Link) -> bool:
    """Say whether a part reached over "and" for the outcome of another figure ("8 dead, 3 of them children, and 56 wounded")."""
    if link.cue is None or not head.is_part or not is_of_them(lower, head):
        return False
    return link.cue.start > head.end and _TURN.search(lower, head.end, link.cue.start) is not None


def inherited(lower: str, heads: list[Head], made: list[tuple[Head, Link]]) -> list[tuple[Head, Link]]:
    """Give a part or a coordinated figure without an outcome of its own that of the figure before it."""
    linked = {id(h): link for h, link in made}
    _lend_back(lower, heads, linked)
    out: list[tuple[Head, Link]] = []
    for head in heads:
        link = linked.get(id(head))
        if out:
            link = _beside(lower, out[-1], head, link)
        if link is None or (out and _is_same_one(lower, out[-1][0], head)):
            continue
        out.append((head, link))
    return out


def _beside(lower: str, previous: tuple[Head, Link], head: Head, link: Link | None) -> Link | None:
    """Return the outcome of a figure that another one stands before: its own, or that of the one before."""
    before, its = previous
    lent = Link(its.cost + 1, its.cue, its.predicate)
    if link is not None and _is_of_the_one_before(lower, head, link):
        return lent
    fits = head.typed or bool(PART_AFTER.match(lower, head.end))
    own = link is not None and (link.cue is None or 0 <= head.quantity.start - link.cue.end <= 1)
    if fits and not head.typed and not own:
        link = None
    if _takes_from(lower, before, head, fits=fits) if link is None else _is_named_part(lower, before, head):
        return lent
    return link


def _is_named_part(lower: str, before: Head, head: Head) -> bool:
    return head.is_part and _PART_GAP.fullmatch(lower[before.end : head.quantity.start]) is not None


def _takes_from(lower: str, before: Head, head: Head, *, fits: bool) -> bool:
    """Say whether a figure without an outcome goes on with the one before it: elliptic, joined to it, or its part."""
    if _is_named_part(lower, before, head) or _is_bare_part(lower, before, head):
        return True
    if not fits:
        return _is_elliptic(lower, before, head)
    gap = lower[before.end : head.quantity.start]
    with_one = before.is_single and gap != ", " and _JOINED.fullmatch(gap)
    joined = (head.is_part and len(gap) < 60) or with_one or _COORDINATED.fullmatch(gap)
    return head.quantity.value is not None and bool(joined)


def extent(lower: str, made: list[tuple[Head, Link]], i: int) -> str:
    """Say whether a figure counts everybody of its kind, or a part of one before it or of an unstated whole."""
    if _is_new_kind(lower, made, i):
        return "whole"
    if (in_list := _in_list(lower, made, i)) is not None:
        return in_list
    is_part = (
        _is_said_part(lower, made, i) or _is_part_of_before(lower, made, i) or _is_beside(lower, made, i)
    )
    return "part" if is_part else "whole"


def _is_said_part(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether the words at a figure call it a part ("including", "among the dead", "of the bodies", brackets)."""
    head, link = made[i]
    return bool(
        head.is_part
        or (link.cue is None and link.cost == 7.0)
        or (i and lower[head.quantity.start - 1] == "(")
        or _is_in_grave(lower, made, i)
        or AMONG.match(lower, head.end)
        or OF_THE.match(lower, head.quantity.end)
        or (link.predicate in {"bodies", "exhumed"} and _is_of_bodies(lower, head))
    )


def _is_part_of_before(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether a figure is of the one before it: in a list behind a colon, beside a part, "one" of the bodies."""
    if i == 0:
        return False
    head, link = made[i]
    one_body = not head.typed and head.quantity.value == 1 and link.predicate == "bodies"
    return (
        _opens_list(lower, made, i)
        or _follows_part(lower, made, i)
        or _is_told_singly(lower, made, i)
        or (one_body and made[i - 1][1].predicate == "bodies")
    )


def _is_beside(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether a figure shares its outcome with one joined to it ("two men and a woman were killed")."""
    link = made[i][1]
    for j in (i - 1, i + 1):
        if not 0 <= j < len(made) or made[j][0].is_part:
            continue
        if made[j][1].predicate == link.predicate and made[j][1].cue is link.cue:
            first, last = sorted((i, j))
            gap = _AGED.sub("", lower[made[first][0].end : made[last][0].quantity.start])
            if _COORDINATED.fullmatch(gap) and gap.strip():
                return True
    return False


def _in_list(lower: str, made: list[tuple[Head, Link]], i: int) -> str | None:
    """Return what a figure is in a list that names the whole before it; nothing where there is no such list."""
    first = last = i
    while first and _adds(lower, made[first - 1], made[first]):
        first -= 1
    while last + 1 < len(made) and _adds(lower, made[last], made[last + 1]):
        last += 1
    if not _is_whole_of_list(lower, made, first, last):
        return None
    return "whole" if i == first else "part"


def _is_new_kind(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether some of those counted before are counted as something else ("three wounded, one of them died")."""
    head, link = made[i]
    of_the = OF_THE.match(lower, head.quantity.end)
    if link.predicate != "killed" or link.cue is None:
        return False
    if of_the:
        return not _DEAD.match(of_the["noun"])
    return is_of_them(lower, head) and i > 0 and all(other.predicate != "killed" for _, other in made[:i])


def _is_of_bodies(lower: str, head: Head) -> bool:
    q = head.quantity
    if _OF_BODIES.match(lower, q.end):
        return True
    on = _ON_BODIES.search(lower, max(0, q.start - 6), q.start)
    return on is not None and _ON_BODIES_AFTER.match(lower, q.end) is not None


def _follows_part(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether a figure is joined to a part before it ("among the dead are two children and a nurse")."""
    before, head = made[i - 1][0], made[i][0]
    same = before.is_part and made[i - 1][1].predicate == made[i][1].predicate
    return same and head.typed and _JOINED.fullmatch(_gap(lower, before, head)) is not None


def _is_told_singly(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether one person is among those counted before a colon ("two children: a boy died …, a girl in …")."""
    head, link = made[i]
    if not head.is_single:
        return False
    told = 0
    for j in range(i - 1, -1, -1):
        before, its = made[j]
        told += int(made[j + 1][0].quantity.value or 0)
        if its.predicate != link.predicate:
            return False
        if ":" in lower[before.end : made[j + 1][0].quantity.start]:
            return told <= (before.quantity.value or 0)
    return False


def _opens_list(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether a figure is in a list that follows a whole ("two people: a woman and a man")."""
    head, link = made[i]
    for j in range(i - 1, max(-1, i - 13), -1):
        if made[j][1].predicate != link.predicate:
            return False
        gap = _AGED.sub("", lower[made[j][0].end : head.quantity.start])
        if _ELLIPSIS_BEFORE.fullmatch(gap):
            return False
        if re.fullmatch(r"[^.;:]{0,30} ?[:–—] ?(?:це )?", gap) and (made[j][0].quantity.value or 0) > (
            head.quantity.value or 0
        ):
            return True
        if not _COORDINATED.fullmatch(gap):
            return False
        head = made[j][0]
    return False


def _is_in_grave(lower: str, made: list[tuple[Head, Link]], i: int) -> bool:
    """Say whether bodies are those in one grave among the graves just counted ("445 graves and one where 17 lie")."""
    if i == 0 or made[i][1].predicate != "bodies" or made[i - 1][1].predicate != "graves":
        return False
    gap = lower[made[i - 1][0].end : made[i][0].quantity.start]
    return bool(re.search(r"(?<!\w)(?:where|with|containing|где|де|в одном|в одній|one of)(?!\w)", gap))
