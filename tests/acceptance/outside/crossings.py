"""The alerts, message by message, held against every order in which the inputs could meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .alert_paths import AlertPaths, Known, step_of
from .effects_oracle import Level
from .findings import Findings
from .plan import ALERTS
from .world import Key, Policy

Value = dict[str, Any]
Policies = Mapping[Key, Sequence[Policy | None]]


@dataclass
class Judged:
    """One product as it was last looked at."""

    paths: AlertPaths = field(default_factory=AlertPaths)
    seen: int = 0
    wrong: str | None = None


@dataclass
class Crossings:
    """Follows the alerts of a run, from one look to the next.

    With `step_by_step`, what was known at a look was applied before all that came later; else
    each look begins anew, and only `opened` is known to come before the sales.
    """

    step_by_step: bool = False
    opened: Mapping[Key, Known] = field(default_factory=dict[Key, Known])
    judged: dict[Key, Judged] = field(default_factory=dict[Key, Judged])

    def check(
        self,
        levels: Mapping[Key, Level],
        policies: Policies,
        found: Mapping[str, list[Value]],
        findings: Findings,
    ) -> None:
        """Compare the whole history of every product that was moved or has a policy."""
        names = {f"{location}/{sku}": (location, sku) for location, sku in levels}
        for name in found.keys() - names.keys():
            findings.add(f"{ALERTS} unexpected", f"{name}: {found[name]}")
        for name, key in names.items():
            wrong = self._judge(key, levels[key], policies.get(key, ()), found.get(name, []))
            if wrong is not None:
                seen = [step_of(value) for value in found.get(name, [])]
                inputs = f"{levels[key].by_tills[-40:]}, {levels[key].by_movements[-40:]}"
                text = f"{name}: {seen} after {inputs}, {policies.get(key, ())}"
                findings.add(f"{ALERTS} crossing {wrong}", text)

    def _judge(
        self, key: Key, level: Level, policies: Sequence[Policy | None], values: list[Value]
    ) -> str | None:
        judged = self.judged.setdefault(key, Judged())
        reached = Known(len(level.by_tills), len(level.by_movements), len(policies))
        if (judged.paths.at, judged.seen) == (reached, len(values)):
            return judged.wrong
        seen = [step_of(value) for value in values]
        if not self.step_by_step:
            judged.paths = AlertPaths()
        opened = self.opened.get(key, Known())
        judged.paths.advance(level.by_tills, level.by_movements, policies, seen, opened)
        judged.seen, judged.wrong = len(seen), judged.paths.verdict(seen)
        return judged.wrong


def check_standing(
    levels: Mapping[Key, Level],
    policies: Policies,
    last: Mapping[str, Value],
    findings: Findings,
) -> None:
    """What stands in the end where nothing is known of what was said on the way."""
    for key, level in levels.items():
        paths, name = AlertPaths(), "/".join(key)
        paths.advance(level.by_tills, level.by_movements, policies.get(key, ()), None)
        value = last.get(name)
        reason = value["reason"] if value and value["state"] == "raised" else None
        possible = {path.alert.reason for path in paths.paths}
        if reason not in possible:
            findings.add(f"{ALERTS} standing", f"{name}: {reason}, not one of {possible}")
