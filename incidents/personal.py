"""Names of private people in reports: found by rules, so that public exports can leave them out.

A name is public where its bearer speaks or acts in an office: a known official, or one whose office stands beside the name.
Everybody else is private: victims, relatives, neighbours, eyewitnesses. Agencies and bodies are nobody's name. The rules
see the whole report, and what they find is marked claim by claim; where in doubt, a name is private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from geo import gazetteer
from incidents.extract import persons, shadow
from incidents.extract.shadow import Shadow
from incidents.model import Claim, Incident, Source, Speaker

MARK: Final = "personal_information"
NAMES: Final = "personal_names"
"""The mark of an incident some of whose words name private people; those words alone are left out of public exports."""

_WORD: Final = r"[A-ZА-ЯІЇЄҐЁ][a-zа-яіїєґё'ʼ’-]+"
_FULL: Final = rf"{_WORD}(?: {_WORD}){{0,2}}(?: [A-ZА-ЯІЇЄҐЁ]\.(?!\w))?"
_OFFICE: Final = re.compile(
    r"\b(?:president|premier|(?:vice-)?governor|mayor|minister|ministry|spokes(?:man|woman|person)|press secretary|prosecutor|"
    r"ombuds(?:man|person|woman)|(?:deputy |acting |former )?head of|chief|director|general|colonel|commander|commissioner|"
    r"advis[eo]r|secretary|ambassador|envoy|senator|lawmaker|deputy|mp|councillor|official|investigator|coordinator|"
    r"representative|chair(?:man|woman|person)?|leader|monitoring mission)\b"
    r"|(?<!\w)(?:президент|прем|губернатор|глав[аоеыу]|голов[аоуиі]|очільни|мер(?:а|ом|у|ка)?(?!\w)|мэр|міністр|министр|речни[кц]|"
    r"пресс?-?[ -]?(?:секретар|офіцер|офицер|служб)|прокурор|омбудс|начальни|керівни|руководител|директор|генерал|полковни|командувач|"
    r"командующ|командир|радни[кц]|советни[кц]|секретар|посол|посл[аоу]|депутат|старост|уповноважен|уполномочен|заступни|"
    r"заместител|слідч|следовател|представни|представител|спікер|спикер|лідер|лидер)\w*",
    re.IGNORECASE,
)  # fmt: skip
_KIN: Final = (
    r"(?:son|daughter|wife|husband|mother|father|brother|sister|grand\w+|aunt|uncle|cousin|widow(?:er)?|neighbou?r|resident|"
    r"witness|eyewitness|survivor|victim|pensioner|nurse|teacher|driver|student|pupil|schoolgirl|schoolboy|farmer|worker|"
    r"volunteer|medic|paramedic|doctor|girl|boy|woman|man|baby|infant|toddler|child|couple|friend|owner|passenger|mr|mrs|ms)s?"
    r"|(?:син|сын|дочк|доньк|доч|дружин|жен|чоловік|муж|мат|мам|батьк|тат|отец|отц|брат|сестр|бабус|бабушк|дідус|дедушк|вдов|удов|"
    r"внук|внучк|онук|онучк|сусід|сосед|мешкан|жител|житель|очевид|свід|свидетел|потерпіл|потерпевш|жертв|пенсіонер|пенсионер|"
    r"медсестр|санітар|вчител|учител|воді|водит|студент|учен|школяр|школьни|фермер|робітни|рабоч|волонтер|медик|лікар|врач|дівчин|"
    r"девоч|девушк|хлопч|хлопец|мальчик|парен|жінк|женщин|мужчин|дитин|ребен|ребён|немовл|младен|подруг|друг|власни|пасажир|пассажир)\w*"
)
_CUED: Final = re.compile(
    rf"(?<!\w)(?i:{_KIN})(?i:,? (?:named|called|на ім'я|по имени))?,? (?P<a>{_FULL})"
    rf"|(?<!\w)\d{{1,3}}(?i:-year-old|-month-old|-річн\w+|-летн\w+|-місячн\w+|-месячн\w+)(?: (?i:{_KIN}))? (?P<b>{_FULL})"
    rf"|(?P<c>{_FULL})(?:, | \(|,? aged )\(?\d{{1,3}}(?:,(?!\d)|\)|\.(?!\d)|$| (?i:рок|лет|год|р\.|years))"
    rf"|(?<!\w)(?i:identified as|named as|surnamed|на прізвище|по фамилии) (?P<d>{_FULL})"
    rf"|(?P<e>{_WORD} (?:{_WORD} )?[А-ЯІЇЄҐЁ]\w+(?:ович|івн|овн|евич|ївн|евн|йович)\w{{0,3}})(?!\w)"
)
_LONE: Final = re.compile(rf"{_WORD}(?: [A-ZА-ЯІЇЄҐЁ]\.(?!\w))?")
_THING: Final = re.compile(
    r"(?i:['’]s)?,? (?i:street|avenue|square|boulevard|lane|road|park|hospital|school|university|institute|theatre|theater|museum|"
    r"library|airport|cathedral|church|monastery|bridge|station|plant|factory|oblast|region|district|city|village|port|airbase|air base)\b"
)
_NAMED_AFTER: Final = re.compile(
    r"(?:вул(?:\.|иц\w*)|площ\w*|просп\w*\.?|бульвар\w*|провул\w*|переул\w*|ул(?:\.|иц\w*)|імені|имени|ім\.|им\.|named after|street of|"
    r"saint|st\.|свят\w+|собор\w*|церкв\w*|храм\w*|лікарн\w*|больниц\w*)\s*(?:\w\.\s*)?$",
    re.IGNORECASE,
)  # fmt: skip
_NO_NAME: Final = frozenset({
    "ukrainian", "russian", "american", "british", "briton", "polish", "soviet", "kharkiv", "telegram", "facebook", "reuters",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
    "june", "july", "august", "september", "october", "november", "december", "the", "in", "on", "at", "a", "he", "she", "they",
    "україна", "україни", "украины", "росії", "россии",
})  # fmt: skip
_NEAR: Final = 70
_SAID: Final = re.compile(r"(?<!\w)(?:said|told|that|who|сказа|повідом|сообщ|заяв)")
_BODY: Final = re.compile(
    r" (?:of|from) the (?:[\w-]+ ){0,4}(?:authority|administration|council|ministry|service|department|office|committee)\b"
)
_PRIVATE_ROLE: Final = re.compile(rf"(?<!\w)(?i:local|{_KIN})(?!\w)")


class Named(NamedTuple):
    """A private person named at a span of a text (code points, half open)."""

    start: int
    end: int
    name: str


def private_people(text: str) -> list[Named]:
    """Return the private people that `text` names, in order."""
    cast = shadow.cast(text, fused=persons.fused)
    found = sorted(_people(cast), key=lambda p: (p.start, -p.end))
    public = [p.name for p in found if p.key or _has_office(cast, p.start, p.end)]
    made: list[Named] = []
    for person in found:
        is_known = person.key or any(_same(person.name, name) for name in public)
        if is_known or _is_thing(cast, person.start, person.end):
            continue
        more = re.match(rf" {_WORD}(?!\w)", cast.cased[person.end :]) if " " not in person.name else None
        start, end = cast.span(person.start, person.end + (more.end() if more else 0))
        if not made or start >= made[-1].end:
            made.append(Named(start, end, text[start:end]))
    return made


def _people(cast: Shadow) -> Iterator[persons.Person]:
    """Yield people by the rules of reading, and those who are only told by what stands beside their name."""
    known = persons.find(cast)
    taken = bytearray(len(cast.cased) + 1)
    for person in known:
        taken[person.start : person.end] = b"\1" * (person.end - person.start)
        yield person
    for m in _CUED.finditer(cast.cased):
        group = next(name for name in "abcde" if m[name])
        start, end = m.span(group)
        is_given = persons.is_given(m[group].split(" ")[0].lower())
        if not any(taken[start:end]) and (is_given or _may_be_name(m[group])):
            taken[start:end] = b"\1" * (end - start)
            yield persons.Person(start, end, m[group])
    for m in _LONE.finditer(cast.cased):
        first = m[0].split(" ")[0].lower()
        if (
            not any(taken[m.start() : m.end()])
            and persons.is_given(first)
            and (" " in m[0] or _may_be_name(m[0]))
        ):
            yield persons.Person(m.start(), m.end(), m[0])


def _may_be_name(words: str) -> bool:
    """Say whether capitalised words may be a person's name: not a day, a nation or a place."""
    first = words.split(" ", maxsplit=1)[0].lower()
    if first in _NO_NAME:
        return False
    if persons.is_given(first) and " " in words:
        return True
    places = gazetteer.load()
    plain = words.removesuffix("'s")
    return not (places.find(plain) or places.find_case(plain) or places.find(plain.split(" ")[0]))


