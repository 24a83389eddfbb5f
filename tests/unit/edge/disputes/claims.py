"""Sales and returns of the tests, under one receipt number."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from edge.disputes.claims import Goods, ReceiptCase, Returned, Sold
from edge.disputes.judging import Dispute, disputes_in

BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)

NUMBER = "1-1-17"


def goods(*pieces: tuple[str, int], first: int = 1) -> tuple[Goods, ...]:
    """Lines of so many pieces each."""
    return tuple(Goods(no, sku, "each", count) for no, (sku, count) in enumerate(pieces, first))


def sold(
    location_id: str,
    *pieces: tuple[str, int],
    sequence: int = 1,
    total_minor: int | None = None,
    **changed: Any,
) -> Sold:
    """A sale at 1.00 a piece."""
    lines = goods(*pieces)
    total = sum(each.quantity for each in lines) * 100
    made = Sold(
        location_id,
        "1",
        1,
        sequence,
        BEGAN.isoformat(),
        "anna",
        "EUR",
        total if total_minor is None else total_minor,
        lines,
    )
    return made._replace(**changed)


def back(
    location_id: str,
    *pieces: tuple[str, int],
    sequence: int = 2,
    till_id: str = "1",
    **changed: Any,
) -> Returned:
    """A return at 1.00 a piece, of which nothing says where the goods were sold."""
    lines = goods(*pieces)
    return Returned(
        location_id,
        till_id,
        1,
        sequence,
        (BEGAN + timedelta(hours=1)).isoformat(),
        "bert",
        BEGAN + timedelta(hours=2),
        f"{till_id}-1-R{sequence}",
        None,
        None,
        sum(each.quantity for each in lines) * 100,
        lines,
    )._replace(**changed)


def disputed(sales: Iterable[Sold], returns: Iterable[Returned]) -> list[Dispute]:
    """What the rule finds."""
    return disputes_in(ReceiptCase(NUMBER, list(sales), list(returns)))


def tills(dispute: Dispute) -> Collection[tuple[str, str]]:
    """Who took the goods back."""
    return [(each.location_id, each.till_id) for each in dispute.returns]
