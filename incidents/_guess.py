"""Guess a mapping from the names of the columns and a sample of their values."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from incidents import vocabulary
from incidents._errors import BadInput
from incidents._mapping import LISTS, TARGETS, Mapping, Rule
from incidents._records import Kind, Record

_FORMATS: Final = (
    "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%m/%d/%y",
    "%Y%m%d", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M",
)  # fmt: skip
_ISO: Final = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?")
_VOCABULARY: Final = ("category", "impact", "weapon")
_MANY_WORDS: Final = 60
_MOST: Final = 0.7
"""The share of dates that must fit a form; the rest are slips, and are rejected one by one."""
_HINTS: Final = {
    "category": (
        ("air_strike", r"air ?strike|air attack|aerial|drone|bomb(?:ing|ed) from|авіа|авиа"),
        ("missile_strike", r"missile|ракет"),
        ("shelling", r"shell|artiller|mortar|rocket|grad|обстр"),
        ("shooting", r"shoot|shot|gunfire|sniper|execution|massacre|armed clash|attack$|розстр|расстр"),
        ("burial_site", r"grave|burial|exhum|поховання|захорон"),
        ("detention_torture", r"tortur|detain|detention|imprison|катуван|пыт"),
        ("disappearance", r"disappear|abduct|missing|kidnap"),
        ("sexual_violence", r"sexual|rape"),
        ("displacement", r"displac|deport|evacuat"),
        ("explosion", r"explos|blast|mine|ied|вибух|взрыв"),
        ("object_damage", r"damage|destr|looting|property"),
        ("territorial_control", r"control|occup|liberat|territory"),
    ),
    "weapon": (
        ("cluster", "cluster"), ("ballistic_missile", "ballistic"), ("cruise_missile", "cruise"),
        ("rocket_artillery", "rocket|mlrs|grad"), ("mortar", "mortar"), ("artillery", "artiller"),
        ("drone", "drone|uav|loiter"), ("air_bomb", "air|bomb"), ("small_arms", "small arm|rifle|pistol|gun"),
        ("mine", "mine"), ("incendiary", "incendiar|phosph"),
    ),
    "impact": (
        ("residential", "resident|home|hous|apartment"), ("education", "school|educat|univers|kinder|childcare"),
        ("healthcare", "health|hospital|clinic|medic"), ("commercial", "commerc|shop|market|hotel"),
        ("industrial", "industr|plant|energy|factory|power"), ("administrative", "admin|government"),
        ("cultural", "cultur|museum|theat"), ("religious", "relig|church|mosque"),
        ("transport", "transport|road|rail|bridge|station"), ("humanitarian", "humanit|aid|shelter"),
        ("food", "food|grain|agri|farm"), ("military", "milit"),
    ),
}  # fmt: skip


_BEGINNINGS: Final = "beginnings"


@cache
def _names() -> dict[str, Any]:
    text = resources.files("incidents").joinpath("mappings", "columns.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _folded(column: str) -> str:
    """Return a column's name in lower case, its words joined by _; "Verletzte (ca.)" is verletzte_ca."""
    return re.sub(r"[^\w@№°']+|_+", "_", column.strip().casefold()).strip("_")


def guess(sample: Sequence[Record], kind: Kind, name: str) -> Mapping:
    """Return the mapping that the columns suggest. Raises BadInput where they suggest none."""
    columns = {column: [r.values.get(column) for r in sample] for r in sample for column in r.values}
    filled = {c: values for c, values in columns.items() if any(v not in (None, "") for v in values)}
    chosen = _by_name(list(filled))
    fields = {field: _rule(field, column, filled[column]) for field, column in chosen.items()}
    if not {"title", "summary", "date_start", "lat", "place_name"} & set(fields):
        raise BadInput(
            f"{name}: no column looks like a title, a date or a place; the columns are: {', '.join(columns)}. "
            "Write a mapping and give it with --mapping"
        )
    if "title" not in fields and "summary" in fields:
        fields = {"title": fields["summary"].model_copy(update={"shorten": 120})} | fields
    return Mapping(mapping="incident-atlas/1", name=name.partition(".")[0], reads=kind, fields=fields)


def _by_name(columns: list[str]) -> dict[str, str]:
    """Return the column of each field, in the order of the fields: by its whole name, else by how a word begins."""
    folded = {_folded(column): column for column in reversed(columns)}
    taken: dict[str, str] = {}
    for field, usual in _names().items():
        whole = (folded[n] for n in usual if n in folded) if field in TARGETS else ()
        if column := next((c for c in whole if c not in taken.values()), None):
            taken[field] = column
    for field, stems in _names()[_BEGINNINGS].items():
        if field not in taken:
            begun = (c for c in columns if c not in taken.values() and _begins(c, stems))
            if column := next(begun, None):
                taken[field] = column
    return {field: taken[field] for field in TARGETS if field in taken}


