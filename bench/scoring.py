"""Scores a reading against a gold reading: what was found, what was missed, what should not have come out.

Knows nothing of how a reading is made. A reading is what `read --json` prints (`places`, `dates`, `claims`) and the
incidents that `ingest` makes of the same report.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from incidents import vocabulary
from incidents.model import Incident

GOLD: Final = Path(__file__).resolve().parents[1] / "tests" / "gold"
MEASURES: Final = ("claims", "+ speaker", "+ qualifier", "figures", "places", "dates", "incidents")
Row = Mapping[str, Any]


class Case(NamedTuple):
    """One gold report."""

    name: str
    text: str
    gold: dict[str, Any]

    @property
    def language(self) -> str:
        """The language of the report, a two-letter code."""
        return str(self.gold["language"])

    @property
    def published(self) -> dt.date:
        """The day of publication."""
        return dt.date.fromisoformat(self.gold["published"])


def cases(part: str) -> list[Case]:
    """Return the gold reports of `dev` or `held_out`, by name."""
    return [
        Case(
            p.stem, p.with_suffix(".txt").read_bytes().decode(), yaml.safe_load(p.read_text(encoding="utf-8"))
        )
        for p in sorted((GOLD / part).glob("*.yaml"))
    ]


class Tally(NamedTuple):
    """How many were right, how many came out wrongly, how many were missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return the sum of two tallies."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def precision(self) -> float:
        """The share of what came out that is right; 1 where nothing came out."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that came out; 1 where nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Score(NamedTuple):
    """The tallies of one report by measure, the forbidden extractions found, and what went wrong, in words."""

    tallies: dict[str, Tally]
    forbidden: list[str]
    told: list[str]


def _span(row: Row) -> Row:
    quote = row.get("quote")
    return quote if isinstance(quote, Mapping) else row


def _overlap(a: Row, b: Row) -> bool:
    one, other = _span(a), _span(b)
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


# ---- claims


def _same_figure(gold: Row, got: Row) -> bool:
    if gold.get("value") is not None:
        return gold["value"] in (got.get("value"), got.get("min"), got.get("max"))
    if gold.get("min") is None and gold.get("max") is None:
        return True
    return (gold.get("min"), gold.get("max")) == (got.get("min"), got.get("max"))


def _is_claim(gold: Row, got: Row) -> bool:
    return gold["predicate"] == got["predicate"] and _overlap(gold, got) and _same_figure(gold, got)


def _speaker_words(got: Row) -> str:
    speaker = got.get("speaker") or {}
    return " ".join(str(speaker.get(part) or "") for part in ("name", "role", "key")).casefold()


def _same_speaker(gold: Row, got: Row) -> bool:
    words = _speaker_words(got)
    if not words.strip():
        return not gold.get("speaker") or bool(gold.get("or_report"))
    if not gold.get("speaker"):
        return False
    return any(stem.casefold() in words for stem in gold["speaker"])


def _same_qualifier(gold: Row, got: Row) -> bool:
    return bool(gold.get("qualifier", "as_stated") == got.get("qualifier", "as_stated"))


def _pair(
    gold: Sequence[Row],
    got: Sequence[Row],
    agree: Callable[[Row, Row], bool],
    better: Callable[[Row, Row], Any],
) -> dict[int, int]:
    """Return which gold row is met by which row that came out, each used once, the best first."""
    pairs = [(g, p) for g in range(len(gold)) for p in range(len(got)) if agree(gold[g], got[p])]
    pairs.sort(key=lambda pair: better(gold[pair[0]], got[pair[1]]), reverse=True)
    met: dict[int, int] = {}
    used: set[int] = set()
    for g, p in pairs:
        if g not in met and p not in used:
            met[g] = p
            used.add(p)
    return met


def _split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    rows = list(rows)
    return [r for r in rows if not r.get("optional")], [r for r in rows if r.get("optional")]


def _told(row: Row) -> str:
    figure = row.get("value") if row.get("value") is not None else f"{row.get('min')}..{row.get('max')}"
    return f"{row.get('predicate')} {figure} {_span(row)['text']!r}"


def _claims(gold: Sequence[Row], got: Sequence[Row], told: list[str]) -> dict[str, Tally]:
    asked, optional = _split(gold)
    met = _pair(asked, got, _is_claim, lambda g, p: (_same_speaker(g, p), _same_qualifier(g, p)))
    left = [p for row, p in enumerate(got) if row not in met.values()]
    extra = [p for p in left if not any(_is_claim(o, p) for o in optional)]
    told += [f"missed claim {_told(g)}" for row, g in enumerate(asked) if row not in met]
    told += [f"extra  claim {_told(p)}" for p in extra]
    pairs = [(asked[g], got[p]) for g, p in met.items()]
    spoken = [(g, p) for g, p in pairs if _same_speaker(g, p)]
    exact = [(g, p) for g, p in spoken if _same_qualifier(g, p)]
    told += [
        f"speaker {_speaker_words(p)!r} not {g.get('speaker')} of {_told(g)}"
        for g, p in pairs
        if not _same_speaker(g, p)
    ]
    told += [
        f"qualifier {p.get('qualifier')} not {g.get('qualifier')} of {_told(g)}"
        for g, p in spoken
        if not _same_qualifier(g, p)
    ]
    figures = set(vocabulary.count_predicates())
    met_figures = sum(g["predicate"] in figures for g, _ in pairs)
    return {
        "claims": Tally(len(pairs), len(extra), len(asked) - len(pairs)),
        "+ speaker": _stricter(spoken, pairs, extra, asked),
        "+ qualifier": _stricter(exact, pairs, extra, asked),
        "figures": Tally(
            met_figures,
            sum(p["predicate"] in figures for p in extra),
            sum(g["predicate"] in figures for g in asked) - met_figures,
        ),
    }


def _stricter(
    right: Sequence[Any], found: Sequence[Any], extra: Sequence[Any], asked: Sequence[Any]
) -> Tally:
    """Return the tally in which a claim that is found but not right counts as missed and as wrong."""
    return Tally(len(right), len(extra) + len(found) - len(right), len(asked) - len(right))


# ---- places, dates, incidents


def _by_place(rows: Iterable[Row]) -> dict[str, str]:
    """Return each place once, as a site where any of its mentions is one."""
    roles: dict[str, str] = {}
    for row in rows:
        if row.get("place_id"):
            role = "site" if row["role"] == "site" else "mention"
            roles[row["place_id"]] = "site" if "site" in {role, roles.get(row["place_id"])} else "mention"
    return roles


def _places(gold: Sequence[Row], got: Sequence[Row], areas: Collection[str], told: list[str]) -> Tally:
    asked, optional = _split(gold)
    wanted = _by_place(asked)
    free = {row["place_id"] for row in optional} - wanted.keys()
    found = {
        place: role for place, role in _by_place(got).items() if place not in free and place not in areas
    }
    told += [f"missed place {p} ({r})" for p, r in wanted.items() if found.get(p) != r]
    told += [f"extra  place {p} ({r})" for p, r in found.items() if wanted.get(p) != r]
    right = len(wanted.items() & found.items())
    return Tally(right, len(found) - right, len(wanted) - right)


Days = tuple[str, str]


def _bound(value: str, *, last: bool) -> str:
    """Return the first or last day of `2022`, `2022-03` or a day; other words as they are."""
    if len(value) == 4 and value.isdigit():
        return f"{value}-12-31" if last else f"{value}-01-01"
    if len(value) == 7 and value[:4].isdigit():
        year, month = int(value[:4]), int(value[5:])
        return f"{value}-{monthrange(year, month)[1] if last else 1:02d}"
    return value


def days_of(value: str) -> Days:
    """Return the first and the last day of an ISO 8601 date or interval."""
    start, _, end = value.partition("/")
    return _bound(start, last=False), _bound(end or start, last=True)


def _night(days: Days) -> bool:
    try:
        start, end = (dt.date.fromisoformat(day) for day in days)
    except ValueError:
        return False
    return (end - start).days == 1


def _same_days(gold: Days, got: Days) -> bool:
    """Compare intervals: both ends, or for a night any of its two days."""
    return gold == got or (_night(gold) and gold[0] <= got[0] <= got[1] <= gold[1])


def _is_date(gold: Row, got: Row) -> bool:
    return _overlap(gold, got) and _same_days(days_of(str(gold["value"])), days_of(str(got["value"])))


def _dates(gold: Sequence[Row], got: Sequence[Row], told: list[str]) -> Tally:
    asked, optional = _split(gold)
    met = _pair(asked, got, _is_date, lambda _g, _p: 0)
    left = [p for row, p in enumerate(got) if row not in met.values()]
    extra = [p for p in left if not any(_overlap(o, p) for o in optional)]
    told += [f"missed date {g['value']} {g['text']!r}" for row, g in enumerate(asked) if row not in met]
    told += [f"extra  date {p['value']} {p['text']!r}" for p in extra]
    return Tally(len(met), len(extra), len(asked) - len(met))


def _incident(incident: Incident) -> dict[str, Any]:
    start, end = incident.date_start, incident.date_end or incident.date_start
    return {
        "place_id": incident.place_id,
        "category": incident.category,
        "days": (start.isoformat(), end.isoformat()) if start and end else None,
        "discovered": incident.date_discovered.isoformat() if incident.date_discovered else None,
    }


def _is_incident(gold: Row, got: Row) -> bool:
    if gold["place_id"] != got["place_id"]:
        return False
    if got["category"] not in {gold["category"], *gold.get("or_category", [])}:
        return False
    if gold.get("discovered"):
        return bool(got["discovered"] == gold["discovered"])
    if gold.get("when") is None or (gold.get("or_undated") and got["days"] is None):
        return got["days"] is None
    return got["days"] is not None and _same_days(days_of(gold["when"]), got["days"])


def _incidents(gold: Sequence[Row], got: Sequence[Incident], told: list[str]) -> Tally:
    asked, optional = _split(gold)
    rows = [_incident(i) for i in got if i.role == "incident"]
    met = _pair(asked, rows, _is_incident, lambda _g, _p: 0)
    left = [p for row, p in enumerate(rows) if row not in met.values()]
    extra = [p for p in left if not any(_is_incident(o, p) for o in optional)]
    told += [
        f"missed incident {g['category']} {g['place_id']} {g.get('when')}"
        for i, g in enumerate(asked)
        if i not in met
    ]
    told += [f"extra  incident {p['category']} {p['place_id']} {p['days']}" for p in extra]
    return Tally(len(met), len(extra), len(asked) - len(met))


# ---- what must not come out


def _has_figure(claim: Row, rule: Row) -> bool:
    if rule.get("predicate") is None:
        if claim["predicate"] not in vocabulary.count_predicates():
            return False
    elif claim["predicate"] != rule["predicate"]:
        return False
    return "value" not in rule or rule["value"] in (claim.get("value"), claim.get("min"), claim.get("max"))


def _any_figure(what: Row, claims: Sequence[Row], **also: str) -> bool:
    defaults = {"extent": "whole", "modality": "asserted"}
    return any(
        _has_figure(c, what) and all(c.get(field, defaults[field]) == word for field, word in also.items())
        for c in claims
    )


def _any_site(what: str, places: Sequence[Row], main: Sequence[Incident]) -> bool:
    sites = {p.get("place_id") for p in places if p["role"] == "site"} | {i.place_id for i in main}
    return what in sites


def _breaks(rule: Row, reading: Row, incidents: Sequence[Incident]) -> bool:
    kind, what = next(iter(rule.items()))
    claims, places = reading["claims"], reading["places"]
    main = [i for i in incidents if i.role == "incident"]
    tests: dict[str, Callable[[], bool]] = {
        "claim": lambda: _any_figure(what, claims),
        "whole": lambda: _any_figure(what, claims, extent="whole"),
        "asserted": lambda: _any_figure(what, claims, modality="asserted"),
        "predicate": lambda: any(c["predicate"] == what for c in claims),
        "speaker": lambda: any(what.casefold() in _speaker_words(c) for c in claims),
        "place": lambda: any(p.get("place_id") == what for p in places),
        "site": lambda: _any_site(what, places, main),
        "incident": lambda: any(
            i.place_id == what["place_id"] and i.category == what.get("category", i.category) for i in main
        ),
    }
    return tests[kind]()


def score(
    gold: Mapping[str, Any], reading: Row, incidents: Sequence[Incident], *, areas: Collection[str] = ()
) -> Score:
    """Score one reading. `areas` are ids of provinces and districts, which the gold set leaves open."""
    told: list[str] = []
    tallies = _claims(gold["claims"], reading["claims"], told)
    tallies["places"] = _places(gold["places"], reading["places"], areas, told)
    tallies["dates"] = _dates(gold["dates"], reading["dates"], told)
    tallies["incidents"] = _incidents(gold["incidents"], incidents, told)
    broken = [str(rule) for rule in gold["forbidden"] if _breaks(rule, reading, incidents)]
    return Score(tallies, broken, told + [f"FORBIDDEN {rule}" for rule in broken])


def total(scores: Iterable[Score]) -> tuple[dict[str, Tally], Counter[str]]:
    """Return the summed tallies by measure, and the forbidden extractions with how often each occurs."""
    sums = dict.fromkeys(MEASURES, Tally())
    broken: Counter[str] = Counter()
    for one in scores:
        sums = {name: sums[name].plus(one.tallies[name]) for name in MEASURES}
        broken.update(one.forbidden)
    return sums, broken
