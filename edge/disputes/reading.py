"""Receipts by their number, and what of them came back, wherever that was."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from clients.statements import by_column, statement
from edge.disputes.claims import Goods, ReceiptCase, Returned, Sold

Connection = psycopg.AsyncConnection[TupleRow]

Asked = tuple[str, str]
"""A receipt number, and the location whose receipt is asked for; '' is all of them."""

READ_MAX = 200
"""Sales, and returns, that are looked at of one number. A till that writes the same text for each
receipt must hold up nobody; where more stores share a number, their tills must say of which store
a receipt is."""

LINES_MAX = 1_000
"""Lines that are looked at of one receipt, as many as a till takes; a message that came compressed
may have a million."""


async def read_cases(connection: Connection, asked: Collection[Asked]) -> dict[Asked, ReceiptCase]:
    """What there is of each number, of all locations or of the one that is named.

    A return that names no location may be of any: who asks for one location alone gets none of
    these.
    """
    cases = {each: ReceiptCase(each[0], [], []) for each in asked}
    values = by_column(("numbers", "places"), list(cases))
    values |= {"most": READ_MAX, "lines": LINES_MAX + 1}
    for row in await _rows(connection, "sales", values):
        cases[row[0], row[1]].sales.append(Sold(*row[2:-1], goods=_goods(row[-1])))
    for row in await _rows(connection, "returns", values):
        cases[row[0], row[1]].returns.append(Returned(*row[2:-1], goods=_goods(row[-1])))
    return cases


async def whole_numbers(
    connection: Connection, numbers: Iterable[str], anywhere: Iterable[str]
) -> set[str]:
    """Those that are to be judged over all locations: ``anywhere``, and those of which something
    came back without saying where it was sold. None that more sales have than are looked at."""
    values = {"numbers": sorted(set(numbers)), "anywhere": sorted(anywhere), "most": READ_MAX}
    return {number for (number,) in await _rows(connection, "whole_numbers", values)}


async def _rows(connection: Connection, name: str, values: dict[str, Any]) -> Sequence[TupleRow]:
    return await (await connection.execute(statement(__file__, name), values)).fetchall()


def _goods(found: list[list[Any]] | None) -> tuple[Goods, ...] | None:
    lines = found or []
    return tuple(Goods(*each) for each in lines) if len(lines) <= LINES_MAX else None