def _is_thing(cast: Shadow, start: int, end: int) -> bool:
    """Say whether a name is that of a street, a hospital or a church."""
    before = cast.cased[max(0, start - 24) : start]
    inside = _THING.search(" " + cast.cased[start:end])
    return bool(inside or _THING.match(cast.cased, end) or _NAMED_AFTER.search(before))


def _has_office(cast: Shadow, start: int, end: int) -> bool:
    """Say whether an office stands before the name, or after it and a comma, with no relative or victim between."""
    before = cast.cased[max(0, start - _NEAR) : start]
    if before.rstrip().endswith("/"):
        return True  # a credit: "(Reuters/…)"
    before = re.split(r"[.!?;:\n,]\s", re.sub(r",\s*$", " ", before))[-1]
    last = None
    for last in _OFFICE.finditer(before):  # noqa: B007 (the last one is what remains)
        pass
    if last is not None:
        between = before[last.end() :]
        return not (re.search(rf"(?<!\w)(?i:{_KIN})(?!\w)", between) or _SAID.search(between))
    after = re.match(r"(?:,| [–—-]| \(| of the| from the)([^.!?;\n]{0,70})", cast.cased[end : end + _NEAR])
    office = after and (_OFFICE.search(after[1]) or _BODY.match(after[0]))
    if not after or not office:
        return False
    between = after[1][: office.start()] if office.re is _OFFICE else ""
    return not (re.search(rf"(?<!\w)(?i:{_KIN}|\d)(?!\w)", between) or _SAID.search(between))


