"""What was acknowledged is in what was published, in order, wherever the gateway was killed."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.gateway import outlet as outlets
from edge.gateway.intake import TakenBatch
from edge.gateway.spool import TopicMessage
from edge.journal.journal import Journal
from tests.unit.edge.gateway.doubles import FileTopic
from tests.unit.edge.gateway.stores import POLL_SECONDS, Store, drained, heard, send, store
from tests.unit.edge.journal.disks import DeadlyDisk, mounted
from tests.unit.edge.journal.tills import opened, sale


class DeadlyTopic(FileTopic):
    """Steps towards the end of its process before it has messages, and when it has them."""

    def __init__(self, path: Path, disk: DeadlyDisk) -> None:
        super().__init__(path)
        self._disk = disk

    async def publish(self, messages: Sequence[TopicMessage]) -> None:
        self._disk.step()
        await super().publish(messages)
        self._disk.step()


Tell = Callable[[dict[str, Any]], None]


async def serve(folder: Path, disk: DeadlyDisk, tell: Tell) -> None:
    """A day: the topic is there, away, and back; each answer is told once the till could hear
    it."""
    away = folder / "topic.away"
    topic = DeadlyTopic(folder / "topic", disk)
    with closing(opened(folder)) as journal:
        async with store(folder, topic, vfs=disk.name) as gateway:
            # So that the log goes into the file in between, once or twice.
            await gateway.file.commit(lambda database: database.wal_autocheckpoint(12))
            await sell(journal, gateway, tell)
            away.touch()
            await sell(journal, gateway, tell, poison=True)
            await sell(journal, gateway, tell)
            away.unlink()
            await drained(gateway)
            await sell(journal, gateway, tell)


async def sell(journal: Journal, gateway: Store, tell: Tell, poison: bool = False) -> None:
    """Two sales, of which the second may be one that nobody can read."""
    journal.append([sale(), sale()])
    batch = journal.outbox.next_batch(0.0)
    assert batch
    body = json.loads(batch.body)
    if poison:
        body["events"][1]["type"] = "never_heard"
    sent = json.dumps(body)
    taken = await gateway.take(sent.encode())
    heard(journal, batch, taken)
    tell({"body": sent, **told(taken)})


def told(taken: TakenBatch) -> dict[str, Any]:
    """What must not change of an answer."""
    return {
        "accepted_to": taken.accepted_to,
        "quarantined": [list(each) for each in taken.quarantined],
        "forks": list(taken.forks),
    }


def killed_at(folder: Path, step: int) -> tuple[list[dict[str, Any]], bool]:
    """A process that serves until it is killed before its step number ``step``: the answers that
    tills have heard by then, and whether it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with mounted(DeadlyDisk(step)) as disk, os.fdopen(writing, "w") as pipe:
                assert isinstance(disk, DeadlyDisk)

                def tell(answer: dict[str, Any]) -> None:
                    print(json.dumps(answer), file=pipe, flush=True)

                asyncio.run(serve(folder, disk, tell))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        answers = [json.loads(line) for line in pipe]
    assert os.WIFSIGNALED(status) or not status, "the gateway failed by itself"
    return answers, os.WIFSIGNALED(status)


async def check_kept(folder: Path, answers: Sequence[dict[str, Any]]) -> None:
    """A gateway that starts after the kill knows what it said, and the topic has it in order."""
    (folder / "topic.away").unlink(missing_ok=True)
    topic = FileTopic(folder / "topic")
    async with store(folder, topic) as gateway:
        await drained(gateway)
        there = firsts(topic)
        acknowledged = max((each["accepted_to"] for each in answers), default=0)
        assert there == list(range(1, len(there) + 1)), "out of order, or a hole"
        assert len(there) >= acknowledged, f"acknowledged to {acknowledged}, {there} are there"
        for each in answers:
            again = told(await gateway.take(each["body"].encode()))
            assert again.pop("accepted_to") >= each["accepted_to"]
            assert again.items() <= each.items(), "the same batch got another answer"
        with closing(opened(folder)) as journal:
            await send(journal, gateway)
            await drained(gateway)
            assert firsts(topic) == list(range(1, journal.mark.sequence + 1))
    bodies = {json.dumps(each, sort_keys=True) for each in topic.events()}
    numbers = [json.loads(each)["sequence"] for each in bodies if "unreadable" not in each]
    assert len(numbers) == len(set(numbers)), "two events under one number"


def firsts(topic: FileTopic) -> list[int]:
    """The numbers in the order in which they first came."""
    return list(dict.fromkeys(each["sequence"] for each in topic.events()))


def test_a_gateway_that_is_killed_anywhere_loses_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "AGAIN_SECONDS", POLL_SECONDS)
    step = 0
    answers: list[dict[str, Any]] = []
    killed = True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        answers, killed = killed_at(folder, step)
        asyncio.run(check_kept(folder, answers))
        step += 1
    assert len(answers) == 4, "the last one was not let live"
    assert step > 60, "the gateway was not killed at each of its commits"
