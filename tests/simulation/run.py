"""One run of a scenario, from its first message to rest."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unittest import mock

from engine import batches as batches_module
from engine import changelog as changelog_module
from engine import inbox as inbox_module
from engine import partition as partition_module
from engine import recovery as recovery_module
from engine import state as state_module
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.plan import LEVELS, TILLS, TOTALS
from tests.app_specs import retail_spec

from .broker import PARTITION, PARTITIONS
from .fleet import Fleet
from .inputs import make_inputs
from .loop import Restless, VirtualLoop
from .network import Network
from .parts import Parts
from .scenario import Knobs, Scenario, knobs_of
from .sent import Inputs, Sent
from .verdict import Verdict

AS_IT_SHOULD_BE = Parts()


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    findings: Findings
    suffered: Counter[str]
    lives: int
    steps: int
    looks: int
    seconds: float
    values: dict[str, Any]

    @property
    def is_right(self) -> bool:
        """Whether nothing differs."""
        return not self.findings.counts

    def wrong(self) -> dict[str, int]:
        """The differences by kind."""
        return dict(self.findings.counts)


SPEC = retail_spec(PARTITIONS)


class Clock:
    """The engine's clock during a run."""

    loop: VirtualLoop

    def monotonic(self) -> float:
        """Seconds since the beginning of the run."""
        return self.loop.time()

    def time(self) -> float:
        """Seconds since 1970, which is when the run began."""
        return self.loop.time() + self.loop.days_seconds


_clock = Clock()


@contextmanager
def virtual() -> Iterator[None]:
    """The engine tells the runs' time and keeps quiet; once around any number of runs."""
    with (
        mock.patch.object(partition_module, "time", _clock),
        mock.patch.object(state_module, "time", _clock),
        mock.patch.object(changelog_module, "time", _clock),
        mock.patch.object(batches_module, "time", _clock),
        mock.patch.object(partition_module, "log", mock.Mock()),
        mock.patch.object(recovery_module, "log", mock.Mock()),
        mock.patch.object(partition_module, "PENDING_RECORDS_MAX", 0),
        mock.patch.object(inbox_module, "FETCHED_RECORDS_MAX", 0),
        mock.patch.object(partition_module, "WRITE_EVERY_SECONDS", 0.0),
        mock.patch.object(state_module, "CACHE_ENTRIES", 0),
        mock.patch.object(changelog_module, "READ_RECORDS_MAX", 0),
        mock.patch.object(batches_module, "BATCH_BYTES_MAX", 0),
    ):
        yield


def run(scenario: Scenario, parts: Parts = AS_IT_SHOULD_BE) -> Result:
    """Run ``scenario`` to rest; all that differs is in the result. Wants `virtual` around it."""
    inputs = make_inputs(scenario.inputs)
    result = _run(scenario, inputs, parts)
    _same_as_fresh(scenario, result)
    return result


def _same_as_fresh(scenario: Scenario, result: Result) -> None:
    """A fresh application id, which nothing befalls, must reach the same values and versions."""
    fresh = _fresh(scenario.inputs, scenario.kept)
    for topic in (LEVELS, TOTALS, TILLS):
        if fresh[topic] != result.values[topic]:
            for key in fresh[topic].keys() | result.values[topic].keys():
                here, there = result.values[topic].get(key), fresh[topic].get(key)
                result.findings.same(f"{topic} differs from a fresh start", key, there, here)


@lru_cache(maxsize=2)
def _fresh(inputs: int, kept: tuple[int, ...] | None) -> dict[str, Any]:
    return _run(Scenario(inputs, 0, (), kept), make_inputs(inputs), AS_IT_SHOULD_BE).values


def _run(scenario: Scenario, inputs: Inputs, parts: Parts) -> Result:
    rng = random.Random(scenario.schedule)
    loop, knobs = VirtualLoop(rng), knobs_of(scenario)
    _tune(loop, knobs)
    network = Network(loop, knobs, rng)
    broker = parts.broker(network.later)
    verdict = Verdict(inputs, broker)
    fleet = Fleet(parts, SPEC, PARTITION, network, broker, scenario.faults, rng, verdict.look)
    feed = Feed(loop, knobs, inputs, scenario.kept, rng, verdict)
    broker.told = feed.look
    fleet.start()
    feed.start(broker)
    _to_rest(loop, verdict, fleet)
    return Result(
        verdict.findings,
        fleet.suffered,
        fleet.lives,
        fleet.steps,
        verdict.looks,
        loop.time(),
        verdict.history.last,
    )


def _tune(loop: VirtualLoop, knobs: Knobs) -> None:
    _clock.loop = loop
    partition_module.PENDING_RECORDS_MAX = knobs.pending_records_max
    inbox_module.FETCHED_RECORDS_MAX = knobs.fetch_records_max
    partition_module.WRITE_EVERY_SECONDS = knobs.write_every_seconds
    state_module.CACHE_ENTRIES = knobs.cache_entries
    changelog_module.READ_RECORDS_MAX = knobs.recovery_records_max
    batches_module.BATCH_BYTES_MAX = knobs.batch_bytes_max


def _to_rest(loop: VirtualLoop, verdict: Verdict, fleet: Fleet) -> None:
    try:
        loop.run()
    except Restless as found:
        verdict.findings.add("no rest", str(found))
    for why in fleet.unexpected:
        verdict.findings.add("worker stopped", why)
    verdict.last()


class Feed:
    """Sends the input in bursts; what follows the opening waits until that is committed."""

    def __init__(
        self,
        loop: VirtualLoop,
        knobs: Knobs,
        inputs: Inputs,
        kept: tuple[int, ...] | None,
        rng: random.Random,
        verdict: Verdict,
    ) -> None:
        chosen = inputs.sent if kept is None else [inputs.sent[at] for at in kept]
        self._opening = [one for one in chosen if one.is_opening]
        self._rest = [one for one in reversed(chosen) if not one.is_opening]
        self._loop = loop
        self._knobs = knobs
        self._rng = rng
        self._verdict = verdict
        self._ends: dict[str, int] = {}
        self._world = loop.current

    def start(self, broker: Any) -> None:
        """Send the opening."""
        self._broker = broker
        self._send(self._opening)
        self._waits = True
        if not self._opening:
            self.look()

    def look(self) -> None:
        """A transaction is over: is the opening committed?"""
        reached = self._broker.committed_offsets
        if self._waits and all(reached.get(topic, 0) >= at for topic, at in self._ends.items()):
            self._waits = False
            self._loop.post(self._world, 0.0, self._burst)

    def _burst(self) -> None:
        count = self._rng.randint(1, self._knobs.burst_records_max)
        self._send([self._rest.pop() for _ in range(min(count, len(self._rest)))])
        if self._rest:
            pause = self._rng.expovariate(1 / self._knobs.burst_every_seconds)
            self._loop.post(self._world, pause, self._burst)

    def _send(self, some: list[Sent]) -> None:
        records: list[Any] = []
        for one in some:
            offset = self._ends.get(one.topic, 0) + one.skips
            self._ends[one.topic] = offset + 1
            self._verdict.sent(one.topic, offset, one)
            records.append(one.record(offset))
        self._broker.produce(records)
