"""Creating, changing and deleting rows of what is kept."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import psycopg
from aiohttp import web

from dashboards.board.catalog import store, words
from dashboards.board.catalog.editing import EDITOR, EditOvertaken, Taken
from dashboards.board.catalog.fields import Kind, Row
from dashboards.board.catalog.merging import merge
from dashboards.board.catalog.pages import (
    around,
    away,
    editable,
    form_of,
    key_of,
    row_page,
)
from dashboards.board.catalog.reading import Typed, defaults, read, typed_of
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, field, form, is_identifier
from dashboards.board.live.visitor import RequestRefused

_NOT_THERE = {"location_id": "no location has this id", "sku": "no product has this SKU"}


async def blank(request: web.Request) -> web.Response:
    """The form of a new row; the address may fill in some of it, or name one that it is like."""
    _, kind = editable(request, "create")
    visit, asked = Visit(request), request.query
    like = await _like(visit, kind, asked.get("like", ""))
    given = {name: asked[name][:64] for name in (*kind.key, *kind.refers_to) if name in asked}
    return _new(visit, kind, {**defaults(kind), **like, **given}, {})


async def _like(visit: Visit, kind: Kind, key: str) -> Typed:
    """What a form would show of the row of that name, under another name; nothing of no row."""
    parts = key.split("/")
    if len(parts) != len(kind.key) or not all(map(is_identifier, parts)):
        return {}
    found = await store.find(visit.board.database.query, kind, key)
    if found is None:
        return {}
    if "version" in kind.key:
        found["version"] += 1
    return typed_of(kind, found)


async def create(request: web.Request) -> web.Response:
    """A new row; the form again, with what is wrong, where it cannot be."""
    user, kind = editable(request, "create")
    visit = Visit(request)
    typed = {**_typed(kind, await form(request)), **_made(kind)}
    row, wrong = read(kind, typed)
    if not wrong:
        wrong = await _unregistered(visit, kind, row)
    if wrong:
        return _new(visit, kind, typed, wrong, 422)
    try:
        key = await request.app[EDITOR].create(user, kind, row)
    except Taken:
        wrong = {"" if _made(kind) else kind.key[-1]: "there is one already"}
        return _new(visit, kind, typed, wrong, 409)
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        return _new(visit, kind, typed, {"": refused_by_database(refusal)}, 422)
    raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")


async def change(request: web.Request) -> web.Response:
    """Save a form. Who is the later of two is shown what the other did, and overwrites nothing."""
    user, kind = editable(request, "change")
    visit = Visit(request)
    key, sent = key_of(request, kind), await form(request)
    base = _base(kind, field(sent, "base"))
    typed = {**_typed(kind, sent), **kind.key_values(key)}
    row, wrong = read(kind, typed)
    if wrong:
        return await _again(visit, kind, key, base, typed=typed, wrong=wrong, status=422)
    try:
        await request.app[EDITOR].change(user, kind, key, base, row)
    except EditOvertaken as overtaken:
        return await _merged(visit, kind, key, base, overtaken.current, row)
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        wrong = {"": refused_by_database(refusal)}
        return await _again(visit, kind, key, base, typed=typed, wrong=wrong, status=422)
    raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")


async def ask_to_delete(request: web.Request) -> web.Response:
    """What would be left over without the row, and whether it shall go."""
    _, kind = editable(request, "delete")
    visit, key = Visit(request), key_of(request, kind)
    try:
        found = await store.find(visit.board.database.query, kind, key)
        if found is None:
            raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")
        return await _delete_page(visit, kind, key, found)
    except DatabaseAway:
        return away(visit)


async def delete(request: web.Request) -> web.Response:
    """Take the row away, unless it is another by now than the one that was shown."""
    user, kind = editable(request, "delete")
    visit = Visit(request)
    key, base = key_of(request, kind), _base(kind, field(await form(request), "base"))
    try:
        await request.app[EDITOR].delete(user, kind, key, base)
    except EditOvertaken as overtaken:
        if overtaken.current is not None:
            return await _delete_page(visit, kind, key, overtaken.current, overtaken=True)
    except psycopg.IntegrityError as refusal:
        raise RequestRefused("Not deleted", refused_by_database(refusal), 409) from refusal
    raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")


async def _merged(
    visit: Visit, kind: Kind, key: str, base: Row, current: Row | None, row: Row
) -> web.Response:
    """The form with both's changes, and what the other did; it can be saved now."""
    if current is None:
        typed = typed_of(kind, row)
        wrong = {"": f"Somebody has deleted this {kind.one} meanwhile. Save it as a new one?"}
        return _new(visit, kind, typed, wrong, 409)
    both = merge(kind, base, current, row)
    shown = {
        "typed": typed_of(kind, both.row),
        "base": current,
        "theirs": words.told(visit.words, kind, base, current, both.theirs),
        "clashes": both.clashes,
        "wrong": {},
    }
    return await row_page(visit, kind, key, current, status=409, **shown)


async def _again(
    visit: Visit, kind: Kind, key: str, base: Row, typed: Typed, wrong: dict[str, str], status: int
) -> web.Response:
    shown = {**form_of(kind, base), "typed": typed, "wrong": wrong}
    return await row_page(visit, kind, key, base, status=status, **shown)


async def _delete_page(
    visit: Visit, kind: Kind, key: str, found: Row, overtaken: bool = False
) -> web.Response:
    shown = {
        **around(visit.request, kind),
        "key": key,
        "base": found,
        "used": await store.used(visit.board.database.query, kind, key),
        "overtaken": overtaken,
        "fields": [
            (each.label, words.value(visit.words, each, found, found[each.name]))
            for each in kind.fields
        ],
    }
    return visit.page("catalog/delete.html", None, shown, 409 if overtaken else 200)


def _new(
    visit: Visit, kind: Kind, typed: Typed, wrong: dict[str, str], status: int = 200
) -> web.Response:
    shown = {**form_of(kind, None), **around(visit.request, kind), "typed": typed, "wrong": wrong}
    return visit.page("catalog/new.html", None, shown, status)


async def _unregistered(visit: Visit, kind: Kind, row: Row) -> dict[str, str]:
    """The tables take rows in any order; a person who names what is not there has mistyped."""
    missing = await store.unregistered(visit.board.database.query, kind, [row])
    return {name: _NOT_THERE[name] for name in missing}


def _made(kind: Kind) -> Typed:
    """Ids of a new row that nobody types."""
    return {each.name: str(uuid4()) for each in kind.fields if each.is_made}


def _typed(kind: Kind, sent: Mapping[str, object]) -> Typed:
    return {each.name: field(sent, each.name) for each in kind.fields}


def _base(kind: Kind, text: str) -> Row:
    """The row that the form was drawn from."""
    try:
        told: Any = json.loads(text)
        return kind.row({name: told[name] for name in kind.columns()})
    except (ValueError, KeyError, TypeError):
        words = "The form does not say what it was drawn from. Reload the page and send it again."
        raise RequestRefused("Not saved", words, 400) from None


def refused_by_database(refusal: psycopg.Error) -> str:
    """What the database says against the row, which the form did not foresee."""
    told = refusal.diag
    words = [f"The database refuses it: {told.message_primary}.", told.message_hint]
    return " ".join(filter(None, words))


_ROW = "{kind}/{key:[^/]+(?:/[^/]+)?}"

ROUTES = [
    web.get("/manage/add/{kind}", blank),
    web.post("/manage/add/{kind}", create),
    web.get(f"/manage/delete/{_ROW}", ask_to_delete),
    web.post(f"/manage/delete/{_ROW}", delete),
    web.post(f"/manage/{_ROW}", change),
]
