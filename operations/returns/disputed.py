"""What the sink keeps of disputed returns, for programs and in words."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import class_row

from clients.postgres import PostgresAccess
from clients.statements import statement
from operations.errors import OperationError
from topics.disputed_returns import WHY, DisputedReturn

CONNECT_SECONDS = 5
"""How long the database may take to answer before it counts as away."""

LISTED_MAX = 10_000
"""Disputes that are listed, the newest. A till that makes receipts up makes as many as it likes."""


def disputed(postgres: PostgresAccess, location_id: str | None) -> list[DisputedReturn]:
    """Those that stand, the newest first, all or those that have to do with one location; raises
    `OperationError`."""
    values = {"location_id": location_id, "most": LISTED_MAX}
    try:
        with (
            postgres.connect(autocommit=True, connect_timeout=CONNECT_SECONDS) as connection,
            connection.cursor(row_factory=class_row(DisputedReturn)) as cursor,
        ):
            return cursor.execute(statement(__file__, "disputed"), values).fetchall()
    except psycopg.Error as error:
        raise OperationError(f"PostgreSQL does not answer: {str(error).strip()}") from error


def lines(found: list[DisputedReturn]) -> Iterator[str]:
    """For people."""
    for each in found:
        yield from _words(each)
    yield f"{len(found) or 'no'} disputed returns"


def _words(each: DisputedReturn) -> Iterator[str]:
    of = f" of {each.location_id}" if each.location_id else ""
    yield f"receipt {each.receipt_no}{of}: {WHY[each.reason]}"
    for goods in each.beyond:
        line = "" if goods["line_no"] is None else f"line {goods['line_no']}, "
        yield f"  {line}{goods['sku']}: {goods['returned']} of {goods['bought']} {goods['unit']}"
    yield f"  paid {each.paid_minor}, paid back {each.refunded_minor}"
    yield from (f"  sold  {_place(sale)}: {sale['total_minor']}" for sale in each.sales)
    yield from _more(each.sales_count, each.sales)
    for back in each.returns:
        yield f"  back  {_place(back)}: {back['refund_minor']}, return {back['return_id']}"
    yield from _more(each.returns_count, each.returns)


def _place(event: dict[str, Any]) -> str:
    who = f" by {event['cashier_id']}" if event["cashier_id"] else ""
    till = f"{event['location_id']}/{event['till_id']}/{event['epoch']}/{event['sequence']}"
    return f"{till} at {event['occurred_at']}{who}"


def _more(count: int, listed: list[dict[str, Any]]) -> Iterator[str]:
    if count > len(listed):
        yield f"  and {count - len(listed)} more"
