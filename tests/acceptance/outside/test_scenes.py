"""Each story at the contract's limits, told to the workers' folds alone: quick, and exact.

The same stories go through a whole stack in `edges`. Here no broker is needed, so that whoever
changes a rule learns of it in seconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

from engine.contract import Outbox
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.app_specs import retail_spec

from . import check_letters, check_topics
from .crossings import Crossings
from .findings import Findings
from .history import History
from .input_log import feed_oracle
from .message import Message
from .oracle import Oracle
from .partition import partition_of
from .plan import (
    DEAD_LETTERS,
    INPUT,
    LEVELS,
    MOVEMENT_LETTERS,
    OUTPUTS,
    TILLS,
    TOTALS,
    Plan,
    make_plan,
)
from .scenes import SCENES, Scene

PARTITIONS = 8
BATCHES = (1, 7, 10_000)
"""Records that are folded between two commits: nothing may depend on it."""


@dataclass(frozen=True)
class Record:
    """As the engine hands it over, and as a consumer reads it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any
    timestamp: int


class Partition:
    """The agents of one partition, and what they have said."""

    def __init__(self, partition: int, history: History, letters: list[Record]) -> None:
        self._partition = partition
        self._history = history
        self._letters = letters
        spec = retail_spec(PARTITIONS)
        self._state = PartitionState(MemoryStore(), spec.tables)
        self._agent: Any = spec.build(self._state, partition)

    def take(self, records: list[Record]) -> None:
        """Fold one batch and commit it."""
        outbox = Outbox()
        self._agent.fold(INPUT, records)
        self._agent.announce(outbox)
        for topic, messages in outbox.messages.items():
            for at, one in enumerate(messages):
                self._hear(topic, at, one, records[-1].timestamp)
        self._state.take()
        self._state.settle()
        self._state.write(0)
        self._agent.committed()

    def _hear(self, topic: str, at: int, said: Any, stamp: int) -> None:
        headers = list(said.headers)
        record = Record(topic, self._partition, at, said.key, said.value, headers, stamp)
        if topic in OUTPUTS:
            self._history.take(topic, record)
        elif topic in (DEAD_LETTERS, MOVEMENT_LETTERS):
            self._letters.append(record)


def _play(plan: Plan, messages: list[Message], batch: int) -> Findings:
    history, letters = History(dict.fromkeys(OUTPUTS, PARTITIONS)), list[Record]()
    queues: dict[int, list[tuple[Record, Message]]] = {}
    for one in sorted(messages, key=lambda message: message.position):
        place = partition_of((one.key or b"").decode(), PARTITIONS)
        queue = queues.setdefault(place, [])
        stamp = int(plan.started.timestamp() * 1000)
        record = Record(INPUT, place, len(queue), one.key, one.value, one.headers, stamp)
        queue.append((record, one))
    for place, queue in queues.items():
        partition = Partition(place, history, letters)
        for start in range(0, len(queue), batch):
            partition.take([record for record, _ in queue[start : start + batch]])
    return _judge(plan, history, letters, [one for queue in queues.values() for one in queue])


def _judge(
    plan: Plan, history: History, letters: list[Record], found: list[tuple[Record, Message]]
) -> Findings:
    findings, oracle, last = Findings(), Oracle(), history.last
    expected = feed_oracle(oracle, found, PARTITIONS)
    check_topics.check_levels(oracle, last[LEVELS], findings)
    check_topics.check_totals(oracle, last[TOTALS], findings)
    check_topics.check_tills(oracle, last[TILLS], findings)
    Crossings().check(oracle.levels, {}, history.alerts, findings)
    check_letters.check_letters(plan, expected, letters, findings)
    findings.absorb(history.findings)
    return findings


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("scene", SCENES)
def test_a_story_comes_out_right_however_it_is_cut(scene: Scene, batch: int) -> None:
    plan = replace(make_plan(5, 1_000), burst=500)
    findings = _play(plan, scene(plan, random.Random(5)), batch)
    findings.show()
    assert not findings.counts
