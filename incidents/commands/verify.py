"""`verify`: check an archive."""

from __future__ import annotations

from pathlib import Path

import click

from incidents import snapshot
from incidents.commands._common import example
from incidents.commands.show import printable


@click.command("verify", epilog=example("verify backups/my-collection-2024-05-06T101500Z.zip"))
@click.argument("path", type=click.Path(path_type=Path))
def command(path: Path) -> None:
    """Check an archive of `snapshot`, or the folder it was unpacked into, against its SHA-256 sums."""
    problems = snapshot.verify(path)
    for problem in problems:
        click.echo(printable(problem))
    if problems:
        raise click.ClickException(f"{path}: {len(problems)} problem{'s' if len(problems) > 1 else ''}")
    click.echo(f"{path}: every file is as it was saved")