def _same(name: str, other: str) -> bool:
    """Say whether two names may be one person's: one surname, and no two given names that differ."""
    if _surname(name) != _surname(other):
        return False
    return " " not in name or " " not in other or name[0].lower() == other[0].lower()


def _surname(name: str) -> str:
    """Return the part of a name by which a report goes on to name its bearer, without its case ending."""
    last = name.removesuffix("'s").split(" ")[-1].lower()
    return last[: max(4, len(last) - 2)] if re.search("[а-яіїєґё]", last) else last


def is_private(speaker: Speaker, private: Iterable[str] = ()) -> bool:
    """Say whether a speaker is a private person. `private` are the surnames that the report shows to be private."""
    words = speaker.name.split(" ")
    if not any(word[:1].isupper() for word in words) or _PRIVATE_ROLE.search(words[0]):
        return False  # "a resident" names nobody
    if speaker.role:
        if _OFFICE.search(speaker.role):
            return False
        if _PRIVATE_ROLE.search(speaker.role):
            return True
    return any(_same(speaker.name, name) for name in private) and not _OFFICE.search(speaker.name)


def marked(claims: Sequence[Claim], text: str) -> tuple[Claim, ...]:
    """Return the claims of a report, those marked whose quote, speaker or other words name a private person."""
    people = private_people(text)
    if not people and not any(c.speaker and c.speaker.role for c in claims):
        return tuple(claims)
    names = [person.name for person in people]
    return tuple(_mark(claim) if _names_one(claim, people, names) else claim for claim in claims)


def _mark(claim: Claim) -> Claim:
    return claim.model_copy(update={"sensitivity": tuple(dict.fromkeys([*claim.sensitivity, MARK]))})


def _names_one(claim: Claim, people: Sequence[Named], names: Sequence[str]) -> bool:
    quote = claim.quote
    if quote and any(p.start < quote.end and quote.start < p.end for p in people):
        return True
    if claim.speaker and is_private(claim.speaker, names):
        return True
    said = [
        claim.target,
        claim.group,
        claim.note,
        *(
            [claim.value]
            if isinstance(claim.value, str)
            else claim.value
            if isinstance(claim.value, tuple)
            else []
        ),
    ]
    words = " ".join(part for part in said if part)
    return any(name in words for name in names)


def sensitivity(
    claims: Iterable[Claim], sources: Iterable[Source] = (), *texts: str | None
) -> tuple[str, ...]:
    """Return the mark of an incident where a claim is marked, or a title or another text names a private person."""
    written = [source.title for source in sources] + list(texts)
    if any(MARK in claim.sensitivity for claim in claims) or any(t and private_people(t) for t in written):
        return (NAMES,)
    return ()


def searched(incident: Incident) -> tuple[Incident, tuple[str, ...]]:
    """Return an incident that no report was read for, with its marks, and where it names private people.

    No word is changed. One that is marked already, or whose marks a person has edited, stays as it is. A speaker is
    searched by the name and role alone, so that one without a role is public only as a known official.
    """
    if {MARK, NAMES} & set(incident.sensitivity) or any(_edits_marks(c.detail) for c in incident.history):
        return incident, ()
    claims = tuple(cared_for(claim) for claim in incident.claims)
    names_one = {
        "title": _found_in(incident.title),
        "summary": _found_in(incident.summary),
        "sources": any(_found_in(source.title) for source in incident.sources),
        "claims": any(MARK in claim.sensitivity for claim in claims),
    }
    where = tuple(field for field, found in names_one.items() if found)
    if not where:
        return incident, ()
    marks = (*incident.sensitivity, NAMES)
    return incident.model_copy(update={"claims": claims, "sensitivity": marks}), where


def cared_for(claim: Claim) -> Claim:
    """Return a claim that no report was read for, marked where its words or speaker name a private person."""
    return _mark(claim) if MARK not in claim.sensitivity and _tells_name(claim) else claim


def _edits_marks(detail: dict[str, Any]) -> bool:
    changed = detail.get("changed")
    return isinstance(changed, dict) and "sensitivity" in changed


def _tells_name(claim: Claim) -> bool:
    speaker = claim.speaker
    if speaker and not speaker.key and _found_in(f"{speaker.name}, {speaker.role or ''}"):
        return True
    worded = claim.value if isinstance(claim.value, str) else None
    quote = claim.quote.text if claim.quote else None
    return any(_found_in(text) for text in (quote, worded, claim.target, claim.group, claim.note))


@lru_cache(maxsize=4096)
def _found_in(text: str | None) -> bool:
    """Say whether a text names a private person; remembered, as the rows of a table repeat each other."""
    return bool(text) and bool(private_people(str(text)))


def needs_care(incident: Incident) -> bool:
    """Say whether some words of an incident, not all, are kept from the public."""
    return NAMES in incident.sensitivity or any(MARK in claim.sensitivity for claim in incident.claims)
