"""What passes between the engine and the agents of a partition.

They are built once per partition, over that partition's state, and are synchronous: they get a
list of records, change their tables and collect what is to be sent; the engine does the rest.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from engine.state import PartitionState

Headers = Sequence[tuple[str, bytes]]


class Record(Protocol):
    """One message as the consumer delivers it; topic and partition are its fold's."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch, as the topic keeps it."""
        ...

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


Batch = Sequence[Record]
"""What an agent is given at once: records of its topic and partition, in order."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message to send. Where it goes is its topic's affair: see `engine.sends`.

    ``place`` is what says the partition in place of the key, where a key is finer than that.
    """

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    place: bytes | None = None


@dataclass(slots=True)
class Outbox:
    """What is to be sent, by topic, in order, since the last commit."""

    messages: dict[str, list[Message]] = field(default_factory=dict[str, list[Message]])

    def send(self, topic: str, message: Message) -> None:
        """Send ``message`` with the transaction that the current batch is part of."""
        self.messages.setdefault(topic, []).append(message)

    def send_all(self, topic: str, messages: Iterable[Message]) -> None:
        """Send ``messages`` in order, as `send` does."""
        if all_of_them := list(messages):
            self.messages.setdefault(topic, []).extend(all_of_them)

    def keep_only(self, topics: Collection[str]) -> None:
        """Drop what was to be sent to any other topic."""
        self.messages = {each: sent for each, sent in self.messages.items() if each in topics}


class Part(Protocol):
    """What agents share over one partition. Who inherits from it gets what it need not do."""

    @property
    def folding(self) -> int | None:
        """The offset of the record that a fold is at, so that an exception can name it."""
        return None

    def announce(self, outbox: Outbox) -> None:
        """Before a transaction: send what has changed since the last call, once per key."""
        return

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Put some thousand of all states into ``outbox``; where to go on, None at the end.

        ``cursor`` is what the last call returned, None at the beginning. The states are those of
        now, whatever was folded between two calls.
        """
        return None

    def committed(self) -> None:
        """After a transaction: everything announced so far is durable; time to count it."""
        return


class PartitionAgents(Part, Protocol):
    """All agents of one partition, as the engine drives them."""

    def fold(self, topic: str, records: Batch) -> None:
        """Apply ``records`` of one topic, in order. An exception stops the worker."""
        ...

    def set_aside(self, topic: str, record: Record) -> None:
        """Take note that an operator has moved ``record`` out of the way: it is not folded."""
        return


@dataclass(frozen=True, slots=True)
class AppSpec:
    """What the engine needs to run an application.

    ``topics`` have equal partition counts. ``build`` is called once per assigned partition with
    its recovered state and number. Where it ``rebuilds``, a partition without any state says
    nothing of what its inputs hold already, but for the topics that are ``always_sent``; then it
    restates, see `engine.rebuild`. ``by_key`` has the partitions of each topic in which a message
    goes where its key says; to ``sends`` it goes in the agent's own partition. ``output_topic``
    names the topics that stand for the declared ones.
    """

    topics: tuple[str, ...]
    build: Callable[[PartitionState, int], PartitionAgents]
    tables: Mapping[str, type]
    rebuilds: bool = False
    always_sent: tuple[str, ...] = ()
    by_key: Mapping[str, int] = field(default_factory=dict[str, int])
    output_topic: Callable[[str], str] = str
    sends: tuple[str, ...] = ()
