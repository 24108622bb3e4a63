"""What is known of a report beside its words: who published it, where, when. Kept with every source made of it.

It stands at the head of the text between two lines `---` (YAML), in a file beside it (`report.txt.yaml`, `.yml` or
`.json`), or in a list of many reports (CSV or JSON). What is said of one report goes before what is said of all.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from incidents._errors import BadInput

BESIDE: Final = (".yaml", ".yml", ".json")
_LARGEST: Final = 20_000_000
_HEAD: Final = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?=[a-z_]+[ \t]*:)(.{0,20000}?\r?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value.encode()  # half a letter (a lone surrogate) could not be kept: the error is a ValueError
    return " ".join(value.split()) or None


def _day(value: Any) -> Any:
    given = _text(value)
    if given is None or (isinstance(given, dt.date) and not isinstance(given, dt.datetime)):
        return given
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError("is not a day, e.g. 2022-09-16")
    return dt.date.fromisoformat(given)


def _address(value: Any) -> Any:
    given = _text(value)
    if given is None:
        return None
    try:
        parts = urlsplit(str(given))
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in str(given)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("is not an address that begins with http:// or https://")
    return given


def _names(value: Any) -> Any:
    """Return names given as a list, or as one text with `;` between them."""
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        return () if parts is None else parts
    return tuple(found for part in parts if (found := _text(part)) is not None)


_Text = Annotated[Annotated[str, Field(max_length=500)] | None, BeforeValidator(_text)]
_Day = Annotated[dt.date | None, BeforeValidator(_day)]
_Address = Annotated[Annotated[str, Field(max_length=2000)] | None, BeforeValidator(_address)]
_Code = Annotated[Annotated[str, Field(pattern=_LANGUAGE)] | None, BeforeValidator(_text)]
_Names = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], BeforeValidator(_names)]


class Byline(BaseModel):
    """What is known of one report. `author` and `via` (an agency, a channel) go to the `via` of its claims."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Text = None
    publisher: _Text = None
    url: _Address = None
    archive_url: _Address = None
    published: _Day = None
    language: _Code = None
    author: _Names = ()
    via: _Names = ()

    def over(self, other: Byline) -> Byline:
        """Return what both say; where they differ, what this one says."""
        said = {name: value for name, value in self if value not in (None, ())}
        return other.model_copy(update=said)


FIELDS: Final = tuple(Byline.model_fields)
_FORMS: Final = {
    "title": "a text of at most 500 characters", "publisher": "a text of at most 500 characters",
    "url": "an address that begins with http:// or https://",
    "archive_url": "an address that begins with http:// or https://",
    "published": "a day, e.g. 2022-09-16", "language": "the code of a language, e.g. en, uk or ru",
    "author": "a name, or names with ; between them", "via": "a name, or names with ; between them",
}  # fmt: skip


def byline(raw: Any, where: str) -> Byline:
    """Return a byline from loaded YAML, JSON or CSV. Raises BadInput with every problem, `where` before each."""
    if not isinstance(raw, Mapping):
        raise BadInput(f"{where}: is not a mapping of {', '.join(FIELDS)} to texts")
    try:
        return Byline.model_validate(dict(raw))
    except ValidationError as error:
        told = dict.fromkeys(str(e["loc"][0]) for e in error.errors())
        raise BadInput([f"{where}: {_wrong(name)}" for name in told]) from error


def _wrong(name: str) -> str:
    if name in _FORMS:
        return f"{name}: is not {_FORMS[name]}"
    return f"{name[:60]}: is not known here; known are {', '.join(FIELDS)}"


def headed(text: str, where: str) -> tuple[Byline, str]:
    """Return the byline at the head of a text, and the text with blanks in its place: every offset stays true.

    Raises BadInput for a head that cannot be read.
    """
    found = _HEAD.match(text)
    if found is None:
        return Byline(), text
    head = found.group(0)
    blank = "".join(letter if letter in "\r\n" else " " for letter in head)
    return byline(_yaml(found.group(1), f"{where}: head"), f"{where}: head"), blank + text[len(head) :]


def beside(path: Path) -> Byline:
    """Return the byline in the file beside a report; an empty one where there is none. Raises BadInput."""
    there = [at for end in BESIDE if (at := path.with_name(path.name + end)).is_file()]
    if len(there) > 1:
        raise BadInput(f"{there[0]}: {there[1].name} tells of the same report; keep one of them")
    if not there:
        return Byline()
    text = _content(there[0])
    load = _json if there[0].suffix == ".json" else _yaml
    return byline(load(text, str(there[0])), str(there[0]))


def is_beside(path: Path) -> bool:
    """Say whether a file is the byline of a report beside it, and no report itself."""
    return path.suffix in BESIDE and path.with_suffix("").is_file()


class Listed(NamedTuple):
    """One report of a list."""

    path: Path
    byline: Byline


def listed(path: Path) -> list[Listed]:
    """Return the reports that a list names: CSV with a header, or a JSON array of objects, or one object a line.

    The column `file` is a path from the list's own folder; the others are those of a byline. Raises BadInput with every
    problem of the list, by line.
    """
    text = _content(path)
    rows = _table(text, path) if path.suffix.lower() in {".csv", ".tsv", ".txt"} else _objects(text, path)
    found: dict[Path, Listed] = {}
    problems: list[str] = []
    for where, row in rows:
        try:
            one = _row(row, where, path.parent)
        except BadInput as bad:
            problems += bad.problems
            continue
        if found.setdefault(one.path.resolve(), one) is not one:
            problems.append(f"{where}: file: {one.path.name} is there twice")
    if problems:
        raise BadInput(problems)
    if not found:
        raise BadInput(f"{path}: names no report")
    return list(found.values())


def _row(row: Any, where: str, folder: Path) -> Listed:
    if not isinstance(row, Mapping) or not isinstance(row.get("file"), str) or not row["file"].strip():
        raise BadInput(f"{where}: file: is missing; it is the path of the report from the folder of the list")
    path = folder / row["file"].strip()
    if not path.is_file():
        raise BadInput(f"{where}: file: there is no {path}")
    return Listed(path, byline({k: v for k, v in row.items() if k != "file"}, where))


def _table(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip() for name in next(rows, [])]
        if wrong := sorted(set(names) - {"file", *FIELDS}):
            raise BadInput(f"{path}:1: {', '.join(wrong)}: not known; columns are file, {', '.join(FIELDS)}")
        for cells in rows:
            if len(cells) > len(names):
                raise BadInput(f"{path}:{rows.line_num}: has {len(cells)} cells; the header has {len(names)}")
            if any(cells):
                yield f"{path}:{rows.line_num}", dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise BadInput(f"{path}:{rows.line_num}: is not CSV ({error})") from error


def _objects(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    if text.lstrip().startswith("["):
        for number, row in enumerate(_json(text, str(path)), 1):
            yield f"{path}: entry {number}", row
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield f"{path}:{number}", _json(line, f"{path}:{number}")


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path}: is larger than {_LARGEST:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _loaded(load: Callable[[str], Any], kind: str, text: str, where: str) -> Any:
    try:
        return load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise BadInput(f"{where}: is not {kind} ({' '.join(str(error).split())[:200]})") from error


def _yaml(text: str, where: str) -> Any:
    return _loaded(yaml.safe_load, "YAML", text, where)


def _json(text: str, where: str) -> Any:
    return _loaded(orjson.loads, "JSON", text, where)
