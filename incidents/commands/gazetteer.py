"""`gazetteer`: more places for other countries."""

from __future__ import annotations

from pathlib import Path

import click

from geo import gazetteer, importer
from incidents.commands._common import example


@click.group("gazetteer", epilog=example("gazetteer import SY.txt", "gazetteer list"))
def command() -> None:
    """Add places of other countries to those that come with the program."""


@command.command("import", epilog=example("gazetteer import SY.txt"))
@click.argument("file", type=click.Path(path_type=Path))
def import_file(file: Path) -> None:
    """Import FILE, a GeoNames country file (tab separated text, as in the zip of a country)."""
    made = importer.import_country_file(file)
    click.echo(f"{made.places} places in {', '.join(made.countries)} written to {made.path}")


@command.command("list", epilog=example("gazetteer list"))
def list_files() -> None:
    """List the files that were imported; remove one by deleting it."""
    folder = gazetteer.extra_folder()
    files = sorted(folder.glob("*.tsv.gz"))
    click.echo("\n".join(map(str, files)) if files else f"nothing imported yet; files would be in {folder}")
