"""The calls by which a customer's card joins a cart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
from aiohttp import web

from edge.signing.guard import read_body
from edge.till.answers import AskedOnce
from edge.till.asked_of_people import AskedCustomerCard
from edge.till.customers.attaching import CustomersAtCarts
from edge.till.refusals import WhyNot, unfit

_decode = msgspec.json.Decoder(AskedCustomerCard).decode


@dataclass(frozen=True, slots=True)
class CustomerCalls:
    """Answers them; ``ask_of`` reads a request's own key."""

    customers: Callable[[], CustomersAtCarts]
    ask_of: Callable[[web.Request, bytes], AskedOnce]

    def add(self, router: web.UrlDispatcher, cart: str) -> None:
        """Let them be answered below ``cart``, the path of one."""
        router.add_post(cart + "/customer-card", self._attach)

    async def _attach(self, request: web.Request) -> web.Response:
        try:
            want = _decode(await read_body(request) or b"{}")
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            words = f"The body is none for this call: {error}."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words) from error
        key, cart_id = self.ask_of(request, b"").key, request.match_info["cart_id"]
        return _told(await self.customers().attach(key, cart_id, want))


def _told(told: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(told), content_type="application/json")
