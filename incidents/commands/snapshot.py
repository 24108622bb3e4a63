"""`snapshot`: a dated archive of the collection."""

from __future__ import annotations

from pathlib import Path

import click

from incidents import snapshot
from incidents.commands._common import example


@click.command(
    "snapshot",
    epilog=example(
        "snapshot my-collection --out backups",
        "snapshot postgresql://team@db.example.org/atlas --out backups",
    ),
)
@click.argument("collection", metavar="FOLDER|URL")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), help="The folder for the archive [here]."
)
def command(collection: str, out: Path) -> None:
    """Write a dated ZIP archive of a collection, with a manifest of SHA-256 sums. Writers go on beside it.

    Of a database it holds the present version of every incident as the folder that `copy` would make; the earlier
    versions are for the database's own backups.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise click.UsageError(f"--out {out}: is a file; name a folder") from error
    path = snapshot.take(collection, out)
    click.echo(f"{path}: {path.stat().st_size:,} bytes; check it with `incident-atlas verify {path}`")
