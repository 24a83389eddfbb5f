"""The verdict on a run: everything that is promised, counted as lost, doubled or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.outside import check_postgres
from tests.acceptance.outside.changes import Change
from tests.acceptance.outside.check_causes import compare_causes
from tests.acceptance.outside.database import rows_of
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.input_log import feed_oracle, read_input
from tests.acceptance.outside.outputs import Outputs
from tests.acceptance.outside.run import Run, closing, expect_movement, settle
from tests.acceptance.outside.stack import RECONCILE, say, tillstream

from .business import Business
from .feed import Feed, eventually
from .fresh import check_fresh
from .input_log import attribute
from .stack import OwnStack

LOST = ("absent", "lost")
DOUBLED = ("twice", "repeated")

SINK_SECONDS_MAX = 120.0
"""How long the sink may need for what a replay says once more, on a busy machine."""


@dataclass
class Verdict:
    """What was found, and how much was looked at."""

    findings: Findings = field(default_factory=Findings)
    events: int = 0
    dead_letters: int = 0

    def counts(self) -> dict[str, int]:
        """Lost, doubled and wrong."""
        counts: Counter[str] = Counter(lost=0, doubled=0, wrong=0)
        for kind, count in self.findings.counts.items():
            counts[grade(kind)] += count
        return dict(counts)


def grade(kind: str) -> str:
    """Whether a kind of difference is something lost, something doubled, or wrong otherwise."""
    words = kind.split()
    if any(word in words for word in LOST):
        return "lost"
    return "doubled" if any(word in words for word in DOUBLED) else "wrong"


def judge(stack: OwnStack, run: Run, feed: Feed, business: Business, verdict: Verdict) -> None:
    """Read everything once more from the beginning, and compare."""
    findings = verdict.findings
    own = {store.encode() for store in stack.addresses.stores}
    # The stack's own till says each minute that it is there, and nobody sells at it.
    records = {
        place: record
        for place, record in read_input(stack.addresses.kafka).items()
        if record.key not in own
    }
    found = attribute(records, feed.acknowledged, feed.unanswered, findings)
    run.changes = list(business.committed)
    run.letters = feed_oracle(run.oracle, found, feed.partitions)
    for movement in run.movements():
        expect_movement(run, movement)
    verdict.events, verdict.dead_letters = len(found), len(run.letters)
    say(
        f"  {len(records)} messages lie in the input topic, {len(run.letters)} must be dead letters"
    )
    _check_source(stack, run, findings)
    _check_outputs(stack, run, findings)


def _check_source(stack: OwnStack, run: Run, findings: Findings) -> None:
    """The business database has every transaction that it acknowledged."""
    opening = Change(movements=[row for rows in run.world.opening for row in rows])
    committed = _movements([opening, *run.changes])
    rows = rows_of(stack.addresses.postgres, "stock_movements", run.plan)
    there = [((r["location_id"], r["sku"], r["movement_id"]), r["quantity"]) for r in rows]
    compare_causes("stock_movements", committed, there, findings)


def _movements(changes: Iterable[Change]) -> dict[tuple[str, ...], int]:
    rows = [row for change in changes for row in change.movements]
    return {(row.location_id, row.sku, row.movement_id): row.quantity for row in rows}


def _check_outputs(stack: OwnStack, run: Run, findings: Findings) -> None:
    outputs = Outputs(stack.addresses.kafka, run.plan, from_start=True)
    try:
        findings.absorb(
            closing(stack.addresses, run, outputs, settle(stack.addresses, run, outputs))
        )
    finally:
        outputs.close()
    reconciled = tillstream(*RECONCILE)
    if reconciled.returncode:
        findings.add("reconcile", (reconciled.stdout + reconciled.stderr)[-1500:])
    last = outputs.history.last
    newest = check_fresh(stack.home, stack.addresses.kafka, run, last, findings)
    dsn = stack.addresses.postgres
    eventually(SINK_SECONDS_MAX, lambda: not _differing_rows(dsn, run, newest).counts)
    findings.absorb(_differing_rows(dsn, run, newest))


def _differing_rows(dsn: str, run: Run, newest: Mapping[str, Any]) -> Findings:
    """PostgreSQL against the topics: the sink may still be at it."""
    findings = Findings()
    check_postgres.check_tables(dsn, run.plan, dict(newest), findings)
    return findings
