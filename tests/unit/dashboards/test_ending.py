"""The board's work ends when it is told to, also where one of its tasks loses the word once."""

import asyncio
import contextlib

import pytest

from dashboards.board.live import board as state


async def _hard_of_hearing() -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_a_cancellation_that_gets_lost_is_given_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state, "CANCEL_AGAIN_SECONDS", 0.01)
    task = asyncio.create_task(_hard_of_hearing())
    await asyncio.sleep(0)
    await state.end_work([task])
    assert task.cancelled()
