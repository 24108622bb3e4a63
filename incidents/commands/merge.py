"""`merge`: the pairs that may be one incident, for a person to judge."""

from __future__ import annotations

import datetime as dt
import getpass

import click

from incidents import duplicates
from incidents.commands._common import example
from incidents.stores import name_of, open_store

_FOLDER = click.option(
    "--into",
    "folder",
    required=True,
    metavar="FOLDER|URL",
    help="The collection, a folder or postgresql://…",
)
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


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


@command.command("find", epilog=example("merge find --into my-collection"))
@_FOLDER
@_BY
def find(folder: str, by: str | None) -> None:
    """Compare the whole collection and note the pairs that may be one incident. Merges nothing."""
    store = open_store(folder)
    found = duplicates.look(store, by=_who(by))
    click.echo(f"{name_of(store)}: {len(found)} pairs may be one incident; see `merge list`")


@command.command("list", epilog=example("merge list --into my-collection"))
@_FOLDER
def show(folder: str) -> None:
    """List the pairs that wait for a person, the likeliest first, with the reasons."""
    waiting = duplicates.waiting(open_store(folder))
    for number, candidate in enumerate(waiting, 1):
        click.echo(f"{number:>4}  {candidate.score:.2f}  {_plain(candidate.a)}  {_plain(candidate.b)}")
        for part in candidate.parts:
            click.echo(f"            {part.score:.2f} {part.name}: {_plain(part.why)}")
    click.echo(f"{len(waiting)} pairs wait")


def _plain(text: str) -> str:
    """Return text from data without characters that could steer a terminal."""
    return "".join(char if char.isprintable() else "�" for char in text)


@command.command(
    "accept",
    epilog=example("merge accept 1 --into my-collection", "merge accept id-a id-b --into my-collection"),
)
@click.argument("pair", nargs=-1, required=True, metavar="NUMBER | ID ID")
@_FOLDER
@_BY
def accept(pair: tuple[str, ...], folder: str, by: str | None) -> None:
    """Merge a pair: the first id stays, the other is found under it from now on."""
    store = open_store(folder)
    a, b = duplicates.ids_of(pair, duplicates.waiting(store))
    left = duplicates.accept(store, a, b, by=_who(by), at=_now())
    click.echo(f"{_plain(b)} is now part of {_plain(left.id)}; `merge undo {_plain(left.id)}` takes it back")


@command.command("reject", epilog=example("merge reject 1 --into my-collection"))
@click.argument("pair", nargs=-1, required=True, metavar="NUMBER | ID ID")
@_FOLDER
@_BY
def reject(pair: tuple[str, ...], folder: str, by: str | None) -> None:
    """Note that a pair are two incidents; it is not proposed again."""
    store = open_store(folder)
    a, b = duplicates.ids_of(pair, duplicates.waiting(store))
    duplicates.reject(store, a, b, by=_who(by), at=_now())
    click.echo(f"{_plain(a)} and {_plain(b)} stay two")


@command.command("undo", epilog=example("merge undo incident-id --into my-collection"))
@click.argument("incident_id", metavar="ID")
@click.argument("other", required=False, metavar="[OTHER]")
@_FOLDER
@_BY
def undo(incident_id: str, other: str | None, folder: str, by: str | None) -> None:
    """Take the last merge of an incident back, or that with OTHER; nothing is lost, and later edits stay."""
    one, two = duplicates.undo(open_store(folder), incident_id, other, by=_who(by), at=_now())
    click.echo(f"{_plain(one)} and {_plain(two)} are two again")
