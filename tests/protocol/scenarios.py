"""What is checked: how many tills, events and faults, and which faults.

Each scenario is exhausted within its bounds. What lies beyond them, nobody has looked at.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Scenario(NamedTuple):
    """Bounds, and the faults that may happen, ``FAULTS`` times in all.

    ``is_lasting`` says that it is also checked that nothing waits for ever; without, that nothing
    is lost or counted twice, which reaches farther in the same time.
    """

    name: str
    bounds: Mapping[str, int]
    faults: Sequence[str]
    is_lasting: bool = True

    def larger(self, **bounds: int) -> "Scenario":
        """The same with other bounds."""
        return self._replace(bounds={**self.bounds, **bounds})


OF_A_STORE = ("LOST_ANSWER", "LATE", "KILL", "PURGE", "STORE_LOST", "STORE_RESTORED", "VOUCHER")

OF_ALL = {"BATCH": 2, "QUEUE": 3, "BAD": 1}
"""Events of a batch, messages between gateway and centre, and the event that nobody can read."""

ONE_TILL = Scenario(
    "one till",
    {"TILLS": 1, "EPOCHS": 2, "SALES": 2, "IDS": 5, "FAULTS": 2, **OF_ALL},
    OF_A_STORE,
)
"""A till whose disk holds, whatever becomes of its store."""

RESTORED_TILL = Scenario(
    "restored till",
    {"TILLS": 1, "EPOCHS": 3, "SALES": 3, "IDS": 5, "FAULTS": 2, **OF_ALL},
    ("LOST_ANSWER", "PURGE", "VOUCHER", "TILL_RESTORED"),
)
"""A till that goes on from an older image of its disk."""

TWO_MACHINES = Scenario(
    "two machines",
    {"TILLS": 2, "EPOCHS": 3, "SALES": 2, "IDS": 4, "FAULTS": 2, **OF_ALL},
    ("LOST_ANSWER", "PURGE", "COPY"),
)
"""Two that sell under one identity, from the same disk or from nothing."""

ONE_HISTORY = Scenario(
    "two machines, store restored",
    {**TWO_MACHINES.bounds, "EPOCHS": 1, "SALES": 3, "IDS": 3, "QUEUE": 2},
    ("STORE_RESTORED", "COPY", "ONE_HISTORY"),
    is_lasting=False,
)
"""Beyond what is promised (see `BEYOND`), and still the gateway holds one history of an epoch. That
alone is looked for."""

SHORT = (
    ONE_HISTORY,
    ONE_TILL,
    RESTORED_TILL,
    TWO_MACHINES,
    TWO_MACHINES.larger(SALES=3)._replace(name="two machines, more sales", is_lasting=False),
)
"""What `make test` exhausts."""

LARGE = (
    ONE_TILL.larger(SALES=3, IDS=6, FAULTS=3),
    ONE_TILL.larger(SALES=3, EPOCHS=3, IDS=6, FAULTS=3)._replace(is_lasting=False),
    RESTORED_TILL.larger(IDS=6, FAULTS=3)._replace(
        faults=("LOST_ANSWER", "PURGE", "TILL_RESTORED")
    ),
    TWO_MACHINES.larger(SALES=3, IDS=5),
    TWO_MACHINES.larger(SALES=3, IDS=5, FAULTS=3)._replace(is_lasting=False),
)
"""What `make protocol` exhausts beside it: minutes, and some GB of memory."""

BEYOND = (
    RESTORED_TILL._replace(name="restored till, gateway killed", faults=("KILL", "TILL_RESTORED")),
    RESTORED_TILL._replace(name="till and store restored", faults=("STORE_LOST", "TILL_RESTORED")),
    TWO_MACHINES._replace(name="two machines, store lost", faults=("STORE_RESTORED", "COPY")),
)
"""What the protocol does not withstand: two histories of one epoch meet a gateway that knows
neither. docs/protocol.md says so, and a test that it is so still."""
