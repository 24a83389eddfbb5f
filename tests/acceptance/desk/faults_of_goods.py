"""Faults of goods on their way and of counts; healed as their runbook entries say."""

from __future__ import annotations

from tests.acceptance.desk.operators import Desk, Fault


def lost_on_the_way(desk: Desk, shop: str) -> Fault:
    """A program of the business sends something, and nobody ever takes it in."""
    book = (
        "INSERT INTO stock_movements (location_id, sku, quantity, reason, reference, occurred_at) "
        "VALUES (%s, 'tea', %s, %s, %s, now() - interval '5 days')"
    )
    reference = f"lost-{shop}"
    desk.sql(book, shop, -3, "transfer_out", reference)
    yield [("TransferIsStuck", {})]
    assert reference in [row[0] for row in desk.from_runbook("TransferIsStuck")]
    desk.sql(book, shop, 3, "transfer_in", reference)


def counted_by_nobody(desk: Desk, shop: str) -> Fault:
    """A program writes a count as committed of which no count is kept."""
    document = f"counted-{shop}"
    desk.by_mistake(
        "INSERT INTO documents (document_id, location_id, kind, lines, state, counted_at, marks, "
        "ordered_by) VALUES (%s, %s, 'count', '[]', 'booked', now(), '{}', 'a program')",
        *(document, shop),
    )
    yield [("CountsAreNotCorrected", {})]
    assert document in [row[0] for row in desk.from_runbook("CountsAreNotCorrected")]
    desk.by_mistake(
        "UPDATE documents SET settled_at = now(), version = version + 1 WHERE document_id = %s",
        document,
    )
