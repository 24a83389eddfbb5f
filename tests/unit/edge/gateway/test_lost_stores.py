"""A store loses its file, or all, and its tills go on: the centre has every event in the end.

The centre here is what counts sequence numbers there, reading the topic late.
"""

from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge.gateway import outlet as outlets
from edge.gateway.intake import TakenBatch
from edge.journal.journal import Journal
from edge.journal.outbox import RESEND_SECONDS, Judgement
from edge.problems import Refusal
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import POLL_SECONDS, Store, drained, heard, status, store
from tests.unit.edge.journal.tills import heartbeat, opened, sale
from topics.sequences import Window

DAYS = 10
ROUNDS_MAX = 60


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "AGAIN_SECONDS", POLL_SECONDS)


class Centre:
    """What has arrived there of one till's epoch."""

    def __init__(self) -> None:
        self.window = Window()
        self.hashes: dict[int, str] = {}
        self._read = 0
        self._version = 0

    def read(self, topic: MemoryTopic, upto: int) -> None:
        """The mirror has come so far."""
        for event in topic.events()[self._read : upto]:
            self.window.admit(event["sequence"])
            held = self.hashes.setdefault(event["sequence"], event["chain"]["hash"])
            assert held == event["chain"]["hash"], "another event under a number"
        self._read = max(self._read, upto)

    def read_from_the_start(self) -> None:
        """The store has a new log."""
        self._read = 0

    def tell(self, gateway: Store) -> None:
        """Say what has arrived, if anything has."""
        self._version += 1
        if last := self.window.last:
            missing = [list(each) for each in self.window.missing]
            word: Any = {"missing": missing, "version": self._version}
            gateway.centre.hear(status(last, last_hash=self.hashes[last], **word))


async def sync(journal: Journal, gateway: Store, now: float) -> None:
    """Send what there is to send, once, and hear what the centre has."""
    for _ in range(ROUNDS_MAX):
        batch = journal.outbox.next_batch(now)
        if batch is None:
            return
        answer: TakenBatch | Refusal
        try:
            answer = await gateway.take(batch.body)
        except Refusal as refusal:
            answer = refusal
        assert heard(journal, batch, answer) is Judgement.CONTINUE, "the till stops for nothing"
        if isinstance(answer, TakenBatch):
            missing = [(first, last) for first, last in answer.centre.missing]
            journal.keeping.confirm(batch.epoch, answer.centre.confirmed_to, missing, now)
    raise AssertionError("the sender goes round in circles")


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_a_store_loses_the_centre_has_every_event_in_the_end(
    tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    topic, centre, now = MemoryTopic(), Centre(), 0.0
    with closing(opened(tmp_path)) as journal:
        for day in range(DAYS + 6):
            async with store(tmp_path, topic) as gateway:
                centre.tell(gateway)
                for _ in range(3):
                    now += RESEND_SECONDS
                    if day < DAYS:
                        topic.go() if chance.random() < 0.4 else topic.come()
                        journal.append([sale() for _ in range(chance.randint(1, 9))])
                    else:
                        topic.come()
                        await topic.reached()
                        journal.append([heartbeat()])
                    await sync(journal, gateway, now)
                    if topic.may_open and chance.random() < 0.5:
                        await topic.reached()
                        await drained(gateway)
                    late = chance.randint(0, 6) if day < DAYS else 0
                    centre.read(topic, max(0, len(topic.messages) - late))
                    centre.tell(gateway)
            if day < DAYS and chance.random() < 0.3:
                lose_file(tmp_path)
            if day < DAYS and chance.random() < 0.3:
                topic = MemoryTopic()
                centre.read_from_the_start()
        there = (centre.window.last, centre.window.missing)
        assert there == (journal.mark.sequence, []), f"seed {seed}: the centre lacks events"


def lose_file(folder: Path) -> None:
    """The gateway's disk is new."""
    for path in folder.glob("gateway.sqlite*"):
        path.unlink()
