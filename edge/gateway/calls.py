"""`POST /v1/tills/{till_id}/events`: a till's batch, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web
from prometheus_client import Counter

from edge.gateway import described
from edge.gateway.batches import read_batch
from edge.gateway.devices import AskingTill
from edge.gateway.errors import GatewayError, SpoolFull
from edge.gateway.from_centre import FromCentre
from edge.gateway.intake import BatchIntake, TakenBatch
from edge.gateway.limits import Room
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

POST_EVENTS = Operation(
    "POST", "/v1/tills/{till_id}/events", described.POST_EVENTS, described.SCHEMAS
)

_RETRY_AFTER = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class EventCalls:
    """Answers the call; ``centre`` is what this store has heard of the centre."""

    intake: BatchIntake
    centre: FromCentre
    room: Room
    batches: Counter
    now: Callable[[], datetime]

    async def post(self, request: web.Request) -> web.Response:
        """The handler; raises `Refusal`."""
        till = self._asking(request)
        batch = read_batch(await request.read())
        with self.room.turn(till.name.till_id):
            try:
                taken = await self.intake.take(till, batch)
            except GatewayError as error:
                raise _unkept(error) from error
        self.batches.labels(taken.durable.value).inc()
        return web.Response(body=orjson.dumps(self._told(taken)), content_type="application/json")

    def _asking(self, request: web.Request) -> AskingTill:
        till = self.centre.devices.asking(request[CERTIFICATE])
        if request.match_info["till_id"] != till.name.till_id:
            words = "This path is another till's."
            raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, words)
        return till

    def _told(self, taken: TakenBatch) -> dict[str, Any]:
        quarantined = [
            {"sequence": sequence, "reason": reason} for sequence, reason in taken.quarantined
        ]
        now = self.now().astimezone(UTC).isoformat(timespec="milliseconds")
        return {
            "accepted_to": taken.accepted_to,
            "confirmed_to": taken.centre.confirmed_to,
            "missing": taken.centre.missing,
            "quarantined": quarantined,
            "forks": taken.forks,
            "durable": taken.durable.value,
            "server_time": now.replace("+00:00", "Z"),
            "catalog_version": self.centre.catalog_version,
            "catalog_age": self.centre.catalog_age(),
            "devices_version": self.centre.devices.version,
            "devices_age": self.centre.devices_age,
        }


def _unkept(error: GatewayError) -> Refusal:
    """Nothing can be kept now: the till keeps it, and comes again."""
    code = Code.UPSTREAM if isinstance(error, SpoolFull) else Code.BUSY
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, code, f"{error}.", headers=_RETRY_AFTER)
