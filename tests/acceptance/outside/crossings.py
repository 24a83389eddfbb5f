"""The whole history of the alerts, where the order of the inputs settles it.

Till events of a location have one order; what the database says comes in between at a moment
that no contract settles. So only products are judged whose stock and policy the database left
alone after their opening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .findings import Findings
from .oracle import Level
from .plan import ALERTS
from .world import Key, Policy

Value = dict[str, Any]
Step = tuple[str, str | None, int]


def expected_steps(path: Sequence[int], policy: Policy | None) -> Iterator[Step]:
    """What is announced while a level takes these values: (state, reason, on hand)."""
    point = policy.reorder_point if policy and policy.listed else None
    reason: str | None = None
    for on_hand in path:
        now = _reason(on_hand, point)
        if now != reason:
            yield ("raised" if now else "cleared"), now, on_hand
        reason = now


def _reason(on_hand: int, point: int | None) -> str | None:
    if on_hand < 0:
        return "negative_stock"
    if point is None or on_hand >= point:
        return None
    return "out_of_stock" if on_hand == 0 else "below_reorder_point"


def check_crossings(
    levels: Mapping[Key, Level],
    policies: Mapping[Key, Policy],
    moved: set[Key],
    found: Mapping[str, list[Value]],
    findings: Findings,
) -> int:
    """Compare message by message; how many alerts were raised among the products judged."""
    raised = 0
    for key, level in levels.items():
        if key in moved:
            continue
        name = f"{key[0]}/{key[1]}"
        expected = list(expected_steps(level.path, policies.get(key)))
        steps = [_step(value) for value in found.get(name, [])]
        raised += sum(step[0] == "raised" for step in expected)
        if steps != expected:
            _tell(name, expected, steps, findings)
    return raised


def _step(value: Value) -> Step:
    reason = value["reason"] if value["state"] == "raised" else None
    return value["state"], reason, value["on_hand"]


def _tell(name: str, expected: list[Step], steps: list[Step], findings: Findings) -> None:
    kind = "absent" if len(steps) < len(expected) else "differs"
    kind = "twice" if len(steps) > len(expected) else kind
    findings.add(f"{ALERTS} crossing {kind}", f"{name}: expected {expected}, found {steps}")
