"""Disputed returns on the board: every till is named, to operators alone, and text stays text."""

import html
from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb

from tests.integration.access_world import signed_in
from tests.integration.sink_world import execute

KEEP = """
INSERT INTO disputed_returns (
    receipt_no, location_id, reason, due_at, beyond, paid_minor, refunded_minor,
    sales_count, sales, returns_count, returns
) VALUES (%s, %s, %s, %s, %s, 100, 200, 1, %s, 2, %s)
"""


def event(location_id: str, till_id: str, who: str | None) -> dict[str, object]:
    """A sale or return, as a dispute has it."""
    return {
        "location_id": location_id,
        "till_id": till_id,
        "occurred_at": "2026-11-21T09:30:00.000000Z",
        "cashier_id": who,
        "currency": "EUR",
    }


def keep_dispute(dsn: str, number: str, due_in: timedelta = timedelta()) -> None:
    """One receipt's, of the shops a and b."""
    beyond = [{"line_no": None, "sku": "tea", "unit": "each", "bought": 1, "returned": 2}]
    returns = [event("shop-a", "3", "bert"), event("shop-b", "8", None)]
    sales = Jsonb([event("shop-a", "1", "anna")])
    due_at = datetime.now(UTC) + due_in
    values = ("beyond_purchase", due_at, Jsonb(beyond), sales, Jsonb(returns))
    execute(dsn, KEEP, number, "shop-a", *values)


async def test_an_operator_sees_what_was_bought_and_every_till(fresh_postgres: str) -> None:
    keep_dispute(fresh_postgres, "<b>1-1-17</b>")
    keep_dispute(fresh_postgres, "not-yet", timedelta(days=1))
    async with signed_in(fresh_postgres, "otto", "operator") as otto:
        text = (await otto.get("/returns")).text
        assert "<b>1-1-17" not in text and "not-yet" not in text
        plain = html.unescape(text)
        for told in ("<b>1-1-17</b>", "shop-a/3", "shop-b/8", "by bert", "by anna", "2 of 1"):
            assert told in plain, f"{told} is not shown"
        assert "shop-a/3" in (await otto.get("/returns?location=shop-b")).text
        assert "None has to do with shop-c" in (await otto.get("/returns?location=shop-c")).text


async def test_who_is_no_operator_is_refused(fresh_postgres: str) -> None:
    async with signed_in(fresh_postgres, "vera", "viewer") as vera:
        assert (await vera.get("/returns")).status == 403
        assert "/returns" not in (await vera.get("/")).text
