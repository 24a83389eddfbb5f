"""What was sold lately of products at locations."""

from collections.abc import Collection

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.doubt.rule import SoldLately

ItemPlace = tuple[str, str]
"""Location and SKU."""


class _Row(msgspec.Struct, frozen=True):
    location_id: str
    sku: str
    lines: int
    quantity: int
    receipts: int
    days: int


async def sold_lately(ask: Ask, items: Collection[ItemPlace]) -> dict[ItemPlace, SoldLately]:
    """Of each; raises what ``ask`` raises."""
    rows = await ask(
        statement(__file__, "lately"),
        _Row,
        locations=[location_id for location_id, _ in items],
        skus=[sku for _, sku in items],
    )
    return {
        (row.location_id, row.sku): SoldLately(row.lines, row.quantity, row.receipts, row.days)
        for row in rows
    }
