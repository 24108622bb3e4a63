"""The optional reader behind an HTTP endpoint, against a server of our own: what it keeps, and how it fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from incidents import cli
from incidents._errors import BadInput, Unavailable
from incidents.extract.endpoint import MAX_TEXT, EndpointReader
from incidents.extract.protocol import KEY, Answer, Reader

TEXT = "Семеро людей загинули в Ізюмі 😀, сказав мер. At least 12 people were hurt; 12 houses burnt."


class Stub(ThreadingHTTPServer):
    """Answers as `answer` says and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.answer: Callable[[_Handler, Any], None] = lambda handler, _body: handler.say(200, completion([]))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.server.answer(self, body)

    def say(self, status: int, raw: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        pass


def completion(claims: Any) -> bytes:
    content = claims if isinstance(claims, str) else json.dumps({"claims": claims})
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.delenv(KEY, raising=False)
    server = Stub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def read(stub: Stub, answer: Any = None, *, timeout: float = 5.0) -> Answer:
    if answer is not None:
        raw = answer if isinstance(answer, bytes) else completion(answer)
        stub.answer = lambda handler, _body: handler.say(200, raw)
    reader: Reader = EndpointReader(stub.url, "tiny", timeout=timeout)
    return reader.read(TEXT, report="r1")


DEAD = {"predicate": "killed", "value": 7, "quote": "Семеро людей загинули", "speaker": {"name": "мер"}}


def test_a_claim_is_kept_with_its_words_its_speaker_and_its_mark(stub: Stub) -> None:
    found = read(
        stub, [DEAD, {"predicate": "injured", "value": 12, "qualifier": "at_least", "quote": "At least 12"}]
    )
    assert found.notes == ()
    dead, hurt = found.claims
    assert dead.quote is not None
    assert TEXT[dead.quote.start : dead.quote.end] == dead.quote.text == "Семеро людей загинули"
    assert (dead.value, dead.min, dead.max, dead.rule) == (7, 7, 7, "endpoint:tiny")
    assert dead.speaker is not None
    assert dead.speaker.name == "мер"
    assert (hurt.min, hurt.max, hurt.review) == (12, None, "unreviewed")
    assert read(stub).claims == found.claims, "the same answer gives the same ids"


def test_what_is_sent_is_the_text_the_schema_and_nothing_else(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(stub)
    path, headers, body = stub.asked[0]
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers
    assert body["model"] == "tiny"
    assert TEXT in body["messages"][-1]["content"]
    assert '"killed"' in body["messages"][0]["content"]
    monkeypatch.setenv(KEY, "s3cret")
    read(stub)
    assert stub.asked[1][1]["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        (DEAD | {"quote": "Seven people died"}, "its quote is not in the report"),
        (DEAD | {"quote": "семеро людей загинули"}, "its quote is not in the report"),
        (DEAD | {"quote": " "}, "has no quote"),
        (DEAD | {"quote": 7}, "has no quote"),
        (DEAD | {"predicate": "murdered"}, "is not a predicate"),
        (DEAD | {"qualifier": "perhaps"}, "is not a qualifier"),
        (DEAD | {"qualifier": "as_stated", "min": 9, "max": 3}, "min 9 is over max 3"),
        ("killed 7", "is not an object"),
        (None, "is not an object"),
    ],
)
def test_what_cannot_be_true_is_left_out_and_said(stub: Stub, claim: Any, told: str) -> None:
    found = read(stub, [claim, DEAD])
    assert len(found.claims) == 1, "the good claim stays"
    assert told in found.notes[0]


def test_a_figure_that_is_not_in_its_words_needs_review(stub: Stub) -> None:
    found = read(stub, [{"predicate": "injured", "value": 21, "quote": "At least 12 people were hurt"}])
    assert found.claims[0].review == "needs_review"
    twice = read(stub, [{"predicate": "injured", "value": 12, "quote": "12"}])
    assert twice.claims[0].review == "needs_review", "these words stand there twice"


def test_hostile_values_do_no_harm(stub: Stub) -> None:
    hostile = DEAD | {
        "speaker": {"name": "x\x1b[31m\u202e" + "y" * 9999, "role": ["no"]},
        "value": float("1e300"),
        "min": True,
        "group": {"a": 1},
        "review": "accepted",
        "rule": "person",
        "id": "../../etc",
    }
    claim = read(stub, [hostile]).claims[0]
    assert claim.speaker is not None
    assert claim.speaker.name.isprintable()
    assert len(claim.speaker.name) <= 300
    assert (claim.value, claim.group, claim.rule, claim.review) == (None, None, "endpoint:tiny", "unreviewed")
    assert claim.id.startswith("c-")


def test_an_answer_in_a_code_fence_is_read(stub: Stub) -> None:
    assert len(read(stub, "```json\n" + json.dumps({"claims": [DEAD]}) + "\n```").claims) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"<html>busy</html>",
        b"[]",
        b'{"choices": []}',
        b'{"error": {"message": "no"}}',
        completion("I cannot help with that."),
        completion("[" * 100_000),
        completion('{"claims": 7}'),
    ],
)
def test_an_answer_that_is_none_is_said_so(stub: Stub, raw: bytes) -> None:
    with pytest.raises(Unavailable, match="not a list of claims"):
        read(stub, raw)


