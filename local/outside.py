"""Servers that the user named, as far as the local stack must know them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class OutsideKafka:
    """Whoever has the user's settings says how the cluster is reached.

    ``answers`` asks it. ``client`` is for kafka-python and ``librdkafka`` for that library, both
    without a password; ``properties`` is for Java, with it.
    """

    answers: Callable[[], bool]
    client: Callable[[], Mapping[str, str]]
    librdkafka: Callable[[], Mapping[str, str]]
    properties: Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class Outside:
    """What takes the place of the stack's own servers; ``connect`` asks whether it answers."""

    kafka: OutsideKafka | None = None
    connect: Callable[[], bool] | None = None
