"""How often the same is written into the log, which nothing leaves for years."""

from dashboards.board.feed.recent import Recent
from dashboards.board.people.allowance import KEYS_MAX, Allowance

MORE = "more_since_the_last_entry"


class Telling:
    """So many entries at once, and one more every so many seconds; those between are counted."""

    def __init__(self, burst: int, seconds_each: float) -> None:
        self._told: Allowance[str] = Allowance(burst, seconds_each)
        self._untold: Recent[str, int] = Recent(KEYS_MAX)

    def turn(self, of: str) -> bool:
        """Whether to write an entry ``of`` somebody now; if not, it is counted."""
        if not self._told.take(of):
            return True
        self._untold.set(of, (self._untold.get(of) or 0) + 1)
        return False

    def more(self, of: str) -> dict[str, int]:
        """What the entry adds: how many there were since the last one; empty for none."""
        untold = self._untold.pop(of)
        return {MORE: untold} if untold else {}
