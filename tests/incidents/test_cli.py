from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from incidents import cli
from incidents.store import FolderStore
from tests.incidents.samples import incident

SHIPPED = str(Path(__file__).resolve().parents[2] / "data" / "ukraine")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore.open(tmp_path / "collection", create=True)
    store.put([incident(n) for n in range(1, 6)])
    store.compact()
    store.put(incident(6))
    return store.folder


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def _all_commands() -> Iterator[str]:
    context = click.Context(cli.main)
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        yield name
        yield from (f"{name} {sub}" for sub in getattr(command, "commands", ()))


@pytest.mark.parametrize("name", list(_all_commands()))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert f"incident-atlas {name}" in result.output.partition("Example:")[2]


def test_show_tells_one_incident(folder: Path) -> None:
    result = run("show", "i0003", "--from", folder)
    assert result.exit_code == 0
    assert "Shelling № 3" in result.output
    assert "killed    3" in result.output
    assert json.loads(run("show", "i0006", "--json", "--from", folder).output)["id"] == "i0006"


def test_show_never_sends_commands_to_the_terminal(folder: Path) -> None:
    FolderStore.open(folder).put(incident(7, title="a\x1b]0;owned\x07b"))
    assert "\x1b" not in run("show", "i0007", "--from", folder).output


def test_an_unknown_id_is_one_line_and_exit_code_1(folder: Path) -> None:
    result = run("show", "nobody", "--from", folder)
    assert result.exit_code == 1
    assert result.output.startswith("Error: nobody: no incident")
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["export"], "--out"),
        (["export", "--out", "x", "--category", "unheard"], "--category"),
        (["export", "--out", "x", "--since", "yesterday"], "--since"),
        (["export", "--out", "x", "--min-killed", "many"], "--min-killed"),
        (["export", "--out", "x", "--near", "abc"], "--near: "),
        (["export", "--out", "x", "--near", "1,2"], "longitude, latitude and kilometres"),
        (["export", "--out", "x", "--near", "200,10,5"], "--near: "),
        (["export", "--out", "x", "--bbox", "1,95,3,97"], "--bbox: "),
        (["export", "--out", "x", "--within", "1 2,3 4"], "--within: "),
        (["export", "--out", "x", "--min-killed", "-3"], "--min-killed: "),
        (["export", "--out", "x", "--since", "2023-01-01", "--until", "2022-01-01"], "is after --until"),
        (["export", "--out", "x", "--from", "a", "--store", "b"], "--from"),
        (["nonsense"], "nonsense"),
        (["show"], "ID"),
        (["serve", "--port", "0"], "--port"),
    ],
)
def test_misuse_is_exit_code_2_and_names_the_word(words: list[str], named: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert named in result.output


def test_all_bad_words_are_named_at_once() -> None:
    result = run("export", "--out", "x", "--since", "never", "--category", "unheard", "--bbox", "1,2,3")
    assert [line.partition(":")[0] for line in result.output.splitlines()[-3:]] == [
        "Error", "--category", "--bbox",
    ]  # fmt: skip


def test_the_list_of_commands_says_what_each_does() -> None:
    listed = run("--help").output.partition("Commands:")[2]
    for name in cli.COMMANDS:
        assert re.search(rf"^  {name} +\w.{{10}}", listed, re.MULTILINE), name


def test_the_version_is_told() -> None:
    assert run("--version").exit_code == 0


def test_export_writes_what_the_filter_lets_through(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    assert run("export", "--from", folder, "--out", out, "--since", "2022-06-01").exit_code == 0
    assert [f["id"] for f in json.loads(out.read_text())["features"]] == ["i0005", "i0006"]
    table = run("export", "--from", folder, "--format", "csv", "--out", "-", "--until", "2022-02-28").stdout
    assert [row["id"] for row in csv.DictReader(io.StringIO(table))] == ["i0001"]


def test_an_export_that_fails_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    out.write_text("old")
    path = folder / "2022-04.geojson"
    path.write_bytes(path.read_bytes()[:-20])
    result = run("export", "--from", folder, "--out", out)
    assert result.exit_code == 1
    assert "2022-04.geojson" in result.output
    assert out.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".tmp")] == []


def test_validate_prints_each_problem_and_counts_them(folder: Path) -> None:
    assert run("validate", folder).exit_code == 0
    path = folder / "2022-04.geojson"
    path.write_bytes(path.read_bytes().replace(b'"killed_min":3', b'"killed_min":4'))
    result = run("validate", folder)
    assert result.exit_code == 1
    assert "2022-04.geojson:2: i0003: killed_min: is 4, the claims say 3" in result.output
    assert "Error: 1 problem" in result.output


def test_compact_empties_the_journal(folder: Path) -> None:
    assert "1 edit moved" in run("compact", folder).output
    assert not (folder / "journal.geojsons").exists()


def test_an_unexpected_error_is_one_line_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inner")

    monkeypatch.setattr("incidents.validate.check", broken)
    result = run("validate", folder)
    assert result.exit_code == 1
    assert "unexpected ZeroDivisionError: inner" in result.output
    assert "Traceback" not in result.output


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "incidents", "show", "nobody"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")


