"""What a till's page has to keep, and whether it did."""

from collections.abc import Mapping
from typing import Any, NamedTuple

P50_MS, P99_MS = 15, 50
"""From the last key to the line. Above them a cashier waits for the screen."""

GROWTH = 1.3
"""Of the median, at the end of a large cart against a small one."""

SLOW_P99_MS = 150
"""With a part of the processor: tills are old."""

RECEIPT_P99_MS = 100
"""From the payment to the receipt: the customer stands there."""

MEMORY_MIB = 1_024
"""Of the service and the browser: a till of today has two or four GiB for everything."""


class Goal(NamedTuple):
    """One, as it is told."""

    name: str
    wanted: str
    measured: str
    is_met: bool


def goals_of(told: Mapping[str, Any]) -> list[Goal]:
    """Those for which something was measured."""
    return [
        _scan("scan in a cart of up to 10", told["small"]),
        _scan("the same at the end of a large cart", told["large"]),
        _growth(told),
        *_slow(told),
        _at_most("pay → receipt painted", told["pay"], RECEIPT_P99_MS),
        *_sustained(told),
        _memory(told["memory_mib"]),
    ]


def _scan(name: str, taken: Mapping[str, Any]) -> Goal:
    painted = taken["painted_ms"]
    is_met = painted["p50"] <= P50_MS and painted["p99"] <= P99_MS
    return Goal(name, f"p50 ≤ {P50_MS}, p99 ≤ {P99_MS} ms", _words(painted), is_met)


def _growth(told: Mapping[str, Any]) -> Goal:
    ten, large = (told[each]["painted_ms"]["p50"] for each in ("ten", "large"))
    name = f"at {told['plan']['large']} lines against 10, p50"
    return Goal(name, f"≤ {GROWTH} times", f"{large / ten:.2f} times", large <= GROWTH * ten)


def _slow(told: Mapping[str, Any]) -> list[Goal]:
    if "slow_small" not in told:
        return []
    part = f"with a processor of one part in {told['plan']['throttle']}"
    named = {"slow_small": "scan in a cart of up to 10", "slow_large": "at the end of a large cart"}
    return [_at_most(f"{name}, {part}", told[each], SLOW_P99_MS) for each, name in named.items()]


def _at_most(name: str, taken: Mapping[str, Any], most_ms: int) -> Goal:
    painted = taken["painted_ms"]
    return Goal(name, f"p99 ≤ {most_ms} ms", _words(painted), painted["p99"] <= most_ms)


def _sustained(told: Mapping[str, Any]) -> list[Goal]:
    if "sustained" not in told:
        return []
    done = told["sustained"]
    name = f"{done['scans']} scans, one a second, then {done['burst']} in a row: lost"
    return [Goal(name, "none", str(done["lost"]), not done["lost"])]


def _memory(told: Mapping[str, float]) -> Goal:
    measured = f"{told['service']:.0f} + {told['browser']:.0f} MiB"
    is_met = sum(told.values()) <= MEMORY_MIB
    return Goal("memory of service and browser", f"≤ {MEMORY_MIB} MiB", measured, is_met)


def _words(painted: Mapping[str, Any]) -> str:
    return f"p50 {painted['p50']}, p99 {painted['p99']}, most {painted['most']} ms"


def table(goals: list[Goal], told: Mapping[str, Any]) -> str:
    """As the documents have it, with the machine's load before and afterwards."""
    load = " to ".join(f"{each:.1f}" for each in told["load_average"])
    rows = [
        f"| {g.name} | {g.wanted} | {g.measured} | {'yes' if g.is_met else 'no'} |" for g in goals
    ]
    head = ["| figure | goal | measured | met |", "|---|---|---|---|"]
    return "\n".join([f"load average {load}", "", *head, *rows])
