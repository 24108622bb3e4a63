"""Copying a whole collection between folders, databases and single files, so that nothing of its meaning is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from incidents import _files
from incidents._errors import BadInput, NotFound, UnreadableCollection
from incidents._pg import parse
from incidents.geojson import from_line, to_line
from incidents.postgres import PostgresStore
from incidents.store import FolderStore, read_file, write_file
from incidents.stores import Store, is_database, name_of, open_store

DOCUMENTS: Final = ("collection.yaml", "README.md")
"""The texts that describe a collection and travel with it."""

Watch = Callable[[Iterable[bytes]], Iterable[bytes]]


class Copied(NamedTuple):
    """What a copy brought: how many incidents were read, and under which name the target goes in messages."""

    incidents: int
    target: str


def copy(source: str, target: str, *, by: str | None = None, watch: Watch = iter) -> Copied:
    """Copy the collection `source` into `target`: each a folder, `postgresql://…`, or a `.geojson` file.

    Incidents that `target` has under the same id are replaced, others stay; a file is written anew. Candidates for
    merging and the texts that describe the collection come along where the target can keep them and has none.
    `watch` sees the lines pass. Raises BadInput for a copy onto itself, UnreadableCollection naming file and line.
    """
    if _place(source) == _place(target):
        raise BadInput(f"{target}: is the collection that is copied; name another one")
    if _is_file(source):
        return _into(target, watch(map(to_line, read_file(Path(source)))), by=by)
    held = open_store(source)
    try:
        done = _into(target, watch(line for _, _, line in held.lines()), by=by)
    except BadInput as bad:
        raise _diagnosed(held, bad) from bad
    if not _is_file(target):
        _beside(held, open_store(target))
    return done


def _is_file(where: str) -> bool:
    return not is_database(where) and where.endswith((".geojson", ".json")) and not Path(where).is_dir()


def _place(where: str) -> object:
    if not is_database(where):
        return Path(where).resolve()
    at = parse(where)
    return at.host, at.port, at.database, at.schema


def _into(target: str, lines: Iterable[bytes], *, by: str | None) -> Copied:
    if _is_file(target):
        return _into_file(Path(target), lines)
    store = open_store(target, create=True)
    if isinstance(store, PostgresStore):
        return Copied(store.load_lines(lines, by=by), name_of(store))
    return Copied(store.load(map(from_line, lines), by=by), name_of(store))


def _into_file(path: Path, lines: Iterable[bytes]) -> Copied:
    if not path.parent.is_dir():
        raise NotFound(f"{path}: there is no folder {path.parent}")
    incidents = [from_line(line) for line in lines]
    write_file(path, incidents)
    return Copied(len(incidents), str(path))


def _diagnosed(store: Store, bad: BadInput) -> BadInput:
    """Return the error with the file and line of every Feature that cannot be used."""
    if isinstance(bad, UnreadableCollection):
        return bad
    problems: list[str] = []

    def note(name: str, number: int, _: str, told: str) -> None:
        problems.append(f"{name_of(store)}/{name}:{number}: {told}")

    for _ in store.incidents(on_problem=note):
        pass
    return UnreadableCollection(problems) if problems else bad


def _beside(source: Store, target: Store) -> None:
    """Bring what lies beside the incidents."""
    there = target.candidates()
    new = [row for row in source.candidates() if row not in there]
    if new:
        target.save_candidates([*there, *new])
    known = dict(_documents(target))
    for name, body in _documents(source):
        if name not in known:
            _save_document(target, name, body)


def _documents(store: Store) -> Iterator[tuple[str, str]]:
    if isinstance(store, PostgresStore):
        yield from store.documents().items()
    elif isinstance(store, FolderStore):
        for name in DOCUMENTS:
            if (path := store.folder / name).is_file():
                yield name, path.read_text(encoding="utf-8")


def _save_document(store: Store, name: str, body: str) -> None:
    if isinstance(store, PostgresStore):
        store.save_document(name, body)
    elif isinstance(store, FolderStore) and name in DOCUMENTS:
        _files.write_whole(store.folder / name, [body.encode()])
