"""Fields as a person writes them (`date_start=2022-03-09`, `weapon=drone,mortar`), read into the values of the model.

Every reader returns what it could read and adds what it could not to a list of problems, each naming its field.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from incidents import vocabulary
from incidents._days import last_day
from incidents.extract.numbers import bounds
from incidents.model import Figure

M = TypeVar("M", bound=BaseModel)

INCIDENT: Final = (
    "title", "summary", "role", "category", "impact", "weapon", "date", "date_start", "date_end", "date_precision",
    "date_discovered", "date_reported", "sensitivity",
)  # fmt: skip
CLAIM: Final = (
    "predicate", "value", "min", "max", "qualifier", "unit", "group", "extent", "speaker", "speaker_role", "said_on",
    "about", "modality", "polarity", "target", "attribution", "note", "sensitivity",
)  # fmt: skip
SOURCE: Final = ("url", "publisher", "source_title", "published", "words")
"""Fields of a claim that is added: its source, and the exact words of the page."""
_LISTS: Final = frozenset({"impact", "weapon", "sensitivity"})
_DAYS: Final = frozenset({"date_start", "date_end", "date_discovered", "date_reported"})
_NEEDED: Final = frozenset({"title", "role", "category", "date_precision"})
_INSTEAD: Final = {
    "review": "`review --as` sets it",
    "grading": "`review --grading` sets it",
    "judged_grading": "`review --grading` sets it",
    "quote": "stays as the report has it; reject the claim and add another where the words are wrong",
    "id": "is given once and never changes",
    "url": "belongs to the source; it is given when a claim is added",
    **dict.fromkeys(
        ("place", "place_name", "place_id", "lon", "lat", "admin1", "admin1_name", "geo_precision", "uncertainty_m"),
        "`--place`, `--place-id` or `--at` sets the place",
    ),
}  # fmt: skip
_NOT_KNOWN: Final = frozenset({"", "unknown", "none", "null"})
_RANGE: Final = re.compile(r"^\s*(\d[\d.]*)\s*(?:-|–|—|to|\.\.)\s*(\d[\d.]*)\s*$")


def told_apart(fields: Mapping[str, str], allowed: Sequence[str]) -> list[str]:
    """Return one problem for each name that is not among `allowed`, with what is meant or what to use instead."""
    problems = []
    for name in fields:
        if name in allowed:
            continue
        near = difflib.get_close_matches(name, allowed, n=1)
        hint = _INSTEAD.get(name) or (
            f"do you mean {near[0]}?" if near else f"use one of: {', '.join(allowed)}"
        )
        problems.append(f"{name}: cannot be edited here; {hint}")
    return problems


def incident_values(fields: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """Read fields of an incident. `date` stands for its first and last day and how exactly they are known."""
    values: dict[str, Any] = {}
    for name, text in fields.items():
        if name == "date":
            values |= _dates(text.strip(), problems)
        elif name in _LISTS:
            values[name] = _listed(text)
        elif name in _DAYS:
            values[name] = _day(name, text.strip(), problems)
        elif name in _NEEDED and not text.strip():
            problems.append(f"{name}: cannot be empty")
        else:
            values[name] = text.strip()
    if not problems and values.get("date_start", "") is None and "date_precision" not in values:
        values["date_precision"] = "unknown"
    return values


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))


def _day(name: str, text: str, problems: list[str]) -> dt.date | None:
    if text.casefold() in _NOT_KNOWN:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        problems.append(f"{name}: {text!r} is no day such as 2022-03-09")
        return None
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        problems.append(f"{name}: {day} is in the future")
    return day


def _dates(text: str, problems: list[str]) -> dict[str, Any]:
    """Read `2022-03-09`, `2022-03`, `2022`, `2022-03-01/2022-03-05` or `unknown`."""
    if text.casefold() in _NOT_KNOWN:
        return {"date_start": None, "date_end": None, "date_precision": "unknown"}
    first, slash, last = text.partition("/")
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", first) or (
        slash and not re.fullmatch(r"\d{4}-\d\d-\d\d", last)
    ):
        problems.append(
            f"date: {text!r} is none of 2022-03-09, 2022-03, 2022, 2022-03-01/2022-03-05, unknown"
        )
        return {}
    start = _day("date", f"{first}-01-01"[:10] if len(first) == 4 else f"{first}-01"[:10], problems)
    if start is None:
        return {}
    if slash:
        return {"date_start": start, "date_end": _day("date", last, problems), "date_precision": "day"}
    precision = {4: "year", 7: "month", 10: "day"}[len(first)]
    end = start if precision == "day" else last_day(start, whole_year=precision == "year")
    return {"date_start": start, "date_end": end, "date_precision": precision}


def claim_values(old: Mapping[str, Any], fields: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """Read fields of a claim whose values so far are `old`; the bounds follow the figure and how it was put."""
    values: dict[str, Any] = {
        name: text.strip() or None
        for name, text in fields.items()
        if name not in {"value", "min", "max", "speaker", "speaker_role"}
    }
    if "sensitivity" in fields:
        values["sensitivity"] = _listed(fields["sensitivity"])
    for name in ("predicate", "qualifier", "extent", "modality", "polarity", "attribution"):
        if name in values and values[name] is None:
            problems.append(f"{name}: cannot be empty")
            del values[name]
    predicate = values.get("predicate") or old.get("predicate")
    if predicate in vocabulary.count_predicates():
        values |= _figures(old, fields, problems)
    else:
        values |= {name: fields[name].strip() or None for name in ("value",) if name in fields}
        problems.extend(f"{name}: only a figure has bounds" for name in ("min", "max") if name in fields)
        if predicate != old.get("predicate"):
            values |= {"min": None, "max": None}
    return values


def _figures(old: Mapping[str, Any], fields: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    given = {name: fields[name].strip() for name in ("value", "min", "max") if name in fields}
    span = _RANGE.match(given.get("value", ""))
    if span:
        given |= {"value": span[1], "min": given.get("min", span[1]), "max": given.get("max", span[2])}
    read: dict[str, Any] = {name: _figure(name, text, problems) for name, text in given.items()}
    qualifier = fields.get("qualifier", "").strip() or ("as_stated" if span else old.get("qualifier"))
    if "min" in read or "max" in read:
        return _bounded(old, read, qualifier if "qualifier" in fields else None)
    if not (read or "qualifier" in fields):
        return {}
    value = read["value"] if "value" in read else old.get("value")
    value = value if isinstance(value, int | float) else None
    if value is None and "qualifier" not in fields:
        qualifier = "unspecified"
    elif qualifier == "unspecified":
        qualifier = "as_stated"
    if qualifier not in vocabulary.words("qualifier"):
        return read  # the vocabulary is checked with the rest
    low, high = bounds(value, str(qualifier)) if value is not None else _worded(str(qualifier))
    return read | {"min": low, "max": high, "qualifier": qualifier}


def _worded(qualifier: str) -> tuple[Figure | None, Figure | None]:
    """Return the bounds of a figure that is put in words only ("dozens")."""
    entry = vocabulary.terms("qualifier")[qualifier]
    low, high = (None if entry[side] == "n" else entry[side] for side in ("low", "high"))
    return low, high


def _bounded(old: Mapping[str, Any], read: dict[str, Any], qualifier: str | None) -> dict[str, Any]:
    """Return figures whose bounds were given: the value is that of the words, else the lowest bound."""
    low = read["min"] if "min" in read else old.get("min")
    high = read["max"] if "max" in read else old.get("max")
    value = read.get("value", low if low is not None else high)
    if qualifier is None:
        qualifier = "at_least" if high is None else "up_to" if low is None else "as_stated"
        qualifier = "unspecified" if low is None and high is None else qualifier
    return {"value": value, "min": low, "max": high, "qualifier": qualifier}


def _figure(name: str, text: str, problems: list[str]) -> Figure | None:
    if text.casefold() in _NOT_KNOWN:
        return None
    plain = re.sub(r"(?<=\d)[ ,](?=\d{3}\b)", "", text)
    try:
        figure = float(plain) if "." in plain else int(plain)
    except ValueError:
        problems.append(f"{name}: {text!r} is no figure such as 20; a span is written 20-25")
        return None
    if figure < 0:
        problems.append(f"{name}: {figure} is less than none")
    return figure


def validated(before: M | None, model: type[M], values: Mapping[str, Any], problems: list[str]) -> M | None:
    """Return `before` with `values` as a checked model, else null with every problem told, each naming its field."""
    raw = {name: getattr(before, name) for name in model.model_fields} if before is not None else {}
    try:
        return model.model_validate({**raw, **values})
    except ValidationError as error:
        told = list(error.errors())
        bad = {str(e["loc"][0]) for e in told if e["loc"]}
        problems.extend(_told(told))
    if bad:  # what the fields say together is checked only where each is right by itself
        try:
            model.model_validate({**raw, **{name: v for name, v in values.items() if name not in bad}})
        except ValidationError as error:
            problems.extend(_told(e for e in error.errors() if not e["loc"]))
    return None


def _told(errors: Iterable[Any]) -> Iterable[str]:
    for error in errors:
        where = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
        message = str(error["msg"]).removeprefix("Value error, ")
        yield f"{where}: {message}" if where else message
