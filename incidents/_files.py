"""Writing to a folder so that a reader sees all of a write or none of it. Plumbing: knows files, not incidents."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from filelock import FileLock, Timeout

from incidents._errors import AtlasError, Locked

LOCK: Final = ".lock"
TEMP: Final = ".tmp-"
_NOTE_SIZE: Final = 400
FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


class CannotWrite(AtlasError):
    """The disk is full, or the folder may not be written; nothing was changed."""


def explained(error: OSError, path: Path) -> CannotWrite:
    """Return what `error` means for the person who wanted to write `path`."""
    if error.errno in FULL:
        return CannotWrite(f"{path}: the disk is full; nothing was changed. Free some space and try again")
    if error.errno in _REFUSED:
        return CannotWrite(f"{path}: may not be written ({error.strerror}); nothing was changed")
    return CannotWrite(f"{path}: cannot be written ({error.strerror}); nothing was changed")


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when the block ends well, and vanishes when it does not.

    Temporary file in the same folder, fsync, rename, fsync of the folder. A link keeps leading to its file, a file
    keeps its mode, and a device or a pipe is written into as it is. Raises CannotWrite.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        with _as_it_is(path) as file:
            yield file
        return
    temp = _temp_for(path)
    try:
        with temp.open("xb") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            yield file
            file.flush()
            os.fsync(file.fileno())
        temp.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise explained(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)


@contextlib.contextmanager
def _as_it_is(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise explained(error, path) from error


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` as the whole of `path`: complete or absent. Raises CannotWrite."""
    with replacing(path) as file:
        file.writelines(chunks)


def _temp_for(path: Path) -> Path:
    return path.with_name(f"{TEMP}{path.name}-{os.getpid()}-{secrets.token_hex(4)}")


def prepared(path: Path, chunks: Iterable[bytes]) -> Path:
    """Write what shall become `path` into a temporary file beside it, durable, and return that. Raises CannotWrite.

    `take_place` puts it there. A link keeps leading to its file, a file keeps its mode.
    """
    path = Path(os.path.realpath(path))
    temp = _temp_for(path)
    try:
        with temp.open("xb") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        temp.unlink(missing_ok=True)
        raise explained(error, path) from error
    return temp


def take_place(path: Path, ready: Path | None) -> None:
    """Put a prepared file in the place of `path`, durable; without one remove `path`. Raises CannotWrite."""
    try:
        if ready is None:
            path.unlink(missing_ok=True)
        else:
            ready.replace(os.path.realpath(path))
        sync_folder(path.parent)
    except OSError as error:
        raise explained(error, path) from error
    finally:
        if ready is not None:
            ready.unlink(missing_ok=True)


def leftovers(folder: Path) -> list[Path]:
    """Return the temporary files that a killed writer left in `folder`."""
    return [path for path in sorted(folder.glob(f"{TEMP}*")) if not _is_alive(_pid_in(path.name))]


def discard(path: Path) -> None:
    """Remove a temporary file, or a temporary folder with what is in it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _pid_in(name: str) -> int | None:
    parts = name.rsplit("-", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _note(by: str | None) -> dict[str, Any]:
    since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "by": (by or "a program")[:60], "since": since}


def holder(folder: Path) -> dict[str, Any] | None:
    """Return what the lock file says about its writer; null where nobody holds it or nothing is readable."""
    try:
        note = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _told(folder: Path, timeout: float) -> str:
    note = holder(folder)
    who = "another program"
    if note:
        who = f"{note.get('by')} (process {note.get('pid')} on {note.get('host')}, since {note.get('since')})"
    return f"{folder}: is being written by {who}; waited {timeout:g} s. Try again when it has finished"


@contextlib.contextmanager
def one_writer(folder: Path, *, by: str | None = None, timeout: float = 10.0) -> Iterator[None]:
    """Hold the folder for writing. The system frees the lock of a killed process by itself.

    Raises Locked, naming the holder, after `timeout` seconds, and CannotWrite for a folder that is read-only.
    """
    lock = FileLock(folder / LOCK, timeout=timeout, poll_interval=0.004)
    try:
        lock.acquire()
    except Timeout as error:
        raise Locked(_told(folder, timeout)) from error
    except OSError as error:
        raise explained(error, folder) from error
    try:
        _write_note(folder, json.dumps(_note(by), ensure_ascii=False).encode("utf-8", "replace"))
        yield
    finally:
        _write_note(folder, b"")
        lock.release()


def _write_note(folder: Path, note: bytes) -> None:
    # In place, never by rename: the lock belongs to this very file. Blanks instead of a truncation, which costs
    # as much as half an edit. Only a help to people, so it may fail.
    with contextlib.suppress(OSError):
        handle = os.open(folder / LOCK, os.O_WRONLY)
        try:
            os.pwrite(handle, note.ljust(_NOTE_SIZE), 0)
        finally:
            os.close(handle)