def test_serve_says_that_a_port_is_taken(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--from", folder, "--port", port)
    assert result.exit_code == 1
    assert f"port {port} is in use" in result.output
    assert "make run PORT=" in result.output


def test_serve_names_an_address_that_is_not_of_this_machine(folder: Path) -> None:
    result = run("serve", "--from", folder, "--address", "192.0.2.1", "--port", "8765")
    assert result.exit_code == 1
    assert "cannot listen on 192.0.2.1:8765" in result.output


def test_serve_does_not_start_on_nothing(tmp_path: Path) -> None:
    result = run("serve", "--from", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in result.output


@pytest.mark.skipif(
    not (ROOT / "dashboard" / "page.py").exists(), reason="the dashboard's page is not here yet"
)
def test_serve_prints_its_address_and_answers(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "incidents", "serve", "--from", str(folder), "--port", str(port)]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ
    ) as server:
        try:
            assert server.stdout is not None
            assert f"http://127.0.0.1:{port}".encode() in server.stdout.readline()
            assert _answer(f"http://127.0.0.1:{port}/_stcore/health") == b"ok"
        finally:
            server.terminate()
            server.communicate(timeout=20)


def _answer(url: str, seconds: float = 60) -> bytes:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return bytes(reply.read())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_the_filter_words_are_those_of_the_model() -> None:
    from incidents.filters import Filter

    command = cli.main.get_command(click.Context(cli.main), "export")
    assert command is not None
    names = {parameter.name for parameter in command.params}
    assert names >= set(Filter.model_fields)


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("repair", "incident-atlas validate URL"),
        ("verify", "incident-atlas snapshot URL --out FOLDER"),
        ("compact", "there is nothing to compact"),
    ],
)
def test_what_makes_no_sense_on_a_database_says_what_to_do_instead(command: str, instead: str) -> None:
    done = run(command, "postgresql://me:secret@127.0.0.1:1/atlas")
    assert done.exit_code == 2
    assert instead in " ".join(done.output.split())
    assert "secret" not in done.output


@pytest.mark.parametrize(
    "words", ["snapshot", "validate", "batch rollup --store", "show x --store", "merge list --into"]
)
def test_an_address_of_another_kind_is_named_without_its_password(words: str) -> None:
    done = run(*words.split(), "mysql://me:secret@db.example.org/atlas")
    assert done.exit_code == 1
    assert "postgresql://" in done.output
    assert "secret" not in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--place", "Testivkaa"], "did you mean Testivka?"),
        (["--place", "Lndon"], "the nearest names are London"),
        (["--near", "48,31,500"], "did you mean --near 31,48,500 (6)?"),
        (["--admin1", "Kharkiv"], "did you mean UA-63?"),
        (["--since", "2031-01-01"], "lie between 2022-02-02 and 2022-07-07"),
        (["--category", "explosion"], "there are shelling"),
        (["--since", "2022-07-01", "--until", "2022-07-31", "--text", "№ 1"], "without --text there are 1"),
    ],
)
def test_an_export_of_nothing_says_what_is_near_and_replaces_nothing(
    folder: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("kept")
    done = run("export", "--from", folder, "--format", "csv", "--out", out, *words)
    assert told in done.output
    assert done.exit_code == 1
    assert out.read_text() == "kept"


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "holds binary data"),
        (b"PK\x03\x04broken", "is a ZIP file"),
        (b"hello", "GeoJSON"),
    ],
)
def test_serving_what_is_no_collection_is_refused(tmp_path: Path, start: bytes, told: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(start)
    done = run("serve", "--from", path, "--port", "8719")
    assert done.exit_code == 1
    assert told in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("edit", "any-id", "title=Other", "--into", SHIPPED, "--dry-run"),
        ("review", "any-id", "--as", "accepted", "--into", SHIPPED),
        ("merge", "find", "--into", SHIPPED),
        ("merge", "undo", "any-id", "--into", SHIPPED),
        ("ingest", "README.md", "--into", SHIPPED),
        ("import", "README.md", "--mapping", "ukraine-timemap", "--into", SHIPPED),
        ("serve", "--edit", "--from", SHIPPED),
    ],
)
def test_the_example_that_ships_stays_as_it_is_whatever_would_edit_it(words: tuple[str, ...]) -> None:
    before = {path.name: path.read_bytes() for path in Path(SHIPPED).iterdir() if path.is_file()}
    done = run(*words)
    assert done.exit_code == 2
    assert (
        f"{SHIPPED} is the example that ships with the program and stays as it is; copy it first"
        in done.output
    )
    assert before == {path.name: path.read_bytes() for path in Path(SHIPPED).iterdir() if path.is_file()}


def test_validate_names_the_way_out_of_a_renamed_month(tmp_path: Path) -> None:
    store = FolderStore.open(tmp_path / "my collection", create=True)
    store.put(incident(1))
    store.compact()
    (month,) = store.folder.glob("*.geojson")
    month.rename(store.folder / "march.geojson")
    told = run("validate", store.folder)
    assert told.exit_code == 1
    assert "march.geojson: is not named by a month" in told.output
    assert f"incident-atlas repair '{store.folder}'" in told.output
    assert run("repair", store.folder).exit_code == 0
    assert run("validate", store.folder).exit_code == 0
    assert [path.name for path in store.folder.glob("*.geojson")] == [month.name]
