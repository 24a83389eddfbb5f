"""All output topics of live and shadow, each compared in the way that it allows. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from engine.contract import Record
from operations.shadow.difference import ShadowDifference, Side
from operations.shadow.standings import StandingComparison
from operations.shadow.versions import VersionComparison, VersionTally
from topics.dead_letters import REASON, SOURCE
from topics.registry import (
    CHECKOUT_TOTALS,
    DEAD_LETTERS,
    RESTOCK_ALERTS,
    STOCK_LEVELS,
    TILL_STATUS,
)


class TopicComparison(Protocol):
    """How one topic is compared."""

    topic: str
    tally: VersionTally

    @property
    def keys(self) -> int: ...
    @property
    def undecided(self) -> int: ...
    def take(self, side: Side, name: str, version: int, value: bytes) -> None: ...
    def look(self) -> None: ...
    def differences(self) -> Iterator[ShadowDifference]: ...


class _Versioned(msgspec.Struct, gc=False):
    version: int


_version = msgspec.json.Decoder(_Versioned).decode

Told = tuple[str, int, bytes]
"""(key, version, value)."""


def _derived(record: Record) -> Told:
    value = record.value or b"{}"
    return (record.key or b"").decode(), _version(value).version, value


def _dead_letter(record: Record) -> Told:
    headers = dict(record.headers)
    reason = headers[REASON].decode()
    return headers[SOURCE].decode(), 1, msgspec.json.encode({REASON: reason})


class Comparison:
    """Takes in the records of both sides; tells what differs."""

    def __init__(self) -> None:
        versioned = {
            STOCK_LEVELS.name: VersionComparison(STOCK_LEVELS.name, one_input=False),
            CHECKOUT_TOTALS.name: VersionComparison(CHECKOUT_TOTALS.name, one_input=True),
            TILL_STATUS.name: VersionComparison(TILL_STATUS.name, one_input=True),
        }
        letters = {spec.name: VersionComparison(spec.name, one_input=True) for spec in DEAD_LETTERS}
        alerts = {RESTOCK_ALERTS.name: StandingComparison(RESTOCK_ALERTS.name)}
        self.topics: dict[str, TopicComparison] = {**versioned, **alerts, **letters}
        self._told: dict[str, Callable[[Record], Told]] = {
            topic: _dead_letter if topic in letters else _derived for topic in self.topics
        }

    def take(self, side: Side, topic: str, records: Iterable[Record]) -> None:
        """Records of one partition of the live topic ``topic``, or of what stands for it."""
        into, told = self.topics[topic].take, self._told[topic]
        for record in records:
            into(side, *told(record))

    def look(self) -> None:
        """See `VersionComparison.look`."""
        for topic in self.topics.values():
            topic.look()

    def differences(self) -> list[ShadowDifference]:
        """All that is certain, by topic and key."""
        found = [each for topic in self.topics.values() for each in topic.differences()]
        return sorted(found, key=lambda each: (each.topic, each.key))

    @property
    def undecided(self) -> int:
        """Keys that wait for the other side or for another look."""
        return sum(topic.undecided for topic in self.topics.values())
