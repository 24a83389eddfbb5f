"""Carts that wait over HTTP: one list for all tills of the store, and each cart for one of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from edge.gateway.carts import described, keeping
from edge.gateway.devices import Devices
from edge.gateway.errors import GatewayUnusable
from edge.gateway.file import GatewayFile
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

GET_CARTS = Operation("GET", "/v1/carts", described.GET_CARTS, described.SCHEMAS)
_HOLD = "/v1/carts/{till_id}/{cart_id}/hold"
POST_HOLD = Operation("POST", _HOLD, described.POST_HOLD, described.SCHEMAS)
DELETE_HOLD = Operation("DELETE", _HOLD, described.DELETE_HOLD, described.SCHEMAS)

_RETRY_AFTER = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class CartCalls:
    """Answers the calls. Which till gets a cart is decided in the file's one writing thread, and
    is on the disk before it is told."""

    file: GatewayFile
    devices: Devices
    now: Callable[[], float] = time.time

    async def get(self, request: web.Request) -> web.Response:
        """The handler of `GET_CARTS`; raises `Refusal`."""
        asking = self._asking(request)
        database = self.file.reading
        carts = [each._asdict() for each in keeping.waiting(database, asking)]
        gone = [
            {"cart_id": cart_id, "till_id": till_id}
            for cart_id, till_id in keeping.gone_from(database, asking)
        ]
        return _json({"carts": carts, "gone": gone})

    async def hold(self, request: web.Request) -> web.Response:
        """The handler of `POST_HOLD`; raises `Refusal`."""
        asking, place, now = self._asking(request), _place(request), self.now()
        found: list[keeping.HoldVerdict] = []

        def work(database: Any) -> None:
            found[:] = [keeping.hold(database, asking, *place, now)]

        await self._commit(work)
        held_by, body = found[0]
        if held_by is None:
            words = "No such cart waits in this store, as far as the gateway has heard."
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, words)
        if held_by != asking:
            words = f"Till {held_by} goes on with this cart."
            more = {"held_by": held_by}
            raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words, more=more)
        told: dict[str, Any] = orjson.loads(body) if body else {"lines": []}
        return _json({"till_id": place[0], "cart_id": place[1], **told})

    async def let_go(self, request: web.Request) -> web.Response:
        """The handler of `DELETE_HOLD`; raises `Refusal`."""
        asking, place = self._asking(request), _place(request)
        await self._commit(lambda database: keeping.let_go(database, asking, *place))
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _asking(self, request: web.Request) -> str:
        return self.devices.asking(request[CERTIFICATE]).name.till_id

    async def _commit(self, work: Callable[[Any], None]) -> None:
        try:
            await self.file.commit(work)
        except GatewayUnusable as error:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise Refusal(status, Code.BUSY, f"{error}.", headers=_RETRY_AFTER) from error


def _place(request: web.Request) -> tuple[str, str]:
    """Where the cart waits, and its id; a name that no till and no cart has is found nowhere."""
    return request.match_info["till_id"], request.match_info["cart_id"]


def _json(told: object) -> web.Response:
    return web.Response(
        body=orjson.dumps(told),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
