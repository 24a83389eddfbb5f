"""What leaves a location's state when its clock has moved on: carts, dates, epochs, items."""

from collections.abc import Callable, Mapping

from agents.deadlines import Deadlines

Leave = Callable[[str, str, int, int], None]
"""Lets go of one thing: its location, the rest of its name, the location's clock in microseconds,
and the offset of the till event that has moved the clock there."""


class Leaving:
    """Meets the deadlines of one partition's locations; ``leave`` has who lets go, by kind."""

    def __init__(self, deadlines: Deadlines, leave: Mapping[str, Leave]) -> None:
        self.soonest = deadlines.soonest
        """See `agents.deadlines.Deadlines`: whether `leave` has anything to do."""
        self._deadlines = deadlines
        self._leave = leave

    def leave(self, location_id: str, clock_us: int, offset: int) -> bool:
        """Let go of what is due; the till event at ``offset`` has moved the clock there.

        False where nothing was due.
        """
        due = self._deadlines.take_due(location_id, clock_us)
        for kind, rest in due:
            self._leave[kind](location_id, rest, clock_us, offset)
        return bool(due)
