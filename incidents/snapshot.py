"""Backups: a dated ZIP archive of a collection with a manifest of SHA-256 sums, and the check of one.

The manifest is a `SHA256SUMS` file as `sha256sum --check` reads it, so that an archive can be checked without us.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final

from incidents import _files
from incidents._errors import BadInput, NotFound
from incidents._journal import NAME as JOURNAL
from incidents._pg import parse
from incidents.copying import copy
from incidents.store import SET_ASIDE, FolderStore, stamp
from incidents.stores import is_database, refuse_strange

MANIFEST: Final = "SHA256SUMS"
_CHUNK: Final = 1 << 20


def take(source: str, target: Path) -> Path:
    """Write an archive of the collection `source`, a folder or `postgresql://…`, into `target`; returns its path.

    Of a database it holds one moment as a folder would. Raises NotFound, Unavailable, CannotWrite.
    """
    if not is_database(source):
        refuse_strange(source)
        return create(FolderStore.open(source), target)
    at = parse(source)
    name = at.database if at.schema == "public" else f"{at.database}-{at.schema}"
    with tempfile.TemporaryDirectory(prefix="incident-atlas-") as temp:
        folder = Path(temp) / name
        copy(source, str(folder))
        return create(FolderStore.open(folder), target)


def create(store: FolderStore, target: Path) -> Path:
    """Write an archive of one moment of the collection into the folder `target`; returns its path.

    Writers are not held up. Raises CannotWrite; then there is no archive.
    """
    moment = stamp()
    path = target / f"{store.folder.resolve().name}-{moment}.zip"
    if path.exists():
        raise BadInput(f"{path}: is there already; nothing was written over")
    sums: dict[str, str] = {}
    with (
        store.view(with_journal=True) as view,
        _files.replacing(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
    ):
        for name, source in view.files.items():
            sums[name] = _add(archive, name, source)
        if view.journal:
            sums[JOURNAL] = _add(archive, JOURNAL, io.BytesIO(view.journal))
        for beside in _beside(store.folder):
            with beside.open("rb") as source:
                name = beside.relative_to(store.folder).as_posix()
                sums[name] = _add(archive, name, source)
        archive.writestr(MANIFEST, _manifest(sums, moment))
    return path


def _beside(folder: Path) -> Iterator[Path]:
    """Yield what else belongs to a collection: candidates, notes and licences, lines set aside."""
    for path in sorted([*folder.iterdir(), *folder.glob(f"{SET_ASIDE}/*")]):
        taken = path.suffix == ".geojson" or path.name in {JOURNAL, MANIFEST}
        if path.is_file() and not path.name.startswith(".") and not taken:
            yield path


def _add(archive: zipfile.ZipFile, name: str, source: BinaryIO | IO[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            member.write(chunk)
    return digest.hexdigest()


def _manifest(sums: dict[str, str], moment: str) -> str:
    lines = [f"# incident-atlas snapshot, {moment}, {len(sums)} files"]
    return "\n".join([*lines, *(f"{digest}  {name}" for name, digest in sorted(sums.items()))]) + "\n"


def verify(path: Path) -> list[str]:
    """Return what is wrong with an archive (or with the folder it was unpacked into); an empty list means sound.

    Raises NotFound.
    """
    if not path.exists():
        raise NotFound(f"{path}: there is no such archive")
    try:
        with _members(path) as (names, opened):
            return _compared(path, names, opened)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        return [f"{path.name}: is damaged or not a snapshot ({error})"]


class _Members:
    """Opens a member of an archive or a file of a folder by its name."""

    def __init__(self, source: zipfile.ZipFile | Path) -> None:
        self.source = source

    def open(self, name: str) -> IO[bytes]:
        return (
            self.source.open(name)
            if isinstance(self.source, zipfile.ZipFile)
            else (self.source / name).open("rb")
        )


@contextmanager
def _members(path: Path) -> Iterator[tuple[list[str], _Members]]:
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")]
        yield [file.relative_to(path).as_posix() for file in files], _Members(path)
        return
    with zipfile.ZipFile(path) as archive:
        yield archive.namelist(), _Members(archive)


def _compared(path: Path, names: list[str], members: _Members) -> list[str]:
    if MANIFEST not in names:
        return [f"{path.name}: has no {MANIFEST}; it is not a snapshot"]
    with members.open(MANIFEST) as file:
        listed = _listed(file.read(_CHUNK * 64).decode("utf-8", "replace"))
    problems = [f"{name}: is not in the manifest" for name in sorted(set(names) - set(listed) - {MANIFEST})]
    for name, wanted in listed.items():
        if name not in names:
            problems.append(f"{name}: is missing")
            continue
        try:
            with members.open(name) as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
            problems.append(f"{name}: is damaged ({error})")
            continue
        if found != wanted:
            problems.append(f"{name}: is not what was saved (its SHA-256 differs)")
    return problems


def _listed(manifest: str) -> dict[str, str]:
    lines = [line.partition("  ") for line in manifest.splitlines() if line and not line.startswith("#")]
    return {name: digest for digest, _, name in lines}
