"""Finds what a partition's transactions have left without an end, and how they were to end.

A transaction ends by a marker in each partition that it wrote to. A coordinator that finds no
leader for a partition takes it for deleted, writes no marker there, and tells that the transaction
is complete. Kafka 4.3.1 does so for every partition when its only broker wakes from a suspension
that was longer than the broker's session: partitions have no leader until it is registered anew.

Such messages do harm twice. Readers of committed data wait before them; and the next transaction
of the same producer ends them with its own fate, so that what was aborted, and sent again, counts
twice. So whoever opens a partition asks for them (KIP-664), before anything new is sent.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from enum import Enum, auto
from typing import Any

from engine.clients import NOT_NOW, TRANSACTION, TopicPartition, error_of
from engine.sends import Destination
from engine.unended_requests import DescribeProducers, DescribeTransactions

ASK_AGAIN_SECONDS = 0.1
"""While a coordinator or a leader is being found: a broker that has just woken takes a second."""

NO_SUCH_ID = 105
"""Kafka's TRANSACTIONAL_ID_NOT_FOUND: nobody has used the id, or not for a week."""

NO_SUCH_TOPIC = 3
"""Kafka's UNKNOWN_TOPIC_OR_PARTITION."""


class Fate(Enum):
    """How a transaction was to end."""

    COMMITTED = auto()
    ABORTED = auto()
    UNKNOWN = auto()


_FATES = {
    "Ongoing": Fate.ABORTED,  # whoever opens the partition next aborts it
    "PrepareAbort": Fate.ABORTED,
    "PrepareEpochFence": Fate.ABORTED,
    "CompleteAbort": Fate.ABORTED,
    "PrepareCommit": Fate.COMMITTED,
    "CompleteCommit": Fate.COMMITTED,
}
"""By the state that the coordinator tells. Every transaction of a partition writes its changelog,
so the last one has ended whatever an earlier one had left open there."""


_UNDER_WAY = ("Ongoing", "PrepareAbort", "PrepareEpochFence", "PrepareCommit")
"""States in which markers may still be written."""


async def last_fate(client: Any, transactional_id: str) -> Fate:
    """How the last transaction of the id ended. Ask before it is opened: that forgets it."""
    return _FATES.get(await _state(client, transactional_id), Fate.UNKNOWN)


async def completed(client: Any, transactional_id: str) -> None:
    """Wait until the coordinator has written what it will write of the last transaction."""
    while True:
        if await _state(client, transactional_id) not in _UNDER_WAY:
            return
        await asyncio.sleep(ASK_AGAIN_SECONDS)


async def _state(client: Any, transactional_id: str) -> str:
    """In Kafka's word; empty where the id is unknown."""
    while True:
        try:
            coordinator = await client.coordinator_lookup(TRANSACTION, transactional_id)
            answer = await client.send(coordinator, DescribeTransactions(transactional_id))
            ((code, _, state, *_),) = answer.transaction_states
            if code in (0, NO_SUCH_ID):
                return str(state)
            raise error_of(code)
        except NOT_NOW:
            await _refreshed(client)


async def left_open(
    client: Any, producer_id: int, places: Iterable[Destination]
) -> list[Destination]:
    """Those of ``places`` in which the producer has a transaction without an end."""
    asked, found = list(places), list[Destination]()
    while asked:
        try:
            told = await _told(client, asked)
        except NOT_NOW:
            await _refreshed(client)
            continue
        found += [place for place, ids in told.items() if producer_id in ids]
        asked = [place for place in asked if place not in told]
        if asked:
            await _refreshed(client)
    return found


async def _refreshed(client: Any) -> None:
    await asyncio.sleep(ASK_AGAIN_SECONDS)
    await client.force_metadata_update()


async def _told(client: Any, places: Collection[Destination]) -> dict[Destination, set[int]]:
    """The producers that have a transaction open, in those places whose leader could be asked."""
    await client.set_topics({place.topic for place in places})
    by_leader: defaultdict[int, list[Destination]] = defaultdict(list)
    for place in places:
        leader = client.cluster.leader_for_partition(TopicPartition(*place))
        if leader is not None and leader >= 0:
            by_leader[leader].append(place)
    told: dict[Destination, set[int]] = {}
    for leader, led in by_leader.items():
        answer = await client.send(leader, DescribeProducers(led))
        for topic, partitions, _ in answer.topics:
            told |= dict(_read(topic, each) for each in partitions if _is_answer(each))
    return told


def _is_answer(partition: Any) -> bool:
    """Whether a partition could be asked; raises what Kafka says where it never will be."""
    number, code, *_ = partition
    if code and not isinstance(error := error_of(code), NOT_NOW) and code != NO_SUCH_TOPIC:
        error.add_note(f"asked for the producers of partition {number}")
        raise error
    return code in (0, NO_SUCH_TOPIC)


def _read(topic: str, partition: Any) -> tuple[Destination, set[int]]:
    number, _, _, producers, _ = partition
    open_ids = {producer_id for producer_id, *_, start, _ in producers if start >= 0}
    return Destination(topic, number), open_ids
