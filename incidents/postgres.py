"""A collection in PostgreSQL with PostGIS, for a team: the same methods as `incidents.store.FolderStore`.

The exact Feature line is kept, so a copy to a folder gives the same bytes back. Every save is one transaction with a
token of its own: after a lost connection the token tells whether it was stored. Earlier versions stay in `history`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import threading
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, Self

import orjson
import pyarrow as pa
from pg8000.exceptions import DatabaseError

from incidents._editing import Editing
from incidents._errors import BadInput, Conflict, Locked, NotFound, Unavailable, UnreadableCollection
from incidents._pg import Lost, Server, Session, code_of, detail_of
from incidents._pgmigrate import index_statements, is_there, migrate
from incidents._pgrows import COLUMNS, INCOMING, Shaper, as_csv, chunks
from incidents.geojson import from_line, to_line
from incidents.model import Incident
from incidents.store import OnProblem, Writer, checked_line

_WRITERS: Final = 7_301_949  # the advisory lock of those who write; any number, the same in every process
_LISTED: Final = ", ".join(COLUMNS)
_ARRIVING: Final = ", ".join(INCOMING)
_SET: Final = ", ".join(f"{name} = n.{name}" for name in COLUMNS)
_FRESH: Final = ", ".join(f"n.{name}" for name in COLUMNS)
_FETCH: Final = 2000
_NO_FSYNC: Final = "the server runs with fsync = off: a crash of its machine may lose what was saved; turn it on for data that matters"


class Version(NamedTuple):
    """One version of an incident. `incident` null says that this version was a deletion."""

    number: int
    at: dt.datetime
    by: str | None
    incident: Incident | None


class _Save(NamedTuple):
    """A save on its way: what is written, under which token, over which revision of the collection."""

    token: uuid.UUID
    by: str | None
    revision: int
    edits: dict[str, Incident | None]

    def __str__(self) -> str:
        ids = list(self.edits)
        return f"{', '.join(ids[:3])}{f' and {len(ids) - 3} more' if len(ids) > 3 else ''}"


class PostgresStore(Editing):
    """A collection in a database. Safe to use from several threads; several programs may write at once."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self.server = Server(url, patience=timeout)
        self.timeout = timeout
        self.problems: list[str] = []
        self._shaper = Shaper()
        self._mutex = threading.RLock()
        self._changed = 0

    @classmethod
    def open(cls, url: str, *, create: bool = True, timeout: float = 10.0) -> Self:
        """Open the collection at `postgresql://…` and bring its schema up to date.

        With `create` false a database without a collection is NotFound. Raises BadInput for a bad address,
        Unavailable in words for a wrong password, an unknown host or a server that does not answer.
        """
        store = cls(url, timeout=timeout)
        if not create and not store._is_there():
            raise NotFound(f"{store}: there is no collection in this database")
        store.problems += [f"{store}: schema brought up to date: {name}" for name in migrate(store.server)]
        if _first(store.server.read("SHOW fsync")) == "off":
            store.problems.append(f"{store}: {_NO_FSYNC}")
        return store

    def __str__(self) -> str:
        return str(self.server.address)

    def _is_there(self) -> bool:
        def once() -> bool:
            with self.server.session() as session:
                return is_there(session, self.server.address.schema)

        return self.server.patiently(once)

    def close(self) -> None:
        """Close the connections."""
        self.server.close()

    # ---- reading

    def refusal(self) -> str | None:
        """Say why no edit can be saved here at present: null, for a database says so when it is asked to save."""
        return None

    def revision(self) -> str:
        """Return a value that changes when, and only when, the content does."""
        identity, number = self.server.read("SELECT identity, revision FROM collection")[0]
        return f"{identity}-{number}"

    def ids(self) -> set[str]:
        """Return the ids of all incidents."""
        return {found for (found,) in self.server.read("SELECT id FROM incidents")}

    def count(self) -> int:
        """Return how many incidents the collection holds."""
        return int(self.server.read("SELECT count(*) FROM incidents")[0][0])

    def lines(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (address, row, Feature as bytes) of one consistent moment of the whole collection."""
        for row_no, feature in self.stream("SELECT row_no, feature FROM texts ORDER BY row_no"):
            yield str(self), int(row_no), feature.encode()

    def stream(self, sql: str, **values: Any) -> Iterator[list[Any]]:
        """Yield the rows of a query as of one moment, a part at a time."""
        with (
            self.server.session() as session,
            session.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        ):
            session.run(f"DECLARE part NO SCROLL CURSOR FOR {sql}", **values)
            while rows := session.run(f"FETCH {_FETCH} FROM part"):
                yield from rows

    def incidents(self, *, on_problem: OnProblem | None = None) -> Iterator[Incident]:
        """Yield every incident. A Feature that cannot be used raises UnreadableCollection or goes to `on_problem`."""
        for name, number, line in self.lines():
            try:
                incident = from_line(line)
            except BadInput as bad:
                told = "; ".join(bad.problems)
                if on_problem is None:
                    raise UnreadableCollection(f"{name}: row {number}: {told}") from bad
                on_problem(name, number, "", told)
            else:
                yield incident

    def get(self, incident_id: str) -> Incident:
        """Return one incident by its id, or by one it had before a merge. Raises NotFound."""
        row_no = self.row_of(incident_id)
        feature = _first(self.server.read("SELECT feature FROM texts WHERE row_no = :row", row=row_no))
        if feature is None:  # deleted between the two questions
            raise NotFound(f"{incident_id}: no incident in {self} has this id, now or before")
        return from_line(feature)

    def _line(self, incident_id: str) -> str | None:
        found: str | None = _first(
            self.server.read(
                "SELECT t.feature FROM incidents i JOIN texts t USING (row_no) WHERE i.id = :id",
                id=incident_id,
            )
        )
        return found

    def row_of(self, incident_id: str) -> int:
        """Return the row number of an incident, by its id or by a previous one. Raises NotFound."""
        found = self.server.read(
            "SELECT row_no FROM incidents WHERE id = :id", id=incident_id
        ) or self.server.read(
            "SELECT row_no FROM incidents WHERE previous_ids <> '[]'::jsonb"
            " AND previous_ids @> CAST(:ids AS jsonb) ORDER BY row_no LIMIT 1",
            ids=orjson.dumps([incident_id]).decode(),
        )
        if not found:
            raise NotFound(f"{incident_id}: no incident in {self} has this id, now or before")
        return int(found[0][0])

    def copy_out(self, copy: str, sink: io.BytesIO) -> None:
        """Run a COPY … TO STDOUT into `sink`."""

        def once() -> None:
            sink.seek(0)
            sink.truncate()
            with self.server.session() as session:
                session.run(copy, stream=sink)

        self.server.patiently(once)

    def version(self, incident_id: str) -> int:
        """Return the number of an incident's present version. Raises NotFound."""
        found = _first(self.server.read("SELECT version FROM incidents WHERE id = :id", id=incident_id))
        if found is None:
            raise NotFound(f"{incident_id}: no incident in {self} has this id")
        return int(found)

    def versions(self, incident_id: str) -> list[Version]:
        """Return every version of an incident, the oldest first, the present one last. Raises NotFound."""
        rows = self.server.read(
            "SELECT v.version, e.at, e.by, v.feature FROM ("
            " SELECT version, edit, feature FROM history WHERE id = :id UNION ALL"
            " SELECT i.version, i.edit, t.feature FROM incidents i JOIN texts t USING (row_no) WHERE i.id = :id"
            ") v JOIN edits e USING (edit) ORDER BY v.version",
            id=incident_id,
        )
        if not rows:
            raise NotFound(f"{incident_id}: no incident in {self} has this id, now or before")
        return [Version(int(n), at, by, from_line(line) if line else None) for n, at, by, line in rows]

    # ---- writing

    def replace(self, before: Incident, after: Incident, *, by: str | None = None) -> None:
        """Save `after` where `before` is still what the collection holds. Raises Conflict with both versions.

        Saving once more what is already there is no conflict: after a lost connection that is the safe thing to do.
        """
        with self.writing(by=by) as writer:
            held = self._line(before.id)
            theirs = to_line(from_line(held)) if held else b"deleted"
            if theirs == to_line(after):
                return
            if theirs != to_line(before):
                raise Conflict(
                    f"{before.id}: was changed by somebody else{self._who(before.id)}\n"
                    f"there: {theirs.decode()}\nyours: {to_line(after).decode()}"
                )
            if after.id != before.id:
                writer.delete(before.id)
            writer.put(after)

    def _who(self, incident_id: str) -> str:
        with contextlib.suppress(NotFound):
            last = self.versions(incident_id)[-1]
            return f" (version {last.number}, {last.at:%Y-%m-%d %H:%M} UTC, {last.by or 'no name given'})"
        return ""

    @contextlib.contextmanager
    def writing(self, *, by: str | None = None) -> Iterator[Writer]:
        """Hold the collection for a batch of edits; all of them are durable when the block ends, or none.

        Nobody else writes meanwhile. When the connection is lost on the way, the save is done again over the same
        revision, and never twice. Raises Locked, Conflict, or Unavailable, which says what became of the save.
        """
        with self._mutex:
            session, revision = self.server.patiently(self._turn)
            writer = Writer()
            try:
                yield writer
                lines = {i: _line_of(incident) for i, incident in writer.edits.items()}
            except BaseException:
                session.undo()
                self.server.give_back(session)
                raise
            save = _Save(uuid.uuid4(), by, revision, writer.edits)
            self._changed += self._finish(session, save, lines)

    def _turn(self) -> tuple[Session, int]:
        """Wait for our turn to write; returns the connection that holds it and the revision we write over."""
        session = self.server.take()
        try:
            session.run("BEGIN")
            return session, self._lock(session)
        except BaseException as error:
            session.undo()
            self.server.give_back(session)
            raise self._told(error) from error

    def _told(self, error: BaseException) -> BaseException:
        """Return `error`, in words where it comes from the database."""
        if not isinstance(error, DatabaseError):
            return error
        if code_of(error) == "55P03":
            return Locked(f"{self}: somebody else is writing and did not finish in {self.timeout:.0f} s")
        if code_of(error) == "23505":
            return BadInput(f"id: is there twice: {detail_of(error)}")
        return self.server.in_words(error)

    def _lock(self, session: Session) -> int:
        session.run("SELECT set_config('lock_timeout', :ms, true)", ms=str(int(self.timeout * 1000)))
        session.run("SELECT pg_advisory_xact_lock(:lock, hashtext(current_schema()))", lock=_WRITERS)
        return int(session.run("SELECT revision FROM collection")[0][0])

    def _finish(self, session: Session, save: _Save, lines: dict[str, bytes | None]) -> int:
        """Store a save in the transaction that is open on `session`, and find out what became of it if that breaks."""
        is_committing = False
        try:
            count = self._apply(session, save, lines)
            is_committing = True
            session.run("COMMIT")
        except Lost:
            pass
        except BaseException as error:
            session.undo()
            raise self._told(error) from error
        else:
            return count
        finally:
            self.server.give_back(session)
        return self._settle(save, lines, is_committing=is_committing)

    def _settle(self, save: _Save, lines: dict[str, bytes | None], *, is_committing: bool) -> int:
        """Find out on a new connection whether the save was stored, and store it if it was not."""
        state = {"committing": is_committing}

        def again() -> int:
            with self.server.session() as session, session.transaction():
                revision = self._lock_again(session)
                done = session.run("SELECT incidents FROM edits WHERE token = :token", token=save.token)
                if done:
                    return int(done[0][0])
                state["committing"] = False
                if revision != save.revision:
                    raise Conflict(
                        f"{self}: the connection was lost while saving {save}, and somebody else has written since;"
                        " nothing of this save was stored. Look at it again and save it again"
                    )
                count = self._apply(session, save, lines)
                state["committing"] = True
                return count

        try:
            return self.server.patiently(again)
        except Unavailable as error:
            told = (
                "whether it was stored is not known; saving the same again is safe"
                if state["committing"]
                else "nothing of it was stored"
            )
            raise Unavailable(f"{error}. The save of {save}: {told}") from error

    def _lock_again(self, session: Session) -> int:
        """Take our turn anew; what the lost connection still holds there falls free in a while."""
        try:
            return self._lock(session)
        except DatabaseError as error:
            if code_of(error) != "55P03":
                raise
            raise Lost(f"{self}: somebody else is writing") from error

    def _apply(self, session: Session, save: _Save, lines: dict[str, bytes | None]) -> int:
        """Write the edits into the open transaction; returns how many incidents they changed."""
        arriving = [line for line in lines.values() if line is not None]
        gone = [incident_id for incident_id, line in lines.items() if line is None]
        self._arrive(session, arriving)
        return _merge(session, save, gone)

    def _arrive(self, session: Session, lines: Iterable[bytes]) -> None:
        """Copy lines into the table `incoming` of this connection, which forgets them at the end of the transaction."""
        session.run(_INCOMING)
        for part in chunks(lines):
            table = self._shaper.table(part)
            session.run(f"COPY incoming ({_ARRIVING}) FROM STDIN (FORMAT csv)", stream=as_csv(table))

    # ---- a lot of data

    def load(self, incidents: Iterable[Incident], *, by: str | None = None) -> int:
        """Bring in very many incidents, all or none; returns how many were read."""
        return self.load_lines((to_line(incident) for incident in incidents), by=by)

    def load_lines(self, lines: Iterable[bytes], *, by: str | None = None) -> int:
        """Bring in very many Features, each one line of JSON, by COPY: all or none. Returns how many were read.

        Raises BadInput for a line that is not an incident or an id that is there twice.
        """
        with self._mutex:
            session, revision = self.server.patiently(self._turn)
            save = _Save(uuid.uuid4(), by, revision, {})
            read = _Counted(lines)
            try:
                if _first(session.run("SELECT 1 FROM incidents LIMIT 1")):
                    self._arrive(session, read)
                    _merge(session, save, [])
                else:
                    self._fill(session, save, read)
                session.run("COMMIT")
            except Lost as lost:
                self._tell_of_load(save, lost)
            except BaseException as error:
                session.undo()
                raise self._told(error) from error
            finally:
                self.server.give_back(session)
            self.server.read("SELECT 1")
            self._tidy()
            return read.count

    def _fill(self, session: Session, save: _Save, lines: Iterable[bytes]) -> None:
        """Copy into the empty tables directly, and build the indexes afterwards."""
        for (name,) in session.run(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'by\\_%'"
        ):
            session.run(f'DROP INDEX "{name}"')
        edit = _edit(session, save)
        row_no = int(session.run("SELECT coalesce(max(row_no), 0) FROM incidents")[0][0])
        total = 0
        for part in chunks(lines):
            table = self._shaper.table(part)
            numbers = range(row_no + total + 1, row_no + total + len(part) + 1)
            _copy_rows(session, table, numbers, edit)
            total += len(part)
        session.run(
            "UPDATE incidents i SET version = h.last + 1 FROM"
            " (SELECT id, max(version) AS last FROM history GROUP BY id) h WHERE h.id = i.id"
        )
        session.run(
            "SELECT setval(pg_get_serial_sequence('incidents', 'row_no'), :last)", last=max(1, row_no + total)
        )
        for statement in index_statements():
            session.run(statement)
        _bump(session, edit, total)

    def _tell_of_load(self, save: _Save, lost: Lost) -> None:
        try:
            done = self.server.read("SELECT 1 FROM edits WHERE token = :token", token=save.token)
        except Unavailable as error:
            raise Unavailable(
                f"{error}. Whether the load was stored is not known; loading the same again is safe"
            ) from error
        if not done:
            raise Unavailable(f"{lost}. Nothing of the load was stored; load it again") from lost

    def _tidy(self) -> None:
        """Let the planner know what is there now."""
        with self.server.session() as session:
            for table in ("incidents", "texts"):
                session.run(f"VACUUM (ANALYZE) {table}")

    # ---- what lies beside the incidents

    def documents(self) -> dict[str, str]:
        """Return the texts that describe the collection, such as `collection.yaml`, by name."""
        return dict(self.server.read("SELECT name, body FROM documents ORDER BY name"))

    def save_document(self, name: str, body: str) -> None:
        """Add or replace one of the texts that describe the collection."""
        self.server.read(
            "INSERT INTO documents VALUES (:name, :body) ON CONFLICT (name) DO UPDATE SET body = excluded.body"
            " RETURNING name",
            name=name, body=body,
        )  # fmt: skip

    def compact(self, *, by: str | None = None) -> int:  # noqa: ARG002 (the signature of a folder)
        """Return 0: a database has no journal of its own to merge."""
        return 0

    def compact_if_large(self) -> None:
        """Do nothing: a database looks after itself."""

    # ---- doubtful merges

    def candidates(self) -> list[dict[str, Any]]:
        """Return the doubtful merge candidates that are kept beside the collection."""
        rows = self.server.read("SELECT body FROM candidates ORDER BY position")
        return [orjson.loads(body) for (body,) in rows]

    def save_candidates(self, candidates: Iterable[dict[str, Any]], *, by: str | None = None) -> None:  # noqa: ARG002
        """Replace the list of doubtful merge candidates."""
        listed = orjson.dumps([orjson.dumps(candidate).decode() for candidate in candidates]).decode()

        def once() -> None:
            with self.server.session() as session, session.transaction():
                self._lock(session)
                session.run("DELETE FROM candidates")
                session.run(
                    "INSERT INTO candidates SELECT ordinality, value"
                    " FROM json_array_elements_text(CAST(:listed AS json)) WITH ORDINALITY",
                    listed=listed,
                )

        self.server.patiently(once)


_INCOMING: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS incoming ON COMMIT DELETE ROWS AS"  # noqa: S608 (names of columns only)
    f" SELECT {_LISTED}, ''::text AS feature, ''::text AS search_text FROM incidents WITH NO DATA"
)


