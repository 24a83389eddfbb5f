"""One run: a stack, tills that sell, their faults one after another, and the verdict."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.outside.stack import tillstream
from tests.faults.feed import eventually
from tests.faults.session import say, sorted_counts
from tests.faults.stack import OwnStack

from .customers import Customers
from .injection import Broken, Injection, NotRun, is_sent
from .machine import START_SECONDS_MAX, TillMachine
from .schedule import TillFault
from .verdict import Tills, TillVerdict, judge

RECOVERY_SECONDS_MAX = 300.0
"""From here on a till counts as stuck, which is a finding."""

LAST_CUSTOMER_SECONDS_MAX = 120.0


@dataclass
class TillReport:
    """What happened, for the last line."""

    seed: int
    injected: Counter[str] = field(default_factory=Counter[str])
    not_run: Counter[str] = field(default_factory=Counter[str])
    recoveries: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    verdict: TillVerdict = field(default_factory=TillVerdict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One object: lost, doubled and wrong are 0 where all is right."""
        slowest: dict[str, float] = {}
        for kind, seconds in self.recoveries:
            slowest[kind] = max(round(seconds, 1), slowest.get(kind, 0.0))
        verdict = self.verdict
        return {
            "seed": self.seed,
            "events": verdict.events,
            "sales": verdict.sales,
            "customers_left": verdict.left,
            "faults": {"total": self.injected.total(), **sorted_counts(self.injected)},
            "not_run": sorted_counts(self.not_run),
            **verdict.counts(),
            "slowest_recovery_seconds": max(slowest.values(), default=0.0),
            "recovery_seconds": slowest,
            "dead_letters": verdict.dead_letters,
            "differences": dict(verdict.findings.counts),
            "seconds": round(self.seconds),
        }


class TillSession:
    """Everything of one run. Where other things break than these, a class beside it says which."""

    stack_options: Sequence[str] = ()
    """Further ones of `local up`."""

    def __init__(
        self, seed: int, minutes: float, tills: int, faults: Sequence[TillFault], home: Path
    ) -> None:
        self.report = TillReport(seed)
        self._seconds = minutes * 60
        self._count = tills
        self._faults = faults
        self._home = home

    def run(self) -> TillReport:
        """The whole of it; the stack is down when it returns, and no till runs."""
        began = time.monotonic()
        stack = OwnStack(self._home, *self.stack_options)
        tills: list[tuple[TillMachine, Customers]] = []
        try:
            say("starting the stack")
            stack.up()
            store = self.store_of(json.loads(tillstream("local", "status", "--json").stdout))
            tills += [self._till(store, number) for number in range(self._count)]
            self._drive(stack, store["location_id"], tills)
        finally:
            for machine, _ in tills:
                machine.close()
            stack.down()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _till(self, store: dict[str, Any], number: int) -> tuple[TillMachine, Customers]:
        till_id = f"faulty-{number}"
        folder = self._home / "tills" / till_id
        machine = TillMachine(folder, store["location_id"], till_id, store["gateway"])
        machine.start()
        machine.enrol()
        if not eventually(START_SECONDS_MAX, lambda: "epoch" in machine.state()):
            raise RuntimeError(f"{till_id} is not enrolled: {machine.state()}")
        return machine, Customers(machine, f"customers-{self.report.seed}-{number}")

    def _drive(self, stack: OwnStack, location_id: str, tills: Tills) -> None:
        for _, customers in tills:
            customers.start()
        self._suffer(self.injection(stack, location_id, tills), tills)
        say("the last customers")
        for machine, customers in tills:
            machine.look_after()
            customers.stop()
        for machine, customers in tills:
            customers.join(LAST_CUSTOMER_SECONDS_MAX)
            if customers.failure is not None:
                self.report.verdict.findings.add("refused", f"{customers.failure}")
            elif customers.is_alive():
                text = f"{machine.till_id} serves nobody: {machine.state()}"
                self.report.verdict.findings.add("stuck", text)
        say("judging")
        self.judge(stack, location_id, tills)
        for machine, _ in tills:
            machine.end(signal.SIGTERM)

    def store_of(self, status: dict[str, Any]) -> dict[str, Any]:
        """The store that the tills are of, as status tells of it."""
        return status["stores"][0]

    def injection(self, stack: OwnStack, location_id: str, tills: Tills) -> Injection:
        """The hands that break things."""
        return Injection(stack, location_id, tills)

    def judge(self, stack: OwnStack, location_id: str, tills: Tills) -> None:
        """Compare what customers were told with what is there."""
        judge(stack.addresses, location_id, tills, self.report.verdict)

    def _suffer(self, injection: Injection, tills: Tills) -> None:
        began, pace = time.monotonic(), self._seconds / max(1, len(self._faults))
        self._catch_up(tills, "start")
        for number, fault in enumerate(self._faults):
            time.sleep(max(0.3, began + number * pace - time.monotonic()))
            say(f"  {fault.kind} ({fault.seconds:.0f} s, till {fault.till})")
            try:
                injection.inject(fault)
            except NotRun as reason:
                say(f"    NOT RUN: {reason}")
                self.report.not_run[fault.kind] += 1
                continue
            except Broken as broken:
                self.report.verdict.findings.add(fault.kind, str(broken))
            self.report.injected[fault.kind] += 1
            for machine, _ in tills:
                machine.look_after()
            if not fault.together:
                self._catch_up(tills, fault.kind)

    def _catch_up(self, tills: Tills, after: str) -> None:
        """Wait until each till has got rid of what it has: it sells on meanwhile."""
        began = time.monotonic()
        for machine, _ in tills:
            if not eventually(RECOVERY_SECONDS_MAX, lambda machine=machine: is_sent(machine)):
                text = f"{after}: {machine.till_id} {machine.state()}"
                self.report.verdict.findings.add("stuck", text)
        seconds = time.monotonic() - began
        self.report.recoveries.append((after, seconds))
        sold = sum(len(customers.done) for _, customers in tills)
        say(f"    all is sent after {seconds:.1f} s; {sold} sales")
