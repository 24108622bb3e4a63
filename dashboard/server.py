"""The HTTP routes beside the Streamlit page, in the same process and on the same port.

    /atlas/files/{version}/{name}     our scripts, styles and the basemap
    /atlas/leaflet/{version}/{name}   Leaflet's plain files
    /atlas/view/{token}               the incidents of one view, clustered
    /atlas/steps/{token}              the same symbols through time, page by page
    /atlas/open/{token}               what one symbol stands for: its extent, and its incidents page by page
    /atlas/incident/{token}           one incident in short, by `row` or `id`
    /atlas/areas/{token}              counts by region or country
    /atlas/density/{token}            counts in small squares

None of them asks for a login, so each answers to unguessable tokens only, refuses other sites and unknown hosts, and
is bounded in what it computes.
"""

from __future__ import annotations

import gzip
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
import orjson
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import tokens, views
from geo import basemap
from geo._errors import BadView
from incidents._errors import NotFound

HOSTS: Final = "INCIDENT_ATLAS_HOSTS"
POLICY: Final = {
    "default-src": "'self'",
    # st_folium runs the map's script with eval; Streamlit loads the scripts of our own components from a blob.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
ONLINE_TILES: Final = "https://tile.openstreetmap.org"
MAP_FRAME: Final = "/component/streamlit_folium."
FOREVER: Final = "public, max-age=31536000, immutable"
NAMED_BY_CONTENT: Final = re.compile(r"/static/.*\.[0-9a-f]{8,}\.(js|css)$")
MAX_WAITING: Final = 128
WORKERS: Final = 2

Parameters = Mapping[str, str]
Answer = Callable[[tokens.Entry, Parameters], Any]


# --- what every answer carries ------------------------------------------------------------------------------------


def _policy(path: str) -> str:
    """Write the Content-Security-Policy of a page; only the map's frame may ask the tile server a reader chose."""
    rules = dict(POLICY)
    if path.startswith(MAP_FRAME):
        rules["img-src"] += f" {ONLINE_TILES}"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def is_allowed_host(host: str) -> bool:
    """Say whether a Host header names this machine: an address, localhost, or a name in INCIDENT_ATLAS_HOSTS.

    A page of another site that points its own name at this machine (DNS rebinding) is refused by this.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").lower()
    allowed = _named_hosts()
    if name == "localhost" or name in allowed or "*" in allowed:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _named_hosts() -> frozenset[str]:
    return frozenset(os.environ.get(HOSTS, "").lower().replace(",", " ").split())


def is_own_page(headers: Headers) -> bool:
    """Say whether it is a page of ours that opens a WebSocket, or no browser: the session behind it may edit.

    Streamlit would let in every page of this machine, whatever its port, and ask an outside service for the address
    of this machine to compare the others with.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    at, named = urlsplit(origin), _named_hosts()
    return at.netloc.lower() == headers.get("host", "").lower() or "*" in named or at.hostname in named


class Guard:
    """ASGI middleware: refuses unknown hosts and requests of other sites, and sets the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path = scope.get("path", "")
        if not is_allowed_host(headers.get("host", "")):
            await _refuse(scope, receive, send, "this host name is not served here; see INCIDENT_ATLAS_HOSTS")
        elif scope["type"] == "websocket" and not is_own_page(headers):
            await _refuse(scope, receive, send, "a page of another site may not open a session here")
        elif path.startswith(basemap.ROOT) and headers.get("sec-fetch-site", "none") in {
            "cross-site",
            "same-site",
        }:
            await _refuse(scope, receive, send, "another site may not read the map")
        else:
            await self.app(scope, receive, partial(_send_guarded, send, path))


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    response = _told(why, 403)
    await response(scope, receive, partial(_send_guarded, send, ""))


@cache
def _needed_by_map() -> str:
    """Return the Link header that lets the map's frame load what it needs at once, instead of one after the other."""
    scripts = [basemap.leaflet_address("leaflet.js"), *map(basemap.address, basemap.SCRIPTS)]
    links = [f"<{script}>; rel=preload; as=script" for script in scripts]
    ground = f"<{basemap.address('basemap.json')}>; rel=preload; as=fetch; crossorigin"
    return ", ".join([*links, ground])


async def _send_guarded(send: Send, path: str, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        if path.startswith(MAP_FRAME) and message["status"] == 200:
            if path.endswith("/index.html"):
                headers["link"] = _needed_by_map()
            elif NAMED_BY_CONTENT.search(path):
                headers["cache-control"] = FOREVER
        headers["content-security-policy"] = _policy(path)
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["x-frame-options"] = "SAMEORIGIN"
    await send(message)


def _told(why: str, status: int) -> Response:
    """Answer with one sentence of what was wrong."""
    return Response(orjson.dumps({"error": why}), status, {"cache-control": "no-store"}, "application/json")


# --- the map's questions ------------------------------------------------------------------------------------------


class Gate:
    """Lets a few questions compute and a bounded number wait; the rest are told to come back.

    A new filter is prepared by workers of its own, so that a slow one (a search in the text of a million incidents)
    does not hold up the views of everybody else.
    """

    def __init__(self, *, workers: int = WORKERS, waiting: int = MAX_WAITING) -> None:
        self._limit = anyio.CapacityLimiter(workers)
        self._preparing = anyio.CapacityLimiter(workers)
        self._waiting = waiting
        self._inside = 0

    async def run(
        self, work: Callable[[], Response], *, prepare: Callable[[], object] | None = None
    ) -> Response:
        """Do `work` in a thread, after `prepare` where it is given, or answer 429 when too many wait."""
        if self._inside >= self._waiting:
            response = _told("too many questions at once; ask again in a second", 429)
            response.headers["retry-after"] = "1"
            return response
        self._inside += 1
        try:
            if prepare is not None:
                await to_thread.run_sync(prepare, limiter=self._preparing)
            return await to_thread.run_sync(work, limiter=self._limit)
        finally:
            self._inside -= 1


def _answer(entry: tokens.Entry, parameters: Parameters, answer: Answer, *, squeeze: bool) -> Response:
    try:
        body = orjson.dumps(answer(entry, parameters), option=orjson.OPT_SERIALIZE_NUMPY)
    except BadView as error:
        return _told(str(error), 400)
    except NotFound as error:
        return _told(str(error), 404)
    headers = {"cache-control": "private, max-age=600", "vary": "accept-encoding"}
    if squeeze and len(body) > 1000:
        body = gzip.compress(body, 6, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, 200, headers, "application/json")


def _question(path: str, answer: Answer, gate: Gate) -> Route:
    async def endpoint(request: Request) -> Response:
        squeeze = "gzip" in request.headers.get("accept-encoding", "")
        entry = tokens.registry().find(request.path_params["token"])
        if entry is None:
            return _told("this token is not known or has expired; reload the page", 404)
        parameters = dict(request.query_params)
        prepare = None if entry.is_ready else lambda: entry.selection
        return await gate.run(lambda: _answer(entry, parameters, answer, squeeze=squeeze), prepare=prepare)

    return Route(f"{basemap.ROOT}/{path}/{{token:str}}", endpoint, methods=["GET"])


# --- files --------------------------------------------------------------------------------------------------------


async def _file(request: Request) -> Response:
    """Serve a script, a style or the basemap by its exact name."""
    name = request.path_params["name"]
    kept = {"cache-control": FOREVER if request.path_params["version"] == basemap.version() else "no-cache"}
    if name in basemap.DATA:
        body = await to_thread.run_sync(basemap.compressed, name)
        return Response(body, 200, {**kept, "content-encoding": "gzip"}, "application/json")
    if name in (*basemap.SCRIPTS, *basemap.STYLES):
        return FileResponse(basemap.static_folder() / name, headers=kept)
    return _told("no such file", 404)


async def _leaflet(request: Request) -> Response:
    """Serve one of Leaflet's files; nothing outside its folder."""
    folder = basemap.leaflet_folder().resolve()
    path = (folder / request.path_params["name"]).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        return _told("no such file", 404)
    return FileResponse(path, headers={"cache-control": FOREVER})


def routes() -> list[BaseRoute]:
    """Return the routes to hand to `st.App`."""
    gate = Gate()
    questions: dict[str, Answer] = {
        "view": views.view,
        "steps": views.steps,
        "open": views.opened,
        "incident": views.incident,
        "areas": views.areas,
        "density": views.density,
    }
    return [
        Route(f"{basemap.ROOT}/files/{{version:str}}/{{name:str}}", _file, methods=["GET"]),
        Route(f"{basemap.ROOT}/leaflet/1.9.4/{{name:path}}", _leaflet, methods=["GET"]),
        *(_question(path, answer, gate) for path, answer in questions.items()),
    ]


def middleware() -> list[Middleware]:
    """Return the middleware to hand to `st.App`."""
    return [Middleware(Guard)]


def page() -> Path:
    """Return the Streamlit script of the dashboard."""
    return Path(__file__).with_name("page.py")
