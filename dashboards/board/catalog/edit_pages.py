"""Creating, changing and deleting products, locations and assortment rows."""

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from aiohttp import web

from dashboards.board.catalog import store, words
from dashboards.board.catalog.editing import EDITOR, EditOvertaken, Taken
from dashboards.board.catalog.kinds import ASSORTMENT, KINDS, Kind, Row
from dashboards.board.catalog.merging import merge
from dashboards.board.catalog.pages import away, form_of, key_of, kind_of, row_page
from dashboards.board.catalog.reading import Typed, defaults, read, typed_of
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, field, form
from dashboards.board.live.visitor import RequestRefused, Role, require

NEEDED: Role = "merchandiser"


async def blank(request: web.Request) -> web.Response:
    """The form of a new row; the address may fill in some of it."""
    require(request, NEEDED)
    visit, kind = Visit(request), kind_of(request)
    given = {name: request.query[name][:64] for name in kind.key if name in request.query}
    return _new(visit, kind, {**defaults(kind), **given}, {})


async def create(request: web.Request) -> web.Response:
    """A new row; the form again, with what is wrong, where it cannot be."""
    user = require(request, NEEDED)
    visit, kind = Visit(request), kind_of(request)
    typed = _typed(kind, await form(request))
    row, wrong = read(kind, typed)
    if not wrong and kind is ASSORTMENT:
        wrong = await _unregistered(visit, row)
    if wrong:
        return _new(visit, kind, typed, wrong, 422)
    try:
        key = await request.app[EDITOR].create(user, kind, row)
    except Taken:
        wrong = {kind.key[-1]: "there is one already"}
        return _new(visit, kind, typed, wrong, 409)
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        return _new(visit, kind, typed, {"": _words(refusal)}, 422)
    raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")


async def change(request: web.Request) -> web.Response:
    """Save a form. Who is the later of two is shown what the other did, and overwrites nothing."""
    user = require(request, NEEDED)
    visit, kind = Visit(request), kind_of(request)
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
        wrong = {"": _words(refusal)}
        return await _again(visit, kind, key, base, typed=typed, wrong=wrong, status=422)
    raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")


async def ask_to_delete(request: web.Request) -> web.Response:
    """What would be left over without the row, and whether it shall go."""
    require(request, NEEDED)
    visit, kind = Visit(request), kind_of(request)
    key = key_of(request, kind)
    try:
        found = await store.find(visit.board.database.query, kind, key)
        if found is None:
            raise web.HTTPSeeOther(f"/manage/{kind.name}/{key}")
        return await _delete_page(visit, kind, key, found)
    except DatabaseAway:
        return away(visit)


async def delete(request: web.Request) -> web.Response:
    """Take the row away, unless it is another by now than the one that was shown."""
    user = require(request, NEEDED)
    visit, kind = Visit(request), kind_of(request)
    key, base = key_of(request, kind), _base(kind, field(await form(request), "base"))
    try:
        await request.app[EDITOR].delete(user, kind, key, base)
    except EditOvertaken as overtaken:
        if overtaken.current is not None:
            return await _delete_page(visit, kind, key, overtaken.current, overtaken=True)
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
        "kind": kind,
        "kinds": KINDS,
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
    shown = {**form_of(kind, None), "typed": typed, "wrong": wrong, "kind": kind, "kinds": KINDS}
    return visit.page("catalog/new.html", None, shown, status)


async def _unregistered(visit: Visit, row: Row) -> dict[str, str]:
    """The tables take rows in any order; a person who names what is not there has mistyped."""
    known = await store.registered(visit.board.database.query, row)
    wrong: dict[str, str] = {}
    if not known.location:
        wrong["location_id"] = "no location has this id"
    if not known.product:
        wrong["sku"] = "no product has this SKU"
    return wrong


def _typed(kind: Kind, sent: Mapping[str, object]) -> Typed:
    return {each.name: field(sent, each.name) for each in kind.fields}


def _base(kind: Kind, text: str) -> Row:
    """The row that the form was drawn from."""
    try:
        told: Any = json.loads(text)
        return {name: told[name] for name in kind.columns()}
    except (ValueError, KeyError, TypeError):
        words = "The form does not say what it was drawn from. Reload the page and send it again."
        raise RequestRefused("Not saved", words, 400) from None


def _words(refusal: psycopg.Error) -> str:
    """What the database says against the row, which the form did not foresee."""
    hint = refusal.diag.message_hint
    return f"The database refuses it: {refusal.diag.message_primary}" + (f" {hint}" if hint else "")


_ROW = "{kind}/{key:[^/]+(?:/[^/]+)?}"

ROUTES = [
    web.get("/manage/add/{kind}", blank),
    web.post("/manage/add/{kind}", create),
    web.get(f"/manage/delete/{_ROW}", ask_to_delete),
    web.post(f"/manage/delete/{_ROW}", delete),
    web.post(f"/manage/{_ROW}", change),
]
