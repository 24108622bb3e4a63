"""The subject of a verb of speech where no list names it: "a woman who had fled said", "розповів священник церкви".

Only words right beside the verb count, and only names and nouns that can speak (`cues/subjects.yaml`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from incidents.extract import _cues, persons

_REACH: Final = 150
_LONGEST: Final = 90
_NAMES: Final = re.compile(r"[A-ZА-ЯІЇЄҐЁ][\w'’-]*[^\W\d_](?: [A-ZА-ЯІЇЄҐЁ][\w'’-]+){0,2}")


# Marks around a word or two are scorn or a name, and quote nobody ("the 'governor' of the region").
_NICKNAME: Final = re.compile(r'[«"“„]([\w-]+(?: [\w-]+){0,2})[»"”]')


# A given name with nothing but where they live behind it ("Світлана з третього поверху").
_GIVEN: Final = re.compile(r"(?P<name>[A-ZА-ЯІЇЄҐЁ][\w'’]+)(?= (?:з|із|зі|из|с|со|from|in|at|of) |$)")


_THING: Final = re.compile(r" [\w'-]+(?:ние|ния|ння|ость|ість|ацию|ацію)(?!\w)")


class Subject(NamedTuple):
    """Who speaks: a span of the text; whether a body, and whether a name."""

    start: int
    end: int
    is_body: bool
    is_name: bool = False


def _one_line(words: str) -> str:
    return re.sub(r"\|\s+", "|", words.strip())


@cache
def _heads() -> re.Pattern[str]:
    cues = _cues.load("subjects")
    people, bodies = (
        "|".join(_one_line(words) for words in cues[kind].values()) for kind in ("people", "bodies")
    )
    people = f"{people}|{cues['reporter']}"
    return re.compile(rf"(?<![\w'-])(?:(?P<person>{people})|(?P<body>{bodies}))(?![\w'])")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("subjects")[name])


@cache
def _between() -> tuple[re.Pattern[str], re.Pattern[str]]:
    either = "|".join(_cues.load("subjects")["between"].values())
    return re.compile(rf"(?:[ ,](?:{either}))*[ ,]*$"), re.compile(rf"(?:[ ,]+(?:{either})(?!\w))*[ ,]+")


@cache
def reports() -> re.Pattern[str]:
    """Match "an AFP correspondent … counted": `who`, then `saw`."""
    cues = _cues.load("subjects")
    who, saw = ("|".join(cues[kind].values()) for kind in ("reporters", "saw"))
    return re.compile(
        rf"(?<![\w'-])(?P<who>(?:(?:an?|the|two|several) )?(?:[\w'-]+ ){{0,3}}?(?:{who})(?: (?!(?:{saw}))[\w'«»-]+){{0,5}}?)"
        rf" (?P<saw>{saw})(?!\w)"
    )


@cache
def again_body() -> re.Pattern[str]:
    """Match a body named by its kind alone ("the mission")."""
    return re.compile(_cues.load("subjects")["again"]["body"])


@cache
def reporter() -> re.Pattern[str]:
    """Match a reporter as a subject, in the plain form."""
    return re.compile(rf"(?<!\w)(?:{_cues.load('subjects')['reporter']})(?!\w)")


def without_opening(phrase: str) -> str:
    """Return a phrase without the adverbs that open its clause ("earlier", "тим часом")."""
    m = _pattern("opening").match(phrase.lower())
    return phrase[m.end() :] if m else phrase


def surname() -> re.Pattern[str]:
    """Match what looks like a surname."""
    return _pattern("surname")


def short_name() -> re.Pattern[str]:
    """Match the short name of a body ("OVA")."""
    return _pattern("short")


def papers(phrase: str) -> int:
    """Return how much of "the summary of the General Staff" stands before who speaks in it."""
    m = _pattern("papers").match(phrase)
    return m.end() if m and _heads().search(phrase, m.end()) else 0


@cache
def channels() -> re.Pattern[str]:
    """Match channels and media without a name."""
    return re.compile(_cues.load("subjects")["nameless"])


@cache
def any_body() -> re.Pattern[str]:
    """Match a word for any body whatever ("the organisation")."""
    return re.compile(_cues.load("subjects")["again"]["any"])


@cache
def again_person(office: str) -> re.Pattern[str] | None:
    """Return what the role of somebody named before must match to be meant by an office alone ("the mayor")."""
    table = _cues.load("subjects")["again"]["person"]
    return next((re.compile(role) for word, role in table.items() if re.fullmatch(word, office)), None)


def _clause(text: str) -> int:
    """Return where the last clause of `text` starts."""
    return max((m.end() for m in _pattern("clause").finditer(text)), default=0)


def before(cased: str, lower: str, start: int, at: int) -> Subject | None:
    """Return the subject whose verb stands at `at`, in the clause before it; nothing before `start` counts."""
    low = max(start, at - _REACH)
    lead = _NICKNAME.sub(r" \1 ", lower[low:at])
    gap = _between()[0].search(lead)
    end = gap.start() if gap else len(lead)
    if gap and "," in gap.group():
        opened = lead.rfind(", ", 0, end)
        inner = lead[opened:end]
        name = _NAMES.fullmatch(cased, low + opened + 2, low + end) if opened > 0 else None
        if name is not None and " " in name.group():
            return Subject(name.start(), name.end(), is_body=False, is_name=True)
        if opened > 0 and (_pattern("relative").match(inner) or not _pattern("told").search(inner)):
            end = opened
            if re.search(r", (?:aged )?\d{1,2}$", lead[:end]):
                end = lead.rfind(", ", 0, end)
    text = lead[:end]
    clause = _clause(text)
    return _read(cased, lower, low + clause, low + end)


def after(cased: str, lower: str, at: int, end: int) -> Subject | None:
    """Return the subject put behind the verb that ends at `at`; nothing from `end` on counts."""
    gap = _between()[1].match(lower, at, min(end, at + _REACH))
    if gap is None:
        return None
    return phrase(cased, lower, gap.end(), end)


def phrase(cased: str, lower: str, at: int, end: int) -> Subject | None:
    """Return who is named by the words from `at` to the next mark."""
    end = min(end, at + _REACH)
    stop = _pattern("stop").search(lower, at, end)
    end = stop.start() if stop else end
    tail = _pattern("tail").search(lower, at, end)
    return _read(cased, lower, at, tail.start() if tail else end)


def _read(cased: str, lower: str, start: int, end: int) -> Subject | None:
    """Read a noun phrase as somebody who speaks: a name alone, or a noun that can speak with its modifiers."""
    text = lower[start:end].rstrip(" ,")
    opening = _pattern("opening").match(text)
    lead = opening.end() if opening else 0
    start, text = start + lead, text[lead:]
    end = start + len(text)
    if not text or end - start > _LONGEST or _is_no_phrase(text):
        return None
    given = _GIVEN.match(cased, start, end)
    if given is not None and persons.is_given(given["name"].lower()):
        return Subject(start, given.end("name"), is_body=False, is_name=True)
    head = _heads().search(text)
    if head is None:
        is_name = _NAMES.fullmatch(cased, start, end) and not _pattern("no_name").fullmatch(text)
        return Subject(start, end, is_body=False, is_name=True) if is_name else None
    modifiers = text[: head.start()]
    if len(modifiers.split()) > 5 or _pattern("object").search(modifiers):
        return None
    inside = re.match(r"(?:у|в|во|in|at) ", text)
    if inside and head.lastgroup == "person":
        return None
    cut = inside.end() if inside else 0
    thing = (
        _THING.search(text, head.end()) if inside else None
    )  # what they deny, between the body and the verb
    end = start + thing.start() if thing else end
    return Subject(start + cut, end, is_body=head.lastgroup == "body")


def _is_no_phrase(text: str) -> bool:
    return bool(
        re.match(r"\d|(?:що|что|that|про|о|об|як|как|it|there|this|what|which|who)(?!\w)", text)
        or _pattern("told").search(text)
        or _pattern("nobody").fullmatch(text)
    )
