"""`repair`: mend a damaged collection."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from incidents import repair
from incidents.commands._common import Folder, example
from incidents.commands._words import counted, printable

_INSTEAD: Final = (
    "A database is never half-written: `incident-atlas validate URL` names what is wrong in it, and"
    " `incident-atlas copy FOLDER URL` brings sound versions back from an unpacked snapshot"
)


@click.command("repair", epilog=example("repair my-collection", "repair damaged.geojson"))
@click.argument("path", type=Folder(_INSTEAD))
def command(path: Path) -> None:
    """Mend a collection folder or a GeoJSON file.

    What can be read is kept, in the right file; what cannot is set aside in a named file, never deleted.
    """
    done = repair.repair(path)
    for told in done.told:
        click.echo(printable(told), err=True)
    where = f", {done.aside} set aside in {done.aside_file}" if done.aside_file else ""
    what = f"rewrote {', '.join(done.changed)}" if done.changed else "no file had to change"
    click.echo(f"{path}: {counted(done.kept, 'incident')} kept{where}; {what}")
