"""Bring foreign data in: rows of CSV, GeoJSON or JSON to incidents, by a mapping that is given, ready or guessed.

Streaming: memory does not grow with the file. A row that cannot be used is rejected with line, field and reason;
the same file gives the same ids every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import orjson

from incidents import personal
from incidents._addresses import bad_addresses
from incidents._errors import BadInput
from incidents._features import iter_features
from incidents._guess import guess
from incidents._mapping import Mapping, Unusable, check_columns, parse_mapping
from incidents._records import Kind, Record, kind_of, records
from incidents._rejected import Rejected
from incidents._rows import built, free
from incidents.geojson import from_feature
from incidents.model import SCHEMA, Incident

SAMPLE: Final = 200
"""Rows that are looked at to guess a mapping."""


OnRejected = Callable[[Rejected], object]


def ready_mappings() -> list[str]:
    """Return the names of the mappings that come with the program."""
    folder = resources.files("incidents").joinpath("mappings")
    names = (entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return sorted(name for name in names if name != "columns")


def ready_mapping(name: str) -> Mapping:
    """Return a mapping that comes with the program. Raises BadInput."""
    if name not in ready_mappings():
        raise BadInput(
            f"{name}: no mapping file and no ready mapping; there are: {', '.join(ready_mappings())}"
        )
    text = resources.files("incidents").joinpath("mappings", f"{name}.yaml").read_text(encoding="utf-8")
    return parse_mapping(text, f"{name}.yaml")


def guessed(path: Path, *, encoding: str = "utf-8") -> Mapping | None:
    """Return a mapping guessed from the names and the first values of the columns; null for a file of our own.

    Raises BadInput where not even a title, date or place can be guessed.
    """
    kind = kind_of(path)
    sample = list(islice(records(path, kind, encoding=encoding), SAMPLE))
    if not sample:
        raise BadInput(f"{path.name}: has no rows")
    if kind == "geojson" and sample[0].values.get("schema") == SCHEMA:
        return None
    if kind == "json" and {"filters", "sources", "location"} <= set(sample[0].values):
        return ready_mapping("ukraine-timemap")
    return guess(sample, kind, path.name)


def columns_of(path: Path, *, encoding: str = "utf-8") -> list[str]:
    """Return the columns of the first rows of a file, in their order."""
    rows = islice(records(path, kind_of(path), encoding=encoding), SAMPLE)
    return list(dict.fromkeys(column for record in rows for column in record.values))


def read(
    path: Path,
    mapping: Mapping | None,
    *,
    on_rejected: OnRejected,
    on_note: OnRejected = lambda _: None,
    encoding: str = "utf-8",
    places: bool = True,
    progress: Callable[[int], object] = lambda _: None,
) -> Iterator[Incident]:
    """Yield the incidents of a foreign file; a null `mapping` reads a file of our own.

    A second row with an id gets a number behind it, which `on_note` is told, as it is told of places that are not found,
    days in the future and words that name private people (`incidents.personal`): those are marked, never changed. `places` false leaves the gazetteer out. Raises BadInput for a mapping that does not fit the file and
    UnreadableCollection, with the line, for a file that cannot be read on.
    """
    kind: Kind = kind_of(path)
    if mapping and mapping.reads != kind:
        raise BadInput(f"the mapping {mapping.name} reads {mapping.reads}, but {path.name} is {kind}")
    if mapping:
        rows = records(path, kind, encoding=encoding, progress=progress)
        found = _built(rows, mapping, path.name, on_rejected, on_note, places=places)
    else:
        found = _ours(path, on_rejected, progress)
    taken: set[str] = set()
    for line, incident in found:
        own = free(incident.id, taken)
        if own != incident.id:
            on_note(Rejected(line, "id", f"{incident.id} is there twice; this row was kept as {own}"))
        marked, where = personal.searched(incident)
        if where:
            why = "may name private people, which public exports leave out; look, and edit the mark if it is wrong"
            on_note(Rejected(line, "sensitivity", f"{own}: {' and '.join(where)} {why}"))
        yield marked if own == incident.id else marked.model_copy(update={"id": own})


def _ours(
    path: Path, on_rejected: OnRejected, progress: Callable[[int], object]
) -> Iterator[tuple[int, Incident]]:
    with path.open("rb") as file:
        read = 0
        for line, feature in iter_features(file, path.name):
            progress(file.tell() - read)
            read = file.tell()
            try:
                yield line, _safe(from_feature(feature))
            except BadInput as bad:
                for problem in bad.problems:
                    field, _, reason = problem.partition(": ") if ": " in problem else ("", "", problem)
                    on_rejected(Rejected(line, field, reason, _row(feature)))


def _safe(incident: Incident) -> Incident:
    """Return an incident whose addresses may all be kept. Raises BadInput."""
    if unsafe := [f"{field}: {why}" for field, why in bad_addresses(incident)]:
        raise BadInput(unsafe)
    return incident


def _built(
    rows: Iterator[Record],
    mapping: Mapping,
    name: str,
    on_rejected: OnRejected,
    on_note: OnRejected,
    *,
    places: bool,
) -> Iterator[tuple[int, Incident]]:
    first = list(islice(rows, SAMPLE))
    check_columns(mapping, {column for record in first for column in record.values}, name)
    for record in chain(first, rows):

        def remark(field: str, why: str, record: Record = record) -> None:
            on_note(Rejected(record.line, field, why, _row(record.values)))

        try:
            yield record.line, built(mapping, record, file=name, places=places, remark=remark)
        except Unusable as unusable:
            for field, reason in unusable.reasons:
                on_rejected(Rejected(record.line, field, reason, _row(record.values)))


def _row(values: dict[str, Any]) -> str:
    return orjson.dumps(values, default=str).decode()
