"""The list of customers, the page of one, their consents, and their erasure. For operators."""

import json
import re
from typing import Any, cast

from aiohttp import web

from dashboards.board.customers import store
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.history import Entry, history
from dashboards.board.live.board import BOARD
from dashboards.board.live.visit import Visit, field, form, is_identifier, message
from dashboards.board.live.visitor import RequestRefused, Role, require

NEEDED: Role = "operator"

CONSENTS_MAX = 50
"""Of one customer: more than anybody is asked for; their column has room for so many."""

CONSENT = re.compile(r"[a-z][a-z0-9_-]{0,63}")

_AWAY = "PostgreSQL does not answer: customers are shown when it is back."

_DONE = {"create": "Added", "change": "Changed", "delete": "Erased"}


async def listed(request: web.Request) -> web.Response:
    """The first customers, or those whose id begins as asked."""
    require(request, NEEDED)
    visit = Visit(request)
    try:
        found = await store.listed(visit.board.database.query, visit.search())
    except DatabaseAway:
        return message(visit, "Not known at the moment", _AWAY, status=503)
    return visit.page("customers/list.html", None, {"customers": found, "most": store.PAGE_ROWS})


async def one(request: web.Request) -> web.Response:
    """A customer, or the proof that there is none any more."""
    require(request, NEEDED)
    visit, customer_id = Visit(request), _customer(request)
    ask = visit.board.database.query
    try:
        found = await store.find(ask, customer_id)
        gone = None if found else await store.erasure(ask, customer_id)
        entries = await history(ask, f"customers/{customer_id}")
    except DatabaseAway:
        return message(visit, "Not known at the moment", _AWAY, status=503)
    if found is None and gone is None:
        told = f"There is no customer {customer_id}, and none was erased."
        return message(visit, "Unknown customer", told, status=404)
    shown = {
        "customer_id": customer_id,
        "customer": found,
        "gone": gone,
        "history": [(each, *_told(each)) for each in entries],
        "asked_to_erase": "erase" in request.query,
    }
    return visit.page("customers/one.html", None, shown)


async def agree(request: web.Request) -> web.Response:
    """Note what the customer agrees to, and what no longer."""
    user = require(request, NEEDED)
    customer_id, sent = _customer(request), await form(request)
    before = _before(field(sent, "base"))
    consents = {name: field(sent, f"consent-{name}") == "yes" for name in before}
    if added := field(sent, "added").strip():
        if not CONSENT.fullmatch(added) or len(consents) >= CONSENTS_MAX:
            words = f"A consent is called as newsletter, and there are at most {CONSENTS_MAX}."
            raise RequestRefused("Not saved", words, 422)
        consents[added] = True
    async with request.app[BOARD].writing.transaction(user) as work:
        if not await store.agree(work, customer_id, before, consents):
            words = "Somebody else has changed this customer meanwhile. Look at it again."
            raise RequestRefused("Not saved", words, 409)
    raise web.HTTPSeeOther(f"/customers/{customer_id}")


async def erase(request: web.Request) -> web.Response:
    """Erase the customer for good, once their id was typed."""
    user = require(request, NEEDED)
    customer_id, sent = _customer(request), await form(request)
    if field(sent, "typed").strip() != customer_id:
        words = f"To erase this customer, type {customer_id}. Nothing was changed."
        raise RequestRefused("Not erased", words, 422)
    async with request.app[BOARD].writing.transaction(user) as work:
        await store.erase(work, customer_id)
    raise web.HTTPSeeOther(f"/customers/{customer_id}")


def _customer(request: web.Request) -> str:
    customer_id = request.match_info["customer_id"]
    if not is_identifier(customer_id):
        raise web.HTTPNotFound
    return customer_id


def _before(text: str) -> dict[str, bool]:
    """The consents that the form was drawn from."""
    try:
        told: Any = json.loads(text)
        if isinstance(told, dict):
            return cast(dict[str, bool], told)
    except (ValueError, RecursionError):
        pass
    words = "The form does not say what it was drawn from. Reload the page and send it again."
    raise RequestRefused("Not saved", words, 400)


def _told(entry: Entry) -> tuple[str, list[str]]:
    """What was done, and which consents are others now, or that something hidden is."""
    before, after = entry.before or {}, entry.after or {}
    was, now = (cast(dict[str, bool], each.get("consents", {})) for each in (before, after))
    names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    lines = [f"{name}: {'yes' if now.get(name) else 'no'}" for name in names]
    hidden = [f"{name}, which is hidden" for name in after.get("hidden_changed", ())]
    action = entry.action.rpartition(".")[2]
    return _DONE.get(action, action), ([] if action == "delete" else lines) + hidden


_ONE = "/customers/{customer_id}"

ROUTES = [
    web.get("/customers", listed),
    web.get(_ONE, one),
    web.post(_ONE, agree),
    web.post(f"{_ONE}/erase", erase),
]
