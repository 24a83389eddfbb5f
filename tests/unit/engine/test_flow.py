"""The group takes partitions back while they are still being recovered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.contract import AgentSpec
from engine.flow import PartitionFlow
from engine.settings import EngineSettings
from engine.store import MemoryStore, Store


@dataclass
class EndlessLog:
    """A log whose recovery takes longer than anybody waits."""

    told: list[str]
    recovering: asyncio.Event

    async def open(self) -> None:
        self.told.append("fenced")

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        self.recovering.set()
        await asyncio.Event().wait()

    async def commit(self, *_: Any) -> int:
        raise AssertionError("nothing was folded")

    async def close(self) -> None:
        self.told.append("log closed")


@dataclass
class NotedPlace:
    """A place that tells of its store's end."""

    told: list[str]

    def open(self) -> Store:
        told = self.told

        class Noted(MemoryStore):
            def close(self) -> None:
                told.append("store closed")

        return Noted()

    def clear(self) -> None:
        raise AssertionError("nothing is wrong with the store")


@dataclass(frozen=True, slots=True)
class Endless(EngineSettings):
    """Settings of partitions that never come to the end of their recovery."""

    bootstrap: str = ""
    application_id: str = "endless"
    state_folder: Path | None = None
    told: list[str] = field(default_factory=list[str])
    recovering: asyncio.Event = field(default_factory=asyncio.Event)

    def log(self, partition: int) -> Any:
        return EndlessLog(self.told, self.recovering)

    def place(self, partition: int) -> Any:
        return NotedPlace(self.told)


def _flow(settings: Endless) -> PartitionFlow:
    def failed(error: BaseException) -> None:
        pytest.fail(f"the worker stopped: {error!r}")

    def build(*_: Any) -> Any:
        pytest.fail("an agent was built over half a state")

    return PartitionFlow(AgentSpec(("input",), build, {}), settings, failed)


async def test_a_revocation_does_not_wait_for_a_recovery() -> None:
    settings = Endless()
    flow = _flow(settings)
    opening = asyncio.create_task(flow.open([3]))
    await settings.recovering.wait()

    await flow.close()

    assert await opening == {}, "it reads on from nowhere"
    assert flow.work == {} and flow.opening == {}
    assert settings.told == ["fenced", "store closed", "log closed"], "something was left open"


async def test_a_worker_that_is_itself_cancelled_ends() -> None:
    settings = Endless()
    opening = asyncio.create_task(_flow(settings).open([3]))
    await settings.recovering.wait()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert "log closed" in settings.told
