"""One run: a stack under load, its faults one after another, and the verdict."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from tests.acceptance.outside.database import write_world
from tests.acceptance.outside.plan import Plan, make_plan
from tests.acceptance.outside.run import Run, prepare
from tests.acceptance.outside.stack import say as say_plainly

from .business import Business
from .canary import Canary
from .disks import Disks
from .feed import Feed, eventually
from .injection import Injection, stores_are_there
from .schedule import Fault
from .stack import OwnStack
from .verdict import Verdict, judge

EVENTS_PER_SECOND = 200
"""Well below what a worker folds, so that catching up is a matter of seconds."""

RECOVERY_SECONDS_MAX = 600.0
"""From here on the stack counts as stuck, which is a finding. Far above what was seen on a quiet
machine, because a busy one starts a broker in minutes."""

STREAM_SHARE = 2.0
"""How much longer than planned the tills could go on: recovery may take its time."""

OLD_STATE_AFTER_SECONDS = 8.0

LONG_SECONDS = 120.0
"""A run that is shorter draws no large tails and no gaps by the ten thousand: it would judge them
for longer than it runs."""


@dataclass
class Report:
    """What happened, for the last line."""

    seed: int
    injected: Counter[str] = field(default_factory=Counter[str])
    not_run: Counter[str] = field(default_factory=Counter[str])
    recoveries: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    verdict: Verdict = field(default_factory=Verdict)
    buffer_full_seconds: float = 0.0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One object: lost, doubled and wrong are 0 where all is right."""
        slowest: dict[str, float] = {}
        for kind, seconds in self.recoveries:
            slowest[kind] = max(round(seconds, 1), slowest.get(kind, 0.0))
        return {
            "seed": self.seed,
            "events": self.verdict.events,
            "faults": {"total": self.injected.total(), **sorted_counts(self.injected)},
            "not_run": sorted_counts(self.not_run),
            **self.verdict.counts(),
            "slowest_recovery_seconds": max(slowest.values(), default=0.0),
            "recovery_seconds": slowest,
            "dead_letters": self.verdict.dead_letters,
            "buffer_full_seconds": round(self.buffer_full_seconds, 1),
            "differences": dict(self.verdict.findings.counts),
            "seconds": round(self.seconds),
        }


def sorted_counts(counts: Counter[str]) -> dict[str, int]:
    """In the order of their names."""
    return dict(sorted(counts.items()))


class Session:
    """Everything of one run."""

    def __init__(self, seed: int, minutes: float, faults: Sequence[Fault], home: Path) -> None:
        self.report = Report(seed)
        self._seconds = minutes * 60
        self._faults = faults
        self._home = home
        self._rng = random.Random(f"session-{seed}")

    def run(self) -> Report:
        """The whole of it; the stack is down when it returns."""
        began = time.monotonic()
        wanted = {fault.kind.removeprefix("disk_full_") for fault in self._faults}
        disks = Disks(self._home, wanted & {"state", "kafka", "postgres"})
        stack = OwnStack(self._home)
        try:
            say("starting the stack")
            stack.up()
            self._drive(stack, disks, _world(self.report.seed, self._seconds))
        finally:
            stack.down()
            disks.unmount()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _drive(self, stack: OwnStack, disks: Disks, run: Run) -> None:
        addresses = stack.addresses
        write_world(addresses.postgres, run.world)
        if not eventually(120, lambda: _opened(addresses.postgres, run)):
            raise RuntimeError("the opening stock did not show")
        feed = Feed(addresses.librdkafka, run.messages, run.world)
        business = Business(addresses.postgres, run.changes)
        canary = Canary(run.plan, addresses.postgres, feed, business)
        feed.start(self._seconds * STREAM_SHARE)
        business.start(self._seconds)
        self._suffer(stack, disks, canary)
        self._quiet_down(feed, business, canary)
        say("judging")
        judge(stack, run, feed, business, self.report.verdict)

    def _suffer(self, stack: OwnStack, disks: Disks, canary: Canary) -> None:
        injection = Injection(stack, disks, self._rng, self._home / "state-from-earlier")
        began = time.monotonic()
        stores_are_there(injection.state)
        self._catch_up(stack, canary, "load")
        time.sleep(OLD_STATE_AFTER_SECONDS)
        injection.copy_state()
        pace = (self._seconds - OLD_STATE_AFTER_SECONDS) / len(self._faults)
        for number, fault in enumerate(self._faults):
            due = began + OLD_STATE_AFTER_SECONDS + number * pace
            time.sleep(max(0.5, due - time.monotonic()))
            self._one(stack, disks, injection, canary, fault)

    def _one(
        self, stack: OwnStack, disks: Disks, injection: Injection, canary: Canary, fault: Fault
    ) -> None:
        disk = fault.kind.removeprefix("disk_full_")
        if disk != fault.kind and disk not in disks.mounted:
            say(f"  {fault.kind}: NOT RUN, this user may not mount a small disk")
            self.report.not_run[fault.kind] += 1
            return
        say(f"  {fault.kind} ({fault.seconds:.0f} s)")
        injection.inject(fault)
        self.report.injected[fault.kind] += 1
        if not fault.together:
            self._catch_up(stack, canary, fault.kind)

    def _catch_up(self, stack: OwnStack, canary: Canary, after: str) -> None:
        began = time.monotonic()
        done = canary.caught_up(RECOVERY_SECONDS_MAX)
        seconds = time.monotonic() - began
        self.report.recoveries.append((after, seconds))
        say(f"    caught up after {seconds:.1f} s; {stack.states()}")
        if not done:
            self.report.verdict.findings.add("stuck", f"{after}: {stack.states()}")

    def _quiet_down(self, feed: Feed, business: Business, canary: Canary) -> None:
        """The last watched sale comes after everything else that is sent."""
        if not canary.caught_up(RECOVERY_SECONDS_MAX):
            self.report.verdict.findings.add("stuck", "at the end")
        business.stop()
        feed.stop()
        for failure in (feed.failure, business.failure):
            if failure is not None:
                raise RuntimeError("the load ended early") from failure
        self.report.buffer_full_seconds = feed.buffer_full_seconds


def say(text: str) -> None:
    """Tell whoever watches the run, with the time."""
    say_plainly(f"{time.strftime('%H:%M:%S')} {text}")


def _world(seed: int, seconds: float) -> Run:
    events = int(EVENTS_PER_SECOND * seconds * STREAM_SHARE)
    rng = random.Random(f"world-{seed}")
    burst = rng.choice((10_000, 30_000, 60_000)) if seconds >= LONG_SECONDS else 5_000
    gaps = rng.choice((1_500, 33_000)) if seconds >= LONG_SECONDS else 1_500
    plan: Plan = replace(make_plan(seed, events), locations=24, gaps=gaps, burst=burst)
    return prepare(plan)


def _opened(dsn: str, run: Run) -> bool:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT location_id, sku, on_hand FROM stock_levels").fetchall()
    levels = {(location, sku): on_hand for location, sku, on_hand in rows}
    return all(levels.get(key) == one.on_hand for key, one in run.oracle.levels.items())
