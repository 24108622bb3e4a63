"""`verify`: check an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from incidents import snapshot
from incidents.commands._common import Folder, example
from incidents.commands._words import printable

_INSTEAD: Final = (
    "Make an archive of a database with `incident-atlas snapshot URL --out FOLDER`, and verify that"
)


@click.command("verify", epilog=example("verify backups/my-collection-2024-05-06T101500Z.zip"))
@click.argument("path", type=Folder(_INSTEAD))
def command(path: Path) -> None:
    """Check an archive of `snapshot`, or the folder it was unpacked into, against its SHA-256 sums."""
    problems = snapshot.verify(path)
    for problem in problems:
        click.echo(printable(problem))
    if problems:
        raise click.ClickException(f"{path}: {len(problems)} problem{'s' if len(problems) > 1 else ''}")
    click.echo(f"{path}: every file is as it was saved")
