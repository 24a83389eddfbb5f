"""The topics of an application: those that it names are checked, its changelog is made."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from clients import async_kafka
from engine.batches import MESSAGE_BYTES_MAX
from engine.changelog import TOMBSTONES_KEPT_SECONDS
from engine.clients import TOPIC_EXISTS, NewTopic
from engine.declarations import Topics
from engine.errors import TopicsUnfit
from engine.settings import EngineSettings

CHANGELOG_SEGMENT_BYTES = 64 * 1024 * 1024
"""``segment.bytes`` of the changelog. The newest segment is never compacted: by Kafka's default
of 1 GiB each partition of a rebuild reads up to a gigabyte of passed states. A few MiB would
litter files, and make the cleaner run without end."""

INSYNC_REPLICAS_MIN = 2
"""Copies that must hold a state change before it counts, where there are so many: with one, a
lost broker takes state along that outputs already tell of."""


class Widths(NamedTuple):
    """Numbers of partitions: of the inputs, which is that of the state and of what is sent to an
    agent's own partition, and of each topic that is sent to by key."""

    own: int
    by_key: Mapping[str, int] = {}


async def ensure_topics(topics: Topics, settings: EngineSettings, replication: int) -> Widths:
    """Check all that is read and sent to, create the changelog beside it.

    Raises `TopicsUnfit` where a topic is missing, or partition counts differ that must be equal:
    those of the inputs, of what is sent to an agent's own partition, and of the changelog.
    """
    admin = async_kafka.admin(settings.kafka)
    await admin.start()
    try:
        counts = await _counts(admin, [*topics.inputs, *topics.sends, *topics.by_key])
        own = _own(topics, counts)
        await _ensure_changelog(admin, settings.changelog, own, replication)
        return Widths(own, {topic: counts[topic] for topic in topics.by_key})
    finally:
        await admin.close()


async def _counts(admin: Any, topics: Sequence[str]) -> dict[str, int]:
    described = await admin.describe_topics()  # of all: to ask for one by name may create it
    wanted = [found for found in described if found["topic"] in topics]
    counts = {found["topic"]: len(found["partitions"]) for found in wanted}
    missing = [topic for topic in topics if not counts.get(topic)]
    if missing:
        raise TopicsUnfit(f"topics are missing: {', '.join(missing)}")
    return counts


def _own(topics: Topics, counts: Mapping[str, int]) -> int:
    together = {topic: counts[topic] for topic in (*topics.inputs, *topics.sends)}
    if len(set(together.values())) > 1:
        raise TopicsUnfit(f"topics that belong together differ in partitions: {together}")
    return counts[topics.inputs[0]]


async def _ensure_changelog(admin: Any, name: str, partitions: int, replication: int) -> None:
    topic = NewTopic(name, partitions, replication, topic_configs=changelog_configs(replication))
    response = await admin.create_topics([topic])
    for _, code, *rest in response.topic_errors:
        if code == TOPIC_EXISTS:
            await _require_width(admin, name, partitions)
        elif code:
            raise TopicsUnfit(f"the changelog {name} could not be made: {rest or code}")


def changelog_configs(replication: int) -> dict[str, str]:
    """The settings of a changelog of ``replication`` replicas, in Kafka's names."""
    return {
        "cleanup.policy": "compact",
        "delete.retention.ms": str(TOMBSTONES_KEPT_SECONDS * 1000),
        "max.message.bytes": str(MESSAGE_BYTES_MAX),
        "min.insync.replicas": str(min(INSYNC_REPLICAS_MIN, replication)),
        "segment.bytes": str(CHANGELOG_SEGMENT_BYTES),
    }


async def _require_width(admin: Any, name: str, partitions: int) -> None:
    (described,) = await admin.describe_topics([name])
    found = len(described["partitions"])
    if found != partitions:
        raise TopicsUnfit(widened(name, found, partitions))


def widened(changelog: str, found: int, partitions: int) -> str:
    """What it means that a changelog has ``found`` partitions and its inputs ``partitions``."""
    return (
        f"the state is kept in {found} partitions ({changelog}) and the inputs have {partitions}: "
        "somebody changed the number of partitions. Keys have moved to partitions that hold "
        "nothing of their state. A topic is never widened: make new topics with the number that "
        "is wanted, replay the inputs into them, and start a new application id, which rebuilds "
        "the state from them"
    )
