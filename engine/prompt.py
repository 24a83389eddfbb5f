"""Faust's worker without the seconds that it waits for nothing, as it starts and as it ends."""

import asyncio
from typing import Any, cast

import faust
from faust.tables import TableManager


class PromptTables(TableManager):
    """Faust waits a second for tables that are declared late; all of an app's are there before."""

    async def on_start(self) -> None:
        """Go on at once."""
        await self._update_channels()
        await cast(Any, self.recovery).start()


class PromptWorker(faust.Worker):
    """Faust waits a second before it closes its loop, in which nothing runs any more by then."""

    async def _sentinel_task(self) -> None:
        await asyncio.sleep(0)
