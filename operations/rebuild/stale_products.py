"""Rows of ``stock.by-product`` that only an earlier state knew: the state of now is asked for them.

A key without a value, in the topic of levels on their way, asks: the state says what stands of the
SKU, or takes its row back where no location has a level.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from clients.kafka import KafkaAccess
from operations.kafka.posting import append_all
from operations.kafka.reader import TopicReader
from topics.partitioning import partition_of
from topics.registry import LEVELS_BY_PRODUCT, PRODUCT_STOCK
from topics.upkeep import GENERATION_BITS


class _Versioned(msgspec.Struct, gc=False):
    version: int


def stale_skus(records: Iterable[Any], floor: int) -> Iterator[str]:
    """SKUs whose newest row is below ``floor``; ``records`` are in the order of their log."""
    newest: dict[str, int] = {}
    for record in records:
        sku = record.key.decode(errors="replace")
        if record.value is None:
            newest.pop(sku, None)
            continue
        row = msgspec.json.decode(record.value, type=_Versioned)
        newest[sku] = max(newest.get(sku, 0), row.version)
    return (sku for sku, version in newest.items() if version < floor)


def restate_stale_products(kafka: KafkaAccess, generation: int) -> int:
    """Have every such row said again or taken back by the live workers; how many there were.

    Raises `KafkaAway`.
    """
    with TopicReader(kafka, [PRODUCT_STOCK.name]) as records:
        asked = list(stale_skus(records, generation << GENERATION_BITS))
    append_all(kafka, LEVELS_BY_PRODUCT.name, ((sku, None) for sku in asked), partition_of)
    return len(asked)
