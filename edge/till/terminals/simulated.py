"""A card terminal that is none: for tests, for training, and for who has no real one.

It keeps what a terminal keeps, and loses what lines lose: a request before it is heard, a reply
after the money was taken, or both. A payment that it has had before is not taken again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any

import orjson

from edge.till.terminals.messages import (
    MESSAGE_BYTES_MAX,
    AskedPayment,
    heard_of_payment,
    heard_of_status,
    new_id,
    payment_request,
    status_request,
)
from edge.till.terminals.rule import Heard

READ_SECONDS_MAX = 10.0
"""For a request to come whole; a connection that only hangs there is let go."""

PAYMENTS_MAX = 10_000
"""That are remembered. The oldest go: a till that comes back after so many is told "not found"."""


class Loss(Enum):
    """What is lost of one exchange."""

    NOTHING = "nothing"
    REQUEST = "request"
    REPLY = "reply"


class SimulatedTerminal:
    """One terminal; ``payments`` are those that it has had, by name, with the amount captured, or
    None where it was declined."""

    def __init__(
        self,
        approve: Callable[[int], bool] = lambda amount_minor: amount_minor > 0,
        lose: Callable[[], Loss] = lambda: Loss.NOTHING,
    ) -> None:
        """``approve`` decides by the amount; ``lose`` is asked at each exchange."""
        self._approve = approve
        self._lose = lose
        self.payments: dict[str, int | None] = {}
        self.captures: list[tuple[str, int]] = []
        """Each time that money was taken."""

        self._server: asyncio.Server | None = None

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=MESSAGE_BYTES_MAX)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, TimeoutError, ValueError):
                async with asyncio.timeout(READ_SECONDS_MAX):
                    line = await reader.readline()
                loss = self._lose()
                answer = b"" if loss is Loss.REQUEST else self.answer(line)
                if answer and loss is not Loss.REPLY:
                    writer.write(answer + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    def answer(self, line: bytes) -> bytes:
        """What it says to a request, having done it; nothing where it cannot be read."""
        try:
            request = orjson.loads(line)["SaleToPOIRequest"]
            header = request["MessageHeader"]
            message_id, kind = str(header["ServiceID"]), header["MessageCategory"]
            if kind == "Payment":
                amounts = request["PaymentRequest"]["AmountsReq"]
                body = self._pay(message_id, int(amounts["RequestedAmount"]))
            else:
                reference = request["TransactionStatusRequest"]["MessageReference"]
                body = self._status(str(reference["ServiceID"]))
        except (ValueError, KeyError, TypeError):
            return b""
        told = {"MessageHeader": header | {"MessageType": "Response"}, f"{kind}Response": body}
        return orjson.dumps({"SaleToPOIResponse": told})

    def _pay(self, name: str, amount_minor: int) -> dict[str, Any]:
        if name not in self.payments:
            is_taken = self._approve(amount_minor)
            self.payments[name] = amount_minor if is_taken else None
            if is_taken:
                self.captures.append((name, amount_minor))
                del self.captures[:-PAYMENTS_MAX]
            if len(self.payments) > PAYMENTS_MAX:
                del self.payments[next(iter(self.payments))]
        return self._outcome(name)

    def _outcome(self, name: str) -> dict[str, Any]:
        taken_minor = self.payments[name]
        if taken_minor is None:
            return {"Response": {"Result": "Failure", "ErrorCondition": "Refusal"}}
        return {"Response": {"Result": "Success"}, "AuthorizedAmount": taken_minor}

    def _status(self, name: str) -> dict[str, Any]:
        if name not in self.payments:
            failure = {"Result": "Failure", "ErrorCondition": "NotFound"}
            return {"Response": failure, "ServiceID": name}
        success = {"Result": "Success"}
        return {"Response": success, "ServiceID": name, "RepeatedResponse": self._outcome(name)}


class NearTerminal:
    """A simulated terminal without a line between: for training, and for who has no other. It
    forgets its payments with the process; see `edge.till.terminals.paying.CardTerminal`."""

    def __init__(self, device: SimulatedTerminal) -> None:
        self._device = device

    async def pay(self, asked: AskedPayment) -> Heard:
        """Take no money."""
        return heard_of_payment(asked, self._device.answer(payment_request(asked)))

    async def status(self, asked: AskedPayment) -> Heard:
        """How does it stand?"""
        question_id = new_id()
        answer = self._device.answer(status_request(asked, question_id))
        return heard_of_status(asked, question_id, answer)
