"""`validate`: every problem of a collection."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from incidents import validate
from incidents.commands._common import bytes_bar, example, progress, shown, size_of
from incidents.commands._words import printable
from incidents.stores import is_database, open_store, refuse_strange
from incidents.validate import Problem


@click.command("validate", epilog=example("validate data/ukraine", "validate export.geojson"))
@click.argument("path", metavar="PATH|URL")
def command(path: str) -> None:
    """Check a collection folder, a GeoJSON file or a database and name every problem.

    One line a problem: file:line: id: field: what is wrong. Exit code 1 where there is one.
    """
    refuse_strange(path)
    problems = _database(path) if is_database(path) else _files(Path(path))
    for problem in problems:
        click.echo(printable(str(problem)))
    if problems:
        raise click.ClickException(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {shown(path)}{_way_out(path)}"
        )
    click.echo(f"{shown(path)}: no problems")


def _way_out(path: str) -> str:
    if is_database(path):
        return ""
    return f"; `incident-atlas repair {shlex.quote(path)}` keeps what can be read and sets the rest aside, nothing is deleted"


def _files(path: Path) -> list[Problem]:
    with bytes_bar(size_of(path), what="checking") as bar:
        return validate.check(path, progress=bar.update)


def _database(url: str) -> list[Problem]:
    return validate.check_lines(progress(open_store(url).lines(), what="checking"))