class _Counted:
    """Counts what passes through."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.count += 1
            yield line


def _first(rows: list[list[Any]]) -> Any:
    return rows[0][0] if rows else None


def _line_of(incident: Incident | None) -> bytes | None:
    return None if incident is None else checked_line(incident)


def _edit(session: Session, save: _Save) -> int:
    made = session.run(
        "INSERT INTO edits (token, by) VALUES (:token, :by) RETURNING edit", token=save.token, by=save.by
    )
    return int(made[0][0])


def _bump(session: Session, edit: int, count: int) -> None:
    session.run("UPDATE edits SET incidents = :count WHERE edit = :edit", count=count, edit=edit)
    session.run("UPDATE collection SET revision = revision + 1")


def _merge(session: Session, save: _Save, gone: list[str]) -> int:
    """Bring `incoming` and the deletions into the tables, the earlier versions into `history`; returns how many."""
    session.run("ANALYZE incoming")
    twice = _first(session.run("SELECT id FROM incoming GROUP BY id HAVING count(*) > 1 LIMIT 1"))
    if twice is not None:
        raise BadInput(f"id: {twice} is there twice")
    session.run(
        "DELETE FROM incoming n USING incidents i JOIN texts t USING (row_no)"
        " WHERE i.id = n.id AND t.feature = n.feature"
    )
    arriving = int(session.run("SELECT count(*) FROM incoming")[0][0])
    if not arriving and not gone:
        return 0
    edit = _edit(session, save)
    session.run(  # one list and no OR, which would read the whole table
        "INSERT INTO history SELECT i.id, i.version, i.edit, t.feature FROM incidents i JOIN texts t USING (row_no)"
        " WHERE i.id IN (SELECT id FROM incoming UNION SELECT unnest(CAST(:gone AS text[])))",
        gone=gone,
    )
    deleted = _delete(session, edit, gone) if gone else 0
    if arriving:
        _update(session, edit)
        _insert(session, edit)
    _bump(session, edit, arriving + deleted)
    return arriving + deleted


def _delete(session: Session, edit: int, gone: list[str]) -> int:
    session.run(
        "INSERT INTO history SELECT id, version + 1, :edit, NULL FROM incidents WHERE id = ANY (CAST(:gone AS text[]))",
        edit=edit, gone=gone,
    )  # fmt: skip
    rows = session.run(
        "DELETE FROM incidents WHERE id = ANY (CAST(:gone AS text[])) RETURNING row_no", gone=gone
    )
    session.run(
        "DELETE FROM texts WHERE row_no = ANY (CAST(:rows AS bigint[]))", rows=[row for (row,) in rows]
    )
    return len(rows)


def _update(session: Session, edit: int) -> None:
    session.run(
        "UPDATE texts t SET feature = n.feature, search_text = n.search_text FROM incoming n, incidents i"
        " WHERE i.id = n.id AND t.row_no = i.row_no"
    )
    session.run(
        f"UPDATE incidents i SET version = i.version + 1, edit = :edit, {_SET} FROM incoming n WHERE i.id = n.id",  # noqa: S608
        edit=edit,
    )


def _insert(session: Session, edit: int) -> None:
    session.run(
        f"INSERT INTO incidents (version, edit, {_LISTED})"  # noqa: S608
        " SELECT coalesce((SELECT max(h.version) FROM history h WHERE h.id = n.id), 0) + 1, CAST(:edit AS bigint),"
        f" {_FRESH} FROM incoming n WHERE NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = n.id) ORDER BY n.ctid",
        edit=edit,
    )
    session.run(
        "INSERT INTO texts SELECT i.row_no, n.feature, n.search_text FROM incoming n JOIN incidents i USING (id)"
        " WHERE NOT EXISTS (SELECT 1 FROM texts t WHERE t.row_no = i.row_no)"
    )


def _copy_rows(session: Session, table: pa.Table, numbers: range, edit: int) -> None:
    """Copy a part of a large load straight into the tables."""
    row_no = pa.array(numbers, pa.int64())
    flat = table.select(list(COLUMNS))
    flat = flat.append_column("row_no", row_no).append_column(
        "edit", pa.array([edit] * len(table), pa.int64())
    )
    session.run(f"COPY incidents ({_LISTED}, row_no, edit) FROM STDIN (FORMAT csv)", stream=as_csv(flat))
    wide = table.select(["feature", "search_text"]).append_column("row_no", row_no)
    session.run("COPY texts (feature, search_text, row_no) FROM STDIN (FORMAT csv)", stream=as_csv(wide))
