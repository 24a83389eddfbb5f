"""One run from the world to the verdict."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import check_causes, check_letters, check_postgres, check_topics
from .alert_paths import Known
from .changes import Change, make_changes
from .crossings import Crossings
from .database import write_changes, write_world
from .feed import DeadLetter, Place, produce
from .findings import Findings
from .input_log import feed_oracle, input_ends, read_input
from .message import Message
from .oracle import Oracle
from .outputs import Outputs
from .plan import LEVELS, TILLS, TOTALS, Plan
from .stack import Stack, await_successors, kill_workers, say
from .stream import make_stream
from .world import Key, Movement, Policy, World, make_world

QUIET_SECONDS = 5.0
"""How long all that is right must stay so: what comes twice comes late."""

STUCK_SECONDS = 180.0
"""From so long a standstill on nothing is expected any more. It costs a run only where something
is wrong; a worker that was killed again and again is back in half of it."""

LOOK_SECONDS = 2.0
"""Between two looks at what is not right yet: each reads every row of the run."""

LONGEST_WAIT = 1200.0


@dataclass
class Run:
    """A run's input, its oracle and what it reads."""

    plan: Plan
    world: World
    messages: list[Message]
    changes: list[Change]
    oracle: Oracle = field(default_factory=Oracle)
    letters: list[DeadLetter] = field(default_factory=list[DeadLetter])
    failures: list[str] = field(default_factory=list[str])
    placed: dict[Place, Message] = field(default_factory=dict[Place, Message])
    crossings: Crossings = field(default_factory=Crossings)
    refused_movements: set[str] = field(default_factory=set[str])
    booked_ahead: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def policies(self) -> dict[Key, list[Policy | None]]:
        """Every policy of each product as it came, None where the row was deleted."""
        policies: dict[Key, list[Policy | None]] = {
            key: [policy] for key, policy in self.world.policies.items()
        }
        for change in self.changes:
            if change.rolled_back:
                continue
            if change.changed:
                policies.setdefault(change.changed.key, []).append(change.changed)
            if change.removed:
                policies.setdefault(change.removed.key, []).append(None)
        return policies

    def movements(self) -> list[Movement]:
        """All movements that were committed after the opening."""
        kept = [change.movements for change in self.changes if not change.rolled_back]
        return [movement for movements in kept for movement in movements]


def prepare(plan: Plan) -> Run:
    """Generate everything from the seed."""
    rng = random.Random(plan.seed)
    world = make_world(plan, rng)
    changes = make_changes(plan, world, rng)
    run = Run(plan, world, make_stream(plan, world, rng), changes)
    for delivery in world.opening:
        for movement in delivery:
            run.oracle.movement(movement)
    # Tills sell only once these show; of the policies nobody waits to see them applied.
    opened = {key: Known(0, len(one.by_movements), 0) for key, one in run.oracle.levels.items()}
    run.crossings = Crossings(opened=opened)
    return run


def expect_all(stack: Stack, run: Run, since: dict[int, int]) -> None:
    """Let the oracle see the input, in the order in which Kafka took it."""
    records = read_input(stack.kafka, since)
    for place in run.placed.keys() - records.keys():
        run.failures.append(f"{place} was acknowledged and is not there")
    found = [
        (record, run.placed[place]) for place, record in records.items() if place in run.placed
    ]
    run.letters = feed_oracle(run.oracle, found, len(since))
    for movement in run.movements():
        expect_movement(run, movement)


def expect_movement(run: Run, movement: Movement) -> None:
    """Let the oracle see a movement; note one that must become a dead letter.

    One from the future counts as of when it was stored, which was after it was booked.
    """
    booked = run.booked_ahead.get(movement.movement_id)
    if run.oracle.movement(movement, booked) is not None:
        run.refused_movements.add(movement.movement_id)
    elif booked is not None:
        run.oracle.levels[movement.location_id, movement.sku].mentioned = datetime.now(UTC)


