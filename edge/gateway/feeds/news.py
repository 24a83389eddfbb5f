"""The form in which all comes that the centre tells a store."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import NamedTuple, Protocol


class Kind(Enum):
    """What a piece of news is about."""

    DEVICE_LIST = "device_list"
    """Who may take part, by the location: `edge.signed_list`."""
    TILL_STATUS = "till_status"
    """What the centre has of a till, by the till's id: `topics.derived.TillStatus`."""


class News(NamedTuple):
    """A row of the centre, as bytes; ``value`` None says that it is gone."""

    kind: Kind
    id: str
    value: bytes | None


Hear = Callable[[Sequence[News]], Awaitable[None]]
"""Takes news in the order in which they came. What is no good is reported and passed over."""


class FeedReports(Protocol):
    """Hears how news fare."""

    def heard(self, kind: Kind, count: int) -> None:
        """So many now count."""
        ...

    def refused(self, kind: Kind, id: str, why: str) -> None:
        """Something came that cannot be taken; what was known before still counts."""
        ...

    def closed(self, connections: int) -> None:
        """So many connections were closed, because a list refuses their devices."""
        ...

    def unkept(self, kind: Kind, why: str) -> None:
        """The file did not take what counts: a restart would not know it."""
        ...
