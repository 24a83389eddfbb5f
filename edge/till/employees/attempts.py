"""Wrong PINs of each employee's card at this till, and the lock after five of them.

They lie in the journal's state, written with the event that tells of them. What is in memory is
counted first: a disk that takes nothing more must not make guesses free.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

import msgspec

from edge.bundle.rows import BundledEmployee

WRONG_MAX = 5
"""Wrong PINs before the card is locked here. Fewer lock out who mistypes; with more, ten thousand
PINs are tried sooner than anybody looks at the journal."""

WRONG_PINS = "wrong_pins:"
"""Begins the name of their place in the state."""


class WrongPins(msgspec.Struct, frozen=True, array_like=True):
    """How many, and of which card and PIN: with a new one of either the count begins anew."""

    count: int
    pin_sha256: str


_decode = msgspec.json.Decoder(WrongPins).decode


class WrongAttempts:
    """Those of one till. One thread's only."""

    def __init__(self, state: Mapping[str, bytes]) -> None:
        """``state`` is that of the journal."""
        self._of = {
            name.removeprefix(WRONG_PINS): _decode(value)
            for name, value in state.items()
            if name.startswith(WRONG_PINS)
        }

    def count(self, employee: BundledEmployee) -> int:
        """How many there were since the last right one."""
        held = self._of.get(employee.employee_id)
        return held.count if held and held.pin_sha256 == _named(employee) else 0

    def is_locked(self, employee: BundledEmployee) -> bool:
        """Whether no PIN is tried any more, until the centre gives another, or somebody who may
        lets this one in again."""
        return self.count(employee) >= WRONG_MAX

    def locked(self, row_of: Callable[[str], BundledEmployee | None]) -> int:
        """How many cards are locked of those who are let in here; ``row_of`` finds them by id."""
        rows = (row_of(employee_id) for employee_id in self._of)
        return sum(row is not None and self.is_locked(row) for row in rows)

    def add(self, employee: BundledEmployee) -> dict[str, bytes | None]:
        """One more; what the state is to have."""
        held = WrongPins(self.count(employee) + 1, _named(employee))
        self._of[employee.employee_id] = held
        return {WRONG_PINS + employee.employee_id: msgspec.json.encode(held)}

    def forgotten(self, employee_id: str) -> dict[str, bytes | None]:
        """What the state is to have where none of them count; empty where there are none."""
        return {WRONG_PINS + employee_id: None} if employee_id in self._of else {}

    def forget(self, employee_id: str) -> None:
        """None of them count, and the disk has it."""
        self._of.pop(employee_id, None)


def _named(employee: BundledEmployee) -> str:
    return sha256(employee.pin_hash.encode()).hexdigest()[:32]
