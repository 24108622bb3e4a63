"""What several commands share: the filter words as options, the choice of a collection, progress bars."""

from __future__ import annotations

import os
import typing
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from tqdm import tqdm

from incidents import vocabulary
from incidents._errors import BadInput
from incidents.filters import Filter

STORE: Final = "INCIDENT_ATLAS_COLLECTION"
"""The environment variable that names the collection: a folder, a file or an address. Read by the dashboard too."""

EDITING: Final = "INCIDENT_ATLAS_EDIT"
EDITOR: Final = "INCIDENT_ATLAS_BY"
"""The environment variables that let the dashboard's visitors edit, and sign for them. Read by the dashboard."""

SHIPPED: Final = Path("data") / "ukraine"

T = TypeVar("T")
Command = Callable[..., Any]

_HELP: Final = {
    "since": "First day, e.g. 2022-03-01; tests overlap.",
    "until": "Last day, e.g. 2022-05-31; tests overlap.",
    "category": "What happened",
    "impact": "What was hit",
    "weapon": "With what",
    "role": "Its role in the reports",
    "admin1": "ISO 3166-2 codes of regions, e.g. UA-63.",
    "place": "A place by any spelling, in either script.",
    "near": "LON,LAT,KM: within so many kilometres of a point.",
    "bbox": "WEST,SOUTH,EAST,NORTH in degrees.",
    "within": '"LON LAT,LON LAT,…": inside a ring.',
    "min_killed": "At least so many killed, by the lowest figure claimed.",
    "grading": "How well it is established",
    "review": "What the editors said",
    "text": "Words in titles, summaries, places, speakers and quotes.",
}


_LISTED: Final = frozenset({"category", "impact", "weapon", "role", "grading", "review"})


def example(*lines: str) -> str:
    """Return the epilog that puts an example under the help of a command."""
    body = "\n".join(f"  incident-atlas {line}" for line in lines)
    return f"\b\nExample:\n{body}"


def filter_options(command: Command) -> Command:
    """Give a command one option for each filter word; it is called with `where: Filter`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        words = {name: given.pop(name) for name in Filter.model_fields}
        return command(**given, where=_filter(words))

    decorated: Command = gathered
    for name in reversed(Filter.model_fields):
        decorated = _option(name)(decorated)
    return decorated


def _option(name: str) -> Callable[[Command], Command]:
    many = typing.get_origin(Filter.model_fields[name].annotation) is tuple and name not in {"near", "bbox"}
    told = _HELP[name]
    if name in _LISTED:
        told = f"{told}: {', '.join(vocabulary.words(name))}."
    metavar = "WORD,…" if many else None
    return click.option(f"--{name.replace('_', '-')}", name, multiple=many, metavar=metavar, help=told)


def _filter(words: dict[str, Any]) -> Filter:
    given = {n: ",".join(v) if isinstance(v, tuple) else v for n, v in words.items() if v}
    told: dict[str, str] = {}
    for name, word in given.items():  # one by one, so that every bad word is named, and once
        try:
            Filter.from_words({name: word})
        except BadInput as bad:
            told[name] = bad.problems[0].partition(": ")[2] or bad.problems[0]
    if not told:
        where = Filter.from_words(given)
        told = dict(_nonsense(where))
    if told:
        raise click.UsageError("\n".join(_misuse(name, why) for name, why in told.items()))
    return where


def _misuse(name: str, why: str) -> str:
    form = "" if name in _LISTED or ", as in " in why else f". {_HELP[name]}"
    return f"--{name.replace('_', '-')}: {why.rstrip('.')}{form}"


def _nonsense(where: Filter) -> Iterator[tuple[str, str]]:
    """Yield what can be read and still cannot be meant."""
    if where.since and where.until and where.since > where.until:
        yield "since", f"{where.since} is after --until {where.until}"
    if where.min_killed is not None and where.min_killed < 0:
        yield "min_killed", f"{where.min_killed} is less than none"
    if where.near and not (_is_position(*where.near[:2]) and where.near[2] > 0):
        yield "near", "is no position in degrees, longitude first, and a distance over 0"
    if where.bbox and not (_is_position(*where.bbox[:2]) and _is_position(*where.bbox[2:])):
        yield "bbox", "is not in degrees, longitude first"
    if where.bbox and where.bbox[1] > where.bbox[3]:
        yield "bbox", "has its south over its north"
    if where.within and not (len(where.within) > 2 and all(_is_position(*p) for p in where.within)):
        yield "within", "is no ring of three or more positions in degrees, longitude first"


def _is_position(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90


def store_options(command: Command) -> Command:
    """Give a command `--from FOLDER` and `--store URL`; it is called with `source: str`."""

    @wraps(command)
    def gathered(*, from_: str | None, store: str | None, **given: Any) -> Any:
        if from_ and store:
            raise click.UsageError("--from and --store name the same thing; give one of them")
        return command(**given, source=from_ or store or default_collection())

    from_ = click.option(
        "--from", "from_", metavar="FOLDER", help="The collection: a folder or a GeoJSON file."
    )
    url = click.option("--store", metavar="URL", help="The collection in a database: postgresql://…")
    return from_(url(gathered))


class Folder(click.ParamType[Path]):
    """A path, never an address of a database; that is refused with `instead`, what to do with a database."""

    name = "folder"

    def __init__(self, instead: str) -> None:
        self.instead = instead

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path. Fails for an address."""
        if "://" in str(value):
            self.fail(f"is of folders and files. {self.instead}", param, ctx)
        return Path(value)


def shown(source: str) -> str:
    """Return a collection's name without a password."""
    scheme, mark, rest = source.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else source


def default_collection() -> str:
    """Return the collection that is meant when none is named: `INCIDENT_ATLAS_COLLECTION`, else the shipped one."""
    named = os.environ.get(STORE)
    if named:
        return named
    found = shipped()
    if found:
        return found
    raise click.UsageError(f"name a collection with --from FOLDER, or set {STORE}")


def progress(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
    """Yield `items` under a progress bar on standard error, shown to people only and only on long work."""
    yield from tqdm(items, desc=what, total=total, unit="", delay=1.0, disable=None, leave=False)


def bytes_bar(total: int, *, what: str) -> tqdm[Any]:
    """Return a progress bar that counts bytes."""
    return tqdm(total=total, desc=what, unit="B", unit_scale=True, delay=1.0, disable=None, leave=False)


def size_of(path: Path) -> int:
    """Return the bytes of the GeoJSON at `path`, a file or a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.glob("*.geojson*"))
    return path.stat().st_size if path.exists() else 0


def refuse_shipped(source: str, option: str) -> None:
    """Raise UsageError where `option` would edit the collection that ships with the program."""
    if "://" not in source and Path(source).resolve() == Path(shipped() or "/nowhere").resolve():
        raise click.UsageError(
            f"{option}: {source} is the example that ships with the program and stays as it is; "
            f"copy it first: copy {source} my-collection"
        )


def shipped() -> str | None:
    """Return the folder of the example collection, null where it is not installed."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (root / SHIPPED).is_dir():
            return str(root / SHIPPED)
    return None
