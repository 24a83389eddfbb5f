"""Judges the receipt numbers that wait for it, and keeps what it found.

Rules are in `edge.disputes.judging`. A round is one transaction: killed in the middle it has done
nothing, and what it judged it judged by all that was committed.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from clients.statements import by_column, statement
from edge.disputes.claims import Returned, Sold
from edge.disputes.judging import NOBODYS, Dispute, disputes_in
from edge.disputes.reading import Asked, Connection, read_cases, whole_numbers

ROUND_MAX = 50
"""Numbers of one round. Fewer pay the round trips more often; more keep the loop of the sink's
flows busy with what was read, where many stores share their numbers."""

LISTED_MAX = 50
"""Sales, returns and lines that are kept of one dispute: the first say all, and who writes one
number on everything must not fill the database."""

EVERYWHERE = "*"
"""In place of a location: whatever was found of a number."""


class ToldDispute(NamedTuple):
    """A dispute that is told, with the tills that took the goods back: ``location/till``."""

    receipt_no: str
    location_id: str
    reason: str
    tills: list[str]


class Round(NamedTuple):
    """What came of one: ``explained`` were told before, and stand no longer."""

    told: list[ToldDispute]
    explained: list[Asked]


async def is_waiting(connection: Connection) -> bool:
    """Whether there is anything to judge or to tell."""
    return any(waits for (waits,) in await _rows(connection, "waiting"))


async def judge(connection: Connection) -> Round:
    """One round; raises what psycopg raises, and nothing was done then."""
    async with connection.transaction():
        await connection.execute(statement(__file__, "lock"))
        taken = {(row[0], row[1]) for row in await _rows(connection, "take", {"most": ROUND_MAX})}
        explained = await _judge_taken(connection, taken) if taken else []
        told = [_told(row) for row in await _rows(connection, "tell")]
    return Round(told, explained)


async def standing(connection: Connection) -> dict[str, int]:
    """How many disputes stand, by reason."""
    return dict(await _rows(connection, "standing"))


async def _judge_taken(connection: Connection, taken: set[Asked]) -> list[Asked]:
    anywhere = {number for number, place in taken if place == NOBODYS}
    whole = await whole_numbers(connection, {number for number, _ in taken}, anywhere)
    asked = {(number, NOBODYS) for number in whole}
    asked |= {each for each in taken if each[0] not in whole and each[1] != NOBODYS}
    found: list[Dispute] = []
    for case in (await read_cases(connection, asked)).values():
        found += disputes_in(case)
        await asyncio.sleep(0)  # the sink's flows are in the same loop
    explained = await _forget(connection, asked, found)
    for dispute in found:
        await connection.execute(statement(__file__, "keep"), _row(dispute))
    return explained


async def _forget(
    connection: Connection, asked: set[Asked], found: Sequence[Dispute]
) -> list[Asked]:
    """Let go of what was found before and is found no more; the numbers of which something had been
    told and nothing stands, each with its location."""
    of = [(number, EVERYWHERE if place == NOBODYS else place) for number, place in asked]
    values = by_column(("numbers", "places"), of)
    values |= by_column(
        ("found_numbers", "found_places"),
        [(each.receipt_no, each.location_id) for each in found],
    )
    gone = await _rows(connection, "forget", values)
    disputed = {each.receipt_no for each in found}
    return [(row[0], row[1]) for row in gone if row[2] and row[0] not in disputed]


def _row(dispute: Dispute) -> dict[str, Any]:
    return {
        **dispute._asdict(),
        "beyond": Jsonb([each._asdict() for each in dispute.beyond[:LISTED_MAX]]),
        "sales_count": len(dispute.sales),
        "sales": _listed(dispute.sales),
        "returns_count": len(dispute.returns),
        "returns": _listed(dispute.returns),
    }


def _listed(receipts: Iterable[Sold | Returned]) -> Jsonb:
    """Without their goods: `Dispute.beyond` has what matters of them."""
    told: list[dict[str, Any]] = []
    for each in list(receipts)[:LISTED_MAX]:
        plain = each._asdict()
        del plain["goods"]
        told.append(msgspec.to_builtins(plain))
    return Jsonb(told)


def _told(row: TupleRow) -> ToldDispute:
    receipt_no, location_id, reason, returns = row
    tills = sorted({f"{each['location_id']}/{each['till_id']}" for each in returns})
    return ToldDispute(receipt_no, location_id, reason, tills)


async def _rows(
    connection: Connection, name: str, values: dict[str, Any] | None = None
) -> list[TupleRow]:
    return await (await connection.execute(statement(__file__, name), values)).fetchall()
