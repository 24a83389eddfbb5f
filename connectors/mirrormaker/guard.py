"""What must be looked at before Connect starts, and before anybody writes to the store's logs.

After a restore from a copy that was torn, a position may lie behind its log's end. Once the log has
grown past it, all that was written meanwhile is passed over without a word, and nobody can see any
more that it was so. Before, it can: the position is put to the log's end. What the lost end of the
log held was carried before, or the position would not lie behind it.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from kafka.errors import KafkaError  # pyright: ignore[reportMissingTypeStubs]

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from connectors.mirrormaker.asking import ANSWER_MS
from connectors.mirrormaker.definition import UP
from connectors.mirrormaker.errors import ClusterAway
from connectors.mirrormaker.logs import SourceLogs
from connectors.mirrormaker.noted import OFFSETS, Mirrored, NotedPosition, NotedPositions
from connectors.mirrormaker.progress import LogSpan, MirrorProgress
from topics.mirrored import up_topics

Verdict = Literal["in order", "new", "set back", "purged"]


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """How one topic stood: ``records`` is by how much the position was ahead, or how many had left
    the log before they were carried."""

    topic: str
    verdict: Verdict
    noted: int | None
    start: int
    end: int
    records: int = 0

    def in_words(self) -> str:
        """For people."""
        position = "no position" if self.noted is None else f"position {self.noted}"
        told = f"{self.verdict:<10}{self.topic}: {position}, log {self.start} to {self.end}"
        return f"{told}, {self.records} records" if self.records else told


def guard(store: KafkaAccess, location_id: str) -> tuple[GuardFinding, ...]:
    """Compare positions with what the store sends, and set back those that are ahead.

    Only while Connect is down: it reads its positions when a mirror starts. Raises `ClusterAway`.
    """
    spans, noted = _read(store, location_id)
    found = [(topic, span, noted.get(Mirrored(UP, topic))) for topic, span in spans.items()]
    findings = tuple(_finding(*each) for each in found)
    ahead = [
        (position, span)
        for (_, span, position), finding in zip(found, findings, strict=True)
        if position is not None and finding.verdict == "set back"
    ]
    if ahead:
        _set_back(store, ahead)
    return findings


def _read(
    store: KafkaAccess, location_id: str
) -> tuple[dict[str, LogSpan], dict[Mirrored, NotedPosition]]:
    logs, positions = SourceLogs(store, up_topics(location_id)), NotedPositions(store)
    try:
        return dict(logs.spans()), dict(positions.read())
    finally:
        logs.close()
        positions.close()


def _finding(topic: str, span: LogSpan, position: NotedPosition | None) -> GuardFinding:
    noted = None if position is None else position.next_offset
    progress = MirrorProgress(noted or 0, span)
    verdict: Verdict = "new" if position is None else "in order"
    if progress.ahead:
        verdict = "set back"
    elif progress.purged:
        verdict = "purged"
    records = progress.ahead or progress.purged
    return GuardFinding(topic, verdict, noted, span.start, span.end, records)


def _set_back(store: KafkaAccess, ahead: list[tuple[NotedPosition, LogSpan]]) -> None:
    """Note the logs' ends in place of what is noted, in the same partitions."""
    with _writing(store) as producer:
        for position, span in ahead:
            # Of an empty log nothing was carried; a note of the offset before its first is none.
            value = json.dumps({"offset": span.end - 1}).encode() if span.end else None
            sent = producer.send(OFFSETS, value, position.key, partition=position.partition)
            sent.get(timeout=ANSWER_MS / 1000)


@contextmanager
def _writing(store: KafkaAccess) -> Generator[Any]:
    try:
        producer = blocking_kafka.producer(
            store, acks="all", bootstrap_timeout_ms=ANSWER_MS, max_block_ms=ANSWER_MS
        )
        try:
            yield producer
        finally:
            producer.close()
    except KafkaError as fault:
        raise ClusterAway(f"Kafka at {store} took no position: {fault!r}") from fault
