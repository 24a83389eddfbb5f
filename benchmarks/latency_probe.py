"""A till that sells one piece of a marked product at a time, and a page that watches it.

Three clocks, all of this machine: the till's when it hands the sale over, this process's when the
worker's level can be read, and when the page's event stream shows it.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import ClientSession, ClientTimeout
from aiokafka import TopicPartition

from benchmarks.events import cart_completed
from benchmarks.sales import Line, Sale
from clients import async_kafka
from clients.kafka import KafkaAccess
from edge.producer import TillProducer
from topics.partitioning import partition_of
from topics.registry import STOCK_LEVELS, TILL_EVENTS

LOCATION = "S00001"
"""One of the busy ones: its page has other news all the time."""

TILL = "S00001-MARK"
SKU = "MARK"

PAUSE_SECONDS = (0.15, 0.45)
"""Between two marked sales, by chance: no rhythm of the stack is in step with it."""

PATIENCE_SECONDS = 60.0

LOOK_SECONDS = 0.1

_TOKEN = re.compile(r"/stream\?viewer=([\w-]+)")
_ON_HAND = re.compile(rf'id="stock/{LOCATION}/{SKU}".*?data-cell="on_hand">([^<]*)<', re.DOTALL)


@dataclass(slots=True)
class Seen:
    """When each marked sale was sent, appended, readable as a level, and shown; by its number."""

    sent: dict[int, float] = field(default_factory=dict[int, float])
    appended: dict[int, float] = field(default_factory=dict[int, float])
    derived: dict[int, float] = field(default_factory=dict[int, float])
    shown: dict[int, float] = field(default_factory=dict[int, float])
    sold: int = 0
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, stage: dict[int, float], number: int) -> None:
        """A level of minus ``number`` says it of every sale up to that one."""
        now = time.time()
        for each in range(1, number + 1):
            stage.setdefault(each, now)
        self.told.set()

    def keep_last(self, samples: int) -> None:
        """Forget the sales before the last ``samples``."""
        for stage in (self.sent, self.appended, self.derived, self.shown):
            for number in [each for each in stage if each <= self.sold - samples]:
                del stage[number]

    async def until_shown(self) -> None:
        """Return once the page shows the newest sale; TimeoutError when patience ends."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.sold not in self.shown or self.sold not in self.derived:
                self.told.clear()
                await self.told.wait()


class Probe:
    """The marked till, the page and the reader, over one stack."""

    def __init__(self, kafka: KafkaAccess, board: str, partitions: int) -> None:
        self._kafka = kafka
        self._board = board
        self._place = partition_of(LOCATION, partitions)
        self._till = TillProducer(kafka)
        self.seen = Seen()

    async def run(self, warm_up: int, samples: int) -> Seen:
        """Sell, one after another, and tell of the last ``samples``; may be called again."""
        self.seen = Seen(sold=self.seen.sold)
        begins = await self._end_of_input()
        await self._first_sale()
        async with ClientSession(timeout=ClientTimeout(total=None)) as session:
            watching = [
                asyncio.ensure_future(each) for each in (self._page(session), self._levels())
            ]
            try:
                for _ in range(warm_up + samples):
                    await self._sell_next()
            finally:
                for each in watching:
                    each.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
        await self._read_append_times(begins)
        self.seen.keep_last(samples)
        return self.seen

    async def _first_sale(self) -> None:
        """Until the page has the row: a stream only changes what is there."""
        self._sell()
        address = f"{self._board}/locations/{LOCATION}?q={SKU}"
        async with ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
            # Not an event: a page can only be asked again.
            while not _ON_HAND.search(await (await session.get(address)).text()):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    async def _sell_next(self) -> None:
        self._sell()
        await self.seen.until_shown()
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - no secret

    def _sell(self) -> None:
        seen = self.seen
        seen.sold += 1
        sale = Sale(seen.sold, LOCATION, TILL, seen.sold, [Line(SKU, 1, 100)], seen.sold)
        value = cart_completed(sale)
        seen.sent[seen.sold] = time.time()
        self._till.publish(LOCATION, value)

    async def _page(self, session: ClientSession) -> None:
        page = await session.get(f"{self._board}/locations/{LOCATION}?q={SKU}")
        token = _TOKEN.search(await page.text())
        if token is None:
            raise RuntimeError("the page names no event stream: this benchmark needs another look")
        async with session.get(f"{self._board}/stream?viewer={token[1]}") as stream:
            buffer = b""
            async for chunk in stream.content.iter_any():
                *messages, buffer = (buffer + chunk).split(b"\n\n")
                for message in messages:
                    found = _ON_HAND.search(message.decode())
                    if found:
                        self.seen.note(self.seen.shown, _digits(found[1]))

    async def _levels(self) -> None:
        async with _reader(self._kafka, "read_committed") as consumer:
            place = TopicPartition(STOCK_LEVELS.name, self._place)
            consumer.assign([place])
            await consumer.seek_to_end(place)
            marked = f"{LOCATION}/{SKU}".encode()
            async for record in consumer:
                if record.key == marked:
                    on_hand = orjson.loads(record.value)["on_hand"]
                    self.seen.note(self.seen.derived, -on_hand)

    async def _end_of_input(self) -> int:
        async with _reader(self._kafka, "read_uncommitted") as consumer:
            place = TopicPartition(TILL_EVENTS.name, self._place)
            return (await consumer.end_offsets([place]))[place]

    async def _read_append_times(self, begins: int) -> None:
        """The broker's own stamp of each marked sale, from offset ``begins`` on."""
        async with _reader(self._kafka, "read_uncommitted") as consumer:
            place = TopicPartition(TILL_EVENTS.name, self._place)
            consumer.assign([place])
            consumer.seek(place, begins)
            marked = f'"{TILL}"'.encode()
            while self.seen.sold not in self.seen.appended:
                for record in await _some(consumer):
                    if marked in record.value:
                        number = orjson.loads(record.value)["sequence"]
                        self.seen.appended[number] = record.timestamp / 1000


async def _some(consumer: Any) -> list[Any]:
    fetched = await consumer.getmany(timeout_ms=1000)
    return [record for records in fetched.values() for record in records]


def _reader(kafka: KafkaAccess, isolation: str) -> Any:
    return async_kafka.consumer(kafka, isolation_level=isolation, fetch_max_wait_ms=10)


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))
