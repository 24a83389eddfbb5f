"""What live and shadow have said, read from their topics into the comparison."""

from collections.abc import Sequence
from typing import cast

from engine.contract import Record
from following.reader import Reader
from operations.shadow.comparison import Comparison
from operations.shadow.difference import LIVE, SHADOW, Side
from operations.shadow.sides import COMPARED, Shadow

RECORDS_AT_ONCE = 20_000
"""Records between two looks at whether somebody wants to stop."""


class Outputs:
    """The output topics of both sides, as far as they were read."""

    def __init__(self, source: Reader, shadow: Shadow, comparison: Comparison) -> None:
        self._source = source
        self._comparison = comparison
        self._sides: dict[str, tuple[Side, str]] = {}
        for spec in COMPARED:
            self._sides[spec.name] = LIVE, spec.name
            self._sides[shadow.topic(spec.name)] = SHADOW, spec.name
        self._read: dict[tuple[str, int], int] = {}

    async def read_on(self, wait_seconds: float) -> None:
        """Take in what has come, waiting for it no longer than told."""
        if not self._read:
            self._read = await self._source.first_offsets()
            self._source.seek(self._read)
        fetched = await self._source.take(RECORDS_AT_ONCE, wait_seconds)
        for (topic, _), records in fetched.items():
            side, name = self._sides[topic]
            self._comparison.take(side, name, cast(Sequence[Record], records))

    async def read_to_end(self) -> None:
        """Take in everything that the topics hold now."""
        ends = await self._source.end_offsets()
        await self.read_on(0)
        while await self._left(ends):
            await self.read_on(1.0)

    async def _left(self, ends: dict[tuple[str, int], int]) -> bool:
        positions = await self._source.positions(ends)
        return any(positions[place] < end for place, end in ends.items())
