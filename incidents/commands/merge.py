"""`merge`: the pairs that may be one incident, for a person to judge."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Sequence
from typing import Final

import click

from incidents import duplicates
from incidents.commands._common import example, refuse_shipped
from incidents.commands._pairs import told
from incidents.commands._words import counted, printable
from incidents.duplicates import Group
from incidents.merge import PER_INCIDENT, Candidate
from incidents.stores import Store, name_of, open_store

_FOLDER = click.option(
    "--into",
    "folder",
    required=True,
    metavar="FOLDER|URL",
    help="The collection, a folder or postgresql://…",
)
_GROUP = click.option(
    "--group", "whole", is_flag=True, help="Judge the whole group that the pair belongs to."
)
_SHOWN: Final = 3
_NAMED: Final = 10
_BY = click.option("--by", metavar="NAME", help="Who judges; your login name when it is not given.")


@click.group(
    "merge",
    epilog=example(
        "merge find --into my-collection",
        "merge list --into my-collection",
        "merge accept 1 --into my-collection",
        "merge undo incident-id --into my-collection",
    ),
)
def command() -> None:
    """Judge pairs that may be one incident, and take merges back."""


def _who(by: str | None) -> str:
    return by or getpass.getuser()


def _opened(folder: str) -> Store:
    """Open a collection to write judgements into it."""
    refuse_shipped(folder, "--into")
    return open_store(folder)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


@command.command("find", epilog=example("merge find --into my-collection"))
@_FOLDER
@_BY
def find(folder: str, by: str | None) -> None:
    """Compare the whole collection and note the pairs that may be one incident. Merges nothing."""
    store = _opened(folder)
    found = duplicates.look(store, by=_who(by))
    more = "; see `merge list`" if found else ""
    click.echo(f"{name_of(store)}: {counted(len(found), 'pair')} may be one incident{_cap(found)}{more}")


def _cap(found: Sequence[Candidate]) -> str:
    is_capped = duplicates.is_capped(found)
    return f" (of each incident the {PER_INCIDENT} likeliest are kept)" if is_capped else ""


@command.command("list", epilog=example("merge list --into my-collection"))
@_FOLDER
@click.option("--all", "everything", is_flag=True, help="Every pair of a large group, with its reasons.")
def show(folder: str, *, everything: bool) -> None:
    """List the pairs that wait for a person, the likeliest first, with the reasons.

    Incidents that hang together, such as many copies of one message, are shown as a group.
    """
    number = 1
    store = open_store(folder)
    found = duplicates.groups(store)
    for group in found:
        if len(group.ids) > 2:
            _head(group, number)
        shown = len(group.pairs) if everything else _SHOWN
        for at, candidate in enumerate(group.pairs[:shown], number):
            click.echo("\n".join(told(store, candidate, at)))
        if len(group.pairs) > shown:
            click.echo(f"      … {len(group.pairs) - shown:,} more of this group; --all shows them")
        number += len(group.pairs)
    pairs = [pair for group in found for pair in group.pairs]
    click.echo(f"{counted(len(pairs), 'pair')} {'waits' if len(pairs) == 1 else 'wait'}{_cap(pairs)}")
    if pairs:
        click.echo(
            "`merge accept NUMBER` makes a pair one incident, `merge reject NUMBER` says that they are two"
        )


def _head(group: Group, number: int) -> None:
    last = number + len(group.pairs) - 1
    named = ", ".join(printable(i) for i in group.ids[:_NAMED])
    more = f" and {len(group.ids) - _NAMED:,} more" if len(group.ids) > _NAMED else ""
    click.echo(f"group of {len(group.ids):,} incidents, pairs {number} to {last}: {named}{more}")
    if len(group.ids) > duplicates.LARGEST_GROUP:
        click.echo(f"      more than {duplicates.LARGEST_GROUP}: these are judged pair by pair")
        return
    click.echo(
        f"      `merge accept {number} --group` makes them one, `merge reject {number} --group` tells all apart"
    )


@command.command(
    "accept",
    epilog=example("merge accept 1 --into my-collection", "merge accept id-a id-b --into my-collection"),
)
@click.argument("pair", nargs=-1, required=True, metavar="NUMBER | ID ID")
@_FOLDER
@_BY
@_GROUP
def accept(pair: tuple[str, ...], folder: str, by: str | None, *, whole: bool) -> None:
    """Merge a pair: the first id stays, the other is found under it from now on."""
    store = _opened(folder)
    if whole:
        group = duplicates.group_of(pair, duplicates.groups(store))
        left = duplicates.accept_group(store, group, by=_who(by), at=_now())
        click.echo(
            f"{len(group.ids):,} incidents are now {printable(left.id)}; `merge undo {printable(left.id)} ID` takes one out"
        )
        return
    a, b = duplicates.ids_of(pair, duplicates.waiting(store))
    left = duplicates.accept(store, a, b, by=_who(by), at=_now())
    click.echo(
        f"{printable(b)} is now part of {printable(left.id)}; `merge undo {printable(left.id)}` takes it back"
    )


@command.command("reject", epilog=example("merge reject 1 --into my-collection"))
@click.argument("pair", nargs=-1, required=True, metavar="NUMBER | ID ID")
@_FOLDER
@_BY
@_GROUP
def reject(pair: tuple[str, ...], folder: str, by: str | None, *, whole: bool) -> None:
    """Note that a pair are two incidents; it is not proposed again."""
    store = _opened(folder)
    if whole:
        group = duplicates.group_of(pair, duplicates.groups(store))
        duplicates.reject_group(store, group, by=_who(by), at=_now())
        click.echo(f"{len(group.ids):,} incidents stay apart")
        return
    a, b = duplicates.ids_of(pair, duplicates.waiting(store))
    duplicates.reject(store, a, b, by=_who(by), at=_now())
    click.echo(f"{printable(a)} and {printable(b)} stay two")


@command.command("undo", epilog=example("merge undo incident-id --into my-collection"))
@click.argument("incident_id", metavar="ID")
@click.argument("other", required=False, metavar="[OTHER]")
@_FOLDER
@_BY
def undo(incident_id: str, other: str | None, folder: str, by: str | None) -> None:
    """Take the last merge of an incident back, or that with OTHER; nothing is lost, and later edits stay.

    The history of both says so. `merge find` may propose the pair again; `merge reject` says that they are two.
    """
    one, two = duplicates.undo(_opened(folder), incident_id, other, by=_who(by), at=_now())
    click.echo(
        f"{printable(one)} and {printable(two)} are two again; `merge reject` if they must not be proposed again"
    )
