"""What tills send, and what is wrong with it and stops none of them: somebody must hear of it."""

from collections.abc import Sequence
from typing import Protocol

from edge.gateway.carts.keeping import GoneTwice
from identity.names import TillName


class IntakeReports(Protocol):
    """Hears it. Each is told again as often as it happens."""

    def taken(self, till: TillName, new: int, unreadable: int) -> None:
        """So many events were taken that were not here, ``unreadable`` of them by nobody."""
        ...

    def head(self, till: TillName, epoch: int, sequence: int, wrong: Sequence[str]) -> None:
        """The head at that event does not vouch for it."""
        ...

    def forked(self, till: TillName, epoch: int, numbers: Sequence[int]) -> None:
        """Two devices use one identity, or an old image runs: other events came under these
        numbers."""
        ...

    def went_on_twice(self, till: TillName, cart: GoneTwice) -> None:
        """The till went on with a cart with which another one had gone on."""
        ...

    def conflict(self, till: TillName, epoch: int, kind: str, detail: str) -> None:
        """A batch was refused: a ``gap``, or another ``chain``."""
        ...

    def foreign(self, till: TillName, detail: str) -> None:
        """The till has sent what is another's."""
        ...
