"""The hops of an event at the centre: topic, worker, sink."""

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from operations.trace import database, topics
from operations.trace.hops import Hop, TracedEvent
from operations.trace.partitions import partitions
from operations.trace.topics import InTopics


def at_centre(
    kafka: KafkaAccess, postgres: PostgresAccess, event: TracedEvent
) -> tuple[InTopics, list[Hop]]:
    """What the topics have, and the hops; raises `OperationError`, of which `KafkaAway` is one.

    The ledger is asked first: it knows where a sale lies in its topic, which is else read from its
    beginning.
    """
    rows = database.look_up(postgres, event)
    with partitions(kafka, event.location_id) as reading:
        found = topics.look_up(reading, event, rows.source_offset)
    return found, [
        topics.kafka_hop(found),
        topics.worker_hop(found),
        database.sink_hop(rows, found),
    ]
