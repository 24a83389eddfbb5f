"""What a topic must be, and the settings in which Kafka keeps it so."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

Cleanup = Literal["delete", "compact"]

DAY_MS = 24 * 60 * 60 * 1000

FOREVER_MS = -1

PARTITIONS_DEFAULT = 8
"""Partitions of every topic, unless a setting names another count: the most workers there can be.

Fewer is a lower ceiling for good, since another count needs a replay into new topics; more costs
files and memory at the broker for each topic.
"""

EVENT_BYTES_MAX = 1024 * 1024 + 12
"""Largest batch, as compressed by the client: Kafka's own default, which every client assumes.

The broker refuses a larger one before it can be lost; a smaller limit would refuse long carts.
"""

DEAD_LETTER_BYTES_MAX = 4 * EVENT_BYTES_MAX
"""Room for what a dead letter adds to a message that was itself at the limit: its headers, and
what another codec than the sender's makes of it. Who writes dead letters compresses them: a
megabyte on the wire may be many in memory."""

DEAD_LETTER_SUFFIX = ".dead-letter"

CLOCK_AHEAD_MAX_MS = 2**63 - 1
"""How far ahead of the broker's clock a message's timestamp may be: without bound.

By Kafka's default of one hour, a till whose clock runs ahead could not deliver at all.
"""

TOMBSTONES_KEPT_MS = 7 * DAY_MS
"""How long a compacted topic shows a deletion. A reader that was away for longer keeps the row;
Kafka's default of a day is shorter than a weekend."""

COMPACTED_SEGMENT_BYTES = 64 * 1024 * 1024
"""Segment of a compacted topic. The newest segment is never compacted: by Kafka's default of
1 GiB a board would read a gigabyte of passed states at its start; a few MiB would litter files."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic must be.

    ``by_location`` topics share one partition count and are placed by location alone.
    ``model`` is a pydantic model or adapter for the value, None where the value is opaque.
    ``stamped_by_broker`` topics carry the broker's time, because their senders' clocks may lie.
    ``synced`` topics are on the broker's disk before it acknowledges: who wrote a message may then
    forget it.
    """

    name: str
    summary: str
    key: str
    model: type[BaseModel] | TypeAdapter[Any] | None
    cleanup: Cleanup
    retention_ms: int
    by_location: bool = True
    message_bytes_max: int = EVENT_BYTES_MAX
    stamped_by_broker: bool = False
    synced: bool = False


def kafka_configs(spec: TopicSpec, replication: int) -> dict[str, str]:
    """The settings of ``spec`` in Kafka's names, for a topic of ``replication`` replicas.

    A write is acknowledged by all replicas but one, so that one broker may be away.
    """
    configs = {
        "cleanup.policy": spec.cleanup,
        "retention.ms": str(spec.retention_ms),
        "retention.bytes": "-1",
        "max.message.bytes": str(spec.message_bytes_max),
        "message.timestamp.after.max.ms": str(CLOCK_AHEAD_MAX_MS),
        "message.timestamp.type": "LogAppendTime" if spec.stamped_by_broker else "CreateTime",
        "min.insync.replicas": str(max(1, replication - 1)),
    }
    if spec.cleanup == "compact":
        configs["delete.retention.ms"] = str(TOMBSTONES_KEPT_MS)
        configs["segment.bytes"] = str(COMPACTED_SEGMENT_BYTES)
    if spec.synced:
        # Of what one request brings to a partition, all is synced at once.
        configs["flush.messages"] = "1"
    return configs
