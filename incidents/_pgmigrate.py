"""The schema of the database, brought up to date by numbered SQL files when it is first used."""

from __future__ import annotations

from importlib.resources import files
from typing import Final, NamedTuple

from pg8000.exceptions import DatabaseError

from incidents._errors import Unavailable
from incidents._pg import Server, Session, code_of, message_of

EXTENSIONS: Final = ("postgis", "pg_trgm")
_BETWEEN: Final = "--------\n"
_LOCK: Final = 7_301_948  # any number, the same in every process
_INDEXES: Final = "0002_indexes.sql"


class Migration(NamedTuple):
    """One numbered step of the schema."""

    number: int
    name: str
    statements: tuple[str, ...]


def migrations() -> list[Migration]:
    """Return all steps, in order."""
    found = [
        Migration(int(path.name[:4]), path.name, statements(path.name))
        for path in files("incidents.migrations").iterdir()
        if path.name.endswith(".sql")
    ]
    return sorted(found)


def statements(name: str) -> tuple[str, ...]:
    """Return the statements of one file."""
    text = (files("incidents.migrations") / name).read_text(encoding="utf-8")
    return tuple(part.strip() for part in text.split(_BETWEEN))


def index_statements() -> tuple[str, ...]:
    """Return the statements that make the indexes for queries."""
    return statements(_INDEXES)


def migrate(server: Server) -> list[str]:
    """Bring the schema up to date and return the names of the steps taken. Raises Unavailable with what to do."""

    def once() -> list[str]:
        with server.session() as session:
            if _is_current(session, server.address.schema):
                return []
            with session.transaction():
                session.run("SELECT pg_advisory_xact_lock(:lock)", lock=_LOCK)
                return _migrate(session, server)

    return server.patiently(once)


def is_there(session: Session, schema: str) -> bool:
    """Say whether `schema` itself, and not another on the search path, holds a collection."""
    return bool(
        session.run(
            "SELECT 1 FROM pg_tables WHERE schemaname = :schema AND tablename = 'migrations'", schema=schema
        )
    )


def _is_current(session: Session, schema: str) -> bool:
    if not is_there(session, schema):
        return False
    done = {number for (number,) in session.run("SELECT number FROM migrations")}
    return done == {step.number for step in migrations()}


def _migrate(session: Session, server: Server) -> list[str]:
    address = server.address
    if not session.run("SELECT 1 FROM pg_namespace WHERE nspname = :name", name=address.schema):
        session.run(f'CREATE SCHEMA "{address.schema}"')  # a plain name: `parse` has checked it
    _extend(session, str(address))
    session.run(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (number integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
    )
    done = {number for (number,) in session.run("SELECT number FROM migrations")}
    steps = migrations()
    if strange := done - {step.number for step in steps}:
        raise Unavailable(
            f"{address}: was made by a newer version of this program (migration {max(strange)});"
            f" this one knows {steps[-1].number}. Update the program"
        )
    missing = [step for step in steps if step.number not in done]
    for step in missing:
        for statement in step.statements:
            session.run(statement)
        session.run("INSERT INTO migrations (number, name) VALUES (:n, :name)", n=step.number, name=step.name)
    return [step.name for step in missing]


def _extend(session: Session, address: str) -> None:
    there = {name for (name,) in session.run("SELECT extname FROM pg_extension")}
    for name in EXTENSIONS:
        if name in there:
            continue
        try:
            session.run(f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA public")
        except DatabaseError as error:
            told = message_of(error)
            what = (
                "ask the owner of the database to run"
                if code_of(error) == "42501"
                else "install Debian's postgresql-15-postgis-3 (or what your system calls it) on the server, then run"
            )
            raise Unavailable(f"{address}: {told}; {what}: CREATE EXTENSION {name}") from error
