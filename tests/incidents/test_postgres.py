"""The store of a team, on a real PostgreSQL with PostGIS."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from incidents import _pgrows, editing
from incidents._errors import AtlasError, BadInput, Conflict, Locked, NotFound, Unavailable
from incidents._pg import Lost, Server, Session, parse
from incidents.geojson import to_line
from incidents.postgres import PostgresStore
from incidents.store import FolderStore
from tests.incidents.samples import incident
from tests.incidents.throwaway_postgres import Throwaway

pytestmark = pytest.mark.postgres
_schemas = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Throwaway]:
    started = Throwaway()
    started.start()
    yield started
    started.stop()


@pytest.fixture
def url(server: Throwaway) -> str:
    """An empty collection's address."""
    return f"{server.url}?schema=test{next(_schemas)}"


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(url)
    yield opened
    opened.close()


def _everything(store: PostgresStore | FolderStore) -> list[bytes]:
    return sorted(to_line(i) for i in store.incidents())


# ---- the same as a folder


def test_an_edit_is_seen_at_once_and_by_others(store: PostgresStore, url: str) -> None:
    assert store.put([incident(1), incident(2)]) == 2
    other = PostgresStore.open(url)
    assert other.get("i0001") == incident(1)
    assert list(other.incidents()) == [incident(1), incident(2)]
    assert [told.partition(": ")[2][:28] for told in other.problems] == ["the server runs with fsync ="]


def test_a_database_without_a_collection_is_not_found_unless_asked_to_make_one(url: str) -> None:
    with pytest.raises(NotFound, match="no collection"):
        PostgresStore.open(url, create=False)
    assert PostgresStore.open(url).count() == 0
    assert PostgresStore.open(url, create=False).count() == 0


def test_the_revision_changes_when_and_only_when_the_content_does(store: PostgresStore) -> None:
    seen = [store.revision()]
    assert store.put(incident(1)) == 1
    seen.append(store.revision())
    assert store.put(incident(1)) == 0
    seen.append(store.revision())
    store.delete("i0001")
    seen.append(store.revision())
    assert seen[1] == seen[2]
    assert len(set(seen)) == 3


def test_an_incident_is_found_under_the_id_it_had_before(store: PostgresStore) -> None:
    held = incident(1, previous_ids=('old "one"', "an{other}"))
    store.put(held)
    assert store.get('old "one"') == held
    assert store.get("an{other}") == held
    with pytest.raises(NotFound, match="nobody"):
        store.get("nobody")


