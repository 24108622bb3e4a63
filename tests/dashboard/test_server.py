"""The map's endpoint: answers tokens and nothing else, clearly and within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.memory import CATEGORIES, MemoryCatalogue, points
from dashboard import server, steps, tokens, views, warm
from geo import basemap
from geo.grid import Window
from incidents.catalogues import open_catalogue
from incidents.filters import Filter
from incidents.store import FolderStore
from tests.incidents.collections import collection

with warnings.catch_warnings():  # starlette would rather have httpx2, which nothing else here needs
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WORLD = {"z": "3", "x0": "0", "y0": "0", "x1": "32", "y1": "32"}


@pytest.fixture
def catalogue() -> MemoryCatalogue:
    columns = points(600)
    columns.lon[:30], columns.lat[:30] = 37.25, 49.2
    columns.lon[30:34] = [np.nan, 900.0, np.inf, -181.0]
    columns.lon[34], columns.lat[34] = 49.2, 37.25  # swapped: on the map, but far away
    return MemoryCatalogue(columns)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = Starlette(routes=server.routes(), middleware=server.middleware())
    with TestClient(app, base_url="http://127.0.0.1:8501", raise_server_exceptions=True) as it:
        yield it


def ask(client: TestClient, what: str, token: str, **parameters: Any) -> Any:
    return client.get(f"{basemap.ROOT}/{what}/{token}", params=parameters)


def test_a_view_counts_what_the_filter_lets_through(client: TestClient, catalogue: MemoryCatalogue) -> None:
    everything = ask(client, "view", tokens.issue(catalogue, Filter()), **WORLD).json()
    assert everything["total"] == sum(everything["n"]) == 596
    assert sum(everything["categories"]) == 596
    where = Filter.from_words({"category": "shelling"})
    some = ask(client, "view", tokens.issue(catalogue, where), **WORLD).json()
    expected = int((catalogue.mask(where) & (np.abs(catalogue.points().lon) <= 180)).sum())
    assert some["total"] == expected
    assert set(np.flatnonzero(some["categories"])) == {CATEGORIES.index("shelling")}


def test_the_legend_counts_the_whole_filter_wherever_the_view_is(
    client: TestClient, catalogue: MemoryCatalogue
) -> None:
    token = tokens.issue(catalogue, Filter())
    corner = ask(client, "view", token, **WORLD | {"x1": 1, "y1": 1}).json()
    whole = ask(client, "view", token, **WORLD).json()
    assert corner["total"] < 596
    assert corner["everywhere"] == whole["everywhere"] == whole["categories"]


def test_a_stack_is_listed_page_by_page_until_the_last(
    client: TestClient, catalogue: MemoryCatalogue
) -> None:
    token = tokens.issue(catalogue, Filter())
    cells = Window.of(37.2, 49.1, 37.3, 49.3, zoom=14)
    view = {"z": 14, "x0": cells.x0, "y0": cells.y0, "x1": cells.x1, "y1": cells.y1}
    answer = ask(client, "view", token, **view).json()
    assert max(answer["n"]) == 30
    i = answer["n"].index(30)
    assert answer["stack"][sum(n > 1 for n in answer["n"][:i])] == 1
    seen: list[str] = []
    while len(seen) < 30:
        page = ask(client, "open", token, **view, i=i, offset=len(seen)).json()
        assert page["n"] == 30
        assert page["same"] is True
        assert page["rows"]
        seen += [row["id"] for row in page["rows"]]
    assert sorted(seen) == [f"i{row:07d}" for row in range(30)]


def test_one_incident_in_short_only_under_its_filter(client: TestClient, catalogue: MemoryCatalogue) -> None:
    token = tokens.issue(catalogue, Filter())
    facts = ask(client, "incident", token, row=7).json()
    assert facts["id"] == "i0000007"
    assert (facts["lon"], facts["lat"]) == (37.25, 49.2)
    assert facts["grading"] == "weak"
    assert facts["killed"] == [None, None]
    row = int(np.flatnonzero(catalogue.points().category != CATEGORIES.index("shelling"))[0])
    shelling = tokens.issue(catalogue, Filter.from_words({"category": "shelling"}))
    assert ask(client, "incident", shelling, row=row).status_code == 404
    assert ask(client, "incident", token, row=10**9).status_code == 404
    assert ask(client, "incident", token, id="nobody").status_code == 404


@pytest.mark.parametrize("numbers", [10_000, 300, 1])
def test_playing_counts_every_incident_with_a_date_in_exactly_one_step(
    client: TestClient, catalogue: MemoryCatalogue, numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_NUMBERS", numbers)
    columns = catalogue.points()
    columns.start[100:110] = np.iinfo(np.int32).min
    token = tokens.issue(catalogue, Filter())
    symbols = len(ask(client, "view", token, **WORLD).json()["n"])
    page, before = ask(client, "steps", token, **WORLD).json(), np.zeros(symbols, int)
    last = len(page["edges"]) - 1
    while True:
        assert page["before"] == before.tolist(), "each page goes on where the one before it ended"
        before += np.sum(page["counts"], axis=0)
        following = page["first"] + len(page["counts"])
        if following >= last:
            break
        page = ask(client, "steps", token, **WORLD, at=following).json()
        assert page["first"] == following
    assert before.sum() == 586
    assert last <= steps.MAX_STEPS
    assert page["edges"] == sorted(page["edges"])
    assert all(edge.endswith("-01") for edge in page["edges"])


def test_a_page_of_steps_is_no_larger_than_an_answer_may_be(client: TestClient) -> None:
    rng = np.random.default_rng(1)
    spread = points(200_000, lon=rng.uniform(22, 40, 200_000), lat=rng.uniform(44, 52, 200_000))
    token = tokens.issue(MemoryCatalogue(spread), Filter())
    cells = Window.of(25, 46, 38, 51, zoom=7)
    view = {"z": 7, "x0": cells.x0, "y0": cells.y0, "x1": cells.x1, "y1": cells.y1}
    answer = ask(client, "steps", token, **view)
    assert len(answer.json()["before"]) > 200
    assert len(answer.json()["edges"]) > len(answer.json()["counts"]) + 1, "there is more than one page"
    assert int(answer.headers["content-length"]) <= 25_000


def test_a_step_outside_the_span_is_answered_with_the_nearest(
    client: TestClient, catalogue: MemoryCatalogue
) -> None:
    token = tokens.issue(catalogue, Filter())
    far = ask(client, "steps", token, **WORLD, at=10**9).json()
    assert far["first"] + len(far["counts"]) == len(far["edges"]) - 1
    assert ask(client, "steps", token, **WORLD, at=-5).json()["first"] == 0
    nothing = tokens.issue(catalogue, Filter.from_words({"since": "2100-01-01"}))
    assert ask(client, "steps", nothing, **WORLD).json()["counts"] == []


@pytest.mark.parametrize(
    ("first", "last", "count", "begins"),
    [
        ("2022-03-01", "2022-03-01", 1, "2022-03-01"),
        ("2022-03-01", "2022-04-15", 46, "2022-03-01"),
        ("2022-03-01", "2022-12-31", 44, "2022-03-01"),
        ("2022-03-15", "2026-02-01", 48, "2022-03-01"),
        ("2000-05-15", "2014-02-01", 56, "2000-04-01"),
        ("1946-05-15", "2024-02-01", 40, "1946-01-01"),
    ],
)
def test_steps_are_calendar_steps_that_hold_the_first_and_the_last_day(
    first: str, last: str, count: int, begins: str
) -> None:
    days = np.array([np.datetime64(first, "D").astype(int), np.datetime64(last, "D").astype(int)], np.int32)
    edges = steps.step_edges(days)
    assert str(np.datetime64(int(edges[0]), "D")) == begins
    assert edges[0] <= days[0]
    assert edges[-1] > days[1]
    assert len(edges) == count + 1
    assert len(edges) <= steps.MAX_STEPS + 1


def test_the_density_surface_and_the_areas_count_everything(
    client: TestClient, catalogue: MemoryCatalogue
) -> None:
    token = tokens.issue(catalogue, Filter())
    surface = ask(client, "density", token, **WORLD).json()
    assert sum(surface["count"]) == surface["total"] == 596
    assert sum(surface["index"]) < surface["wide"] * surface["high"]
    areas = ask(client, "areas", token, level="admin1").json()
    assert sum(areas["counts"].values()) + areas["elsewhere"] == areas["total"] == 600


@pytest.mark.parametrize("what", ["view", "steps", "density", "open"])
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"z": "99"}, "zoom"),
        ({"z": "-1"}, "zoom"),
        ({"z": "1e3"}, "whole number"),
        ({"z": ""}, "whole number"),
        ({"x1": "-5"}, "end before"),
        ({"x1": "9" * 40}, "whole number"),
        ({"z": "12", "x1": "16384", "y1": "16384"}, "cells"),
        ({"x0": "900000000", "x1": "900000001"}, "columns"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(
    client: TestClient, catalogue: MemoryCatalogue, what: str, change: dict[str, str], word: str
) -> None:
    answer = ask(client, what, tokens.issue(catalogue, Filter()), **{**WORLD, "i": "0", **change})
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_view_of_zero_size_is_an_empty_answer(client: TestClient, catalogue: MemoryCatalogue) -> None:
    token, nothing = tokens.issue(catalogue, Filter()), {**WORLD, "x1": "0", "y1": "0"}
    assert ask(client, "view", token, **nothing).json()["total"] == 0
    assert ask(client, "density", token, **nothing).json()["total"] == 0
    assert ask(client, "steps", token, **nothing).json()["before"] == []
    assert ask(client, "open", token, **nothing, i=0).status_code == 400


@pytest.mark.parametrize(
    ("lon", "lat"), [([], []), ([np.nan] * 3, [np.nan] * 3), ([900.0, 10.0, -181.0], [10.0, 91.0, 0.0])]
)
def test_a_collection_without_one_usable_place_is_an_empty_map(
    client: TestClient, lon: list[float], lat: list[float]
) -> None:
    token = tokens.issue(MemoryCatalogue(points(len(lon), lon=lon, lat=lat)), Filter())
    assert ask(client, "view", token, **WORLD).json()["total"] == 0
    assert ask(client, "steps", token, **WORLD).json()["counts"] == []
    assert ask(client, "density", token, **WORLD).json()["total"] == 0


def test_a_token_that_was_never_issued_is_refused(client: TestClient) -> None:
    for token in ("x", "A" * 32, "A" * 5000, "..", "%00", "é"):
        for what in ("view", "steps", "open", "incident", "areas", "density"):
            answer = ask(client, what, token, **WORLD)
            assert answer.status_code == 404
            assert "view" not in answer.text


def test_tokens_are_unguessable_the_same_for_the_same_filter_and_expire(catalogue: MemoryCatalogue) -> None:
    now = [0.0]
    registry = tokens.Registry(max_tokens=3, idle=60, clock=lambda: now[0])
    first = registry.issue(catalogue, Filter())
    assert len(first) >= 32
    assert registry.issue(catalogue, Filter()) == first
    others = [registry.issue(catalogue, Filter(min_killed=n)) for n in range(3)]
    assert len({first, *others}) == 4
    assert registry.find(first) is None, "the least recently used one is forgotten"
    assert registry.find(others[0]) is not None
    now[0] = 59
    registry.find(others[1])
    now[0] = 100
    assert registry.find(others[0]) is None
    assert registry.find(others[1]) is not None
    assert registry.issue(catalogue, Filter()) != first


def test_filters_held_in_memory_are_bounded_in_bytes(catalogue: MemoryCatalogue) -> None:
    registry = tokens.Registry(max_bytes=100_000)
    names = []
    for killed in range(40):
        names.append(registry.issue(catalogue, Filter(min_killed=killed)))
        entry = registry.find(names[-1])
        assert entry is not None
        assert len(entry.selection) == 596
    held = [entry for name in names if (entry := registry.find(name))]
    assert 1 <= len(held) < 40
    assert sum(entry.nbytes for entry in held) < 150_000


def test_new_content_has_a_new_token(catalogue: MemoryCatalogue) -> None:
    registry = tokens.Registry()
    before = registry.issue(catalogue, Filter())
    catalogue._revision = "2"
    assert registry.issue(catalogue, Filter()) != before


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", ""])
def test_an_unknown_host_is_refused(client: TestClient, host: str) -> None:
    answer = client.get(basemap.address("atlas.css"), headers={"host": host})
    assert answer.status_code == 403
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "192.168.1.7:8501"])
def test_this_machine_is_served_by_its_addresses(client: TestClient, host: str) -> None:
    assert client.get(basemap.address("atlas.css"), headers={"host": host}).status_code == 200


def test_a_named_host_may_be_allowed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(server.HOSTS, "atlas.example, other.example")
    assert client.get(basemap.address("atlas.css"), headers={"host": "atlas.example:80"}).status_code == 200
    assert client.get(basemap.address("atlas.css"), headers={"host": "third.example"}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("http://127.0.0.1:8501", True),
        ("https://atlas.example", True),
        ("http://127.0.0.1:3000", False),
        ("http://localhost:8501", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_only_our_own_page_opens_a_session(
    origin: str | None, *, is_let_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def session(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    monkeypatch.setenv(server.HOSTS, "atlas.example")
    app = Starlette(routes=[WebSocketRoute("/stream", session)], middleware=server.middleware())
    headers = {"host": "127.0.0.1:8501"} | ({"origin": origin} if origin else {})
    refused = contextlib.nullcontext() if is_let_in else pytest.raises(WebSocketDisconnect)
    with TestClient(app) as client, refused, client.websocket_connect("/stream", headers=headers):
        pass


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_not_read_the_map(client: TestClient, catalogue: MemoryCatalogue, site: str) -> None:
    path = f"{basemap.ROOT}/view/{tokens.issue(catalogue, Filter())}"
    assert client.get(path, params=WORLD, headers={"sec-fetch-site": site}).status_code == 403
    assert client.get(path, params=WORLD, headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_every_answer_carries_security_and_cache_headers(
    client: TestClient, catalogue: MemoryCatalogue
) -> None:
    script = client.get(basemap.address("atlas-base.js"))
    view = ask(client, "view", tokens.issue(catalogue, Filter()), **WORLD)
    missing = client.get(f"{basemap.ROOT}/files/x/../../etc/passwd")
    for answer in (script, view, missing):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "object-src 'none'" in answer.headers["content-security-policy"]
        assert "https:" not in answer.headers["content-security-policy"]
    assert "immutable" in script.headers["cache-control"]
    assert view.headers["cache-control"].startswith("private")
    frame = client.get("/component/streamlit_folium.st_folium/index.html")
    assert (
        "img-src 'self' data: blob: https://tile.openstreetmap.org;"
        in frame.headers["content-security-policy"]
    )


def test_the_frame_of_the_map_is_told_at_once_what_it_will_need() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("frame")(scope, receive, send)

    app = Starlette(routes=[Mount("/", page)], middleware=server.middleware())
    with TestClient(app, base_url="http://127.0.0.1:8501") as it:
        frame = it.get("/component/streamlit_folium.st_folium/index.html")
        script = it.get("/component/streamlit_folium.st_folium/static/js/main.521860b0.js")
        page_itself = it.get("/index.html")
    told = re.findall(r"<([^>]+)>; rel=preload", frame.headers["link"])
    assert told == [
        basemap.leaflet_address("leaflet.js"),
        *map(basemap.address, (*basemap.SCRIPTS, "basemap.json")),
    ]
    assert "immutable" in script.headers["cache-control"], "its name changes with its content"
    assert "immutable" not in frame.headers.get("cache-control", "")
    assert "link" not in page_itself.headers


def test_only_the_files_of_the_map_are_served(client: TestClient) -> None:
    assert client.get(basemap.leaflet_address("leaflet.js")).status_code == 200
    assert client.get(basemap.leaflet_address("images/marker-icon.png")).status_code == 200
    for path in (
        "leaflet/1.9.4/%2e%2e/apps.py",
        "leaflet/1.9.4//etc/passwd",
        "files/1/views.py",
        "files/1/%2e%2e%2fgrid.py",
    ):
        assert client.get(f"{basemap.ROOT}/{path}").status_code == 404
    raw = client.get(basemap.address("basemap.json"))
    assert set(raw.json()) >= {"levels", "names", "home"}
    assert len(gzip.compress(raw.content)) < len(raw.content)


def test_a_burst_of_ten_thousand_is_answered_or_told_to_wait(catalogue: MemoryCatalogue) -> None:
    """All at once; memory is bounded because only some may wait and few compute."""
    token = tokens.issue(catalogue, Filter())
    computing, most = [0], [0]

    def slow(entry: tokens.Entry, parameters: views.Parameters) -> dict[str, Any]:
        computing[0] += 1
        most[0] = max(most[0], computing[0])
        time.sleep(0.01)
        computing[0] -= 1
        return {"total": 1}

    app = Starlette(routes=[server._question("view", slow, server.Gate(workers=2, waiting=8))])
    statuses: list[int] = []

    async def one() -> None:
        scope = {"type": "http", "method": "GET", "path": f"/atlas/view/{token}", "query_string": b"z=3",
                 "headers": [], "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 1)}  # fmt: skip

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        await app(scope, receive, send)

    async def burst() -> None:
        await asyncio.gather(*(one() for _ in range(10_000)))
        assert len(statuses) == 10_000
        assert statuses.count(200) == 8
        assert statuses.count(429) == 9_992
        await one()
        assert statuses[-1] == 200, "after the burst the map goes on"

    asyncio.run(burst())
    assert most[0] <= 2


def test_a_slow_new_filter_does_not_hold_up_the_views_of_others(
    client: TestClient, catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = tokens.issue(catalogue, Filter())
    assert ask(client, "view", ready, **WORLD).status_code == 200
    release = threading.Event()
    real = catalogue.mask

    def slow(where: Filter) -> Any:
        release.wait(20)
        return real(where)

    monkeypatch.setattr(catalogue, "mask", slow)
    new = [tokens.issue(catalogue, Filter(min_killed=n)) for n in range(5)]
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda token=token: answers.append(ask(client, "view", token, **WORLD).status_code)
        )
        for token in new
    ]
    for thread in threads:
        thread.start()
    assert ask(client, "view", ready, **WORLD).status_code == 200
    assert answers == [], "the slow ones still wait, the ready one was answered"
    release.set()
    for thread in threads:
        thread.join()
    assert answers == [200] * 5


def test_threads_take_short_turns_and_no_page_ends_with_a_full_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_to: dict[str, Any] = {}
    monkeypatch.setattr(warm.sys, "setswitchinterval", lambda seconds: set_to.update(turn=seconds))
    monkeypatch.setattr(warm.config, "set_option", lambda name, *, value: set_to.update({name: value}))
    warm.share()
    assert set_to == {"turn": warm.HAND_OVER, "runner.postScriptGC": False}


def test_connections_send_small_answers_at_once() -> None:
    """Made as Streamlit makes it, without naming the protocol, a socket holds them back for 40 ms."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        warm.send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_new_filter_is_applied_before_the_browser_asks(catalogue: MemoryCatalogue) -> None:
    token = tokens.issue(catalogue, Filter(min_killed=1))
    tokens.map_first(token)
    entry = tokens.registry().find(token)
    assert entry is not None
    assert entry.is_ready


