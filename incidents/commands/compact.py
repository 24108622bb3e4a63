"""`compact`: move the latest edits into the monthly files."""

from __future__ import annotations

from pathlib import Path

import click

from incidents.commands._common import Folder, example
from incidents.commands._words import counted
from incidents.store import FolderStore


@click.command("compact", epilog=example("compact my-collection"))
@click.argument("folder", type=Folder("A database has no journal: there is nothing to compact"))
def command(folder: Path) -> None:
    """Move the journal of a collection FOLDER into its monthly files. Readers see no difference."""
    store = FolderStore.open(folder)
    count = store.compact()
    for told in store.problems:
        click.echo(told, err=True)
    click.echo(f"{folder}: {counted(count, 'edit')} moved into the files")
