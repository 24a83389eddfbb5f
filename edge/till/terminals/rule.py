"""What a till does next about a payment by card. Pure.

1. It notes in the journal that it is about to ask.
2. It asks for the money, once: a request is never sent again, whatever became of it.
3. It notes what the terminal says. If nothing is heard, and after each restart, it asks how the
   payment stands instead, until that is known.

A terminal that has never heard of the payment may still get the request that is on its way. So
"not found" counts as declined only where no such request could be alive when that was asked. This
process' own clock says so, from its last try on: a wall clock may be wrong, and a restart begins
anew.
"""

from enum import Enum, auto
from typing import NamedTuple

from edge.till.carts import Outcome

REQUEST_LIFE_SECONDS = 120.0
"""A terminal that gets a request later does not begin. Shorter than a terminal's own, and a payment
that is noted as declined may be taken after all; longer, and a customer whose card was never asked
waits for nothing."""

SILENCES_MAX = 3
"""Questions in a row without an answer, before the cashier is told that nobody knows."""


class Heard(Enum):
    """What the last question to the terminal brought."""

    NOTHING_YET = auto()
    SILENCE = auto()
    """No answer, or one that cannot be of this payment."""

    CAPTURED = auto()
    DECLINED = auto()
    IN_PROGRESS = auto()
    NOT_FOUND = auto()


class TenderSight(NamedTuple):
    """How a payment stands for this process."""

    is_noted: bool
    """The journal has that it was requested."""

    outcome: Outcome | None = None
    """What the journal has of how it ended."""

    is_fresh: bool = False
    """It was noted by this process, which has not asked for the money yet."""

    heard: Heard = Heard.NOTHING_YET
    silences: int = 0
    """In a row."""

    asked_seconds: float = 0.0
    """How long ago this process had last waited for the payment itself, or else found it in the
    journal, when it put the question that ``heard`` answers. Not how long now: the request may have
    come in between."""


class Step(Enum):
    """What to do."""

    NOTE_REQUESTED = auto()
    ASK_PAYMENT = auto()
    ASK_STATUS = auto()
    NOTE_CAPTURED = auto()
    NOTE_DECLINED = auto()
    NOTE_UNKNOWN = auto()
    LEAVE = auto()
    """Nothing now: it is settled, or nobody answers and the cashier decides when to ask again."""


def next_step(tender: TenderSight) -> Step:
    """See the module."""
    if not tender.is_noted:
        return Step.NOTE_REQUESTED
    if tender.outcome in ("captured", "declined"):
        return Step.LEAVE
    match tender.heard:
        case Heard.CAPTURED:
            return Step.NOTE_CAPTURED
        case Heard.DECLINED:
            return Step.NOTE_DECLINED
        case Heard.NOT_FOUND if tender.asked_seconds >= REQUEST_LIFE_SECONDS:
            return Step.NOTE_DECLINED
        case _:
            return _ask(tender)


def _ask(tender: TenderSight) -> Step:
    if tender.is_fresh:
        return Step.ASK_PAYMENT
    if tender.silences < SILENCES_MAX:
        return Step.ASK_STATUS
    return Step.LEAVE if tender.outcome == "unknown" else Step.NOTE_UNKNOWN
