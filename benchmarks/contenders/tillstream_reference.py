"""Tillstream's engine on the reference job: the whole engine, and a small agent.

Transactions, offset stamps in every value, the changelog, RocksDB behind the bounded cache and
recovery are all as in the product; only the agent is small, because the job is.
"""

import asyncio
import gc
from typing import Any

import msgspec
import uvloop

from benchmarks.job import FirstEvents, Job, job_from_environment
from clients.kafka import KafkaAccess
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part
from engine.declarations import BatchTable
from engine.prompt import PromptWorker
from engine.settings import EngineSettings
from engine.table import Table
from tables.offsets import UNSEEN, require_unseen
from tillstream.agents_worker import GC_THRESHOLDS

TILLS = "tills"
STOCK = "stock"


class Till(msgspec.Struct, array_like=True, gc=False):
    """The last number of a till, and the offset that it came with."""

    sequence: int
    offset: int


class Level(msgspec.Struct, array_like=True, gc=False):
    """What is on hand of ``location_id/sku``, and the offset that last touched it."""

    on_hand: int
    offset: int


class Line(msgspec.Struct, gc=False):
    """What the job needs of a line."""

    sku: str
    quantity: int


class Sale(msgspec.Struct, gc=False):
    """What the job needs of a sale."""

    location_id: str
    till_id: str
    sequence: int
    lines: list[Line]


class _Message(msgspec.Struct, gc=False):
    location_id: str
    sku: str
    on_hand: int


_decode = msgspec.json.Decoder(Sale).decode
_encode = msgspec.json.Encoder().encode


class Shop(Part):
    """One partition's tills and levels."""

    def __init__(self, state: State, output_topic: str) -> None:
        self._tills: Table[Till] = state.table(TILLS)
        self._stock: Table[Level] = state.table(STOCK)
        self._output_topic = output_topic

    def fold(self, records: Batch) -> None:
        """Apply the sales that their tills have not said before."""
        decode, is_new, apply = _decode, self._is_new, self._apply
        for record in records:
            offset = record.offset
            sale = decode(record.value)  # type: ignore[arg-type]
            if is_new(sale, offset):
                apply(sale, offset)

    def announce(self, outbox: Outbox) -> None:
        """The new level of every touched key, once."""
        outbox.send_all(
            self._output_topic, (_message(*changed) for changed in self._stock.changed.items())
        )

    def _is_new(self, sale: Sale, offset: int) -> bool:
        till = self._tills.get(sale.till_id)
        if till is None:
            self._tills.put(sale.till_id, Till(sale.sequence, offset))
            return True
        require_unseen(sale.till_id, offset, till.offset)
        is_new = sale.sequence > till.sequence
        if is_new:
            till.sequence = sale.sequence
        till.offset = offset
        self._tills.put(sale.till_id, till)
        return is_new

    def _apply(self, sale: Sale, offset: int) -> None:
        location_id = sale.location_id
        get, put = self._stock.get, self._stock.put
        for line in sale.lines:
            key = f"{location_id}/{line.sku}"
            level = get(key)
            if level is None:
                level = Level(0, UNSEEN)
            # A SKU may be on two lines of one sale; the till's stamp has refused a replay.
            require_unseen(key, offset, level.offset - 1)
            level.on_hand -= line.quantity
            level.offset = offset
            put(key, level)


def _message(key: str, level: Level | None) -> Message:
    location_id, _, sku = key.partition("/")
    return Message(key.encode(), _encode(_Message(location_id, sku, level.on_hand if level else 0)))


def reference_app(job: Job) -> BatchApp:
    """The agent over the job's input."""
    settings = EngineSettings(KafkaAccess(job.bootstrap), job.name, job.folder)
    app, first = BatchApp(settings, instance=job.folder.name), FirstEvents()
    tables: list[BatchTable[Any]] = [
        app.batch_table(TILLS, Till, help="The last number of each till."),
        app.batch_table(STOCK, Level, help="What is on hand of each location and SKU."),
    ]

    @app.batch_part(tables=tables, sends=[job.output_topic])
    def shop(state: State) -> Shop:
        return Shop(state, job.output_topic)

    @app.batch_agent(job.input_topic)
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Keep what is on hand of every SKU."""
        first.come()
        state.part(shop).fold(batch)

    return app


def main() -> None:
    """Run the job that the environment names, set up as `tillstream worker` is."""
    job = job_from_environment()
    asyncio.set_event_loop_policy(  # pyright: ignore[reportDeprecated]
        uvloop.EventLoopPolicy()
    )
    app = reference_app(job)
    asyncio.run(app.prepare())
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    worker = PromptWorker(app, loglevel="info", redirect_stdouts=False)
    raise worker.execute_from_commandline()


if __name__ == "__main__":
    main()
