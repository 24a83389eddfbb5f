"""Where consumers stand, one row of a table for each partition.

Consumers whose processes have different roles have tables of their own. A consumer moves its
offsets in the transaction that writes what it made of the records, and each row only from where it
believes it to be. So what is read twice is written once, also where two processes follow as the
same consumer.
"""

from psycopg import sql

from clients.statements import by_column, statement
from following.postgres import Connection
from following.records import Place, Positions


def read_offsets(table: str) -> sql.Composed:
    """The question for topic, partition and next offset of ``consumer`` in ``table``."""
    return _about(table, "read_offsets")


class Overtaken(Exception):
    """A rival has written past us: nothing was written, offsets must be read again."""


class Offsets:
    """Those of one consumer, over one connection, in ``table``."""

    def __init__(self, connection: Connection, table: str, consumer: str) -> None:
        self._connection = connection
        self._table = table
        self._consumer = consumer

    async def claim(self, first: Positions) -> dict[Place, int]:
        """Where each of the partitions goes on; a new one at the offset given for it."""
        rows = [(*place, offset) for place, offset in first.items()]
        values = by_column(("topics", "partitions", "offsets"), rows)
        us = {"consumer": self._consumer}
        claim = _about(self._table, "claim_offsets")
        await self._connection.execute(claim, {**us, **values})
        found = await (await self._connection.execute(read_offsets(self._table), us)).fetchall()
        held = {(topic, partition): offset for topic, partition, offset in found}
        return {place: held[place] for place in first}

    async def move(self, was: Positions, now: Positions) -> None:
        """Move each partition of ``now`` on from where it ``was``; raises `Overtaken`.

        First in its transaction: the rows' locks hold back a rival before it does the work.
        """
        rows = [(*place, was[place], offset) for place, offset in now.items()]
        values = by_column(("topics", "partitions", "was", "next"), rows)
        moved = await self._connection.execute(
            _about(self._table, "move_offsets"), {"consumer": self._consumer, **values}
        )
        if moved.rowcount != len(now):
            raise Overtaken


def ahead(was: Positions, positions: Positions) -> dict[Place, int]:
    """The positions that are not where they were."""
    return {place: offset for place, offset in positions.items() if offset != was[place]}


def lag(ends: Positions, reached: Positions) -> dict[str, int]:
    """Records of each topic that are still to come, as far as it is known."""
    behind: dict[str, int] = {}
    for (topic, partition), end in ends.items():
        left = max(0, end - reached.get((topic, partition), 0))
        behind[topic] = behind.get(topic, 0) + left
    return behind


def _about(table: str, name: str) -> sql.Composed:
    return statement(__file__, name).format(table=sql.Identifier(table))
