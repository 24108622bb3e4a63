"""Mend a damaged collection: what can be read is kept, what cannot is set aside in a named file, never deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from incidents import _files, _lines
from incidents._errors import BadInput, Conflict, NotFound, UnreadableCollection
from incidents._features import Header, iter_features
from incidents._journal import NAME as JOURNAL
from incidents._journal import Journal, is_tombstone, records
from incidents._spill import Spill
from incidents.geojson import DERIVED, MEMBERS, from_feature, to_line
from incidents.model import Incident
from incidents.store import FileState, FolderStore, stamp

_KNOWN: Final = frozenset(Incident.model_fields) | set(DERIVED) | {"schema"}
_BEGIN: Final = re.compile(r'\{\s*"(?:type|id|geometry|properties)"\s*:')


class Outcome(NamedTuple):
    """What a repair did: incidents kept, what was set aside and where, and the files that are different now."""

    kept: int
    aside: int
    aside_file: Path | None
    changed: tuple[str, ...]
    told: tuple[str, ...]


class _Aside:
    """The named file for all that cannot stay, each entry under a line that says where it stood and why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[str] = []

    def add(self, where: str, why: str, content: bytes) -> None:
        self.told.append(f"{where}: {why}")
        try:
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("ab") as file:
                file.write(f"# {where}: {why}\n".encode("utf-8", "replace") + content.rstrip(b"\n") + b"\n")
        except OSError as error:
            raise _files.explained(error, self.path) from error


def repair(path: Path) -> Outcome:
    """Mend a collection folder or one GeoJSON file in place. Running it again changes nothing.

    Raises NotFound, Locked, CannotWrite; then the collection is as it was.
    """
    if not path.exists():
        raise NotFound(f"{path}: there is no such file or folder")
    return _repair_folder(path) if path.is_dir() else _repair_file(path)


def _repair_file(path: Path) -> Outcome:
    aside = _Aside(path.with_name(f"{path.name}.set-aside-{stamp()}.txt"))
    kept: dict[str, bytes] = {}
    for number, raw, incident in _salvaged(path, aside):
        if incident.id in kept:
            aside.add(f"{path.name}:{number}", f"the id {incident.id} is there twice", raw)
        else:
            kept[incident.id] = to_line(incident)
    content = b"".join(_lines.written(kept[i] for i in sorted(kept)))
    changed = (path.name,) if path.read_bytes() != content else ()
    if changed:
        _files.write_whole(path, [content])
    return _outcome(len(kept), aside, changed)


def _outcome(kept: int, aside: _Aside, changed: tuple[str, ...]) -> Outcome:
    return Outcome(kept, len(aside.told), aside.path if aside.told else None, changed, tuple(aside.told))


def _repair_folder(folder: Path) -> Outcome:
    store = FolderStore.open(folder)
    with _files.one_writer(folder, by="repair"), Spill(folder) as spill:
        aside = _Aside(folder / "set-aside" / f"repair-{stamp()}.txt")
        states = {state.name: state for state in store.files()}
        for state in states.values():
            _gather(state.path, spill, aside)
        deleted = _gather_journal(folder / JOURNAL, spill, aside)
        changed = _write_back(store, spill, states, deleted)
        Journal(folder).remove()
        kept = len(set(spill.where) - deleted)
    return _outcome(kept, aside, changed)


def _gather(path: Path, spill: Spill, aside: _Aside) -> None:
    for number, raw, incident in _salvaged(path, aside):
        if incident.id in spill.where:
            aside.add(f"{path.name}:{number}", f"the id {incident.id} is there twice", raw)
        else:
            spill.add(_lines.file_of(incident), incident.id, to_line(incident))


