"""How far a partition is, for metrics, the watchdog and `tillstream status`."""

from dataclasses import dataclass, field

from engine.rebuild import Stage


@dataclass(slots=True)
class Progress:
    """What a partition has done.

    ``fenced`` once no predecessor can write any more; ``committed`` is how many of ``records``
    are durable; ``fetched`` are those that wait to be folded. ``stage`` is "live" except in a
    rebuild: what the partition says then see `engine.rebuild`.
    """

    fenced: bool = False
    records: int = 0
    committed: int = 0
    commits: int = 0
    recovered: int = 0
    recovery_seconds: float = 0.0
    fetched: int = 0
    stage: Stage = "live"
    positions: dict[str, int] = field(default_factory=dict[str, int])
