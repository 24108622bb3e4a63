"""Room for more incidents than memory: lines put aside by file on disk, taken back one file at a time."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from io import BufferedWriter
from pathlib import Path
from typing import Self

from incidents import _lines
from incidents._files import TEMP, explained

_OPEN_AT_ONCE = 128


class Spill:
    """Lines by the file they belong in. A later line for one id takes the place of an earlier one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / f"{TEMP}load-{os.getpid()}-{secrets.token_hex(4)}"
        self.where: dict[str, str] = {}
        self.count = 0
        self._open: dict[str, BufferedWriter] = {}

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir()
        except OSError as error:
            raise explained(error, self.folder.parent) from error
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            with contextlib.suppress(OSError):  # what is not written is not wanted any more
                file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, name: str, incident_id: str, line: bytes) -> None:
        """Put one line aside for the file `name`."""
        file = self._open.get(name)
        try:
            if file is None:
                if len(self._open) >= _OPEN_AT_ONCE:
                    self._close()
                file = self._open[name] = (self.folder / name).open("ab")
            file.write(line + b"\n")
        except OSError as error:
            raise explained(error, self.folder.parent) from error
        self.where[incident_id] = name
        self.count += 1

    def names(self) -> set[str]:
        """Return the files that lines are waiting for."""
        return set(self.where.values())

    def lines(self, name: str) -> dict[str, bytes]:
        """Return the lines that wait for one file, by id."""
        self._close()
        found: dict[str, bytes] = {}
        with (self.folder / name).open("rb") as file:
            for raw in file:
                line = raw.rstrip(b"\n")
                incident_id = _lines.id_of(line)
                if self.where[incident_id] == name:
                    found[incident_id] = line
        return found

    def _close(self) -> None:
        try:
            for file in self._open.values():
                file.close()
        except OSError as error:
            raise explained(error, self.folder.parent) from error
        self._open.clear()