def _begins(column: str, stems: list[str]) -> bool:
    return any(word.startswith(tuple(stems)) for word in _folded(column).split("_"))


def unused(mapping: Mapping, columns: Iterable[str]) -> list[str]:
    """Return the columns of a file that no rule of a mapping reads, in their order."""
    paths = [rule.source for rule in mapping.fields.values() if rule.source]
    return [c for c in columns if not any(p == c or p.startswith((f"{c}[", f"{c}.")) for p in paths)]


def lacking(mapping: Mapping) -> list[str]:
    """Return what every incident by this mapping would be without: category, date, place."""
    given = set(mapping.fields)
    found = {
        "category": "category" in given,
        "date": bool({"date_start", "date_discovered"} & given),
        "place": bool({"place_name", "place_id"} & given or {"lon", "lat"} <= given),
    }
    return [name for name, is_there in found.items() if not is_there]


def _rule(field: str, column: str, values: list[Any]) -> Rule:
    texts = [str(value).strip() for value in values if value not in (None, "")]
    rule: dict[str, Any] = {"from": column}
    if field.startswith("date_") or field == "source_published":
        rule["format"] = _format(texts)
    if field in LISTS and any(";" in text for text in texts) and not field.endswith("title"):
        rule["separator"] = ";"
        texts = [part.strip() for text in texts for part in text.split(";")]
    if field in _VOCABULARY:
        rule["words"] = {
            text: _word(field, text) for text in list(dict.fromkeys(texts))[:_MANY_WORDS] if text
        }
        rule["default"] = "other" if field != "impact" else None
    return Rule.model_validate({name: value for name, value in rule.items() if value is not None})


def _word(field: str, text: str) -> str | None:
    plain = text.casefold().replace(" ", "_")
    if plain in vocabulary.words(field):
        return plain
    for word, pattern in _HINTS[field]:
        if re.search(pattern, text, re.IGNORECASE):
            return word
    return "other" if "other" in vocabulary.words(field) else None


def _format(texts: list[str]) -> str | None:
    """Return the form of the dates, null for ISO 8601; day first or month first is settled by a day over 12."""
    if sum(_ISO.fullmatch(text) is not None for text in texts) >= _MOST * len(texts):
        return None
    fitting = {fmt: sum(_fits(text, fmt) for text in texts) for fmt in _FORMATS}
    best = max(fitting, key=lambda fmt: fitting[fmt])
    return best if fitting[best] >= _MOST * len(texts) else None


def _fits(text: str, fmt: str) -> bool:
    try:
        dt.datetime.strptime(text, fmt)  # noqa: DTZ007 (only whether it fits)
    except ValueError:
        return False
    return True


def shown(mapping: Mapping, columns: Iterable[str] = ()) -> str:
    """Return a mapping as the text of a file to look at, edit and give back; `columns` are all that the file has."""
    fields: dict[str, Any] = {}
    for field, rule in mapping.fields.items():
        given = rule.model_dump(by_alias=True, exclude_defaults=True)
        fields[field] = given["from"] if set(given) == {"from"} else given
    body = {"mapping": mapping.mapping, "name": mapping.name, "reads": mapping.reads, "fields": fields}
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110)
    head = "# Columns to fields. Edit it and give it back with --mapping FILE."
    return "\n".join([head, *_warnings(mapping, columns), _ambiguous(mapping) + text])


def _warnings(mapping: Mapping, columns: Iterable[str]) -> list[str]:
    """Return lines of comment: columns that nothing reads, and what every incident would lack."""
    left, lost = unused(mapping, columns), lacking(mapping)
    lines = (
        [f"# Columns that are not used: {', '.join(json.dumps(c, ensure_ascii=False) for c in left)}"]
        if left
        else []
    )
    if lost:
        lines.append(f"# No column was found for: {', '.join(lost)}. Add them under fields, or leave it so.")
    return lines


def _ambiguous(mapping: Mapping) -> str:
    unsure = [f for f, r in mapping.fields.items() if r.format and r.format[:5] in {"%m/%d", "%d/%m"}]
    fields = ", ".join(unsure)
    return (
        f"# {fields}: does the day or the month (%m) stand first? Check it before you import.\n"
        if unsure
        else ""
    )
