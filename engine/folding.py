"""Hands records to a partition's agents, and names the message where they cannot take one."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

import structlog

from engine.contract import PartitionAgents, Record
from engine.errors import FoldFailed, InputRecreated
from engine.inputs import ANEW

log = structlog.get_logger()

QUARANTINE = "tillstream dead-letters quarantine"
"""The operator's way past a message that no fold can take."""


class Folding:
    """Feeds the agents in the order of the offsets, each of them once.

    ``positions`` are the next offsets by topic, and moved on; ``aside`` are offsets that go to
    `PartitionAgents.set_aside` in place of a fold.
    """

    def __init__(
        self,
        agents: PartitionAgents,
        partition: int,
        positions: dict[str, int],
        aside: Mapping[str, frozenset[int]],
    ) -> None:
        self.agents = agents
        self._partition = partition
        self._positions = positions
        self._aside = aside
        self._last: dict[str, Sequence[Record]] = {}
        self._batch: dict[str, tuple[int, int]] = {}
        self._batch_records = 0

    def fold(self, topic: str, records: Sequence[Record]) -> int:
        """Apply what is new of ``records``; how many that were. Raises `FoldFailed`."""
        fresh = records
        if records[0].offset < self._positions[topic]:
            fresh = self._without_repeated(topic, records)
            if not fresh:
                return 0
        first, last = fresh[0].offset, fresh[-1].offset
        try:
            if topic in self._aside:
                self._fold_around(topic, fresh, self._aside[topic])
            else:
                self.agents.fold(topic, fresh)
        except FoldFailed:
            raise
        except Exception as error:
            raise self._failure(topic, first, last, error) from error
        self._last[topic] = fresh
        self._positions[topic] = last + 1
        self._batch[topic] = (self._batch.get(topic, (first,))[0], last)
        self._batch_records += len(fresh)
        return len(fresh)

    @contextmanager
    def naming_batch(self) -> Generator[None]:
        """Whatever fails here fails for some message since the last transaction."""
        try:
            yield
        except Exception as error:
            if not self._batch:
                raise
            if self._batch_records == 1:
                topic, (offset, _) = next(iter(self._batch.items()))
                raise FoldFailed(self._named(topic, offset, error)) from error
            raise FoldFailed(
                f"one of the messages {self._spans()}: {error!r}. Which one, the error may tell; "
                f"'{QUARANTINE} TOPIC-PARTITION-OFFSET' moves it to the dead letters"
            ) from error

    def end_batch(self) -> str:
        """All that was folded since the last call, in words; a transaction takes it now."""
        spans, self._batch, self._batch_records = self._spans(), {}, 0
        return spans

    def _fold_around(self, topic: str, records: Sequence[Record], aside: frozenset[int]) -> None:
        """Fold the runs between the messages that are set aside."""
        run: list[Record] = []
        for record in records:
            if record.offset not in aside:
                run.append(record)
                continue
            if run:
                self.agents.fold(topic, run)
                run = []
            self._set_aside(topic, record)
        if run:
            self.agents.fold(topic, run)

    def _set_aside(self, topic: str, record: Record) -> None:
        place = f"{topic}-{self._partition}-{record.offset}"
        log.warning("an operator has set this message aside: it is not folded", message=place)
        try:
            self.agents.set_aside(topic, record)
        except Exception as error:
            raise FoldFailed(f"{place} was set aside, and even that failed: {error!r}") from error

    def _failure(self, topic: str, first: int, last: int, error: Exception) -> FoldFailed:
        at = self.agents.folding
        if first == last:
            at = first
        if at is not None and first <= at <= last:
            return FoldFailed(self._named(topic, at, error))
        span = f"{topic}-{self._partition} offsets {first} to {last}"
        return FoldFailed(f"{span}: {error!r}")

    def _named(self, topic: str, offset: int, error: Exception) -> str:
        place = f"{topic}-{self._partition}-{offset}"
        return (
            f"{place}: {error!r}. Each start would meet it again: '{QUARANTINE} {place}' moves "
            "this one message to the dead letters, and the worker goes on behind it"
        )

    def _spans(self) -> str:
        spans = [
            f"{topic}-{self._partition} offsets {first} to {last}"
            for topic, (first, last) in self._batch.items()
        ]
        return ", ".join(spans) or "no new message"

    def _without_repeated(self, topic: str, records: Sequence[Record]) -> Sequence[Record]:
        """What has not been folded; the rest must be the same messages again.

        Those of the last slice are still at hand to compare with. Others under their offsets mean
        that the topic lost its tail, and that what is new in it would be passed over.
        """
        position = self._positions[topic]
        folded = {record.offset: record for record in self._last.get(topic, ())}
        for record in records:
            before = folded.get(record.offset)
            if before is not None and _content(before) != _content(record):
                raise InputRecreated(
                    f"{topic}-{self._partition} holds another message at offset {record.offset} "
                    f"than the one that the state has read; it has read up to {position}: the "
                    f"topic was made anew or lost messages. {ANEW}"
                )
        return [record for record in records if record.offset >= position]


def _content(record: Record) -> tuple[int, bytes | None, bytes | None]:
    return record.timestamp, record.key, record.value
