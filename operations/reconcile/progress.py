"""Who has read how far: the sink by its offsets in PostgreSQL, the workers by their group's."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Iterable, Mapping

from clients import async_kafka
from clients.kafka import KafkaAccess
from connectors.postgres.sink.store import CONSUMER
from following.offsets import read_offsets
from operations.reconcile.difference import Differences, FigureDifference
from operations.reconcile.tables import Connection

Offsets = Mapping[tuple[str, int], int]
"""Offsets by (topic, partition)."""


def sink_offsets(connection: Connection) -> dict[tuple[str, int], int]:
    """Where the sink goes on."""
    rows = connection.execute(read_offsets("sink_offsets"), {"consumer": CONSUMER}).fetchall()
    return {(topic, partition): offset for topic, partition, offset in rows}


async def group_offsets(kafka: KafkaAccess, group: str) -> dict[tuple[str, int], int]:
    """Where the members of a consumer group go on; empty where there is no such group."""
    admin = async_kafka.admin(kafka)
    try:
        await admin.start()
        committed = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {(where.topic, where.partition): held.offset for where, held in committed.items()}


def lag(first: Offsets, ends: Offsets, reached: Offsets) -> dict[tuple[str, int], int]:
    """Records that a reader has yet to read, where there are any."""
    behind = {
        place: end - max(reached.get(place, 0), first.get(place, 0)) for place, end in ends.items()
    }
    return {place: records for place, records in behind.items() if records > 0}


def lag_differences(reader: str, behind: Mapping[tuple[str, int], int]) -> Differences:
    """A lag that outlasted the wait, as findings: what was not read is not in the tables."""
    found = (
        FigureDifference(
            check="progress",
            table=reader,
            location_id="",
            key=f"{topic}-{partition}",
            fields={"lag_records": (0, records)},
            cause=f"the {reader} is behind: {records} records of {topic}-{partition} are unread; "
            "is it running?",
        )
        for (topic, partition), records in sorted(behind.items())
    )
    return {difference.place: difference for difference in found}


def places_of(topics: Iterable[str], offsets: Offsets) -> dict[tuple[str, int], int]:
    """The offsets of some topics only."""
    wanted = set(topics)
    return {place: offset for place, offset in offsets.items() if place[0] in wanted}
