"""A new generation of state that is built from the past, and says nothing of it.

1. Dark: every input is read up to the end that it had when the partition was first opened. What
   was said then has been said.
2. Restating: page by page the agent says all that stands, in the transactions of what is folded
   meanwhile, which is announced as usual.
3. Live.

How far it is stands in the state, so that an interruption costs one transaction.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from engine.contract import Outbox
from engine.table import Table

Stage = Literal["rebuilding", "restating", "live"]

REBUILD = "\x01rebuild"
"""Table of one row: how far a rebuild is."""

_KEY = "rebuild"

Restate = Callable[[str | None, Outbox], str | None]


class RebuildStanding(msgspec.Struct, array_like=True):
    """``targets`` are the offsets, by input, from which on everything is said."""

    targets: dict[str, int]
    stage: Stage = "rebuilding"
    cursor: str | None = None


class PartitionRebuild:
    """What one partition may say."""

    def __init__(self, rows: Table[RebuildStanding], always_sent: tuple[str, ...]) -> None:
        self._rows = rows
        self._always_sent = always_sent
        self._standing = rows.get(_KEY)

    @property
    def stage(self) -> Stage:
        """Where the partition stands; one that was never rebuilt is live."""
        return "live" if self._standing is None else self._standing.stage

    @property
    def is_known(self) -> bool:
        """Whether a rebuild has begun here, however long ago."""
        return self._standing is not None

    def begin(self, targets: Mapping[str, int]) -> None:
        """Say nothing before every input has been read up to ``targets``."""
        self._keep(RebuildStanding(dict(targets)))

    def has_step(self, positions: Mapping[str, int]) -> bool:
        """Whether a transaction would bring it on, whatever else is to be written."""
        return self.stage == "restating" or self._has_reached(positions)

    def step(self, outbox: Outbox, positions: Mapping[str, int], restate: Restate) -> None:
        """Take out of ``outbox`` what must not be said, or add a page of what stands.

        ``positions`` are those of the transaction that ``outbox`` goes with.
        """
        standing = self._standing
        if standing is None or standing.stage == "live":
            return
        if standing.stage == "restating":
            cursor = restate(standing.cursor, outbox)
            stage: Stage = "live" if cursor is None else "restating"
            self._keep(RebuildStanding(standing.targets, stage, cursor))
            return
        outbox.keep_only(self._always_sent)
        if self._has_reached(positions):
            self._keep(RebuildStanding(standing.targets, "restating"))

    def _has_reached(self, positions: Mapping[str, int]) -> bool:
        standing = self._standing
        if standing is None or standing.stage != "rebuilding":
            return False
        return all(positions.get(topic, 0) >= at for topic, at in standing.targets.items())

    def _keep(self, standing: RebuildStanding) -> None:
        self._standing = standing
        self._rows.put(_KEY, standing)
