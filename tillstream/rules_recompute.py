"""``tillstream rules recompute``: what it reads of Kafka, and how it tells what came of it."""

from collections.abc import Iterator
from typing import Any

from clients.kafka import KafkaAccess
from edge.recomputing.receipts import Recomputed, recompute, tables_of
from operations.kafka.reader import TopicReader
from topics.registry import RECEIPTS, RULE_TABLES


def recomputed(kafka: KafkaAccess, location_id: str | None) -> Recomputed:
    """All receipts, or those of one location, decided again; raises `KafkaAway`."""
    with TopicReader(kafka, [RULE_TABLES.name]) as messages:
        tables = tables_of(message.value for message in messages)
    with TopicReader(kafka, [RECEIPTS.name], location_id) as messages:
        return recompute((message.value for message in messages), tables, location_id)


def told(found: Recomputed) -> dict[str, Any]:
    """For programs."""
    return found._asdict() | {"listed": [each.told() for each in found.listed]}


def lines(found: Recomputed) -> Iterator[str]:
    """For people."""
    yield from map(str, found.listed)
    if found.different > len(found.listed):
        yield f"and {found.different - len(found.listed)} more"
    sales = f"{found.sales} sales, {found.decided} decided by tables"
    yield f"{sales}, {found.different or 'none'} different"
