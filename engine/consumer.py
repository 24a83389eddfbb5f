"""Faust's consumer, with the part replaced that touches every message.

Faust's own drain wraps each message in tasks and hands it to streams (about 60 us a message).
This one hands each partition's fetched list to the partition's work and has nothing to commit:
offsets travel in the work's own transaction.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, Protocol, cast

import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from engine.clients import (
    ConsumerStoppedError,
    IllegalStateError,
    KafkaError,
    RangePartitionAssignor,
)
from engine.contract import Record
from engine.fetching import PlainConsumer

log = structlog.get_logger()

FETCH_WAIT_MS = 20
"""How long the broker may hold a fetch that has nothing. One fetch at a time goes to a broker,
so a longer wait on drained partitions starves the others; a shorter one polls an idle broker."""

FETCH_BYTES_MAX = 2 * 1024 * 1024
"""Bytes per partition and fetch. Smaller makes more, smaller batches; larger is felt in memory,
times the partitions."""

POLL_SECONDS = 0.5
"""How long the drain waits for records before it looks again whether it shall stop."""

FOLD_RECORDS_MAX = 2_000
"""Records folded before the event loop may breathe: some 30 ms of heartbeats and replies."""


class Flow(Protocol):
    """What the consumer drives: the partitions' work."""

    async def open(self, partitions: Iterable[int]) -> Mapping[TP, int]:
        """Start work on partitions that have none yet; where to read on from."""
        ...

    async def close(self) -> None:
        """Commit and let go of every partition."""
        ...

    def fold(self, tp: TP, records: Sequence[Record]) -> None: ...
    async def room(self, tp: TP) -> None: ...
    def failed(self, error: BaseException) -> None: ...


class BatchConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that fetches and keeps the group membership."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        conf = self.app.conf
        # The range assignor gives every topic's partition n to the same worker; round robin,
        # which Faust takes for apps without tables, does not.
        return PlainConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 300.0) * 1000),
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
        )

    def ends(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        """Where each partition ends, as of the last fetch; None where not fetched yet."""
        consumer: Any = self._ensure_consumer()
        return {tp: consumer.highwater(tp) for tp in tps}

    async def read_up_to(self) -> dict[TP, int]:
        """The next offset to fetch of every assigned partition; runs in this thread's loop."""
        consumer: Any = self._ensure_consumer()
        return {tp: await consumer.position(tp) for tp in consumer.assignment()}


class BatchConsumer(driver.Consumer):
    """Hands whole fetched lists to a `Flow`."""

    flow: Flow

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=cast(Any, self).beacon)

    def ends(self) -> dict[TP, int | None]:
        """The known end of every assigned partition, for lag."""
        return cast(BatchConsumerThread, self._thread).ends(self.assignment())

    @property
    def member_id(self) -> str:
        """What the group calls this worker now; it changes when the group had put it out."""
        return str(attrgetter("_thread._consumer._coordinator.member_id")(self))

    async def read_up_to(self, patience_seconds: float) -> dict[TP, int]:
        """The next offset to fetch of every assigned partition, asked from any thread.

        Offsets without a record in them count as read. Empty where the fetching thread does not
        answer in time.
        """
        thread = cast(BatchConsumerThread, self._thread)
        asked = asyncio.run_coroutine_threadsafe(thread.read_up_to(), thread.thread_loop)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked), patience_seconds)
        except (TimeoutError, ConsumerStoppedError, KafkaError):
            return {}

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Offsets are committed in the work's transactions."""
        return False

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish every partition's transaction before the group moves on."""
        # Before the close, or the next turn would open again what has just been closed.
        self.stop_flow()
        await self.flow.close()
        await super().on_partitions_revoked(revoked)

    async def on_stop(self) -> None:
        """Finish the work before the connection goes."""
        await self.flow.close()
        await super().on_stop()

    async def _drain_messages(self, fetcher: Any) -> None:
        def stopping() -> bool:
            return self.should_stop or bool(fetcher.should_stop)

        try:
            while not stopping():
                await self._turn()
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise
        except Exception as error:
            self.flow.failed(error)

    async def _turn(self) -> None:
        """One fetch: 1. open what is new, 2. fetch, 3. fold each partition's list."""
        if not self.flow_active:
            await cast(Any, self).wait_first(self.can_resume_flow.wait(), timeout=POLL_SECONDS)
            return
        await self._open_assigned()
        fetched, _ = await self._wait_next_records(POLL_SECONDS)
        # Whatever the group has decided meanwhile: the work of a revoked partition is closed and
        # takes nothing, and that of an open one would miss for good what was left out here,
        # because the next fetch goes on behind it.
        for tp, records in (fetched or {}).items():
            await self._fold(tp, cast(Sequence[Record], records))

    async def _open_assigned(self) -> None:
        starts = await self.flow.open({tp.partition for tp in self.assignment()})
        if starts:
            # The group may take partitions back at any moment; then their work is closed by now.
            with suppress(IllegalStateError):
                await self.seek_wait(starts)

    async def _fold(self, tp: TP, records: Sequence[Record]) -> None:
        for start in range(0, len(records), FOLD_RECORDS_MAX):
            await self.flow.room(tp)
            self.flow.fold(tp, records[start : start + FOLD_RECORDS_MAX])
            await asyncio.sleep(0)


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with the consumer above."""

    Consumer = BatchConsumer
