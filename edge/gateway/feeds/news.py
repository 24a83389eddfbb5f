"""The form in which all comes that the centre tells a store."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import NamedTuple, Protocol


class NewsKind(Enum):
    """What a piece of news is about."""

    DEVICE_LIST = "device_list"
    """Who may take part, by the location: `edge.signed_list`."""
    TILL_STATUS = "till_status"
    """What the centre has of a till, by the till's id: `topics.derived.TillStatus`."""


class News(NamedTuple):
    """A row of the centre, as bytes; ``value`` None says that it is gone."""

    kind: NewsKind
    id: str
    value: bytes | None


Hear = Callable[[Sequence[News]], Awaitable[None]]
"""Takes news in the order in which they came. What is no good is reported and passed over."""


class FeedReports(Protocol):
    """Hears how news fare."""

    def heard(self, kind: NewsKind, count: int) -> None:
        """So many now count."""
        ...

    def refused(self, kind: NewsKind, id: str, why: str) -> None:
        """Something came that cannot be taken; what was known before still counts."""
        ...

    def listed(self, number: int, closed: int) -> None:
        """The list of that number counts, and so many connections of whom it refuses are closed."""
        ...

    def unkept(self, kind: NewsKind, why: str) -> None:
        """The file did not take what counts: a restart would not know it."""
        ...
