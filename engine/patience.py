"""Waits between attempts to reach a broker that does not answer.

A producer's own pause is short, for a broker that answers "not yet" (`engine.writer`). With it,
the producers of one worker asked a broker that was away some 580 times a second, measured.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

FIRST_WAIT_SECONDS = 0.05
WAIT_SECONDS_MAX = 1.0
"""Between attempts: the first is too short to be felt after a broken connection, and the longest
is how late a worker may notice that its broker is back."""


class PatientConnections:
    """A client's way to its connections, which waits longer after each one that fails."""

    def __init__(self, connect: Callable[..., Awaitable[Any]]) -> None:
        self._connect = connect
        self._wait_seconds = FIRST_WAIT_SECONDS

    async def __call__(self, node_id: int, **options: Any) -> Any:
        """The connection to ``node_id``; None where there is none, after a wait."""
        connection = await self._connect(node_id, **options)
        if connection is not None:
            self._wait_seconds = FIRST_WAIT_SECONDS
            return connection
        await asyncio.sleep(self._wait_seconds)
        self._wait_seconds = min(WAIT_SECONDS_MAX, 2 * self._wait_seconds)
        return None


def be_patient(client: Any) -> None:
    """Let ``client`` (aiokafka's, before it starts) wait between attempts to connect."""
    client._get_conn = PatientConnections(client._get_conn)  # noqa: SLF001
