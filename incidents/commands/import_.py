"""`import`: bring foreign data into a collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from incidents import importing
from incidents._guess import shown
from incidents._mapping import Mapping, read_mapping
from incidents._rejected import Report
from incidents.commands._common import bytes_bar, example, size_of
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
    if guess_only:
        click.echo(
            shown(chosen) if chosen else "# A collection of our own: no mapping is needed.", nl=chosen is None
        )
        return
    if into is None:
        raise click.UsageError("--into FOLDER: name the collection, or use --guess to see the mapping")
    if chosen and not mapping:
        click.echo(_announced(chosen), err=True)
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


def _announced(mapping: Mapping) -> str:
    if mapping.name in importing.ready_mappings():
        return f"Reads as {mapping.name} (--guess shows the mapping)."
    return f"Guessed mapping (--guess prints it for editing):\n{shown(mapping)}"


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
    already = f", {there} were there already and stay as they are" if there else ""
    click.echo(f"{name_of(store)}: {new} incidents imported{already}")
    if report.notes:
        click.echo(f"{report.notes} remarks in {report.path}", err=True)
    if report.lines:
        raise click.ClickException(
            f"{len(report.lines)} rows were left out; line, field and reason in {report.path}"
        )


def _mapping(given: str) -> Mapping:
    return read_mapping(Path(given)) if Path(given).exists() else importing.ready_mapping(given)


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise click.UsageError(
            f"--encoding {encoding}: no such encoding; examples: utf-8, cp1251, latin-1"
        ) from error
