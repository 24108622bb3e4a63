"""People's names: found before places, so that no surname becomes a town; known officials under one key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from incidents.extract import _cues, cases
from incidents.extract.shadow import Shadow

_CASE: Final = "[а-яіїєґё']{0,3}"
_NAME: Final = re.compile(r"(?<![\w-])[A-ZА-ЯІЇЄҐЁ][\w'-]*[^\W\d_]")
_INITIAL: Final = re.compile(r"(?<!\w)[A-ZА-ЯІЇЄҐЁ]\. ?(?:[A-ZА-ЯІЇЄҐЁ]\. ?)?(?=[A-ZА-ЯІЇЄҐЁ][a-zа-яіїєґё])")
_ROLE_NAMED: Final = re.compile(
    r"(?<!\w)(?:[Гг]лав[аыеойу]+|[Гг]олов[аиіоую]+|[Мм]ер[аоуми]*|[Мм]эр[аоуми]*|[Нн]ачальник\w*|[Гг]убернатор\w*|[Пп]рокурор\w*|[Рр]ечни[кц]\w*|"
    r"[Зз]аступни[кц]\w*|[Зз]аместител\w*|[Дд]епутат\w*|[Сс]тарост\w*|[Оо]мбудсм[еа]н\w*|[Дд]иректор\w*|[Сс]екретар\w*|[Рр]адни[кц]\w*|[Сс]оветни[кц]\w*|"
    r"[Пп]ресс-секретар\w*|[Кк]омандувач\w*|[Кк]омандующ\w*)(?: [А-ЯІЇЄҐ]?[а-яіїєґ'-]+(?:ськ|цьк|ск|цк)\w+| [а-яіїєґ'-]+){0,4} "
    r"(?P<name>[А-ЯІЇЄҐЁ][а-яіїєґё']+ [А-ЯІЇЄҐЁ][а-яіїєґё'-]+(?<!ської)(?<!ской))(?! (?:област|район|громад))"
    r"|(?<!\w)(?:[Gg]overnor|[Mm]ayor|[Pp]rosecutor|[Ss]pokes(?:man|woman|person)|[Oo]mbuds(?:man|person)|[Mm]inister|[Dd]octor|[Cc]hief|[Dd]irector),? "
    r"(?P<name2>[A-Z][a-z']+ [A-Z][a-z'-]+)"
)
_ADJECTIVE: Final = re.compile(r"(?:ськ|цьк|зьк|ск|цк)(?:ої|ого|ій|ому|ою|ой|ом|ая|ую|ий|ий|а)$")
_REGION: Final = re.compile(
    r" (?:обл|район|р-н|гром|oblast|region|district|raion|city|village)", re.IGNORECASE
)


@dataclass(frozen=True)
class Person:
    """A person named at a span of the shadow; `key` and `role` only for known officials."""

    start: int
    end: int
    name: str
    key: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Official:
    """One line of the table of known officials."""

    key: str
    name: str
    role: str
    surname: re.Pattern[str]
    given: re.Pattern[str]
    needs_given: bool
    titles: tuple[str, ...]


def _stem(patterns: list[str]) -> str:
    return _cues.either([_spelt(p) + (_CASE if _cues.CYRILLIC.search(p) else "(?:'s)?") for p in patterns])


_ALIKE: Final = {letter: f"[{letters}]" for letters in ("иіыї", "еєэё", "гґ") for letter in letters}


def _spelt(pattern: str) -> str:
    """Let a Cyrillic pattern match in the spelling of either language ("Лисак", "Лысак")."""
    if "[" in pattern or not _cues.CYRILLIC.search(pattern):
        return pattern
    return "".join(_ALIKE.get(letter, letter) for letter in pattern)


@cache
def officials() -> tuple[Official, ...]:
    """Return the table of known officials."""
    return tuple(
        Official(
            row["key"], row["name"], row["role"], re.compile(_stem(row["surname"])),
            re.compile(_stem(row["given"])), bool(row.get("needs_given")), tuple(row.get("titles", ())),
        )
        for row in _cues.load("officials")
    )  # fmt: skip


def by_surname(word: str) -> Official | None:
    """Return the one official whose surname a capitalised word is; for words right behind an office only."""
    if not word[:1].isupper() or word.isupper():
        return None
    found = [o for o in officials() if o.surname.fullmatch(word.lower())]
    return found[0] if len(found) == 1 else None


@cache
def _surnames() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_cues.either([o.surname.pattern for o in officials()])}(?!\w)")


@cache
def _titles() -> tuple[re.Pattern[str], dict[str, Official]]:
    table = {f"t{i}": o for i, o in enumerate(o for o in officials() if o.titles)}
    pattern = "|".join(f"(?P<{name}>{_cues.either(list(o.titles))})" for name, o in table.items())
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), table


_SPOKEN: Final = "(?:повідом|сообщ|заяв|сказа|напис|додав|добав|рассказ|розпов|погиб|загин|поран|ранен|пострад|постражд|уточн|зазнач|отмет|який|который|и |та )"


@cache
def _fused() -> re.Pattern[str]:
    """Match a Latin surname of an official with a verb of speech run into it ("Zelenskydeclared")."""
    latin = [
        p
        for row in _cues.load("officials")
        for p in row["surname"]
        if not _cues.CYRILLIC.search(p) and len(p) > 5
    ]
    verbs = _cues.either(_cues.load("speech")["verbs"]["en"])
    cyrillic = [
        p + "(?:а|у|ом|им|о|ий|ой)?"
        for row in _cues.load("officials") if not row.get("needs_given")
        for p in row["surname"] if _cues.CYRILLIC.search(p) and len(p) > 4
    ]  # fmt: skip
    return re.compile(
        rf"(?<!\w)(?:{_cues.either(latin)}(?=(?:{verbs}|who|which|and|that|in|on|was|has|had)(?!\w))"
        rf"|{_cues.either(cyrillic)}(?={_SPOKEN}))",
        re.IGNORECASE,
    )


def fused(cased: str) -> Iterator[int]:
    """Yield where a surname and the verb after it were run together."""
    named = [m.end() for m in _fused().finditer(cased) if cased[m.start()].isupper()]
    yield from named
    yield from (m.end() for m in _RUN_ON.finditer(cased))


_RUN_ON: Final = re.compile(
    r"(?<![a-z])(?:died|killed|wounded|injured|destroyed|damaged|buried|found|said|told|missing|dead|people|civilians|houses|buildings|country|region|city)"
    r"(?=(?:and|who|which|that|according|about|where|when|while|in|on|by|the|from|was|were|have|had)(?![a-z]))"
    r"|(?<=[a-z]{4})(?=(?:reported|affirmed|announced|informed|declared|said|wrote) (?:the|by|to|on|this|in)(?![a-z]))"
    r"|(?<=[a-z]{5})(?=total \d)|(?<![a-z])(?:mon|tues|wednes|thurs|fri|satur|sun)day(?=(?!s(?![a-z]))[a-z]{2})"
    r"|(?<![a-z])(?:and|but|that|with|by|of|in)(?=(?:wounded|injured|killed|destroyed|damaged|dozens|several)(?![a-z]))"
    r"|(?<=[a-z]{4})(?=(?:he|she|they) (?:said|added|wrote|told|denounced|declared|explained|stated|assured))"
    r"|(?<=[a-z]{4})(?=(?:according to|which (?:is|was|were|are|had|has|served))(?![a-z]))",
    re.IGNORECASE,
)
"""Words that a bad translation runs together with the next one ("diedand", "countryaccording to")."""


@cache
def _given() -> tuple[frozenset[str], frozenset[str]]:
    names = _cues.load("names")
    return frozenset(names["latin"]), frozenset(names["cyrillic"])


def is_given(word: str) -> bool:
    """Say whether a lower-case word is a known given name, in any case form."""
    latin, stems = _given()
    if word in latin or word.removesuffix("'s") in latin:
        return True
    return any(word[: len(word) - cut] in stems for cut in range(min(4, len(word) - 1)))


@cache
def _titled() -> re.Pattern[str]:
    titles = [
        t
        for t in _cues.load("names")["titles"]
        if t not in {"head", "deputy", "director", "chief", "secretary"}
    ]
    return re.compile(rf"(?<!\w){_cues.either(titles)}\.? $")


def _known(shadow: Shadow) -> Iterator[Person]:
    for m in _surnames().finditer(shadow.lower):
        if not shadow.cased[m.start()].isupper():
            continue
        start, lead = _lead(shadow, m.start())
        for official in officials():
            if not official.surname.fullmatch(m.group()):
                continue
            named = bool(lead) and bool(official.given.fullmatch(lead) or _same_initial(official, lead))
            if named or (not official.needs_given and not (lead and is_given(lead))):
                begin = start if named else m.start()
                yield Person(begin, m.end(), official.name, official.key, official.role)
                break


def _lead(shadow: Shadow, at: int) -> tuple[int, str]:
    """Return the capitalised word (or initial) right before `at`: its start and its lower-case form."""
    m = re.compile(r"([^\W\d_][\w'-]*\.?) $").search(shadow.cased, max(0, at - 24), at)
    if m is None or not m.group(1)[0].isupper():
        return at, ""
    return m.start(1), m.group(1).lower()


def _same_initial(official: Official, lead: str) -> bool:
    names = _cues.load("officials")
    row = next(r for r in names if r["key"] == official.key)
    return (
        len(lead) == 2
        and lead.endswith(".")
        and any(p.lstrip("['(?:").startswith(lead[0]) for p in row["given"])
    )


def _is_titled(shadow: Shadow, m: re.Match[str]) -> bool:
    titled = _titled().search(shadow.lower, max(0, m.start() - 16), m.start())
    if m.group().lower().removesuffix("'s") in _cues.load("names")["offices"]:
        return False
    return titled is not None and _REGION.match(shadow.cased, m.end()) is None


def _strangers(shadow: Shadow, taken: bytearray) -> Iterator[Person]:
    """Yield people by form: a given name, a title or an initial before a capitalised word."""
    words = list(_NAME.finditer(shadow.cased))
    for i, m in enumerate(words):
        if taken[m.start()]:
            continue
        if is_given(m.group().lower()):
            stop = _surname_end(shadow, words, i)
            if stop is not None:
                yield Person(m.start(), stop, cases.man(shadow.cased[m.start() : stop]))
        elif _is_titled(shadow, m):
            yield Person(m.start(), m.end(), m.group().removesuffix("'s"))
    yield from _by_role(shadow, taken)
    for m in _INITIAL.finditer(shadow.cased):
        name = _NAME.match(shadow.cased, m.end())
        if name and not taken[m.start()]:
            yield Person(m.start(), name.end(), shadow.cased[m.start() : name.end()])


def _by_role(shadow: Shadow, taken: bytearray) -> Iterator[Person]:
    """Yield people named right behind their office ("Голова громади …", "Prosecutor …")."""
    for m in _ROLE_NAMED.finditer(shadow.cased):
        group = "name" if m["name"] else "name2"
        if m[group].split(" ")[0].lower().removesuffix("'s") in _cues.load("names")["offices"]:
            continue
        if not any(taken[m.start(group) : m.end(group)]):
            yield Person(m.start(group), m.end(group), cases.man(m[group]))


def _surname_end(shadow: Shadow, words: list[re.Match[str]], i: int) -> int | None:
    """Return where the name ends that begins with the given name `words[i]`, null where no surname follows."""
    stop = None
    for j in range(i + 1, min(i + 3, len(words))):
        gap = shadow.cased[words[j - 1].end() : words[j].start()]
        if gap != " " or (
            _ADJECTIVE.search(words[j].group()) and _REGION.match(shadow.cased, words[j].end())
        ):
            break
        if j > i + 1 and not re.search(r"(?:ович|івн|овн|евич|євич|ївн|евн)", words[j - 1].group().lower()):
            break
        stop = words[j].end()
    return stop


def find(shadow: Shadow) -> list[Person]:
    """Return the people named in `shadow`, in order, none inside another."""
    taken = bytearray(len(shadow.cased) + 1)
    found: list[Person] = []
    for person in _known(shadow):
        if not any(taken[person.start : person.end]):
            taken[person.start : person.end] = b"\1" * (person.end - person.start)
            found.append(person)
    for person in _strangers(shadow, bytearray(taken)):
        if not any(taken[person.start : person.end]):
            taken[person.start : person.end] = b"\1" * (person.end - person.start)
            found.append(person)
    found += _again(shadow, found, taken)
    return sorted(found, key=lambda p: p.start)


def _again(shadow: Shadow, named: list[Person], taken: bytearray) -> Iterator[Person]:
    """Yield the people named in full once who stand elsewhere by their surname alone."""
    by_stem: dict[str, Person] = {}
    for person in named:
        surname = shadow.cased[person.start : person.end].removesuffix("'s").rsplit(" ", 1)[-1].lower()
        if " " in person.name and len(surname) > 3 and not is_given(surname):
            by_stem.setdefault(_stem_of(surname), person)
    if not by_stem:
        return
    for m in _NAME.finditer(shadow.cased):
        again = by_stem.get(_stem_of(m.group().lower().removesuffix("'s")))
        if again is not None and not any(taken[m.start() : m.end()]):
            yield Person(m.start(), m.end(), again.name, again.key, again.role)


def _stem_of(surname: str) -> str:
    """Return a surname without its case ending."""
    return (
        re.sub("(?:ого|ому|ими|ові|еві|[оеє]ю|[оеы]м|[иії]м|ой|[аяуюоеиійыьї])$", "", surname)
        if _cues.CYRILLIC.search(surname)
        else surname
    )


def titled(shadow: Shadow) -> list[Person]:
    """Return the descriptions that stand for one known official ("the Ukrainian leader")."""
    pattern, table = _titles()
    return [
        Person(m.start(), m.end(), table[m.lastgroup].name, table[m.lastgroup].key, table[m.lastgroup].role)
        for m in pattern.finditer(shadow.lower)
        if m.lastgroup
    ]
