"""The file of rows that an import left out, and of remarks on those it kept."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from incidents.export import neutral


class Rejected(NamedTuple):
    """A row that was left out, or a remark on one that was kept."""

    line: int
    field: str
    reason: str
    row: str = ""


class Report:
    """The file of rejected rows: CSV with line, field, reason and the row; made only when there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: set[int] = set()
        self.notes: Counter[str] = Counter()
        self._file: Any = None

    def rejected(self, row: Rejected) -> None:
        """Add a row that was left out."""
        self.lines.add(row.line)
        self._write(row)

    def note(self, row: Rejected) -> None:
        """Add a remark on a row that was kept."""
        self.notes[row.field] += 1
        self._write(row)

    def _write(self, row: Rejected) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(Rejected._fields)
        csv.writer(self._file).writerow([row.line, *(neutral(text) for text in row[1:])])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
