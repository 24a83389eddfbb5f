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
    NoOffset,
    OffsetOutOfRange,
    RangePartitionAssignor,
)
from engine.contract import Record
from engine.fetching import FETCH_WAIT_MS, PlainConsumer
from engine.flow import Opened
from engine.lag import InputLag

log = structlog.get_logger()

FETCH_BYTES_MAX = 2 * 1024 * 1024
"""Bytes per partition and fetch. Smaller makes more, smaller batches; larger is felt in memory,
times the partitions."""

POLL_SECONDS = 0.5
"""How long the drain waits for records before it looks again whether it shall stop."""

SHORT_POLL_SECONDS = 0.02
"""The same while some partition takes nothing: once it does, what was fetched for it meanwhile
waits for the end of this. Ten times as long is felt at the board; a tenth polls for nothing."""

METADATA_AGE_MS = 10_000
"""How old the list of topics may be. A topic that was deleted and made anew is not missed for
longer; by Kafka's default of five minutes a worker sits beside it and says nothing."""

NO_PARTITION = TP("", -1)
"""Asked for while no partition takes anything: who asks for nothing for long leaves the group
(``max_poll_interval_ms``), and the recovery that it was at begins again elsewhere."""


class Flow(Protocol):
    """What the consumer drives: the partitions' work."""

    def open(self, partitions: Iterable[int]) -> None:
        """Begin to open partitions that have no work yet."""
        ...

    def take_opened(self) -> Sequence[Opened]:
        """What has opened since; where to read on."""
        ...

    def begin(self, ready: Iterable[Opened]) -> None:
        """They are read from there."""
        ...

    def is_read(self, tp: TP) -> bool: ...
    def takes(self, tp: TP) -> bool: ...
    async def wait_for_room(self, patience_seconds: float) -> None: ...
    def put(self, tp: TP, records: Sequence[Record]) -> None: ...

    async def refuse_lost(self, lost: Mapping[TP, int]) -> None:
        """Raise what stops the worker, if Kafka does not have these offsets any more."""
        ...

    async def close(self) -> None:
        """Commit and let go of every partition."""
        ...

    def failed(self, error: BaseException) -> None: ...


class BatchConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that fetches and keeps the group membership."""

    fetched_to: Mapping[TP, int] = {}
    """The next offsets to fetch, as the last fetch left them; none where it failed."""

    async def _fetch_records(self, consumer: Any, *which: Any, **limits: Any) -> Any:
        self.fetched_to = {}
        fetched = await super()._fetch_records(consumer, *which, **limits)
        self.fetched_to = consumer.fetched_to()
        return fetched

    def _create_worker_consumer(self, transport: Any) -> Any:
        conf = self.app.conf
        # The range assignor gives every topic's partition n to the same worker; round robin,
        # which Faust takes for apps without tables, does not.
        return PlainConsumer(
            **cast(Any, self.app).kafka.python_arguments(),
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="none",  # who is told of no loss reads on behind it
            isolation_level="read_committed",
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 300.0) * 1000),
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
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

    async def read_up_to(self, tps: Iterable[TP]) -> dict[TP, int]:
        """The next offset to fetch of those that have one; runs in this thread's loop."""
        consumer: Any = self._ensure_consumer()
        return {tp: await consumer.position(tp) for tp in tps}


class BatchConsumer(driver.Consumer):
    """Hands whole fetched lists to a `Flow`."""

    flow: Flow

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lag = InputLag()

    def _new_consumer_thread(self) -> BatchConsumerThread:
        beacon = cast(Any, self).beacon
        self._fetching = BatchConsumerThread(self, loop=self.loop, beacon=beacon)
        return self._fetching

    def ends(self) -> dict[TP, int | None]:
        """The known end of every assigned partition, for lag."""
        return self._fetching.ends(self.assignment())

    @property
    def member_id(self) -> str:
        """What the group calls this worker now; it changes when the group had put it out."""
        return str(attrgetter("_thread._consumer._coordinator.member_id")(self))

    async def read_up_to(self, tps: Iterable[TP], patience_seconds: float) -> dict[TP, int]:
        """The next offset to fetch of those of ``tps`` that are read, asked from any thread.

        Offsets without a record in them count as read. Empty where the fetching thread does not
        answer in time, or the group has just taken one of them.
        """
        thread, read = self._fetching, [tp for tp in tps if self.flow.is_read(tp)]
        asked = asyncio.run_coroutine_threadsafe(thread.read_up_to(read), thread.thread_loop)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked), patience_seconds)
        except (TimeoutError, ConsumerStoppedError, IllegalStateError, KafkaError):
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
        """One fetch: 1. open what is new, 2. read what is open, 3. hand it to the partitions."""
        if not self.flow_active:
            await cast(Any, self).wait_first(self.can_resume_flow.wait(), timeout=POLL_SECONDS)
            return
        self.flow.open({tp.partition for tp in self.assignment()})
        await self._begin(self.flow.take_opened())
        fetched = await self._fetch()
        # Whatever the group has decided meanwhile: the work of a revoked partition is closed and
        # takes nothing, and that of an open one would miss for good what was left out here,
        # because the next fetch goes on behind it.
        for tp, records in fetched.items():
            self.flow.put(tp, records)
        self.lag.take(fetched, self._fetching.fetched_to)

    async def _begin(self, ready: Sequence[Opened]) -> None:
        if ready:
            starts = {tp: at for each in ready for tp, at in each.starts.items()}
            # The group may take partitions back at any moment; then their work is closed by now.
            with suppress(IllegalStateError):
                await self.seek_wait(starts)
            self.lag.begin(starts)
            self.flow.begin(ready)

    async def _fetch(self) -> Mapping[TP, Sequence[Record]]:
        """What is there of the partitions that take something.

        The others are not asked for: theirs stays with the client, a fetch of each at most.
        """
        active = self._get_active_partitions()
        asked = {tp for tp in active if self.flow.takes(tp)}
        if not asked:
            await self.flow.wait_for_room(POLL_SECONDS)
            return await self._read({NO_PARTITION}, 0.0)
        is_all = asked == active
        try:
            return await self._read(asked, POLL_SECONDS if is_all else SHORT_POLL_SECONDS)
        except OffsetOutOfRange as error:
            await self.flow.refuse_lost({TP(*tp): at for tp, at in error.args[0].items()})
            log.warning("Kafka had lost offsets, and has them again", offsets=str(error))
            return {}
        except NoOffset as error:
            if self.flow.is_read(TP(*error.args[0])):
                raise
            return {}  # asked before the group gave it anew: it is sought once it has opened

    async def _read(self, asked: set[TP], patience: float) -> Mapping[TP, Sequence[Record]]:
        fetched = await self._getmany(active_partitions=asked, timeout=patience)
        return cast(Mapping[TP, Sequence[Record]], fetched or {})


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with the consumer above."""

    Consumer = BatchConsumer
