"""How much is written about who is refused: a thousand attempts are one line, not a thousand."""

import time
from collections import OrderedDict
from collections.abc import Callable

AGAIN_SECONDS = 60.0
"""The same thing is said once in so long."""

LINES_MAX = 60
"""Of all things together, at once. Who invents a new name for each attempt would fill the audit
log; far fewer, and a second shop with the same trouble is not heard."""

LINE_EACH_SECONDS = 10.0
"""And then one more in so long: 8,640 a day, for as long as somebody tries."""

REMEMBERED_MAX = 1_000


class Quiet:
    """Remembers what was said lately, within bounds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: OrderedDict[str, float] = OrderedDict()
        self._lines = 0.0
        self._at = clock()

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
        self._lines = max(0.0, self._lines - (now - self._at) / LINE_EACH_SECONDS)
        self._at = now
        if self._lines + 1 > LINES_MAX:
            return False
        self._lines += 1
        return True
