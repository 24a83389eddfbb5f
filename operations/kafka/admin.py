"""A Kafka admin client that gives up soon and keeps quiet about it."""

# pyright: reportMissingTypeStubs=false

import logging
import time
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError

from clients import blocking_kafka
from clients.kafka import KafkaAccess

ANSWER_MS = 3_000
"""A broker answers in milliseconds; one that starts or is overloaded in a second or two."""


@contextmanager
def admin(kafka: KafkaAccess) -> Generator[Any]:
    """The client for the length of a block; raises `kafka.errors.KafkaError`."""
    # It would log each attempt at a broker that is away; what is away is told by the caller.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    client = blocking_kafka.admin(
        kafka,
        bootstrap_timeout_ms=ANSWER_MS,
        request_timeout_ms=ANSWER_MS,
    )
    try:
        yield client
    finally:
        client.close()


COORDINATOR_SECONDS = 15.0
"""A coordinator that moves, or a cluster's first group: seconds. Less fails where nothing is wrong;
more seems to hang."""

_ASK_AGAIN_SECONDS = 0.2

Reached = Mapping[tuple[str, int], int]
"""Next offsets by (topic, partition)."""


def group_reached(client: Any, group: str, topics: Collection[str]) -> Reached:
    """Where ``group`` goes on in ``topics``; nothing where it has committed nothing.

    Waits for a coordinator that is on its way; raises `kafka.errors.KafkaError`.
    """
    deadline = time.monotonic() + COORDINATOR_SECONDS
    while True:
        try:
            held = client.list_group_offsets({group: None})[group]
        except (CoordinatorNotAvailableError, CoordinatorLoadInProgressError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_ASK_AGAIN_SECONDS)
        else:
            return {
                (place.topic, place.partition): told.offset
                for place, told in held.items()
                if place.topic in topics and told.offset >= 0
            }
