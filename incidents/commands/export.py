"""`export`: what a filter lets through, as GeoJSON or CSV."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import click

from incidents import _files, hints
from incidents.catalogues import open_catalogue
from incidents.commands._common import example, filter_options, progress, store_options
from incidents.commands._words import counted
from incidents.export import Format, write_csv, write_geojson
from incidents.filters import Filter
from incidents.model import Incident


@click.command(
    "export",
    epilog=example(
        "export --format geojson --out izium.geojson --place Izium --since 2022-09-01",
        "export --from my-collection --format csv --out - --category shelling,air_strike",
    ),
)
@click.option("--format", "fmt", type=click.Choice(["geojson", "csv"]), default="geojson", show_default=True)
@click.option("--out", required=True, metavar="FILE", help="The file to write, - for standard output.")
@click.option(
    "--full", is_flag=True, help="With exact locations, personal words and history: not for the public."
)
@store_options
@filter_options
def command(*, fmt: Format, out: str, full: bool, source: str, where: Filter) -> None:
    """Write the incidents that the filters let through. Complete or absent: a failed export leaves no file."""
    catalogue = open_catalogue(source)
    nothing = hints.why_nothing(catalogue, where)
    for line in nothing:
        click.echo(f"0 incidents: {line}", err=True)
    chosen = progress(catalogue.select_lines(where), what="exporting")
    if out == "-":
        _write(chosen, sys.stdout.buffer, fmt=fmt, public=not full)
        return
    path = Path(out)
    if not path.parent.is_dir():
        raise click.UsageError(f"--out {out}: there is no folder {path.parent}")
    if nothing and path.exists():
        raise click.ClickException(f"{out}: stays as it is; nothing was found that could replace it")
    with _files.replacing(path) as file:
        count = _write(chosen, file, fmt=fmt, public=not full)
    click.echo(f"{out}: {counted(count, 'incident')}", err=True)


def _write(incidents: Iterable[Incident | bytes], file: BinaryIO, *, fmt: Format, public: bool) -> int:
    if fmt == "geojson":
        return write_geojson(incidents, file, public=public)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    count = write_csv(incidents, text, public=public)
    text.flush()
    text.detach()
    return count
