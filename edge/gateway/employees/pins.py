"""Cards and PINs, and an end to guessing them.

A PIN is hashed so slowly that a thousand guesses take a minute: a lock is what ends guessing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus

from edge.bundle.rows import BundledEmployee
from edge.gateway.limits import too_much
from edge.problems import Code, Refusal
from sealing.cards import is_pin_of
from sealing.errors import SealError

WRONG_MAX = 5
"""Wrong PINs of a card before it is locked. Fewer lock out who mistypes; ten thousand PINs are
guessed in a year with five a lock."""

LOCKED_SECONDS = 900.0
"""How long a card is locked, from the last wrong PIN."""

CARDS_MAX = 10_000
"""Cards whose wrong PINs are remembered; only cards of the store's employees are."""

AT_ONCE_MAX = 2
"""PINs that are hashed at once, 16 MiB and some 50 ms of a core each: tills' events go first."""

QUEUE_MAX = 20
"""That may wait for these: a second, at a shift's begin."""


class PinCheck:
    """Checks PINs of one store. One loop's only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` tells seconds that only go on, such as `time.monotonic`."""
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._room = asyncio.Semaphore(AT_ONCE_MAX)
        self._under_way = 0

    async def require(self, employee: BundledEmployee, card: str, pin: str) -> None:
        """Return where the PIN is that of the employee's card; raises `Refusal`."""
        self._require_unlocked(employee.card_hash)
        if self._under_way >= AT_ONCE_MAX + QUEUE_MAX:
            raise too_much("Too many PINs are being checked here.")
        self._under_way += 1
        try:
            async with self._room:
                # Whoever waited meanwhile may have seen the card locked.
                self._require_unlocked(employee.card_hash)
                is_right = await asyncio.to_thread(_is_right, employee, card, pin)
                self._note(employee.card_hash, is_right)
        finally:
            self._under_way -= 1
        if not is_right:
            raise Refusal(
                HTTPStatus.FORBIDDEN, Code.REQUEST, "Card and PIN do not belong together."
            )

    def _require_unlocked(self, card_hash: str) -> None:
        count, last = self._wrong.get(card_hash, (0, 0.0))
        left = last + LOCKED_SECONDS - self._clock()
        if count >= WRONG_MAX and left > 0:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                Code.BUSY,
                f"This card is locked after {count} wrong PINs.",
                headers={"Retry-After": str(int(left) + 1)},
            )

    def _note(self, card_hash: str, is_right: bool) -> None:
        count, last = self._wrong.pop(card_hash, (0, 0.0))
        if is_right:
            return
        now = self._clock()
        count = 1 if now - last > LOCKED_SECONDS else count + 1
        self._wrong[card_hash] = count, now
        if len(self._wrong) > CARDS_MAX:
            self._wrong.popitem(last=False)


def _is_right(employee: BundledEmployee, card: str, pin: str) -> bool:
    try:
        return is_pin_of(card, pin, employee.pin_hash)
    except SealError:  # no card id, or a row that holds no hash of ours
        return False
