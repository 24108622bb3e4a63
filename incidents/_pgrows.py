"""From lines of a collection to rows of the database: shaped by DuckDB as for the index, handed over as CSV."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from incidents import _shape, sql
from incidents._errors import BadInput
from incidents.geojson import from_line

_LISTS: Final = (*sql.BITS, "previous_ids")
_MADE: Final = (
    "first_day",
    "last_day",
    *(f"{name}_bits" for name in sql.BITS),
    "place_fold",
    "previous_ids",
)
COLUMNS: Final = (*_shape.FLAT, *_MADE)
"""The columns of the table `incidents` that follow from the Feature."""
INCOMING: Final = (*COLUMNS, "feature", "search_text")
_CHUNK: Final = 20_000
_BYTES: Final = 1 << 20


def chunks(lines: Iterable[bytes], size: int = _CHUNK) -> Iterator[list[bytes]]:
    """Yield `lines` in lists of at most `size`."""
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


class Shaper:
    """Makes tables with the columns `INCOMING` out of lines. Safe to use from several threads."""

    def __init__(self) -> None:
        self._db = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "threads": 1,  # several would read the lines out of their order
            }
        )
        self._lock = threading.Lock()

    def table(self, lines: Sequence[bytes]) -> pa.Table:
        """Return one row for each line, in order. Raises BadInput naming every line that is not an incident."""
        with self._lock, tempfile.TemporaryDirectory(prefix="incident-atlas-") as folder:
            path = Path(folder) / "features.ndjson"
            path.write_bytes(b"\n".join(lines) + b"\n")
            try:
                shaped = self._shaped(path)
            except (duckdb.Error, _shape.Faulty) as error:
                raise _diagnosed(lines, str(error)) from error
        if len(shaped) != len(lines):
            raise _diagnosed(lines, "a Feature cannot be read")
        whole = shaped.append_column("feature", pa.array(lines, pa.binary()).cast(pa.string()))
        return _without_nul(whole.select(list(INCOMING)))

    def _shaped(self, path: Path) -> Any:
        self._db.register("shaped", _shape.table_of(self._db, str(path)))
        made = _shape.folded() | {name: f"CAST(to_json({name}) AS VARCHAR)" for name in _LISTS}
        listed = _shape.listed((name for name in INCOMING if name != "feature"), made)
        return self._db.sql(f"SELECT {listed} FROM shaped").to_arrow_table()  # noqa: S608


def _without_nul(table: pa.Table) -> pa.Table:
    """Take out U+0000, which PostgreSQL cannot hold; the Feature itself holds it escaped."""
    for number, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            column = table.column(number)
            if pc.any(pc.match_substring(column, "\x00")).as_py():
                table = table.set_column(number, field.name, pc.replace_substring(column, "\x00", ""))
    return table


def _diagnosed(lines: Sequence[bytes], otherwise: str) -> BadInput:
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            from_line(line)
        except BadInput as bad:
            problems.extend(f"line {number}: {problem}" for problem in bad.problems)
    return BadInput(problems or otherwise.splitlines()[0])


def as_csv(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as CSV without a header: null is nothing at all, the empty string is two quotes."""
    sink = io.BytesIO()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    view = sink.getbuffer()
    for start in range(0, len(view), _BYTES):
        yield bytes(view[start : start + _BYTES])
