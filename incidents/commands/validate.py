"""`validate`: every problem of a collection."""

from __future__ import annotations

from pathlib import Path

import click

from incidents import validate
from incidents.commands._common import bytes_bar, example, size_of
from incidents.commands.show import printable


@click.command("validate", epilog=example("validate data/ukraine", "validate export.geojson"))
@click.argument("path", type=click.Path(path_type=Path))
def command(path: Path) -> None:
    """Check a collection folder or a GeoJSON file and name every problem.

    One line a problem: file:line: id: field: what is wrong. Exit code 1 where there is one.
    """
    with bytes_bar(size_of(path), what="checking") as bar:
        problems = validate.check(path, progress=bar.update)
    for problem in problems:
        click.echo(printable(str(problem)))
    if problems:
        raise click.ClickException(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {path}")
    click.echo(f"{path}: no problems")