def test_a_block_that_fails_stores_nothing(store: PostgresStore) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as writer:
        writer.put(incident(n // (2 - n)) for n in (1, 2))
    assert store.count() == 0
    assert store.put(incident(2)) == 1


def test_candidates_are_kept(store: PostgresStore) -> None:
    held = [{"a": "i1", "b": "i2", "score": 0.5, "why": "Ізюм"}, {"a": "i3"}]
    store.save_candidates(held)
    assert store.candidates() == held
    store.save_candidates([])
    assert store.candidates() == []


def test_odd_characters_come_back_as_they_were(store: PostgresStore) -> None:
    odd = incident(1, title='a "b", \\N \x00 \n\u2028 Ї 😀 {x} NULL', summary="", place_name="")
    store.put([odd, incident(2, title="")])
    assert store.get("i0001") == odd
    assert store.get("i0002").title == ""


# ---- several writers


def test_a_lost_update_is_refused_with_both_versions(store: PostgresStore, url: str) -> None:
    store.put(incident(1))
    before = store.get("i0001")
    other = PostgresStore.open(url)
    other.replace(before, before.model_copy(update={"title": "Theirs"}), by="Olha")
    with pytest.raises(Conflict) as refused:
        store.replace(before, before.model_copy(update={"title": "Mine"}))
    told = str(refused.value)
    assert '"title":"Theirs"' in told
    assert '"title":"Mine"' in told
    assert "version 2" in told
    assert "Olha" in told
    assert store.get("i0001").title == "Theirs"


def test_a_person_s_edit_is_kept_with_its_history_or_refused(store: PostgresStore) -> None:
    store.put(incident(1))
    seen = store.get("i0001")
    hand = editing.signed("Ana", "checked")
    edit = editing.Edit(seen, editing.set_review(seen, "accepted", hand=hand))
    assert editing.save(store, [edit], by="Ana") == 1
    assert store.get("i0001").history[-1].by == "Ana"
    assert store.versions("i0001")[-1].by == "Ana"
    late = editing.Edit(seen, editing.correct(seen, {"title": "Late"}, hand=hand))
    with pytest.raises(Conflict, match="there now: review: unreviewed → accepted"):
        editing.save(store, [late], by="Boris")
    assert store.get("i0001").title == seen.title


def test_of_many_writers_of_one_incident_each_builds_on_the_last(store: PostgresStore, url: str) -> None:
    """Four writers each add their letter five times to one title, trying again when refused: none goes missing."""
    store.put(incident(1, title=""))

    def adds(letter: str) -> None:
        own = PostgresStore.open(url)
        for _ in range(5):
            while True:
                held = own.get("i0001")
                try:
                    own.replace(held, held.model_copy(update={"title": held.title + letter}))
                except Conflict:
                    continue
                break

    threads = [threading.Thread(target=adds, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(store.get("i0001").title) == sorted("abcd" * 5)
    assert [v.number for v in store.versions("i0001")] == list(range(1, 22))


def test_a_writer_that_does_not_finish_is_told_of(store: PostgresStore, url: str) -> None:
    other = PostgresStore.open(url, timeout=0.3)
    with store.writing(), pytest.raises(Locked, match="somebody else is writing"):
        other.put(incident(1))
    assert other.put(incident(1)) == 1


def test_every_version_of_an_incident_stays(store: PostgresStore) -> None:
    store.put(incident(1), by="Anna")
    store.put(incident(1, title="Corrected"), by="Borys")
    store.delete("i0001", by="Anna")
    store.put(incident(1, title="Back"))
    kept = [(v.number, v.by, v.incident and v.incident.title) for v in store.versions("i0001")]
    assert kept == [
        (1, "Anna", "Shelling № 1"),
        (2, "Borys", "Corrected"),
        (3, "Anna", None),
        (4, None, "Back"),
    ]


# ---- a lot of data


def test_a_load_is_the_same_as_single_edits(
    store: PostgresStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pgrows, "_CHUNK", 7)
    many = [incident(n, point=None) if n % 9 == 0 else incident(n) for n in range(1, 60)]
    assert store.load(many) == 59
    other = PostgresStore.open(f"{url}b")
    for one in many:
        other.put(one)
    assert list(store.incidents()) == list(other.incidents())
    columns = "SELECT id, version, title, impact_bits, first_day, place_fold, ST_AsText(geom) FROM incidents ORDER BY id"
    assert store.server.read(columns) == other.server.read(columns)
    indexes = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    assert store.server.read(indexes) == other.server.read(indexes)


def test_a_load_over_what_is_there_replaces_and_keeps_the_earlier_versions(store: PostgresStore) -> None:
    store.load([incident(1), incident(2)], by="first")
    assert store.load([incident(2, title="New"), incident(1), incident(3)], by="second") == 3
    assert [i.title for i in store.incidents()] == ["Shelling № 1", "New", "Shelling № 3"]
    assert [v.by for v in store.versions("i0002")] == ["first", "second"]
    assert [v.by for v in store.versions("i0001")] == ["first"]


@pytest.mark.parametrize("there", [[], [incident(9)]])
def test_a_load_with_a_fault_stores_nothing(store: PostgresStore, there: list[Any]) -> None:
    store.put(there)
    twice = [to_line(incident(1)), to_line(incident(2)), to_line(incident(1))]
    with pytest.raises(BadInput, match=r"i0001.*twice|twice.*i0001"):
        store.load_lines(twice)
    broken = to_line(incident(4)).replace(b"shelling", b"earthquake")
    with pytest.raises(BadInput, match="line 2: category: 'earthquake' is not a category"):
        store.load_lines([to_line(incident(3)), broken])
    assert list(store.incidents()) == there
    assert store.put(incident(5)) == 1


# ---- words for what goes wrong


def _without(url: str, password: str) -> str:
    return url.replace(f":{password}@", "@")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url, password: url.replace(password, "not-the-password"), "wrong password"),
        (_without, "wants a password"),
        (
            lambda url, _: url.replace("127.0.0.1", "no-such-host.invalid"),
            "no host called 'no-such-host.invalid'",
        ),
        (lambda url, _: url.replace("/atlas?", "/atlantis?"), "no database called 'atlantis'"),
        (lambda url, _: url.replace("atlas:", "somebody:"), "no such user as 'somebody'"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_at_once_and_without_the_password(
    url: str, change: Callable[[str, str], str], words: str
) -> None:
    password = str(parse(url).password)
    with pytest.raises(Unavailable, match=words) as refused:
        PostgresStore.open(change(url, password), timeout=5)
    shown: BaseException | None = refused.value
    while shown is not None:
        assert password not in f"{shown!s}{shown!r}"
        assert "not-the-password" not in f"{shown!s}{shown!r}"
        shown = shown.__cause__


def test_a_bad_address_is_told_with_all_its_problems() -> None:
    with pytest.raises(BadInput) as refused:
        parse("postgresql://me:secret@db:99999/?schema=Robert');--&colour=red")
    told = "\n".join(refused.value.problems)
    assert all(word in told for word in ("port", "schema", "colour", "database: is missing"))
    assert "secret" not in told
    assert "secret" not in repr(parse("postgresql://me:secret@db/atlas"))


def test_a_server_that_does_not_answer_is_told_of_after_some_patience() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="does not answer"):
            PostgresStore.open(f"postgresql://me@127.0.0.1:{port}/atlas", timeout=0.2)


def test_a_schema_of_a_newer_program_is_refused(store: PostgresStore, url: str) -> None:
    store.server.read("INSERT INTO migrations (number, name) VALUES (9999, 'future') RETURNING 1")
    with pytest.raises(Unavailable, match="newer version"):
        PostgresStore.open(url)


# ---- a database that goes away and comes back


def _cut(session: Session) -> None:
    """Break a connection as a server does that is killed."""
    session._connection._usock.shutdown(socket.SHUT_RDWR)


class _Breaking:
    """Breaks the connection before or after the n-th statement that begins with a word."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, begins: str, *, after: bool, times: int = 1) -> None:
        self.times = times
        run = Session.run

        def breaking(session: Session, sql: str, **values: Any) -> Any:
            if sql.lstrip().startswith(begins) and self.times:
                self.times -= 1
                if after:
                    run(session, sql, **values)
                    session.is_broken = True
                    raise Lost("cut")
                _cut(session)
            return run(session, sql, **values)

        monkeypatch.setattr(Session, "run", breaking)


@pytest.mark.parametrize("begins", ["COPY incoming", "INSERT INTO edits", "UPDATE collection", "COMMIT"])
@pytest.mark.parametrize("after", [False, True])
def test_a_connection_lost_anywhere_in_a_save_stores_it_once(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, begins: str, after: bool
) -> None:
    store.put(incident(1), by="before")
    breaking = _Breaking(monkeypatch, begins, after=after)
    assert store.put([incident(1, title="Saved"), incident(2)], by="me") == 2
    assert breaking.times == 0
    assert [i.title for i in store.incidents()] == ["Saved", "Shelling № 2"]
    assert [v.by for v in store.versions("i0001")] == ["before", "me"]


@pytest.mark.parametrize("there", [[], [incident(9)]], ids=["empty", "full"])
@pytest.mark.parametrize(("begins", "after"), [("COPY", False), ("COMMIT", False)])
def test_a_load_that_loses_its_connection_stores_nothing_and_says_so(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, begins: str, after: bool, there: list[Any]
) -> None:
    if there:
        store.put(there)
    breaking = _Breaking(monkeypatch, begins, after=after)
    with pytest.raises(Unavailable, match="Nothing of the load was stored; load it again"):
        store.load([incident(n) for n in range(1, 6)])
    assert breaking.times == 0
    assert store.ids() == {i.id for i in there}
    assert store.load([incident(n) for n in range(1, 6)]) == 5
    assert store.ids() == {i.id for i in there} | {f"i{n:04}" for n in range(1, 6)}


def test_a_load_that_loses_its_connection_after_the_commit_is_stored(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking = _Breaking(monkeypatch, "COMMIT", after=True)
    assert store.load([incident(n) for n in range(1, 6)]) == 5
    assert breaking.times == 0
    assert len(store.ids()) == 5


def test_a_save_is_not_repeated_over_what_somebody_else_wrote_meanwhile(
    store: PostgresStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(incident(1))
    other = PostgresStore.open(url)
    apply = PostgresStore._apply

    def meanwhile(own: PostgresStore, session: Session, *rest: Any) -> int:
        if own is store and not session.is_broken:
            monkeypatch.setattr(PostgresStore, "_apply", apply)
            session.undo()  # the server forgets our turn
            other.put(incident(1, title="Theirs"))
            raise Lost("cut")
        return apply(own, session, *rest)

    monkeypatch.setattr(PostgresStore, "_apply", meanwhile)
    with pytest.raises(Conflict, match="nothing of this save was stored"):
        store.put(incident(1, title="Mine"))
    assert store.get("i0001").title == "Theirs"


def test_a_server_killed_under_load_loses_no_acknowledged_save_and_halves_none() -> None:
    """Each save is of two incidents with one number; the server is killed five times meanwhile and started again.

    It runs with fsync, and under a role whose commits do not wait for the disk: ours must all the same.
    """
    server = Throwaway(fsync=True)
    PostgresStore.open(server.start()).server.read("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
    store = PostgresStore.open(server.url, timeout=30)
    assert not any("fsync" in told for told in store.problems)
    assert store.server.read("SHOW fsync") == [["on"]]
    acknowledged, failed = [], []
    done = threading.Event()

    def saves() -> None:
        number = 0
        while not done.is_set():
            number += 1
            pair = [incident(1, title=str(number)), incident(2, title=str(number))]
            try:
                store.put(pair)
                acknowledged.append(number)
            except AtlasError as error:
                failed.append(str(error))

    writer = threading.Thread(target=saves)
    writer.start()
    try:
        for _ in range(5):
            seen = len(acknowledged)
            while len(acknowledged) < seen + 5 and writer.is_alive():
                done.wait(0.01)
            server.kill()
            server.start()
        seen = len(acknowledged)
        while len(acknowledged) < seen + 5 and writer.is_alive():
            done.wait(0.01)
    finally:
        done.set()
        writer.join(60)
    try:
        assert failed == []
        assert [int(str(v.incident and v.incident.title)) for v in store.versions("i0001")] == acknowledged
        assert [int(str(v.incident and v.incident.title)) for v in store.versions("i0002")] == acknowledged
    finally:
        server.stop()


def test_a_save_that_cannot_be_stored_says_so_and_the_same_again_is_safe() -> None:
    server = Throwaway()
    store = PostgresStore.open(server.start(), timeout=0.5)
    try:
        store.put(incident(1))
        held = store.get("i0001")
        changed = held.model_copy(update={"title": "Changed"})
        with store.writing() as writer:
            writer.put(incident(2))
            server.kill()
            with pytest.raises(Unavailable, match=r"i0001|broke|does not answer"):
                store.get("i0001")
            server.start()
        server.kill()
        with pytest.raises(Unavailable):
            store.replace(held, changed)
        server.start()
        store.replace(held, changed)
        store.replace(held, changed)
        assert [i.title for i in store.incidents()] == ["Changed", "Shelling № 2"]
        assert store.version("i0001") == 2
    finally:
        server.stop()


def test_a_pool_survives_more_threads_than_connections(store: PostgresStore) -> None:
    store.put([incident(n) for n in range(1, 4)])
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(store.count())) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [3] * 30
    assert isinstance(store.server, Server)
