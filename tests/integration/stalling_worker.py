"""A worker on the real engine in which one part goes quiet, as clients and disks have done.

`python -m tests.integration.stalling_worker KIND BOOTSTRAP APPLICATION`; it reads the topic that
is called like the application.
"""

import asyncio
import sys
import time
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from clients.kafka import KafkaAccess
from engine.agents import State
from engine.app import BatchApp, stop_now
from engine.contract import Batch
from engine.flow import PartitionFlow
from engine.log import KafkaLog
from engine.prompt import PromptWorker
from engine.settings import EngineSettings
from engine.watchdog import Watchdog

STALL_SECONDS = 6.0


async def _never(*_: Any) -> Any:
    await asyncio.sleep(600)


def _open_nothing(self: PartitionFlow, partitions: Iterable[int]) -> None:
    """An opening that forgets what it was asked for."""


def _end_fetching(app: BatchApp) -> None:
    consumer = app.batch_consumer
    loop = attrgetter("_thread.thread_loop")(consumer)
    fetching = attrgetter("_thread._consumer._fetcher._fetch_task")(consumer)
    loop.call_soon_threadsafe(fetching.cancel)


async def _sabotage(app: BatchApp, kind: str) -> None:
    """Let the part called ``kind`` go quiet, once the worker holds its partition."""
    while not app.flow.work:  # noqa: ASYNC110 - the flow has no event for it
        await asyncio.sleep(0.1)
    if kind == "commit":
        setattr(KafkaLog, kind, _never)
    elif kind == "fetch":
        _end_fetching(app)
    sys.stdout.write("quiet now\n")
    sys.stdout.flush()


def main(kind: str, bootstrap: str, application_id: str) -> None:
    """Run until the watchdog ends it."""
    settings = EngineSettings(KafkaAccess(bootstrap), application_id, None)
    app = BatchApp(settings, instance=application_id)
    seen = app.batch_table("seen", int, help="How many records there were.")

    @app.batch_agent(application_id, tables=[seen])
    def count(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Count, or never return."""
        if kind == "fold":
            time.sleep(600)
        state.table(seen).put("seen", (state.table(seen).get("seen") or 0) + len(batch))

    asyncio.run(app.prepare())
    if kind == "recovery":
        PartitionFlow.open = _open_nothing
    app.task(lambda: _sabotage(app, kind))
    Watchdog(app, KafkaAccess(bootstrap), stop_now, STALL_SECONDS).start()
    worker = PromptWorker(app, loglevel="info", redirect_stdouts=False, override_logging=False)
    raise worker.execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
