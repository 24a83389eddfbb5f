"""Quix Streams: a stateful `apply` on a `StreamingDataFrame`, state in RocksDB with a changelog.

Tuned: bytes in, orjson, bytes out of and into the state (its default codec costs twice as much),
larger fetches and producer batches, a linger that fills them, a commit a second. State is scoped
to the message's key, the location, so a SKU alone is the stock's key. It emits every line: it
has nothing that would hold back a level until the commit.
"""

# pyright: basic
# Runs in a venv of its own, which the type checker does not see.

import signal

import orjson
from quixstreams import Application  # pyright: ignore[reportMissingImports]

from benchmarks.job import FirstEvents, job_from_environment

job = job_from_environment()
first = FirstEvents()

PRODUCER = {
    "linger.ms": 20,
    "batch.size": 256 * 1024,
    "batch.num.messages": 100_000,
    "queue.buffering.max.messages": 1_000_000,
}

CONSUMER = {"fetch.message.max.bytes": 2 * 1024 * 1024, "check.crcs": False}


def ledger(value, state):
    """The new levels of a sale that its till has not sent before."""
    first.come()
    sale = orjson.loads(value)
    till = b"till/" + sale["till_id"].encode()
    if sale["sequence"] <= int(state.get_bytes(till, b"0")):
        return []
    state.set_bytes(till, b"%d" % sale["sequence"])
    location = sale["location_id"].encode()
    levels = []
    for line in sale["lines"]:
        sku = line["sku"].encode()
        on_hand = b"%d" % (int(state.get_bytes(sku, b"0")) - line["quantity"])
        state.set_bytes(sku, on_hand)
        levels.append(b'{"location_id":"%b","sku":"%b","on_hand":%b}' % (location, sku, on_hand))
    return levels


def key_of(level):
    """``location_id/sku``, cut out of the level."""
    parts = level.split(b'"', 8)
    return f"{parts[3].decode()}/{parts[7].decode()}"


def main() -> None:
    """Run the job that the environment names."""
    app = Application(
        broker_address=job.bootstrap,
        consumer_group=job.name,
        auto_offset_reset="earliest",
        commit_interval=1.0,
        state_dir=job.state_folder,
        producer_extra_config=PRODUCER,
        consumer_extra_config=CONSUMER,
        processing_guarantee="at-least-once",
    )
    sales = app.topic(job.input_topic, key_deserializer="str", value_deserializer="bytes")
    levels = app.topic(job.output_topic, key_serializer="str", value_serializer="bytes")
    frame = app.dataframe(sales).apply(ledger, stateful=True, expand=True)
    frame.to_topic(levels, key=key_of)
    signal.signal(signal.SIGTERM, lambda *_: app.stop())
    app.run()


if __name__ == "__main__":
    main()
