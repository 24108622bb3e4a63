"""Talking to PostgreSQL: the address, a small pool, lost connections, and errors in words a person can use.

The driver is pg8000 (BSD, pure Python). Values are always bound; the only text pasted into SQL is our own.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import queue
import re
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import pg8000.native
from pg8000.exceptions import DatabaseError, InterfaceError

from incidents._errors import AtlasError, BadInput, Unavailable

T = TypeVar("T")
Rows = list[list[Any]]

SCHEMES: Final = ("postgresql://", "postgres://")
_OPTIONS: Final = {"schema", "host", "sslmode", "sslrootcert"}
_SSL_MODES: Final = ("disable", "prefer", "require", "verify-full")
_GOING_AWAY: Final = {"57P01", "57P02", "57P03", "25P03", "53300", "08000", "08003", "08006"}
_CONNECTIONS: Final = 8


# The server notices within half a minute that we are gone, and lets go of what we held.
# Whatever the role or the database was given: what we call saved is on the disk of the server.
_SETTINGS: Final = {
    "synchronous_commit": "on",
    "timezone": "UTC", "datestyle": "ISO", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3", "idle_in_transaction_session_timeout": "60000",
}  # fmt: skip


class Lost(Unavailable):
    """The connection broke or the server is on its way down or up; the statement may or may not have run."""


@dataclass(frozen=True)
class Address:
    """Where the database is. `str()` never shows the password."""

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(default=None, repr=False)
    schema: str = "public"
    sslmode: str = "prefer"
    sslrootcert: str | None = None

    @property
    def is_socket(self) -> bool:
        """Say whether `host` is the folder of a unix socket."""
        return self.host.startswith("/")

    def __str__(self) -> str:
        tail = "" if self.schema == "public" else f"?schema={self.schema}"
        if self.is_socket:
            tail = f"{tail}{'&' if tail else '?'}host={self.host}"
        host = "" if self.is_socket else f"{self.host}:{self.port}"
        return f"postgresql://{self.user}@{host}/{self.database}{tail}"


def parse(url: str) -> Address:
    """Read `postgresql://user:password@host:port/database?schema=…&sslmode=…`.

    Without a password the variable PGPASSWORD is used, which keeps it out of the list of processes.
    Raises BadInput with every problem of the address; the password is in none of them.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    problems = [
        f"{name}: is not an option of a database address; use one of: {', '.join(sorted(_OPTIONS))}"
        for name in options
        if name not in _OPTIONS
    ]
    port = _port(parts.netloc, problems)
    schema, sslmode = options.get("schema", "public"), options.get("sslmode", "prefer")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        problems.append(f"schema: {schema!r} is not a plain lower-case name")
    if sslmode not in _SSL_MODES:
        problems.append(f"sslmode: {sslmode!r} is not one of: {', '.join(_SSL_MODES)}")
    database = unquote(parts.path.lstrip("/"))
    if not database:
        problems.append("database: is missing; write postgresql://user@host:5432/database")
    if problems:
        raise BadInput(problems)
    return Address(
        host=options.get("host") or parts.hostname or "localhost",
        port=port,
        database=database,
        user=unquote(parts.username) if parts.username else os.environ.get("PGUSER") or getpass.getuser(),
        password=unquote(parts.password) if parts.password else os.environ.get("PGPASSWORD"),
        schema=schema,
        sslmode=sslmode,
        sslrootcert=options.get("sslrootcert"),
    )


def _port(netloc: str, problems: list[str]) -> int:
    tail = netloc.rpartition("@")[2].rpartition("]")[2]
    _, colon, port = tail.rpartition(":")
    if not colon or not port:
        return 5432
    if not port.isdigit() or not 0 < int(port) < 65536:
        problems.append(f"port: {port!r} is not a number from 1 to 65535")
        return 5432
    return int(port)


