"""An input that loses messages, is made anew, or holds what no fold can take, on a real broker."""

import asyncio
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete

from clients.kafka import KafkaAccess
from clients.topic_ids import described
from engine.app import EXIT_FAILED
from engine.aside import read_set_aside
from engine.inputs import KafkaInputs
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.topic_admin import topic_admin

pytestmark = pytest.mark.lonely


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    return lonely_kafka


class Input:
    """One input topic of its own, and what a worker has said about it."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.topic = f"sales-{uuid.uuid4().hex[:8]}"
        self._run(self._create([self.topic, f"{self.topic}-seen", f"{self.topic}-aside"]))

    def _run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(doing)

    async def _create(self, names: Sequence[str]) -> None:
        async with topic_admin(self.bootstrap) as admin:
            answer = await admin.create_topics([NewTopic(name, 1, 1) for name in names])
            assert not [code for _, code, *_ in answer.topic_errors if code], answer

    def send(self, *values: bytes, topic: str = "", key: bytes | None = None) -> None:
        """Append ``values`` in order."""
        self._run(self._send(topic or self.topic, values, key))

    async def _send(self, topic: str, values: Sequence[bytes], key: bytes | None) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            for value in values:
                await producer.send_and_wait(topic, value, key, partition=0)

    def send_in_transactions(self, committed: int, aborted: int) -> None:
        """So many records that count, and so many that never happened behind them."""
        self._run(self._send_in_transactions(committed, aborted))

    async def _send_in_transactions(self, committed: int, aborted: int) -> None:
        name = f"{self.topic}-till"
        async with AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, transactional_id=name
        ) as producer:
            for count, ends in ((committed, True), (aborted, False)):
                await producer.begin_transaction()
                for number in range(count):
                    await producer.send_and_wait(self.topic, b"%d" % number, partition=0)
                await (producer.commit_transaction() if ends else producer.abort_transaction())

    def delete_up_to(self, offset: int) -> None:
        """Let the topic begin at ``offset``."""
        self._run(self._delete_up_to(offset))

    async def _delete_up_to(self, offset: int) -> None:
        async with topic_admin(self.bootstrap) as admin:
            place: Any = TopicPartition(self.topic, 0)
            await admin.delete_records({place: RecordsToDelete(offset)})

    def make_anew(self) -> None:
        """Delete the topic and create another of its name."""
        self._run(self._make_anew())

    async def _make_anew(self) -> None:
        async with topic_admin(self.bootstrap) as admin:
            await admin.delete_topics([self.topic])
            until = time.monotonic() + PATIENCE_SECONDS
            while True:
                answer = await admin.create_topics([NewTopic(self.topic, 1, 1)])
                if not answer.topic_errors[0][1]:
                    return
                assert time.monotonic() < until, answer
                await asyncio.sleep(0.05)

    def said(self) -> list[tuple[int, str]]:
        """Offset and word of everything that was answered, in order."""
        return self._run(self._said())

    async def _said(self) -> list[tuple[int, str]]:
        place: Any = TopicPartition(f"{self.topic}-seen", 0)
        reader: Any = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, isolation_level="read_committed"
        )
        async with reader as consumer:
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            found: list[tuple[int, str]] = []
            while await consumer.position(place) < end:
                for each in (await consumer.getmany(place, timeout_ms=50)).get(place, []):
                    found.append((int(each.key), each.value.decode()))
            return found


@pytest.fixture
def sales(broker: str) -> Input:
    return Input(broker)


Starts = Callable[..., Process]


@pytest.fixture
def start(sales: Input, tmp_path: Path) -> Generator[Starts]:
    """Starts a worker of a generation; all are gone at the end."""
    started: list[Process] = []

    def start_one(generation: int = 0) -> Process:
        program = ["-m", "tests.integration.seeing_worker"]
        program += [sales.bootstrap, sales.topic, str(generation), str(tmp_path)]
        started.append(Process(program, tmp_path / f"{generation}.log", {}))
        return started[-1]

    yield start_one
    for worker in started:
        worker.process.send_signal(signal.SIGCONT)
        worker.kill()


def _await(what: str, holds: Callable[[], bool], worker: Process) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert worker.process.poll() is None, worker.log[-3000:]
        assert time.monotonic() < until, f"{what} did not come:\n{worker.log[-3000:]}"
        time.sleep(0.1)


def _await_said(sales: Input, offsets: Sequence[int], worker: Process) -> None:
    _await(f"{offsets}", lambda: [at for at, _ in sales.said()] == list(offsets), worker)


def _assert_stops(worker: Process, *words: str) -> None:
    with suppress(subprocess.TimeoutExpired):
        worker.process.wait(timeout=PATIENCE_SECONDS)
    assert worker.process.poll() == EXIT_FAILED, worker.log[-3000:]
    for each in words:
        assert each in worker.log, f"the log does not say {each!r}:\n{worker.log[-3000:]}"


def test_messages_deleted_under_a_running_worker_before_it_read_them_stop_it(
    sales: Input, start: Starts
) -> None:
    worker = start()
    sales.send(b"a", b"b")
    _await_said(sales, [0, 1], worker)
    worker.process.send_signal(signal.SIGSTOP)
    sales.send(b"c", b"d", b"e")
    sales.delete_up_to(4)
    worker.process.send_signal(signal.SIGCONT)
    _assert_stops(worker, f"{sales.topic}-0 begins at offset 4", "Start a new application id")
    # A fetch that was on its way when the worker was suspended may have had some.
    assert max(at for at, _ in sales.said()) < 4, "it read on behind what was lost"


def test_messages_deleted_while_no_worker_was_there_stop_the_next_one(
    sales: Input, start: Starts
) -> None:
    worker = start()
    sales.send(b"a", b"b")
    _await_said(sales, [0, 1], worker)
    worker.stop()
    sales.send(b"c", b"d", b"e")
    sales.delete_up_to(4)
    worker.restart()
    _assert_stops(worker, f"{sales.topic}-0 begins at offset 4", "has read up to 2 only")


def test_messages_that_were_read_may_be_deleted(sales: Input, start: Starts) -> None:
    sales.send(b"a", b"b", b"c")
    sales.delete_up_to(1)
    worker = start()
    _await_said(sales, [1, 2], worker)
    worker.stop()
    sales.delete_up_to(3)
    worker.restart()
    sales.send(b"d")
    _await_said(sales, [1, 2, 3], worker)


def test_a_topic_made_anew_under_a_running_worker_stops_it(sales: Input, start: Starts) -> None:
    worker = start()
    sales.send(b"a", b"b")
    _await_said(sales, [0, 1], worker)
    sales.make_anew()
    sales.send(b"new")
    _assert_stops(worker, sales.topic, "Start a new application id")
    assert [at for at, _ in sales.said()] == [0, 1]


def test_a_topic_made_anew_that_grew_past_the_position_stops_the_next_worker(
    sales: Input, start: Starts
) -> None:
    worker = start()
    sales.send(b"a", b"b")
    _await_said(sales, [0, 1], worker)
    worker.stop()
    sales.make_anew()
    sales.send(*[b"new"] * 5)
    worker.restart()
    _assert_stops(worker, "was deleted and made anew since the state read it up to offset 2")


def test_a_message_that_no_fold_takes_is_named_and_can_be_set_aside(
    sales: Input, start: Starts
) -> None:
    sales.send(b"a", b"poison", b"c")
    worker = start()
    place = f"{sales.topic}-0-1"
    _assert_stops(worker, f"{place}: ValueError", f"tillstream dead-letters quarantine {place}")
    sales.send(b"{}", topic=f"{sales.topic}-aside", key=place.encode())
    worker.restart()
    _await("everything", lambda: len(sales.said()) == 3, worker)
    assert sorted(sales.said()) == [(0, "said"), (1, "set aside"), (2, "said")]


def test_a_rebuild_says_nothing_of_the_past_then_all_that_stands_then_what_happens(
    sales: Input, start: Starts
) -> None:
    """What ends the past are marks and what was aborted: no record tells that it is over."""
    sales.send_in_transactions(committed=5, aborted=3)
    worker = start(generation=1)
    _await("what stands", lambda: len(sales.said()) == 5, worker)
    assert sales.said() == [(offset, "said again") for offset in range(5)]
    sales.send(b"live")
    _await("what happens", lambda: len(sales.said()) == 6, worker)
    assert sales.said()[-1][1] == "said"
    worker.stop()
    worker.restart()
    sales.send(b"more")
    _await("what happens next", lambda: len(sales.said()) == 7, worker)
    assert sales.said()[-1][1] == "said", "it was rebuilt twice"


def test_the_end_of_what_can_be_read_lies_behind_the_last_record(sales: Input) -> None:
    inputs = KafkaInputs(KafkaAccess(sales.bootstrap), [sales.topic], 0)
    assert asyncio.run(inputs.ends()) == {sales.topic: 0}
    sales.send_in_transactions(committed=5, aborted=3)
    assert asyncio.run(inputs.ends()) == {sales.topic: 5}
    assert asyncio.run(inputs.look())[sales.topic][1:] == (0, 10)


def test_a_topic_that_is_made_anew_gets_another_id(sales: Input) -> None:
    before = asyncio.run(
        described(KafkaAccess(sales.bootstrap), [sales.topic, "none-of-this-name"])
    )
    assert asyncio.run(described(KafkaAccess(sales.bootstrap), [sales.topic])) == before
    sales.make_anew()
    after = asyncio.run(described(KafkaAccess(sales.bootstrap), [sales.topic]))
    assert before.keys() == after.keys() == {sales.topic}
    assert (before[sales.topic].partitions, after[sales.topic].partitions) == (1, 1)
    assert before[sales.topic].topic_id != after[sales.topic].topic_id


def test_what_was_set_aside_is_read_to_its_end(sales: Input) -> None:
    aside = f"{sales.topic}-aside"
    for offset, value in ((3, b"{}"), (4, b"{}"), (3, b"again")):
        sales.send(value, topic=aside, key=f"{sales.topic}-0-{offset}".encode())
    found = asyncio.run(read_set_aside(KafkaAccess(sales.bootstrap), aside, 0))
    assert found == {sales.topic: frozenset({3, 4})}
    assert asyncio.run(read_set_aside(KafkaAccess(sales.bootstrap), aside, 1)) == {}
    assert asyncio.run(read_set_aside(KafkaAccess(sales.bootstrap), "none-of-this-name", 0)) == {}
