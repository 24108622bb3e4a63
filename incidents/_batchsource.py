"""Where the batch jobs get their rows from: the index of a folder with the journal over it, a file, or a database."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from incidents import _shape
from incidents._pgrows import Shaper, chunks
from incidents.batch import NO_EDITS, WIDE, Edits
from incidents.geojson import to_line
from incidents.index import Index
from incidents.store import FolderStore, read_file
from incidents.stores import is_database, open_store, refuse_strange


class Layout(NamedTuple):
    """Parquet files, and what has changed since they were made."""

    files: list[Path]
    edits: Edits


@contextlib.contextmanager
def parquet_of(source: str, *, folded: bool = False) -> Iterator[Layout]:
    """Yield the rows of a collection as Parquet files; those made for this block only are gone after it.

    With `folded` there are the folded columns, which the index of a folder leaves to be made when they are asked for.
    Raises NotFound, UnreadableCollection or Unavailable.
    """
    with tempfile.TemporaryDirectory(prefix="incident-atlas-") as folder:
        refuse_strange(source)
        if is_database(source):
            store = open_store(source)
            yield _written(Path(folder), (line for _, _, line in store.lines()))
        elif Path(source).is_file():
            yield _written(Path(folder), map(to_line, read_file(Path(source))))
        else:
            layout = _indexed(FolderStore.open(source))
            yield layout._replace(files=_folded(layout.files, Path(folder))) if folded else layout


def _written(folder: Path, lines: Iterable[bytes]) -> Layout:
    path, shaper = folder / "rows.parquet", Shaper()
    with pq.ParquetWriter(path, WIDE) as writer:
        for part in chunks(lines):
            writer.write_table(_needed(shaper.table(part)))
    return Layout([path], NO_EDITS)


def _needed(table: pa.Table) -> pa.Table:
    return table.select(WIDE.names).cast(WIDE)


def _indexed(store: FolderStore) -> Layout:
    """Return the index of a folder, brought up to date; the journal's edits stay apart."""
    index = Index(store.folder)
    with store.view() as view:
        parts = index.refresh(dict(view.files), label=f"{store.folder.name}/")
        edits = _edits(view.overlay)
    tables = [table for part in parts for table in part.tables if table.rows]
    return Layout([index.path(table) for table in tables], edits)


def _folded(tables: list[Path], to: Path) -> list[Path]:
    """Copy what filters need of tables of the index, with the folded columns, to a folder."""
    copies: list[Path] = []
    columns = _shape.listed(WIDE.names, _shape.folded())
    with contextlib.closing(duckdb.connect()) as con:
        for table in tables:
            copies.append(to / table.name)
            source, target = (str(path).replace("'", "''") for path in (table, copies[-1]))
            con.execute(
                f"COPY (SELECT {columns} FROM read_parquet('{source}'))"  # noqa: S608 (paths of our own)
                f" TO '{target}' (FORMAT parquet)"
            )
    return copies


def _edits(overlay: dict[str, bytes | None]) -> Edits:
    lines: Sequence[bytes] = [line for line in overlay.values() if line is not None]
    rows = _needed(Shaper().table(lines)) if lines else WIDE.empty_table()
    return Edits(tuple(overlay), rows)
