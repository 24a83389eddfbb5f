"""`POST /v1/employees/authorize`: an employee's card and PIN, and what they may do here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
import orjson
from aiohttp import web

from edge.bundle.catalog import TillCatalog
from edge.gateway.devices import Devices
from edge.gateway.employees import described
from edge.gateway.employees.authorizations import GOOD_SECONDS, Authorization, Authorizations
from edge.gateway.employees.pins import PinCheck
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE
from topics.scalars import Hash

AUTHORIZE = Operation("POST", "/v1/employees/authorize", described.AUTHORIZE, described.SCHEMAS)

_RETRY_AFTER = {"Retry-After": "5"}

_Card = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,12}\Z")]


class ShownCard(msgspec.Struct, frozen=True):
    """What somebody has shown and typed; it is kept nowhere."""

    card_hash: Hash
    card: _Card
    pin: _Pin


_decode = msgspec.json.Decoder(ShownCard).decode


@dataclass(frozen=True, slots=True)
class AuthorizeCall:
    """Answers the call; ``catalog`` has who is let in, None before the first."""

    catalog: Callable[[], TillCatalog | None]
    pins: PinCheck
    authorizations: Authorizations
    devices: Devices
    now: Callable[[], datetime]

    async def post(self, request: web.Request) -> web.Response:
        """The handler; raises `Refusal`."""
        till = self.devices.asking(request[CERTIFICATE])
        shown, catalog = _read(await request.read()), self._known()
        employee = catalog.employee(shown.card_hash)
        if employee is None:
            words = "Nobody with this card is let in here."
            more = {"catalog_version": catalog.name.catalog_version}
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, words, more)
        await self.pins.require(employee, shown.card, shown.pin)
        given = self.authorizations.give(till.name.till_id, employee)
        told = orjson.dumps(self._told(given, catalog.name.catalog_version))
        return web.Response(
            body=told, content_type="application/json", headers={"Cache-Control": "no-store"}
        )

    def _known(self) -> TillCatalog:
        catalog = self.catalog()
        if catalog is None:
            words = "The centre has told this store no catalog yet."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise Refusal(status, Code.UPSTREAM, words, headers=_RETRY_AFTER)
        return catalog

    def _told(self, given: Authorization, catalog_version: int) -> dict[str, object]:
        now = self.now().astimezone(UTC).isoformat(timespec="milliseconds")
        return {
            "authorization": given.token,
            "employee_id": given.employee.employee_id,
            "role": given.employee.role,
            "limits": given.employee.limits,
            "good_seconds": GOOD_SECONDS,
            "server_time": now.replace("+00:00", "Z"),
            "catalog_version": catalog_version,
        }


def _read(body: bytes) -> ShownCard:
    try:
        return _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # Never what was typed: msgspec's words name the field and what it must be.
        words = f"The body is no shown card: {error}."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, words) from error
