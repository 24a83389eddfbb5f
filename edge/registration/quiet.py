"""How much is written about who is refused: a thousand attempts are one line, not a thousand."""

import time
from collections import OrderedDict
from collections.abc import Callable

AGAIN_SECONDS = 60.0
"""The same thing is said once in so long."""

LINES_PER_MINUTE_MAX = 60
"""Of all things together. Who invents a new name for each attempt would fill the audit log; far
fewer, and a second shop with the same trouble is not heard."""

REMEMBERED_MAX = 1_000


class Quiet:
    """Remembers what was said lately, within bounds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: OrderedDict[str, float] = OrderedDict()
        self._minute = -1
        self._lines = 0

    def may_say(self, what: str) -> bool:
        """Whether to say it now; if so, it counts as said."""
        now = self._clock()
        said = self._said.get(what)
        if said is not None and now - said < AGAIN_SECONDS:
            return False
        if not self._has_room(now):
            return False
        self._said[what] = now
        self._said.move_to_end(what)
        if len(self._said) > REMEMBERED_MAX:
            self._said.popitem(last=False)
        return True

    def _has_room(self, now: float) -> bool:
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._lines = minute, 0
        self._lines += 1
        return self._lines <= LINES_PER_MINUTE_MAX