def compare(stack: Stack, run: Run, outputs: Outputs) -> Findings:
    """Compare everything once."""
    findings, last = Findings(), outputs.history.last
    check_topics.check_levels(run.oracle, last[LEVELS], findings)
    check_topics.check_totals(run.oracle, last[TOTALS], findings)
    check_topics.check_tills(run.oracle, last[TILLS], findings)
    run.crossings.check(run.oracle.levels, run.policies(), outputs.history.alerts, findings)
    check_letters.check_letters(run.plan, run.letters, outputs.letters, findings)
    check_letters.check_movements(
        run.plan, run.refused_movements, outputs.movement_letters, findings
    )
    check_postgres.check_tables(stack.postgres, run.plan, last, findings)
    check_postgres.check_ledger(stack.postgres, run.plan, run.oracle, findings)
    check_postgres.check_receipts(stack.postgres, run.plan, run.oracle, findings)
    check_causes.check_causes(stack.postgres, run.plan, run.oracle, findings)
    check_causes.check_receipts(outputs.receipts, run.oracle, findings)
    return findings


def settle(stack: Stack, run: Run, outputs: Outputs) -> Findings:
    """Wait until all is right, or until nothing has changed for a while.

    While messages come nothing is compared: all of them are read first.
    """
    began = changed = time.monotonic()
    before: Any = None
    while True:
        if outputs.catch_up() and time.monotonic() - began < LONGEST_WAIT:
            changed = time.monotonic()
            continue
        findings = compare(stack, run, outputs)
        now, counts = time.monotonic(), dict(findings.counts)
        changed = now if counts != before else changed
        say(f"  {now - began:4.0f} s: {outputs.count} messages, {sum(counts.values())} to settle")
        quiet, pause = (STUCK_SECONDS, LOOK_SECONDS) if counts else (QUIET_SECONDS, QUIET_SECONDS)
        if now - changed >= quiet or now - began > LONGEST_WAIT:
            return findings
        before = counts
        time.sleep(pause)


def await_opening(run: Run, outputs: Outputs) -> None:
    """Wait for the opening stock, so that no sale comes before its delivery."""
    limit = time.monotonic() + 300
    while time.monotonic() < limit:
        outputs.catch_up()
        levels = outputs.history.last[LEVELS]
        wanted = [(key, one.on_hand) for key, one in run.oracle.levels.items()]
        there = sum(
            levels.get(f"{key[0]}/{key[1]}", {}).get("on_hand") == number for key, number in wanted
        )
        say(f"  opening stock: {there} of {len(wanted)}")
        if there == len(wanted):
            return
        time.sleep(1)
    run.failures.append("the opening stock did not show within 300 s")


def _kill(run: Run) -> dict[str, int]:
    killed = kill_workers()
    say(f"  killed {killed or 'nothing'}")
    if not killed:
        run.failures.append("no worker to kill")
    return killed


def sell(stack: Stack, run: Run, kill: bool) -> None:
    """Produce all messages at full speed while the database changes; who is killed is back then."""
    killed: dict[str, int] = {}
    rng, seconds = random.Random(run.plan.seed + 1), len(run.messages) / 20_000
    errors: list[str] = []
    beside = threading.Thread(
        target=_beside, args=(stack.postgres, run.changes, seconds, rng, errors)
    )
    beside.start()
    run.placed |= produce(
        stack.kafka, run.messages, run.world, lambda: killed.update(_kill(run) if kill else {})
    )
    beside.join()
    await_successors(killed)
    run.failures += errors


def _beside(
    dsn: str, changes: list[Change], seconds: float, rng: random.Random, errors: list[str]
) -> None:
    try:
        write_changes(dsn, changes, seconds, rng)
    except Exception as error:
        errors.append(f"changes in the database failed: {error}")


def execute(
    stack: Stack, run: Run, kill: bool, beside: Callable[[Findings], None] = lambda _: None
) -> Findings:
    """Do the whole run, and something `beside` once its sales are sent; compare."""
    outputs, more = Outputs(stack.kafka, run.plan), Findings()
    try:
        since = input_ends(stack.kafka)
        write_world(stack.postgres, run.world)
        await_opening(run, outputs)
        sell(stack, run, kill)
        beside(more)
        expect_all(stack, run, since)
        findings = settle(stack, run, outputs)
        findings.absorb(more)
        return closing(stack, run, outputs, findings)
    finally:
        outputs.close()


def closing(stack: Stack, run: Run, outputs: Outputs, findings: Findings) -> Findings:
    """Add what holds for the whole run: every message, and what the database refuses."""
    check_postgres.check_append_only(stack.postgres, run.plan, findings)
    findings.absorb(outputs.history.findings)
    partitions = outputs.history.partition_counts()
    if len(partitions) != 1:
        findings.add("partitions", f"outputs have {partitions} partitions")
    for failure in run.failures:
        findings.add("run", failure)
    return findings
