"""What is read: records, and the places that they lie in."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Place = tuple[str, int]
"""(topic, partition)."""

Positions = Mapping[Place, int]
"""An offset at each of some places."""


class FollowedRecord(Protocol):
    """What is used of a consumed record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


Fetched = dict[Place, Sequence[FollowedRecord]]
"""Records by place, in order."""