def test_an_endpoint_that_knows_no_schemas_is_asked_without(stub: Stub) -> None:
    def answer(handler: _Handler, body: Any) -> None:
        if "response_format" in body:
            handler.say(400, b'{"error": "response_format is not supported"}')
        else:
            handler.say(200, completion([DEAD]))

    stub.answer = answer
    assert len(read(stub).claims) == 1


def test_an_error_of_the_endpoint_is_told_in_a_line(stub: Stub) -> None:
    stub.answer = lambda handler, _body: handler.say(503, b"over\x1b[2Jloaded\n" + b"x" * 5000)
    with pytest.raises(Unavailable) as caught:
        read(stub)
    assert "answers 503: over" in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_redirect_is_not_followed(stub: Stub) -> None:
    stub.answer = lambda handler, _body: handler.say(302, b"", Location="http://127.0.0.1:1/steal")
    with pytest.raises(Unavailable, match="answers 302"):
        read(stub)
    assert len(stub.asked) == 1


def test_silence_ends_with_the_timeout(stub: Stub) -> None:
    done = threading.Event()
    stub.answer = lambda _handler, _body: done.wait(5) and None
    with pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"):
        read(stub, timeout=0.2)
    done.set()


def test_an_answer_that_drips_ends_with_the_timeout(stub: Stub) -> None:
    def drip(handler: _Handler, _body: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)

    stub.answer = drip
    with pytest.raises(Unavailable, match="did not finish"):
        read(stub, timeout=0.3)


def test_an_answer_without_end_is_cut_off(stub: Stub) -> None:
    def flood(handler: _Handler, _body: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(64):
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    stub.answer = flood
    with pytest.raises(Unavailable, match="more than 2000000 bytes"):
        read(stub)


def test_nobody_there_is_said_so() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        EndpointReader("http://127.0.0.1:1/v1", "tiny", timeout=1).read(TEXT, report="r1")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://127.0.0.1/v1", "is not an address"),
        ("127.0.0.1:8000", "is not an address"),
        ("http://example.org/v1", "not encrypted"),
        ("https://user:secret@example.org/v1", KEY),
    ],
)
def test_an_address_that_would_not_do_is_refused_before_anything_is_sent(url: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        EndpointReader(url, "tiny")
    assert "secret" not in str(caught.value)


def test_a_text_that_is_too_long_is_not_sent(stub: Stub) -> None:
    with pytest.raises(BadInput, match="at most"):
        EndpointReader(stub.url, "tiny").read("x" * (MAX_TEXT + 1), report="r1")
    assert stub.asked == []


def _report(tmp_path: Path) -> str:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def test_read_asks_the_endpoint_that_is_named(stub: Stub, tmp_path: Path) -> None:
    stub.answer = lambda handler, _body: handler.say(200, completion([DEAD, DEAD | {"quote": "invented"}]))
    words = [
        "read",
        _report(tmp_path),
        "--json",
        "--reader",
        "endpoint",
        "--endpoint",
        stub.url,
        "--model",
        "tiny",
    ]
    done = CliRunner().invoke(cli.main, words)
    assert done.exit_code == 0, done.output
    read_out = json.loads(done.stdout)
    assert [c["rule"] for c in read_out["claims"]] == ["endpoint:tiny"]
    assert read_out["claims"][0]["quote"]["report"] == read_out["report"]["id"]
    assert any(p["place_id"] == "geonames:707292" for p in read_out["places"]), "places stay with the rules"
    assert "left out: its quote is not in the report" in done.stderr


def test_read_sends_nothing_unless_told_where(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "s3cret")
    done = CliRunner().invoke(cli.main, ["read", _report(tmp_path), "--json"])
    assert done.exit_code == 0
    assert stub.asked == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--reader", "endpoint"], "needs --endpoint URL and --model NAME"),
        (["--model", "tiny"], "need --reader endpoint"),
        (["--reader", "endpoint", "--endpoint", "nowhere", "--model", "tiny"], "is not an address"),
    ],
)
def test_read_with_half_of_the_words_is_misuse(tmp_path: Path, words: list[str], told: str) -> None:
    done = CliRunner().invoke(cli.main, ["read", _report(tmp_path), *words])
    assert done.exit_code == 2
    assert told in done.output
