"""The page's web application: one page, and the line on which its inputs come. Loopback only.

Who is at this machine may look and ask; what sells takes an employee's card. Pages from elsewhere
get nothing: `Host` and `Origin` must be the page's own, and a line bears its page's token.
"""

import asyncio
import contextlib
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from aiohttp import WSCloseCode, hdrs, web
from aiohttp.typedefs import Handler

from edge.till.page.drawing import APART, draw
from edge.till.page.open_pages import OpenPage, OpenPages
from edge.till.page.stage import PageStage

STATIC = Path(__file__).parent / "static"

SCRIPTS = ("htmx.min.js",)
"""What the page loads that others wrote; the process says in which folder they are."""

BEAT_SECONDS = 5.0
"""Silence after which a line says that it lives. The page's script doubts one after 12 s."""

SEND_SECONDS = 10.0
"""How long a page may take to accept a message before its line is cut; it connects again. What it
leaves unread meanwhile is bounded by `open_pages.WAITING_MAX`."""

INPUT_BYTES_MAX = 8 * 1024

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "Tillstream",
    # Nothing from elsewhere and nothing inline: a product's name that is markup stays text.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'",
}

STAGE: web.AppKey[PageStage] = web.AppKey("stage", PageStage)
PAGES: web.AppKey[OpenPages] = web.AppKey("pages", OpenPages)
SCRIPT_FOLDER: web.AppKey[Path] = web.AppKey("script_folder", Path)
HOSTS: web.AppKey[frozenset[str]] = web.AppKey("hosts", frozenset)


def _build() -> str:
    """Names what the page was made of: another one is loaded anew."""
    digest = sha256()
    for file in sorted(Path(__file__).parent.rglob("*.*")):
        if file.suffix in (".html", ".js", ".css"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


BUILD = _build()


class GivenInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One input. ``key`` is its own: the same input again is not done again."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{8,64}\Z")]
    kind: Literal["typed", "scan", "button"]
    text: Annotated[str, msgspec.Meta(max_length=1_024)]


_decode = msgspec.json.Decoder(GivenInput).decode


def page_application(stage: PageStage, port: int, scripts: Path) -> web.Application:
    """Serves the page at that port of loopback; ``scripts`` is the folder that has `SCRIPTS`."""
    app = web.Application(middlewares=[_own_address], client_max_size=INPUT_BYTES_MAX)
    app[STAGE], app[PAGES], app[SCRIPT_FOLDER] = stage, stage.pages, scripts
    app[HOSTS] = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    app.add_routes(
        [
            web.get("/", _page),
            web.get("/socket", _socket),
            web.get("/static/vendor/{name}", _script),
            web.get("/papers/{token}", _paper),
            web.static("/static", STATIC),
        ]
    )
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_end_lines)
    return app


@web.middleware
async def _own_address(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page from anywhere can make the browser of this machine ask here."""
    hosts = request.app[HOSTS]
    if request.headers.get(hdrs.HOST) not in hosts:
        raise web.HTTPMisdirectedRequest(text="Ask the till's page by its own address.")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin.removeprefix("http://") not in hosts:
        raise web.HTTPForbidden(text="Pages from elsewhere may not ask here.")
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


async def _end_lines(app: web.Application) -> None:
    app[PAGES].close()


async def _page(request: web.Request) -> web.Response:
    page, picture = await request.app[STAGE].begin()
    regions = {name: picture.regions[name] for name in APART}
    shown = {"build": BUILD, "token": page.token, "main": picture.main, "regions": regions}
    return web.Response(text=draw("page.html", shown), content_type="text/html")


async def _script(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in SCRIPTS:
        raise web.HTTPNotFound
    return web.FileResponse(request.app[SCRIPT_FOLDER] / name)


async def _paper(request: web.Request) -> web.Response:
    """A receipt that was printed as a page."""
    found = request.app[STAGE].actions.store.paper(request.match_info["token"])
    if found is None:
        raise web.HTTPNotFound(text="This page is no longer kept: print the receipt once more.")
    headers = {"Content-Disposition": "attachment"}  # under the name that its link gives
    return web.Response(body=found, content_type="application/pdf", headers=headers)


async def _socket(request: web.Request) -> web.StreamResponse:
    """A page's line: its inputs come in and are done one after another, pictures go out."""
    app = request.app
    page = app[PAGES].known(request.query.get("page", ""))
    if page is None:
        raise web.HTTPForbidden(text="A line bears its page's token.")
    socket = web.WebSocketResponse(max_msg_size=INPUT_BYTES_MAX, compress=False)
    await socket.prepare(request)
    is_again, page.was_here = page.was_here, True
    if is_again:
        page.fall_behind()
    app[PAGES].connected(page, 1)
    telling = asyncio.create_task(_tell(socket, app, page))
    try:
        await _hear(socket, app[STAGE], page)
    finally:
        app[PAGES].connected(page, -1)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    return socket


async def _hear(socket: web.WebSocketResponse, stage: PageStage, page: OpenPage) -> None:
    async for message in socket:
        try:
            given = _decode(message.data)
        except (msgspec.MsgspecError, ValueError, TypeError):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return
        is_taken = await stage.hear(page, given.key, given.kind, given.text)
        with contextlib.suppress(ConnectionError):
            await socket.send_str(f"{'done' if is_taken else 'elsewhere'} {given.key}")


async def _tell(socket: web.WebSocketResponse, app: web.Application, page: OpenPage) -> None:
    """Tell the page what it has yet to be told, and that the till lives; ends with the line."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        await _send(socket, f"beat {BUILD}")
        while not app[PAGES].closed:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await page.something.wait()
            except TimeoutError:
                await _send(socket, f"beat {BUILD}")
                continue
            waiting = page.take()
            for message in [await app[STAGE].again(page)] if waiting is None else waiting:
                await _send(socket, message)
    await socket.close()


async def _send(socket: web.WebSocketResponse, message: str) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await socket.send_str(message)
