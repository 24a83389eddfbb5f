"""What Faust's own commands show of an application."""

import re
from typing import Any

import faust

from engine.contract import Batch


class ListedAgent(faust.Agent):
    """An agent as Faust knows it: name, topic and help. The engine calls its function."""

    async def on_start(self) -> None:
        """Read no stream: the partitions' work is given the batches."""

    def __call__(self, batch: Batch, state: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The function itself, as it was written."""
        self.fun(batch, state)  # pyright: ignore


def first_sentence(text: str | None) -> str:
    """What the docstring says at first, without its line breaks."""
    words = " ".join((text or "").split())
    return re.split(r"(?<=[.!?]) ", words, maxsplit=1)[0]
