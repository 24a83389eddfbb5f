"""The whole history of an alert, as far as any order of the inputs could have made it.

Sales, movements and policies come by three topics, each in its order; no contract settles how
they meet. So every way in which they could have met is followed at once, and the messages that
were seen must be those of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from .limits import SUM_MAX
from .world import Policy

Value = dict[str, Any]


class Alert(NamedTuple):
    """What stands: the reason (None: nothing is raised), and the reorder point last announced."""

    reason: str | None = None
    point: int | None = None


class Step(NamedTuple):
    """One announced change."""

    state: str
    reason: str | None
    on_hand: int
    point: int | None
    suggested: int


class Path(NamedTuple):
    """Where one way has come to: the alert, and how many of the messages it has explained."""

    alert: Alert = Alert()
    told: int = 0


class Known(NamedTuple):
    """How far the three topics have been read."""

    tills: int = 0
    movements: int = 0
    policies: int = 0


NOTHING = Known()


def judge(alert: Alert, on_hand: int, policy: Policy | None) -> tuple[Alert, Step | None]:
    """The contract's rule for a level that has moved, or whose policy has changed."""
    listed = policy if policy is not None and policy.listed else None
    point = listed.reorder_point if listed else None
    if alert.reason is None:
        reason = _raised(on_hand, point)
    else:
        reason = None if _clears(on_hand, listed) else _reason(on_hand)
    after = Alert(reason, point if reason else None)
    if after == alert:
        return alert, None
    suggested = min(SUM_MAX, max(0, listed.order_up_to - on_hand)) if listed else 0
    return after, Step("raised" if reason else "cleared", reason, on_hand, point, suggested)


def _raised(on_hand: int, point: int | None) -> str | None:
    if point is None:
        return "negative_stock" if on_hand < 0 else None
    return _reason(on_hand) if on_hand <= 0 or on_hand < point else None


def _clears(on_hand: int, listed: Policy | None) -> bool:
    if listed is None:
        return on_hand >= 0
    return on_hand > 0 and on_hand >= listed.reorder_point + (listed.hysteresis or 0)


def _reason(on_hand: int) -> str:
    if on_hand < 0:
        return "negative_stock"
    return "out_of_stock" if on_hand == 0 else "below_reorder_point"


def step_of(value: Value) -> Step:
    """The change that a message tells."""
    reason = value["reason"] if value["state"] == "raised" else None
    numbers = (value["on_hand"], value["reorder_point"], value["suggested_quantity"])
    return Step(value["state"], reason, *numbers)


@dataclass
class AlertPaths:
    """All ways of one product at one location, up to what is known of the inputs."""

    at: Known = field(default_factory=Known)
    paths: set[Path] = field(default_factory=lambda: {Path()})
    strays: list[tuple[int, Step]] = field(default_factory=list[tuple[int, Step]])

    def advance(
        self,
        tills: Sequence[int],
        movements: Sequence[int],
        policies: Sequence[Policy | None],
        seen: Sequence[Step] | None,
        opened: Known = NOTHING,
    ) -> None:
        """Follow every way to the end of the three lists; they are whole, from the beginning.

        What was `opened` was known to be applied before any sale. Without `seen`, anything may
        have been said on the way.
        """
        began, self.strays = self.at, []
        self.at = end = Known(len(tills), len(movements), len(policies))
        hands = (_sums(tills), _sums(movements))
        cells: dict[Known, set[Path]] = {began: self.paths}
        spans = [range(a, b + 1) for a, b in zip(began, end, strict=True)]
        for cell in (Known(*place) for place in product(*spans)):
            if cell.tills and (
                cell.movements < opened.movements or cell.policies < opened.policies
            ):
                continue
            if cell != began:
                cells[cell] = set(self._arrive(cell, cells, hands, policies, seen))
        self.paths = cells[end]

    def _arrive(
        self,
        cell: Known,
        cells: dict[Known, set[Path]],
        hands: tuple[list[int], list[int]],
        policies: Sequence[Policy | None],
        seen: Sequence[Step] | None,
    ) -> Iterator[Path]:
        on_hand = hands[0][cell.tills] + hands[1][cell.movements]
        policy = policies[cell.policies - 1] if cell.policies else None
        has_moved = cell.tills + cell.movements > 0
        ways: set[Path] = set()
        for axis in range(3):
            before = Known(*(at - (number == axis) for number, at in enumerate(cell)))
            ways |= cells.get(before, set())
        for path in ways:
            after, step = judge(path.alert, on_hand, policy) if has_moved else (path.alert, None)
            if step is None or seen is None:
                yield Path(after, path.told)
            elif path.told < len(seen) and seen[path.told] == step:
                yield Path(after, path.told + 1)
            else:
                self.strays.append((path.told, step))

    def verdict(self, seen: Sequence[Step]) -> str | None:
        """What is wrong with the messages: one is absent, is there twice, or differs."""
        if any(path.told == len(seen) for path in self.paths):
            return None
        if self.paths:
            return "twice"
        return "absent" if any(told == len(seen) for told, _ in self.strays) else "differs"


def _sums(moves: Sequence[int]) -> list[int]:
    sums = [0]
    for move in moves:
        sums.append(sums[-1] + move)
    return sums