def test_a_page_waits_for_the_map_only_a_little(
    catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(catalogue, "mask", lambda where: release.wait(20))
    token = tokens.issue(catalogue, Filter(min_killed=2))
    tokens.map_first(token)
    entry = tokens.registry().find(token)
    assert entry is not None
    assert not entry.is_ready, "the page went on although the filter is not applied yet"
    release.set()
    tokens.map_first("never issued")


class Held:
    """A catalogue whose filters are applied only once they are let go, and noted."""

    def __init__(self, catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
        self.catalogue, self.go, self.begun = catalogue, threading.Event(), list[Filter]()
        real = catalogue.mask

        def slow(where: Filter) -> Any:
            self.begun.append(where)
            self.go.wait(20)
            return real(where)

        monkeypatch.setattr(catalogue, "mask", slow)

    def chosen(self, registry: tokens.Registry, killed: int, *, visitor: str) -> str:
        token = registry.issue(self.catalogue, Filter(min_killed=killed))
        registry.prepare(token, visitor=visitor)
        return token

    def busy(self, count: int) -> None:
        """Wait until that many threads are at work."""
        limit = time.monotonic() + 10
        while len(self.begun) < count and time.monotonic() < limit:
            time.sleep(0.005)


def is_ready(registry: tokens.Registry, token: str) -> bool:
    entry = registry.find(token)
    assert entry is not None
    return entry.is_ready


def test_of_a_burst_of_filters_only_the_newest_is_applied(
    catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, registry = Held(catalogue, monkeypatch), tokens.Registry(max_tokens=1000)
    first = [held.chosen(registry, killed, visitor="one") for killed in range(2)]
    held.busy(2)
    burst = [held.chosen(registry, killed, visitor="one") for killed in range(2, 40)]
    other = held.chosen(registry, 99, visitor="two")
    held.go.set()
    for token in (*first, burst[-1], other):
        registry.wait(token, seconds=20)
    assert [is_ready(registry, token) for token in (*first, burst[-1], other)] == [True] * 4
    assert [where.min_killed for where in held.begun[2:]] == [39, 99]


def test_filters_that_wait_are_bounded_and_none_is_lost(
    catalogue: MemoryCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, registry = Held(catalogue, monkeypatch), tokens.Registry(max_tokens=1000)
    many = [held.chosen(registry, killed, visitor=f"visitor {killed}") for killed in range(2)]
    held.busy(2)
    many += [held.chosen(registry, killed, visitor=f"visitor {killed}") for killed in range(2, 300)]
    held.go.set()
    registry.wait(many[-1], seconds=20)
    newest = registry.find(many[-1])
    assert newest is not None
    assert newest.is_ready
    assert len(held.begun) <= tokens.WORKERS + tokens.MAX_WAITING
    dropped = registry.find(many[5])
    assert dropped is not None
    assert not dropped.is_ready
    assert views.view(dropped, WORLD)["total"] == views.view(newest, WORLD)["total"] > 0


def test_the_page_that_the_entry_point_names_is_there() -> None:
    assert server.page() == Path(server.__file__).with_name("page.py")


def test_an_incident_added_while_the_map_is_open_does_not_break_its_views(client: TestClient) -> None:
    growing = MemoryCatalogue(points(50))
    token = tokens.issue(growing, Filter())
    before = ask(client, "view", token, **WORLD).json()["total"]
    other = tokens.issue(growing, Filter.from_words({"since": "2000-01-01"}))
    growing._points, growing._revision = points(51), "2"  # an edit, after the index was built of 50
    answer = ask(client, "view", other, **WORLD)
    assert answer.status_code == 200
    assert answer.json()["total"] == before


def test_a_filter_asked_for_after_a_compaction_still_shows_its_own_incidents(tmp_path: Path) -> None:
    some = collection(60)
    store = FolderStore.open(tmp_path / "c", create=True)
    store.load(some[10:])
    store.put(some[:10])  # edits are the last rows, until a compaction files them among the others
    catalogue = open_catalogue(tmp_path / "c")
    registry = tokens.Registry()
    where = Filter(category=(some[3].category,))
    entry = registry.find(registry.issue(catalogue, where))
    assert entry is not None
    shown = entry.indexed.points
    store.compact()
    assert set(shown.ids[entry.rows]) == {i.id for i in catalogue.select(where) if i.point}
