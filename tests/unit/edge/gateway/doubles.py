"""Topics of the tests: one in memory that fails as it is told, and one in a file that outlives its
writer."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edge.gateway.errors import TopicAway
from edge.gateway.headed import HEAD_HEADER
from edge.gateway.spool import TopicMessage


class MemoryTopic:
    """Keeps what it is given. ``fails`` says at each publish what happens: ``None`` for nothing,
    ``lost`` before a message is there, ``half`` and ``unsaid`` after some or all are."""

    def __init__(self, fails: Callable[[], str | None] = lambda: None) -> None:
        self.messages: list[TopicMessage] = []
        self.is_up = True
        self.may_open = True
        self.fails = fails

    async def open(self) -> None:
        if not self.may_open:
            raise TopicAway("away by the test")
        self.is_up = True

    async def publish(self, messages: Sequence[TopicMessage]) -> None:
        if not self.is_up:
            raise TopicAway("away by the test")
        how = self.fails()
        there = {None: len(messages), "lost": 0, "half": len(messages) // 2}
        self.messages += messages[: there.get(how, len(messages))]
        if how is not None:
            self.is_up = False
            raise TopicAway(f"{how} by the test")

    async def close(self) -> None:
        self.is_up = False

    def go(self) -> None:
        """Be away until `come`."""
        self.is_up = self.may_open = False

    def come(self) -> None:
        """Be there for who opens it."""
        self.may_open = True

    async def reached(self) -> None:
        """Wait until somebody has opened it."""
        for _ in range(5_000):
            if self.is_up:
                return
            await asyncio.sleep(0.002)
        raise AssertionError("nobody opens the topic")

    def events(self) -> list[dict[str, Any]]:
        """What it has, in order."""
        return [json.loads(message.value) for message in self.messages]

    def heads(self) -> list[dict[str, Any]]:
        """The heads that came along."""
        found = [dict(message.headers).get(HEAD_HEADER) for message in self.messages]
        return [json.loads(head) for head in found if head]


class FileTopic:
    """Appends each event to a file, synced; it is away while ``path.away`` exists."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_up = False

    @property
    def _is_away(self) -> bool:
        return self._path.with_suffix(".away").exists()

    async def open(self) -> None:
        if self._is_away:
            raise TopicAway("away by the test")
        self.is_up = True

    async def publish(self, messages: Sequence[TopicMessage]) -> None:
        if self._is_away:
            self.is_up = False
            raise TopicAway("away by the test")
        with self._path.open("ab") as file:
            file.write(b"".join(message.value + b"\n" for message in messages))
            file.flush()
            os.fsync(file.fileno())

    def events(self) -> list[dict[str, Any]]:
        """What it has, in order."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]
