"""Lists of what is kept, and the page of one row with its history."""

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from dashboards.board.catalog import store, words
from dashboards.board.catalog.fields import Act, Kind, Row
from dashboards.board.catalog.kinds import KINDS
from dashboards.board.catalog.reading import typed_of
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.history import history
from dashboards.board.live.keys import publication_of
from dashboards.board.live.visit import Visit, is_identifier, message
from dashboards.board.live.visitor import USER, User, require

AWAY = "PostgreSQL does not answer: what is kept here is shown when it is back."

PAGE_NUMBER = re.compile(r"\d{1,9}")
"""Of an address. Longer ones are no page of anything."""


def kind_of(request: web.Request) -> Kind:
    """The kind that the address names, if it is shown to who asks; raises `NotAllowed`."""
    kind = KINDS.get(request.match_info["kind"])
    if kind is None:
        raise web.HTTPNotFound
    require(request, kind.shown_to)
    return kind


def editable(request: web.Request, act: Act) -> tuple[User, Kind]:
    """Who asks, and the kind that they may do this with; raises `NotAllowed`."""
    kind = kind_of(request)
    if act not in kind.acts:
        raise web.HTTPNotFound
    return require(request, kind.needed), kind


def around(request: web.Request, kind: Kind) -> dict[str, Any]:
    """What every page of a kind shows: the tabs that there are for who asks."""
    user = request[USER]
    return {
        "kind": kind,
        "kinds": {name: each for name, each in KINDS.items() if user.may(each.shown_to)},
        "may": {act for act in kind.acts if user.may(kind.needed)},
    }


def key_of(request: web.Request, kind: Kind) -> str:
    """The row's name in the address."""
    key = request.match_info["key"]
    parts = key.split("/")
    if len(parts) != len(kind.key) or not all(map(is_identifier, parts)):
        raise web.HTTPNotFound
    return key


def away(visit: Visit) -> web.Response:
    """What is shown while the database is away."""
    return message(visit, "Not known at the moment", AWAY, status=503)


async def listed(request: web.Request) -> web.Response:
    """A page of a list; one beyond the last is the last."""
    visit, kind = Visit(request), kind_of(request)
    asked = request.query.get("page", "1")
    wanted = max(1, int(asked)) if PAGE_NUMBER.fullmatch(asked) and asked.isascii() else 1
    location = request.query.get("location", "")
    location = location if is_identifier(location) else ""
    try:
        page = await store.page(visit.board.database.query, kind, visit.search(), location, wanted)
    except DatabaseAway:
        return away(visit)
    shown = {
        **around(request, kind),
        "page": page,
        "location": location,
        "value": _value_of(visit, kind),
    }
    return visit.page("catalog/list.html", None, shown)


async def row(request: web.Request) -> web.Response:
    """One row: its form, what became of its last change, and its history."""
    visit, kind = Visit(request), kind_of(request)
    key = key_of(request, kind)
    try:
        found = await store.find(visit.board.database.query, kind, key)
        return await row_page(visit, kind, key, found)
    except DatabaseAway:
        return away(visit)


async def row_page(
    visit: Visit, kind: Kind, key: str, found: Row | None, status: int = 200, **more: Any
) -> web.Response:
    """The page of a row as it is in the database; None for one that is not, or no longer."""
    entries = await history(visit.board.database.query, f"{kind.name}/{key}")
    if found is None and not entries:
        told = f"There is no {kind.one} {key}, and there was none."
        return message(visit, f"Unknown {kind.one}", told, status=404)
    publication = publication_of(kind.name, key)
    viewer = visit.viewer([publication])
    shown = {
        **form_of(kind, found),
        **around(visit.request, kind),
        "key": key,
        "found": found,
        "publication": visit.board.artist.show(visit.board.scene(visit.locale), publication),
        "history": [
            (entry, words.action(entry), words.told_entry(visit.words, kind, entry))
            for entry in entries
        ],
        **more,
    }
    return visit.page("catalog/row.html", viewer, shown, status)


def form_of(kind: Kind, found: Row | None) -> dict[str, Any]:
    """What the form is drawn from: the row as it was read, and nothing wrong with it."""
    return {
        "typed": typed_of(kind, found) if found is not None else {},
        "base": found,
        "wrong": {},
        "theirs": (),
        "clashes": frozenset[str](),
    }


def _value_of(visit: Visit, kind: Kind) -> Callable[[str, Row], str]:
    """What puts a cell of the list into words, for templates."""

    def told(name: str, row: Row) -> str:
        return words.value(visit.words, kind.field(name), row, row.get(name))

    return told


async def _products(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/manage/products")


ROUTES = [
    web.get("/manage", _products),
    web.get("/manage/{kind:[a-z_]+}", listed),
    web.get("/manage/{kind}/{key:[^/]+(?:/[^/]+)?}", row),
]
