"""Whether the store's gateway agrees to who signs in: asked for as long as nobody waits for it."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

import msgspec

from edge.bundle.rows import BundledEmployee
from edge.problems import Refusal
from edge.signing.session import Reply
from edge.till.asked_of_people import AskedSignIn
from edge.till.employees.seat import KnownPerson
from edge.till.refusals import WhyNot, refusal

AGREE_SECONDS = 2.0
"""For the gateway's answer. Longer holds a cashier up whom the till knows anyway; with less a
gateway that checks others' PINs is taken for away."""


class GatewayWay(Protocol):
    """The way to the gateway: `edge.proxy.upstream.Upstream`."""

    async def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        """The answer, whatever it says; raises `Refusal` where there is none."""
        ...


class _Agreed(msgspec.Struct):
    authorization: str
    employee_id: str


class _Unknown(msgspec.Struct):
    catalog_version: int = 0


async def agreed(
    way: Callable[[], GatewayWay], row: BundledEmployee, shown: AskedSignIn, catalog_version: int
) -> tuple[KnownPerson, str]:
    """Who they are, and why the gateway has not agreed, in words; raises `Refusal` where by a newer
    list they are let in no more."""
    person = KnownPerson(row.employee_id, row.pin_hash)
    asked = {"card_hash": row.card_hash.lower(), "card": shown.card.strip(), "pin": shown.pin}
    try:
        async with asyncio.timeout(AGREE_SECONDS):
            reply = await way().ask(
                "POST",
                "/v1/employees/authorize",
                msgspec.json.encode(asked),
                {"Content-Type": "application/json"},
            )
        return _read(reply, person, catalog_version)
    except TimeoutError:
        return person, f"The gateway did not answer within {AGREE_SECONDS:.0f} s."
    except Refusal as away:
        if away.more.get("reason") == WhyNot.UNKNOWN_CARD:
            raise
        return person, away.detail
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return person, "The gateway answers nonsense."


def _read(reply: Reply, person: KnownPerson, catalog_version: int) -> tuple[KnownPerson, str]:
    if reply.status == HTTPStatus.OK:
        told = msgspec.json.decode(reply.body, type=_Agreed)
        if told.employee_id == person.employee_id:
            return person._replace(mode="online", authorization=told.authorization), ""
        return person, "The gateway knows this card as somebody else's."
    if reply.status == HTTPStatus.NOT_FOUND:
        newer = msgspec.json.decode(reply.body, type=_Unknown).catalog_version
        if newer > catalog_version:
            words = "Nobody with this card is let in here any more."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.UNKNOWN_CARD, words)
    return person, f"The gateway answers {reply.status}."
