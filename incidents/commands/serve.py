"""`serve`: start the dashboard on this machine."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import ipaddress
import os
import socket
import sys
from pathlib import Path

import click

from incidents._errors import AtlasError, Locked
from incidents._files import CannotWrite
from incidents.commands._common import STORE, example, shown, store_options
from incidents.stores import is_database, open_store


@click.command("serve", epilog=example("serve", "serve --from my-collection --port 8600"))
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--address", default="127.0.0.1", show_default=True, help="127.0.0.1 is reached from this machine only."
)
@store_options
def command(*, port: int, address: str, source: str) -> None:
    """Start the dashboard and print its address. Stop it with Ctrl+C."""
    _prepare(source)
    _check_port(address, port)
    host = f"[{address}]" if ":" in address else address
    click.echo(f"Incident Atlas: http://{host}:{port}  (collection {shown(source)}; Ctrl+C stops it)")
    if not ipaddress.ip_address(_number(address)).is_loopback:
        click.echo(
            "Other machines can reach this address, and the dashboard asks nobody for a password.", err=True
        )
    sys.stdout.flush()
    environment = {**os.environ, STORE: source if "://" in source else str(Path(source).resolve())}
    os.execve(sys.executable, [sys.executable, "-m", "streamlit", *_arguments(address, port)], environment)  # noqa: S606


def _number(address: str) -> str:
    """Return the numbers of an address. Raises AtlasError for a name that leads nowhere."""
    try:
        return str(socket.getaddrinfo(address, None)[0][4][0]).partition("%")[0]
    except OSError as error:
        raise AtlasError(f"--address {address}: is not an address of this machine") from error


def _prepare(source: str) -> None:
    """Open the collection once, so that what is wrong with it is said here and not in the browser."""
    if Path(source).is_file():
        return
    store = open_store(source, create=is_database(source))
    for told in store.problems:
        click.echo(told, err=True)
    with contextlib.suppress(Locked, CannotWrite):  # only to start faster
        store.compact_if_large()


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
