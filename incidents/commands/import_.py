"""`import`: bring foreign data into a collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from incidents import importing
from incidents._guess import lacking, shown, unused
from incidents._mapping import Mapping, read_mapping
from incidents._rejected import Report
from incidents.commands._common import bytes_bar, example, refuse_shipped, size_of
from incidents.commands._words import counted
from incidents.model import Incident
from incidents.stores import Store, name_of, open_store


@click.command(
    "import",
    epilog=example(
        "import events.csv --guess > mapping.yaml",
        "import events.csv --mapping mapping.yaml --into my-collection",
        "import timemap.json --mapping ukraine-timemap --into my-collection",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--into",
    metavar="FOLDER|URL",
    help="The collection, a folder or postgresql://…; made when it is not there.",
)
@click.option("--mapping", metavar="FILE|NAME", help="A mapping file, or a ready one: ukraine-timemap.")
@click.option("--guess", "guess_only", is_flag=True, help="Print the mapping that would be used, and stop.")
@click.option(
    "--replace", is_flag=True, help="Put imported incidents in the place of those with the same id."
)
@click.option("--places/--no-places", default=True, show_default=True, help="Find places in the gazetteer.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of a CSV file, e.g. cp1251.")
@click.option(
    "--rejected", type=click.Path(path_type=Path), help="The report of rows left out [FILE.rejected.csv]."
)
def command(
    file: Path,
    *,
    into: str | None,
    mapping: str | None,
    guess_only: bool,
    replace: bool,
    places: bool,
    encoding: str,
    rejected: Path | None,
) -> None:
    """Import GeoJSON (ours or foreign), CSV or a list of JSON objects into a collection.

    Without --mapping one is guessed and shown. Rows that cannot be used are reported in a file with line, field and
    reason, and the exit code is 1. Incidents that are there already stay as they are, so a second run changes nothing.
    """
    _check_encoding(encoding)
    chosen = _mapping(mapping) if mapping else importing.guessed(file, encoding=encoding)
    columns = importing.columns_of(file, encoding=encoding) if chosen else []
    if guess_only:
        click.echo(
            shown(chosen, columns) if chosen else "# A collection of our own: no mapping is needed.",
            nl=chosen is None,
        )
        return
    if into is None:
        raise click.UsageError("--into FOLDER: name the collection, or use --guess to see the mapping")
    refuse_shipped(into, "--into")
    if chosen and not mapping:
        _refuse_empty(chosen, file, columns)
        click.echo(_announced(chosen, columns), err=True)
    elif chosen and (lost := lacking(chosen)):
        click.echo(f"By this mapping no incident has a {' or a '.join(lost)}.", err=True)
    report = Report(rejected or file.with_name(f"{file.name}.rejected.csv"))
    store = open_store(into, create=True)
    with bytes_bar(size_of(file), what="importing") as bar:
        rows = importing.read(
            file,
            chosen,
            on_rejected=report.rejected,
            on_note=report.note,
            encoding=encoding,
            places=places,
            progress=bar.update,
        )
        new, there = _load(store, rows, report, replace=replace)
    _tell(store, report, new=new, there=there)


def _refuse_empty(mapping: Mapping, file: Path, columns: list[str]) -> None:
    """Raise a usage error where a guess finds neither what happened nor when nor a place by name."""
    if len(lacking(mapping)) >= 2 and not {"title", "summary"} & set(mapping.fields):
        left = ", ".join(unused(mapping, columns)) or "none"
        raise click.UsageError(
            f"{file.name}: no column was recognised for: {', '.join(lacking(mapping))}. Columns not used: {left}.\n"
            f"Write a mapping: incident-atlas import {file} --guess > mapping.yaml, edit it, and give it with --mapping"
        )


def _announced(mapping: Mapping, columns: list[str]) -> str:
    if mapping.name in importing.ready_mappings():
        return f"Reads as {mapping.name} (--guess shows the mapping)."
    return f"Guessed mapping (--guess prints it for editing):\n{shown(mapping, columns)}"


def _load(store: Store, rows: Iterator[Incident], report: Report, *, replace: bool) -> tuple[int, int]:
    held = set() if replace else store.ids()
    there = 0

    def unknown() -> Iterator[Incident]:
        nonlocal there
        for incident in rows:
            if incident.id in held:
                there += 1
            else:
                yield incident

    try:
        return store.load(unknown(), by="import"), there
    finally:
        report.close()


def _tell(store: Store, report: Report, *, new: int, there: int) -> None:
    already = (
        f", {there:,} {'was' if there == 1 else 'were'} there already and {'stays' if there == 1 else 'stay'} as {'it is' if there == 1 else 'they are'}"
        if there
        else ""
    )
    click.echo(f"{name_of(store)}: {counted(new, 'incident')} imported{already}")
    if report.notes:
        kinds = ", ".join(f"{name} {number:,}" for name, number in report.notes.most_common())
        click.echo(f"{counted(report.notes.total(), 'remark')} in {report.path} ({kinds})", err=True)
    if report.lines:
        left = f"{counted(len(report.lines), 'row')} {'was' if len(report.lines) == 1 else 'were'} left out"
        raise click.ClickException(f"{left}; line, field and reason in {report.path}")


def _mapping(given: str) -> Mapping:
    return read_mapping(Path(given)) if Path(given).exists() else importing.ready_mapping(given)


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise click.UsageError(
            f"--encoding {encoding}: no such encoding; examples: utf-8, cp1251, latin-1"
        ) from error
