"""The second guard against a replay: no value is given an offset that it has seen.

The engine commits state, outputs and input offsets together, so the first guard is Kafka's.
"""

UNSEEN = -1
"""The offset of a value that has seen nothing of a topic."""


class OffsetSeen(RuntimeError):
    """A record lies at or below an offset that its value already holds.

    Either the input topic was deleted and created again, whose offsets start at 0, or state and
    input offsets were moved apart by hand. Applying it could count twice; passing over it could
    lose it.
    """

    def __init__(self, key: str, offset: int, seen: int) -> None:
        super().__init__(
            f"{key} has seen offset {seen} and is given {offset}: the state does not belong to "
            "this topic. Start with a new application id, which replays the inputs from the start."
        )


def require_unseen(key: str, offset: int, seen: int) -> None:
    """`OffsetSeen` unless ``offset`` is above the newest one that ``key``'s value holds."""
    if offset <= seen:
        raise OffsetSeen(key, offset, seen)
