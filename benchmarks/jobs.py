"""The two jobs: the small one that every contender does, and all that Tillstream does.

Reference: drop duplicates by till sequence, subtract quantities from persisted, changelogged
stock, emit the new level of each touched key. Full: `tillstream worker` as it is shipped, on the
contract's own `cart_completed` of one to three lines: inventory, what is in carts, totals of
locations and tills, alerts and till status. Nothing was delivered before, so every first sale of
a SKU also raises an alert.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.events import cart_completed, reference_sale
from benchmarks.job import PARTITIONS, Job
from benchmarks.kafka import APPEND_TIME, Broker
from benchmarks.outputs import Check, all_is_right, levels_are_right
from benchmarks.sales import Encode
from clients.kafka import KafkaAccess
from operations.topic_sync.sync import sync
from topics.registry import (
    ACCEPTED,
    CHECKOUT_TOTALS,
    GENERATIONS,
    RESTOCK_ALERTS,
    STOCK_LEVELS,
    TILL_EVENTS,
    TILL_STATUS,
)

DERIVED = tuple(
    spec.name
    for spec in (STOCK_LEVELS, CHECKOUT_TOTALS, RESTOCK_ALERTS, TILL_STATUS, ACCEPTED, GENERATIONS)
)
"""Generations too: every run is that of a first application, which rebuilds nothing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A job: its events, its topics, and what is right.

    ``outputs`` says which topics a run writes and loses afterwards; the first holds the levels.
    """

    name: str
    encode: Encode
    check: Check
    outputs: Callable[[str], Sequence[str]]
    make_input: Callable[[Broker, int], str]
    make_outputs: Callable[[Broker, Job], None]


def _make_reference_input(broker: Broker, count: int) -> str:
    topic = f"sales-{count}"
    broker.create([topic], {"retention.ms": "-1"})
    return topic


def _make_reference_outputs(broker: Broker, job: Job) -> None:
    broker.create([job.output_topic, job.warmup_topic], APPEND_TIME)


def _make_all_topics(broker: Broker, _: int) -> str:
    sync(KafkaAccess(broker.bootstrap), PARTITIONS, replication=1)
    return TILL_EVENTS.name


def _make_derived(broker: Broker, _: Job) -> None:
    sync(KafkaAccess(broker.bootstrap), PARTITIONS, replication=1)
    broker.stamp_on_append(STOCK_LEVELS.name)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "reference",
            reference_sale,
            levels_are_right,
            lambda run: (f"{run}-levels",),
            _make_reference_input,
            _make_reference_outputs,
        ),
        Kind(
            "full", cart_completed, all_is_right, lambda _: DERIVED, _make_all_topics, _make_derived
        ),
    )
}
