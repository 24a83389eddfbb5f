"""`GET /live` and `GET /ready`: whether the process lives, and whether it can take events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from edge.bundle.catalog import RefusedTable
from edge.gateway.devices import Devices
from edge.gateway.file import GatewayFile
from edge.gateway.outlet import Topic
from edge.gateway.served import PROBLEM, Operation, json_answer, problems
from edge.gateway.spool import Spool
from edge.problems import Code, Refusal

RETRY_AFTER = {"Retry-After": "5"}

GET_LIVE = Operation(
    "GET",
    "/live",
    {
        "operationId": "getLive",
        "summary": "Whether the process answers.",
        "responses": {
            "200": {
                "description": "It does.",
                "content": {"text/plain": {"schema": {"const": "ok"}}},
            }
        },
    },
    is_open=True,
)

GET_READY = Operation(
    "GET",
    "/ready",
    {
        "operationId": "getReady",
        "summary": "Whether events are taken now.",
        "responses": {
            "200": json_answer(
                "They are; `notes` say what is not as it should be, and stops nothing.",
                {
                    "type": "object",
                    "required": ["ready", "notes"],
                    "properties": {
                        "ready": {"const": True},
                        "notes": {"type": "array", "items": {"type": "string"}},
                    },
                },
            ),
            **problems({"503": "They are not; `detail` names the reason (300)."}),
        },
    },
    PROBLEM,
    is_open=True,
)


@dataclass(frozen=True, slots=True)
class Health:
    """Looks at what the intake stands on."""

    file: GatewayFile
    spool: Spool
    topic: Topic
    devices: Devices
    refused_tables: Callable[[], Sequence[RefusedTable]] = tuple

    async def live(self, _: web.Request) -> web.Response:
        """The handler."""
        return web.Response(text="ok")

    async def ready(self, _: web.Request) -> web.Response:
        """The handler; raises `Refusal` (503) where no event can be kept now."""
        reason = self._reason()
        if reason:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise Refusal(status, Code.UPSTREAM, reason, headers=RETRY_AFTER)
        return web.json_response({"ready": True, "notes": self._notes()})

    def _reason(self) -> str | None:
        if self.file.failure:
            return f"{self.file.failure}."
        if self.spool.is_full:
            return f"The topic is away, and {self.spool.size} bytes wait for it: no more may."
        return None

    def _notes(self) -> list[str]:
        found = {
            f"the topic is away: {self.spool.size} bytes wait for it": not self.topic.is_up,
            "no list of devices has come yet": not self.devices.version,
        }
        tables = [f"refused: {each.why}" for each in self.refused_tables()]
        return [words for words, is_so in found.items() if is_so] + tables
