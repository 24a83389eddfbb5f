"""Faust as its documentation writes it: an agent over events, two tables, RocksDB, a send a line.

Not tuned, on purpose: only broker, partitions and replication are set. It is where this project
began, and what the name is known for; `docs/performance.md` says where its time goes.
"""

# pyright: basic
# Faust's tables and topics have no usable types.

import faust

from benchmarks.job import PARTITIONS, FirstEvents, job_from_environment

job = job_from_environment()
first = FirstEvents()

app = faust.App(
    job.name,
    broker=f"kafka://{job.bootstrap}",
    store="rocksdb://",
    datadir=job.state_folder,
    topic_partitions=PARTITIONS,
    topic_replication_factor=1,
    web_enabled=False,
)


class Line(faust.Record):
    """One line of a sale."""

    sku: str
    quantity: int
    unit_price_minor: int


class Sale(faust.Record):
    """What a till sends."""

    event_id: str
    type: str
    till_id: str
    sequence: int
    location_id: str
    at: str
    lines: list[Line]


sales_topic = app.topic(job.input_topic, key_type=bytes, value_type=Sale)
levels_topic = app.topic(job.output_topic, key_serializer="raw", value_serializer="json")
sequences = app.Table("sequences", default=int, partitions=PARTITIONS)
stock = app.Table("stock", default=int, partitions=PARTITIONS)


@app.agent(sales_topic)
async def ledger(sales):
    """Each sale once; each line's new level."""
    async for sale in sales:
        first.come()
        if sale.sequence <= sequences[sale.till_id]:
            continue
        sequences[sale.till_id] = sale.sequence
        for line in sale.lines:
            key = f"{sale.location_id}/{line.sku}"
            stock[key] -= line.quantity
            level = {
                "location_id": sale.location_id,
                "sku": line.sku,
                "on_hand": stock[key],
            }
            await levels_topic.send(key=key, value=level)


if __name__ == "__main__":
    app.main()
