"""`serve`: start the dashboard on this machine."""

from __future__ import annotations

import errno
import getpass
import importlib.util
import ipaddress
import os
import socket
import sys
from pathlib import Path

import click

from incidents._errors import AtlasError
from incidents._features import iter_features
from incidents.commands._common import EDITING, EDITOR, STORE, example, refuse_shipped, shown, store_options
from incidents.stores import is_database, open_store


@click.command(
    "serve",
    epilog=example(
        "serve", "serve --from my-collection --port 8600", "serve --from my-collection --edit --by Ana"
    ),
)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--address", default="127.0.0.1", show_default=True, help="127.0.0.1 is reached from this machine only."
)
@click.option(
    "--edit", is_flag=True, help="Let visitors review and correct the collection, which must be named."
)
@click.option(
    "--by", metavar="NAME", help="Who edits, where a visitor gives no name; your login name otherwise."
)
@store_options
def command(*, port: int, address: str, edit: bool, by: str | None, source: str) -> None:
    """Start the dashboard and print its address. Stop it with Ctrl+C."""
    if by and not edit:
        raise click.UsageError("--by goes with --edit")
    if edit:
        _check_editable(source)
    _prepare(source, edit=edit)
    _check_port(address, port)
    host = f"[{address}]" if ":" in address else address
    click.echo(f"Incident Atlas: http://{host}:{port}  (collection {shown(source)}; Ctrl+C stops it)")
    if edit:
        click.echo(
            "Who opens this page can review and correct incidents; every change stays in their history.",
            err=True,
        )
    if not ipaddress.ip_address(_number(address)).is_loopback:
        click.echo(
            "Other machines can reach this address, and the dashboard asks nobody for a password.", err=True
        )
    sys.stdout.flush()
    environment = {**os.environ, STORE: source if "://" in source else str(Path(source).resolve())}
    environment.pop(EDITING, None)
    if edit:
        environment |= {EDITING: "1", EDITOR: by or getpass.getuser()}
    os.execve(sys.executable, [sys.executable, "-m", "streamlit", *_arguments(address, port)], environment)  # noqa: S606


def _check_editable(source: str) -> None:
    """Raise UsageError for what cannot be edited: a single file, and the example that ships with the program."""
    if "://" in source:
        return
    path = Path(source)
    if path.is_file():
        raise click.UsageError(
            f"--edit: {source} is a single file; copy it into a folder: import {source} --into FOLDER"
        )
    refuse_shipped(source, "--edit")


def _number(address: str) -> str:
    """Return the numbers of an address. Raises AtlasError for a name that leads nowhere."""
    try:
        return str(socket.getaddrinfo(address, None)[0][4][0]).partition("%")[0]
    except OSError as error:
        raise AtlasError(f"--address {address}: is not an address of this machine") from error


def _prepare(source: str, *, edit: bool) -> None:
    """Open the collection once, so that what is wrong with it is said here and not in the browser."""
    if Path(source).is_file():
        _check_file(Path(source))
        return
    store = open_store(source, create=is_database(source))
    for told in store.problems:
        click.echo(told, err=True)
    if edit and (why := store.refusal()):
        raise AtlasError(f"--edit: {why}. Without --edit it can be read as it is")
    try:  # only to start faster
        store.compact_if_large()
    except AtlasError as error:
        click.echo(
            f"the journal could not be moved into the files; nothing is lost, the dashboard shows it: {error}",
            err=True,
        )


def _check_file(path: Path) -> None:
    """Raise where a file is no GeoJSON, by its beginning; the rest is told by the dashboard, with the line."""
    with path.open("rb") as file:
        start = file.read(4096)
        file.seek(0)
        if start.startswith(b"PK"):
            raise AtlasError(
                f"{path}: is a ZIP file; unpack it (`incident-atlas verify` checks a snapshot) and name the folder"
            )
        if b"\x00" in start:
            raise AtlasError(f"{path}: holds binary data; name a collection folder or a GeoJSON file")
        next(iter(iter_features(file, path.name)), None)


def _check_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = port + 1 if port < 65535 else port - 1
                raise AtlasError(
                    f"port {port} is in use by another program, perhaps a dashboard that still runs; "
                    f"choose another: --port {other}, or: make run PORT={other}"
                ) from error
            raise AtlasError(f"cannot listen on {address}:{port} ({error.strerror})") from error


def _arguments(address: str, port: int) -> list[str]:
    found = importlib.util.find_spec("app")
    if found is None or found.origin is None:
        raise AtlasError("the dashboard (app.py) is not installed beside the package")
    settings = {
        "server.address": address,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    return ["run", found.origin, *(f"--{name}={value}" for name, value in settings.items())]
