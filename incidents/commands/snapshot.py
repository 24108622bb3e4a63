"""`snapshot`: a dated archive of the collection."""

from __future__ import annotations

from pathlib import Path

import click

from incidents import snapshot
from incidents.commands._common import Folder, example
from incidents.store import FolderStore


@click.command("snapshot", epilog=example("snapshot my-collection --out backups"))
@click.argument("folder", type=Folder())
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), help="The folder for the archive [here]."
)
def command(folder: Path, out: Path) -> None:
    """Write a dated ZIP archive of a collection FOLDER, with a manifest of SHA-256 sums. Writers go on beside it."""
    store = FolderStore.open(folder)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise click.UsageError(f"--out {out}: is a file; name a folder") from error
    path = snapshot.create(store, out)
    click.echo(f"{path}: {path.stat().st_size:,} bytes; check it with `incident-atlas verify {path}`")
