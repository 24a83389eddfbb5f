"""Run the check: `python -m tests.acceptance.outside --events 300000 --kill-worker`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace

from .database import shift_level
from .edges import Edges
from .findings import Findings
from .plan import make_plan
from .run import Run, execute, prepare
from .stack import RECONCILE, Stack, as_owner, say, status, tillstream


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outside", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gaps", type=int, default=33_000, help="numbers a till leaves out")
    parser.add_argument("--burst", type=int, default=20_000, help="sales a shop sends at once")
    parser.add_argument("--kill-worker", action="store_true")
    parser.add_argument("--alter", action="store_true", help="alter a row by hand at the end")
    parser.add_argument("--no-reconcile", action="store_true")
    return parser.parse_args(arguments)


def _reconcile(expected: int, findings: Findings, mention: str = "") -> None:
    result = tillstream(*RECONCILE)
    said = result.stdout + result.stderr
    say(f"  reconcile: exit status {result.returncode}")
    if result.returncode != expected:
        findings.add("reconcile", f"status {result.returncode}, not {expected}: {said[-1500:]}")
    elif mention not in said:
        findings.add("reconcile", f"{mention} is not named: {said[-1500:]}")


def _alter(stack: Stack, run: Run, findings: Findings) -> None:
    """Change one row by hand: reconcile must name it, and be content once it is repaired."""
    location, sku = sorted(run.world.policies)[0]
    owner = as_owner(stack.postgres)
    if shift_level(owner, location, sku, 7) != 1:
        findings.add("reconcile", f"no row for {location} {sku} in stock_levels to alter")
    try:
        _reconcile(1, findings, mention=sku)
    finally:
        shift_level(owner, location, sku, -7)
    _reconcile(0, findings)


def _metrics(stack: Stack, findings: Findings) -> None:
    for address in stack.metrics:
        try:
            good = b"# HELP" in stack.read_metrics(address)
        except OSError as error:
            findings.add("metrics", f"{address}: {error}")
        else:
            findings.same("metrics", address, True, good)


def main(arguments: list[str] | None = None) -> int:
    """Run, compare, say what differs; the last line is a JSON summary."""
    options = _options(arguments)
    began = time.monotonic()
    plan = replace(
        make_plan(options.seed, options.events),
        gaps=options.gaps,
        burst=options.burst,
        scenes=False,
    )
    say(f"seed {plan.seed}, ids begin with {plan.prefix}")
    run = prepare(plan)
    say(f"  {len(run.messages)} messages, {len(run.changes)} transactions")
    stack = status()
    edges = Edges(stack, run)
    findings = execute(stack, run, options.kill_worker, edges.execute)
    _metrics(stack, findings)
    if not options.no_reconcile:
        _reconcile(0, findings)
    if options.alter:
        _alter(stack, run, findings)
    return _verdict(run, edges, findings, time.monotonic() - began)


def _verdict(run: Run, edges: Edges, findings: Findings, seconds: float) -> int:
    findings.show()
    summary = {
        "ok": not findings.counts,
        "seed": run.plan.seed,
        "messages": len(run.messages),
        "dead_letters": len(run.letters),
        "duplicates": sum(till.repeats for till in run.oracle.tills.values()),
        "keys": len(run.oracle.levels),
        "watched": len(edges.watch.rounds),
        "watched_seconds_max": round(max(edges.watch.rounds, default=0.0), 2),
        "intrusions": edges.intruder.written,
        "seconds": round(seconds, 1),
        "forks": sum(till.forks for till in run.oracle.tills.values()),
        "differences": dict(findings.counts),
        "examples": findings.examples(),
    }
    say(json.dumps(summary))
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
