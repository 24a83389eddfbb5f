"""Where an application's messages go.

To the agent's own partition, whose number all inputs share; or, by the message's own key, to any
partition of the topic, as Kafka's Java client would place it. Either way they are part of the one
transaction of the sender's partition.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine.clients import murmur2
from engine.contract import Message
from engine.errors import EngineError

KEYS_REMEMBERED = 65_536
"""Keys whose hash is kept. Fewer than an application sends brings back some 10 us a message; more
is memory."""


class KeyMissing(EngineError):
    """A message without a key was sent to a topic where the key says the partition."""


@dataclass(frozen=True, slots=True)
class Send:
    """A topic that is sent to. In a rebuild it is sent to from the first message on, if
    ``in_the_dark``; otherwise what has been said is not said again."""

    topic: str
    by_key: bool = False
    in_the_dark: bool = False


def by_key(topic: str) -> Send:
    """``topic``, each message in the partition of its key, or of its ``place``: what is
    repartitioned. A key that is finer lets the topic be compacted, so that who was away reads the
    newest of each and has missed nothing.

    Another agent's state is made of it, so a rebuild sends it again, from the first message on:
    send absolute values with versions, so that who reads one twice, or an older one late, is right.
    """
    return Send(topic, by_key=True, in_the_dark=True)


def always(topic: str) -> Send:
    """``topic``, in the agent's own partition; a rebuild sends to it from the first message on."""
    return Send(topic, in_the_dark=True)


class Destination(NamedTuple):
    """One partition of a topic that is written to."""

    topic: str
    partition: int


Outputs = Mapping[Destination, Iterable[Message]]
"""What one transaction sends beside the state, by where it goes."""


@lru_cache(maxsize=KEYS_REMEMBERED)
def partition_of_key(key: bytes, partitions: int) -> int:
    """The partition, from 0, that Kafka's Java client chooses for ``key``."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


@dataclass(frozen=True, slots=True)
class Routes:
    """The ways out of one partition; see `engine.contract.AppSpec` for the last two."""

    partition: int
    by_key: Mapping[str, int]
    output_topic: Callable[[str], str]

    def places(self, sends: Iterable[str]) -> list[Destination]:
        """All that may be sent to, with ``sends`` the topics in which the partition is the
        sender's own."""
        own = [Destination(topic, self.partition) for topic in sends]
        return own + [Destination(t, at) for t, size in self.by_key.items() for at in range(size)]

    def sorted(self, messages: Mapping[str, list[Message]]) -> dict[Destination, list[Message]]:
        """``messages`` by where they go, each destination's in order. Raises `KeyMissing`."""
        found: dict[Destination, list[Message]] = {}
        for topic, sent in messages.items():
            name = self.output_topic(topic)
            partitions = self.by_key.get(name)
            if partitions is None:
                found[Destination(name, self.partition)] = sent
            else:
                _spread(name, partitions, sent, found)
        return found


def _spread(
    topic: str,
    partitions: int,
    sent: Iterable[Message],
    found: dict[Destination, list[Message]],
) -> None:
    for message in sent:
        says = message.place or message.key
        if says is None:
            raise KeyMissing(f"a message to {topic} has no key, which says where it belongs")
        place = Destination(topic, partition_of_key(says, partitions))
        found.setdefault(place, []).append(message)
