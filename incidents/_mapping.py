"""From a foreign row to the fields of an incident, by rules that stand in a file people can edit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from incidents._errors import BadInput
from incidents._records import Kind, Record
from incidents.model import Incident

SOURCE: Final = (
    "source_id",
    "source_url",
    "source_title",
    "source_publisher",
    "source_published",
    "source_language",
)
FIGURES: Final = tuple(
    f"{kind}{end}"
    for kind in ("killed", "injured", "bodies", "missing", "detained")
    for end in ("", "_min", "_max")
)
_NOT_MAPPED: Final = frozenset({"point", "claims", "sources", "history", "judged_grading", "previous_ids"})
TARGETS: Final = (
    *(name for name in Incident.model_fields if name not in _NOT_MAPPED),
    "lon", "lat", *FIGURES, "speaker", *SOURCE,
)  # fmt: skip
LISTS: Final = frozenset({"impact", "weapon", "sensitivity", *SOURCE})
_STEP: Final = re.compile(r"([^.\[\]]+)(\[(?:([^=\[\]]+)=([^\]]*))?\])?(?:\.|$)")


def _column(raw: object) -> object:
    return {"from": raw} if isinstance(raw, str) else raw


class Rule(BaseModel):
    """How one field is filled. `from` is a column, or a path into nested data: `sources[].path`, `tags[key=x].value`.
    A column of exactly that name goes before a path, so that "Nr." and "Verletzte (ca.)" are columns as they stand.

    `words` translates values (null drops one), `otherwise` is taken for a value that has no word (null drops it;
    where it is not given, such a value rejects the row), `format` reads dates (strptime), `separator` splits a cell into a list,
    `default` is taken where nothing is there, `prefix` stands before each value, `shorten` cuts at so many characters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = Field(default=None, alias="from")
    words: dict[str, str | None] = Field(default_factory=dict)
    otherwise: str | None = None
    format: str | None = None
    separator: str | None = None
    default: str | float | None = None
    prefix: str = ""
    shorten: int | None = Field(default=None, ge=10)


class Mapping(BaseModel):
    """Columns to fields. `reads` is the kind of file; the keys of `fields` are TARGETS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mapping: Literal["incident-atlas/1"]
    name: str
    reads: Kind
    fields: dict[str, Annotated[Rule, BeforeValidator(_column)]]


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises BadInput with every problem in it."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not UTF-8 text") from error


def parse_mapping(text: str, name: str) -> Mapping:
    """Read the text of a mapping. Raises BadInput."""
    try:
        mapping = Mapping.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadInput(f"{name}: is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        told = [f"{name}: {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise BadInput(told) from error
    unknown = [f for f in mapping.fields if f not in TARGETS]
    if unknown:
        raise BadInput(
            [f"{name}: fields.{f}: is not a field; there are: {', '.join(TARGETS)}" for f in unknown]
        )
    return mapping


def check_columns(mapping: Mapping, columns: set[str], file: str) -> None:
    """Raise BadInput, naming every column of the mapping that the file does not have."""
    sources = {field: rule.source for field, rule in mapping.fields.items() if rule.source}
    wanted = {f: path if path in columns else _first_step(path) for f, path in sources.items()}
    lost = {f: column for f, column in wanted.items() if column not in columns}
    if lost:
        there = ", ".join(sorted(columns)[:60])
        raise BadInput(
            [
                f"fields.{field}: {file} has no column {column!r}; it has: {there}"
                for field, column in lost.items()
            ]
        )


def _first_step(path: str) -> str:
    steps = _steps(path) if "[" in path or "." in path else []
    return steps[0][0] if steps else path


def _steps(path: str) -> list[tuple[str, bool, str, str]]:
    found = _STEP.findall(path)
    return [(name, bool(bracket), key, value) for name, bracket, key, value in found]


def values_at(values: dict[str, Any], path: str) -> list[Any]:
    """Return the values at a path, one for each item where it goes through a list; null where an item has none."""
    if path in values:
        there = values[path]
        return list(there) if isinstance(there, list) else [there]
    here: list[Any] = [values]
    for name, many, key, wanted in _steps(path):
        here = [item.get(name) if isinstance(item, dict) else None for item in here]
        if many or any(isinstance(item, list) for item in here):
            here = [part for item in here for part in (item if isinstance(item, list) else [item])]
        if key:
            here = [item for item in here if isinstance(item, dict) and str(item.get(key)) == wanted]
    return here


class Unusable(Exception):
    """A row that cannot become an incident: pairs of field and reason."""

    def __init__(self, reasons: list[tuple[str, str]]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(f"{field}: {why}" for field, why in reasons))


def applied(mapping: Mapping, record: Record) -> dict[str, list[Any]]:
    """Return the values of each field by the rules. Raises Unusable with every reason."""
    if record.fault:
        raise Unusable([("", record.fault)])
    found: dict[str, list[Any]] = {}
    reasons: list[tuple[str, str]] = []
    for field, rule in mapping.fields.items():
        try:
            found[field] = list(_by_rule(field, rule, record.values))
        except ValueError as error:
            reasons.append((field, str(error)))
    if reasons:
        raise Unusable(reasons)
    return found


def _by_rule(field: str, rule: Rule, values: dict[str, Any]) -> Iterator[Any]:
    given = values_at(values, rule.source) if rule.source else []
    if rule.separator:
        given = [part for value in given if value is not None for part in str(value).split(rule.separator)]
    kept = [_translated(field, rule, _clean(value)) for value in given]
    if not any(value not in (None, "") for value in kept) and rule.default is not None:
        kept = [rule.default]
    for value in kept:
        yield _finished(rule, value)


def _clean(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _translated(field: str, rule: Rule, value: Any) -> Any:
    if value in (None, "") or not rule.words:
        return value
    text = str(value)
    if text in rule.words:
        return rule.words[text]
    folded = {word.casefold(): meant for word, meant in rule.words.items()}
    if text.casefold() in folded:
        return folded[text.casefold()]
    if field in SOURCE or text in rule.words.values():
        return value
    if "otherwise" in rule.model_fields_set:
        return rule.otherwise
    if rule.default is not None:
        return rule.default
    raise ValueError(f"{text[:80]!r} has no word in the mapping; add it under fields.{field}.words")


def _finished(rule: Rule, value: Any) -> Any:
    if value in (None, ""):
        return None
    if rule.format:
        return _date(str(value), rule.format)
    if rule.shorten and isinstance(value, str):
        value = _shortened(" ".join(value.split()), rule.shorten)
    return f"{rule.prefix}{value}" if rule.prefix else value


def _date(text: str, fmt: str) -> dt.date:
    for one in fmt.split("|"):
        try:
            return dt.datetime.strptime(text.strip(), one.strip()).date()  # noqa: DTZ007 (a day, no time)
        except ValueError:
            continue
    raise ValueError(f"{text[:40]!r} is not a date of the form {fmt}")


def _shortened(text: str, limit: int) -> str:
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
    if len(sentence) <= limit:
        return sentence
    return sentence[: limit - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
