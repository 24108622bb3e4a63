"""What the commands that edit share: the collection to edit, who edits and why, the dry run, and what is said after."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from incidents import editing
from incidents.commands._common import refuse_shipped
from incidents.commands._words import printable
from incidents.editing import Edit, Hand
from incidents.stores import Store, name_of, open_store

Command = Callable[..., Any]


def hand_options(command: Command) -> Command:
    """Give a command --into (or --from), --by, --why and --dry-run; it is called with `store`, `hand` and `dry_run`."""

    @wraps(command)
    def gathered(*, into: str, by: str | None, why: str, **given: Any) -> Any:
        refuse_shipped(into, "--into")
        return command(**given, store=open_store(into), hand=editing.signed(who(by), why))

    options = [
        click.option(
            "--into", "--from", "into", required=True, metavar="FOLDER|URL",
            help="The collection, a folder or postgresql://…",
        ),
        click.option("--why", default="", metavar="TEXT", help="The reason, kept in the history."),
        click.option("--by", metavar="NAME", help="Who edits; your login name when it is not given."),
        click.option("--dry-run", "dry_run", is_flag=True, help="Show before and after, and save nothing."),
    ]  # fmt: skip
    decorated: Command = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def who(by: str | None) -> str:
    """Return the name that stands in the history."""
    return (by or "").strip() or getpass.getuser()


def keep(store: Store, edits: Sequence[Edit], *, hand: Hand, dry_run: bool) -> None:
    """Show what the edits change, and save them unless this is a dry run."""
    for edit in edits:
        click.echo(printable(edit.after.id))
        changes = list(editing.differences(edit.before, edit.after))
        for change in changes:
            click.echo(f"  {printable(editing.worded(change))}")
        if not changes:
            click.echo("  nothing changes")
    if dry_run:
        click.echo("dry run: nothing was saved", err=True)
        return
    count = editing.save(store, edits, by=hand.by)
    noun = "incident" if count == 1 else "incidents"
    click.echo(f"{name_of(store)}: {count} {noun} changed by {printable(hand.by)}", err=True)
