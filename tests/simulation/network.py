"""Between processes and the broker: latencies, lost answers and a line that hangs, all drawn."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

from .broker import TRANSACTION_TIMEOUT_SECONDS, Broker, InputRecord, Wanted
from .loop import Process, VirtualLoop
from .scenario import Knobs


class RequestFailed(Exception):
    """The connection broke: the request had its effect, or not."""


class Network:
    """Carries requests to the broker's process and answers back."""

    def __init__(self, loop: VirtualLoop, knobs: Knobs, rng: random.Random) -> None:
        self.loop = loop
        self.knobs = knobs
        self.failing: bool | None = None
        """Fail the next request: True after its effect, False before it."""
        self._rng = rng
        self._broker = loop.process("broker")
        self._hangs_until = 0.0

    def hang(self, seconds: float) -> None:
        """Let nothing arrive for so long."""
        self._hangs_until = max(self._hangs_until, self.loop.time() + seconds)

    def send(
        self, process: Process, effect: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> asyncio.Future[Any]:
        """Have ``effect`` run by the broker; the future gets what came of it."""
        answer = self.loop.create_future()
        self._post(self._arrive, process, effect, arguments, answer)
        return answer

    def fetch(
        self, process: Process, broker: Broker, wanted: Wanted, most: int
    ) -> asyncio.Future[dict[str, list[InputRecord]]]:
        """Records of inputs, as soon as there are any."""
        answer = self.loop.create_future()

        def arrive() -> None:
            found = broker.fetch(wanted, most)
            if found:
                self.loop.post(process, self._delay(), _answer, answer, found)
            elif not process.dead:
                broker.parked.append(lambda: self._post(arrive))

        self._post(arrive)
        return answer

    def later(self, name: str, step: Callable[[], None]) -> None:
        """A step of the broker's own."""
        if name == "timeout":
            self.loop.post(self._broker, TRANSACTION_TIMEOUT_SECONDS, step)
        else:
            self._post(step)

    def _post(self, step: Callable[..., None], *arguments: Any) -> None:
        self.loop.post(self._broker, self._delay(), step, *arguments)

    def _delay(self) -> float:
        hangs = max(0.0, self._hangs_until - self.loop.time())
        return hangs + self.knobs.latency_seconds * self._rng.random()

    def _arrive(
        self,
        process: Process,
        effect: Callable[..., Any],
        arguments: tuple[Any, ...],
        answer: asyncio.Future[Any],
    ) -> None:
        failing, self.failing = self.failing, None
        try:
            result = None if failing is False else effect(*arguments)
        except Exception as error:
            result = error
        if failing is not None:
            result = RequestFailed("lost after its effect" if failing else "never arrived")
        self.loop.post(process, self._delay(), _answer, answer, result)


def _answer(answer: asyncio.Future[Any], result: Any) -> None:
    if answer.done():  # whoever asked has been cancelled
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