def _socket(address: Address) -> socket.socket:
    """Open the connection, with keep-alives that notice a vanished peer within about half a minute."""
    if address.is_socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(f"{address.host}/.s.PGSQL.{address.port}")
        return sock
    sock = socket.create_connection((address.host, address.port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return sock


def _ssl(address: Address) -> ssl.SSLContext | bool | None:
    """Return what pg8000 takes: False for none, None for "if the server offers it", else the context."""
    if address.sslmode == "disable" or address.is_socket:
        return False
    if address.sslmode == "prefer":
        return None
    if address.sslmode == "require":
        return True
    return ssl.create_default_context(cafile=address.sslrootcert)


def connect(address: Address) -> tuple[pg8000.native.Connection, socket.socket]:
    """Open one connection, and its socket. Raises Unavailable for what a person must mend, Lost for what may pass by itself."""
    try:
        sock = _socket(address)
    except socket.gaierror as error:
        raise Unavailable(f"{address}: there is no host called {address.host!r}") from error
    except OSError as error:
        raise Lost(f"{address}: does not answer ({error.strerror or error})") from error
    try:
        made = pg8000.native.Connection(
            address.user, database=address.database, password=address.password or "", sock=sock,
            host=address.host, ssl_context=_ssl(address), application_name="incident-atlas",
            startup_params={"search_path": f'"{address.schema}", public'} | _SETTINGS,
        )  # fmt: skip
    except (DatabaseError, InterfaceError, OSError) as error:
        sock.close()
        raise _in_words(address, error) from None
    sock.settimeout(None)
    return made, sock


def _in_words(address: Address, error: Exception) -> AtlasError:
    """Return what to tell the person, or Lost where waiting may help."""
    code, said = code_of(error), message_of(error)
    if code in _GOING_AWAY:
        return Lost(f"{address}: {said}")
    if code:
        return Unavailable(f"{address}: {_refusal(address, code, said)}")
    if "SSL" in said:
        return Unavailable(f"{address}: no agreement on encryption (sslmode={address.sslmode}): {said}")
    return Lost(f"{address}: the connection broke")


def _refusal(address: Address, code: str, said: str) -> str:
    if code in {"28P01", "28000"} and not address.password:
        return "wants a password; put it into the address or into PGPASSWORD"
    known = {
        "28P01": f"wrong password, or no such user as {address.user!r}",
        "28000": f"{address.user!r} may not connect: {said}",
        "3D000": f"there is no database called {address.database!r} on that server",
        "42501": f"{address.user!r} may not do that: {said}",
    }
    return known.get(code, f"the database refused: {said} ({code})")


def code_of(error: Exception) -> str:
    """Return the SQLSTATE of `error`, empty where it has none."""
    told = error.args[0] if error.args else None
    return str(told.get("C", "")) if isinstance(told, dict) else ""


def message_of(error: Exception) -> str:
    """Return the server's one-line message, or that of the exception."""
    told = error.args[0] if error.args else None
    return str(told.get("M", "")) if isinstance(told, dict) else str(error)


def detail_of(error: Exception) -> str:
    """Return what the server adds to its message, or the message."""
    told = error.args[0] if error.args else None
    return str(told.get("D") or told.get("M", "")) if isinstance(told, dict) else str(error)


class Session:
    """One connection in use. Every statement goes through `run`; SQL takes `:name` for bound values."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection, self._sock = connect(address)
        self.is_broken = False

    def run(self, sql: str, *, stream: Any = None, **values: Any) -> Rows:
        """Run one statement and return its rows. `stream` is what COPY reads (an iterable) or writes (a file).

        Raises Lost when the connection broke, else DatabaseError, which `Server.session` puts into words.
        """
        try:
            return list(self._connection.run(sql, stream=stream, **values) or [])
        except DatabaseError as error:
            if code_of(error) not in _GOING_AWAY:
                raise
            self.is_broken = True
            raise Lost(f"{self._address}: {message_of(error)}") from error
        except (InterfaceError, OSError, ValueError, AttributeError) as error:
            if isinstance(error, ValueError | AttributeError) and "closed" not in str(error):
                raise
            self.is_broken = True
            raise Lost(f"{self._address}: the connection broke") from error

    @property
    def columns(self) -> list[str]:
        """The names of the columns of the last statement."""
        return [column["name"] for column in self._connection.columns or ()]

    @property
    def row_count(self) -> int:
        """How many rows the last statement touched."""
        return max(0, int(self._connection.row_count or 0))

    @contextlib.contextmanager
    def transaction(self, kind: str = "BEGIN") -> Iterator[None]:
        """All of the block or nothing of it."""
        self.run(kind)
        try:
            yield
        except BaseException:
            self.undo()
            raise
        self.run("COMMIT")

    def undo(self) -> None:
        """Roll back; a connection that cannot is not used again."""
        try:
            self.run("ROLLBACK")
        except (AtlasError, DatabaseError):
            self.is_broken = True

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        if self.is_broken:  # tell the server at once, so that it lets go of our locks
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(Exception):
            self._connection.close()
        self._sock.close()


class Server:
    """A pool of connections to one database, safe to use from several threads.

    `patience` is for how many seconds a lost server may stay away before the caller is told.
    """

    def __init__(self, url: str, *, patience: float = 10.0) -> None:
        self.address = parse(url)
        self.patience = patience
        self._idle: queue.LifoQueue[Session] = queue.LifoQueue()
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> Session:
        """Lend one connection; `give_back` it. Raises Lost or Unavailable."""
        self._free.acquire()
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            try:
                return Session(self.address)
            except BaseException:
                self._free.release()
                raise

    def give_back(self, session: Session) -> None:
        """Take a connection back into the pool, unless it broke."""
        if session.is_broken:
            session.close()
        else:
            self._idle.put(session)
        self._free.release()

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Lend one connection for a block. Raises Lost or Unavailable."""
        session = self.take()
        try:
            yield session
        except DatabaseError as error:
            raise self.in_words(error) from error
        except (GeneratorExit, KeyboardInterrupt):
            session.is_broken = True  # may be in the middle of an answer
            raise
        finally:
            self.give_back(session)

    def in_words(self, error: DatabaseError) -> AtlasError:
        """Return what an error of the database means for a person."""
        return _in_words(self.address, error)

    def close(self) -> None:
        """Close every connection that is not in use."""
        _close_all(self._idle)

    def patiently(self, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, trying again while the server is lost. Raises Unavailable.

        `attempt` must be safe to run twice.
        """
        until = time.monotonic() + self.patience
        pause = 0.0
        while True:
            try:
                return attempt()
            except Lost as lost:
                self.close()  # what broke one connection has most likely broken the idle ones too
                if time.monotonic() + pause > until:
                    raise Unavailable(f"{lost}; tried for {self.patience:.0f} s") from lost
            time.sleep(pause)
            pause = min(0.5, pause + 0.05)

    def read(self, sql: str, **values: Any) -> Rows:
        """Return the rows of a query, waiting for a server that comes back. Raises Unavailable."""

        def once() -> Rows:
            with self.session() as session:
                return session.run(sql, **values)

        return self.patiently(once)


def _close_all(idle: queue.LifoQueue[Session]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            idle.get_nowait().close()
