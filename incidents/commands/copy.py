"""`copy`: move a collection between a folder, a database and a file."""

from __future__ import annotations

import getpass

import click

from incidents.commands._common import example, progress
from incidents.commands._words import counted
from incidents.copying import copy


@click.command(
    "copy",
    epilog=example(
        "copy my-collection postgresql://team@db.example.org/atlas",
        "copy postgresql://team@db.example.org/atlas backup-folder",
        "copy my-collection everything.geojson",
    ),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--by", metavar="NAME", help="Who copies, for the history; your login name when not given.")
def command(source: str, target: str, by: str | None) -> None:
    """Copy a whole collection FROM a folder, a file or a database TO another. Nothing of its meaning is lost.

    Incidents that TO has under the same id are replaced (a database keeps the earlier version), others stay. Put a
    database's password into PGPASSWORD rather than into the address: other users can see the command line.
    """
    done = copy(
        source, target, by=by or getpass.getuser(), watch=lambda lines: progress(lines, what="copying")
    )
    click.echo(f"{done.target}: {counted(done.incidents, 'incident')} copied")