def _gather_journal(path: Path, spill: Spill, aside: _Aside) -> set[str]:
    """Take the journal's edits over what the files say; returns the ids that it deletes."""
    deleted: set[str] = set()
    if not path.exists():
        return deleted
    for number, line in records(path):
        if is_tombstone(line):
            deleted.add(_lines.id_of(line))
            continue
        incident = _read(line, f"{path.name}:{number}", aside)
        if incident is not None:
            deleted.discard(incident.id)
            spill.add(_lines.file_of(incident), incident.id, to_line(incident))
    return deleted


def _write_back(
    store: FolderStore, spill: Spill, states: dict[str, FileState], deleted: set[str]
) -> tuple[str, ...]:
    names = {name for incident_id, name in spill.where.items() if incident_id not in deleted}
    if list(states.values()) != store.files():
        raise Conflict(
            f"{store.folder}: was changed by another program just now; nothing was touched, try again"
        )
    changed = []
    for name in sorted(names):
        lines = {i: line for i, line in spill.lines(name).items() if i not in deleted}
        content = b"".join(_lines.written(lines[i] for i in sorted(lines)))
        if name not in states or states[name].path.read_bytes() != content:
            _files.write_whole(store.folder / name, [content])
            changed.append(name)
    for name in sorted(set(states) - names):
        states[name].path.unlink()
        changed.append(name)
    return tuple(changed)


# ---- what can be read


def _salvaged(path: Path, aside: _Aside) -> Iterator[tuple[int, bytes, Incident]]:
    """Yield (line, bytes, incident) of whatever can be read of a file; the rest goes aside."""
    with path.open("rb") as file:
        ours = file.readline().rstrip() == _lines.HEAD
    for number, raw in _our_lines(path) if ours else _any_features(path, aside):
        incident = _read(raw, f"{path.name}:{number}", aside)
        if incident is not None:
            yield number, raw, incident


def _our_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = raw.rstrip(b" \t\r\n").removesuffix(b",")
            if number > 1 and line and line != _lines.TAIL:
                yield number, line


def _any_features(path: Path, aside: _Aside) -> Iterator[tuple[int, bytes]]:
    header = Header()
    try:
        with path.open("rb") as file:
            for _ in iter_features(file, path.name, header=header):
                pass
    except UnreadableCollection as bad:
        content = path.read_bytes()
        aside.add(path.name, f"{'; '.join(bad.problems)} (the whole file, as it was)", content)
        yield from _fragments(content)
        return
    foreign = sorted(header.members - {"type", "features"}) if "features" in header.members else []
    if foreign:
        aside.add(
            path.name,
            f"{', '.join(foreign)} beside the features (the whole file, as it was)",
            path.read_bytes(),
        )
    with path.open("rb") as file:
        for number, feature in iter_features(file, path.name):
            yield number, json.dumps(feature, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _fragments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the Features that are whole in a broken file."""
    text = content.decode("utf-8", "surrogateescape")
    decoder, at = json.JSONDecoder(), 0
    while found := _BEGIN.search(text, at):
        at = found.end()
        try:
            value, end = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and value.get("type") == "Feature":
            at = end
            number = text.count("\n", 0, found.start()) + 1
            yield number, text[found.start() : end].encode("utf-8", "surrogateescape")


def _read(raw: bytes, where: str, aside: _Aside) -> Incident | None:
    try:
        feature = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        aside.add(where, f"cannot be read: {error}", raw)
        return None
    known, lost = _stripped(feature)
    try:
        incident = from_feature(known)
    except BadInput as bad:
        aside.add(where, "; ".join(bad.problems), raw)
        return None
    if lost:
        aside.add(
            where, f"{', '.join(lost)} not known to an incident, the rest was kept (this is the whole)", raw
        )
    return incident


def _stripped(feature: Any) -> tuple[Any, list[str]]:
    """Return a Feature without the members and properties that an incident does not have, and their names."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return feature, []
    properties = feature["properties"]
    lost = sorted((set(feature) - MEMBERS) | (set(properties) - _KNOWN))
    kept = {name: value for name, value in properties.items() if name in _KNOWN}
    return {n: v for n, v in feature.items() if n in MEMBERS} | {"properties": kept}, lost
