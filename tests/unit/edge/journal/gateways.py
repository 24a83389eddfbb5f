"""A gateway of the tests' own, by the contract's words alone: watermark, gaps, chains, forks."""

import json
from random import Random
from typing import Any, NamedTuple

from edge.journal.batches import EventBatch
from edge.journal.chain import EPOCH_BEGINS
from edge.journal.journal import Journal
from edge.journal.outbox import Judgement

ROUNDS_MAX = 1_000


class Answer(NamedTuple):
    """What it says to a batch."""

    status: int
    accepted_to: int
    last_hash: str
    forks: list[int]


class Gateway:
    """Takes each number once, and remembers what was taken."""

    def __init__(self) -> None:
        self.taken: dict[int, list[dict[str, Any]]] = {}

    def take(self, batch: EventBatch) -> Answer:
        """Judge a batch, and take what is new."""
        body = json.loads(batch.body)
        held = self.taken.setdefault(body["epoch"], [])
        forks: list[int] = []
        if body["first"] > len(held) + 1:
            return self._answer(409, body["epoch"], [])
        for event in body["events"]:
            at = event["sequence"] - 1
            if at < len(held):
                forks += [at + 1] if held[at]["chain"] != event["chain"] else []
            elif event["chain"]["prev"] == self._hash(body["epoch"]) and not forks:
                held.append(event)
        return self._answer(200, body["epoch"], forks)

    def _hash(self, epoch: int) -> str:
        held = self.taken[epoch]
        return held[-1]["chain"]["hash"] if held else EPOCH_BEGINS

    def _answer(self, status: int, epoch: int, forks: list[int]) -> Answer:
        return Answer(status, len(self.taken[epoch]), self._hash(epoch), forks)

    def sales(self) -> list[str]:
        """The ids of all sales that it took, in the order of their epochs."""
        events = [event for epoch in sorted(self.taken) for event in self.taken[epoch]]
        return [event["event_id"] for event in events if event["type"] == "cart_completed"]


def send(journal: Journal, gateway: Gateway, lossy: Random | None = None) -> Judgement:
    """Send until there is nothing left, as a till's sender does; the last judgement. ``lossy``
    draws which answers never arrive."""
    judged = Judgement.CONTINUE
    for _ in range(ROUNDS_MAX):
        batch = journal.outbox.next_batch(0.0)
        if batch is None:
            return judged
        answer = gateway.take(batch)
        if lossy and lossy.random() < 0.4:
            continue
        if answer.status == 200:
            judged = journal.outbox.answered(batch, answer.accepted_to, answer.forks)
        else:
            judged = journal.outbox.judge(batch.epoch, answer.accepted_to, answer.last_hash)
    raise AssertionError("the sender goes round in circles")
