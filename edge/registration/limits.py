"""Who has shown too many wrong tokens lately. A right one is taken all the same, from anywhere: a
till behind the address of a thief must not wait for him."""

import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW_SECONDS = 60.0

WRONG_MAX = 30
"""Wrong tokens from one address within the window. A store's tills all come from its gateway's
address, and people mistype; a guesser needs more than the age of the world at any number."""

ADDRESSES_MAX = 4_096
"""Addresses that are remembered, the newest. An attacker with more is forgotten sooner, and has
gained an answer of 401 in place of 429."""


class WrongTokens:
    """Counts them by address, within bounds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_many(self, address: str) -> bool:
        """Count one more from ``address``, and say whether it is one too many."""
        now = self._clock()
        began, number = self._since.pop(address, (now, 0))
        if now - began >= WINDOW_SECONDS:
            began, number = now, 0
        self._since[address] = (began, number + 1)
        if len(self._since) > ADDRESSES_MAX:
            self._since.popitem(last=False)
        return number + 1 > WRONG_MAX
