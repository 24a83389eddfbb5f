"""A Kafka admin client that gives up soon and keeps quiet about it."""

# pyright: reportMissingTypeStubs=false

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient

_AdminClient: Any = KafkaAdminClient

ANSWER_MS = 3_000
"""A broker answers in milliseconds; one that starts or is overloaded in a second or two."""


@contextmanager
def admin(bootstrap: str) -> Generator[Any]:
    """The client for the length of a block; raises `kafka.errors.KafkaError`."""
    # It would log each attempt at a broker that is away; what is away is told by the caller.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    client = _AdminClient(
        bootstrap_servers=bootstrap.split(","),
        bootstrap_timeout_ms=ANSWER_MS,
        request_timeout_ms=ANSWER_MS,
    )
    try:
        yield client
    finally:
        client.close()
