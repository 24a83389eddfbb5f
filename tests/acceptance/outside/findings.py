"""Differences between what the contract leads one to expect and what was found."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from .stack import say

SHOWN = 20


class Findings:
    """Every difference of a run by kind, with the first few in words."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._shown: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, kind: str, text: str) -> None:
        """Note a difference."""
        self.counts[kind] += 1
        if len(self._shown[kind]) < SHOWN:
            self._shown[kind].append(text)

    def same(self, kind: str, where: object, expected: Any, found: Any) -> None:
        """Note a difference unless both are equal."""
        if expected != found:
            self.add(kind, f"{where}: expected {expected!r}, found {found!r}")

    def absorb(self, other: Findings) -> None:
        """Take over what another check found."""
        self.counts += other.counts
        for kind, texts in other._shown.items():
            self._shown[kind] += texts

    def examples(self) -> dict[str, str]:
        """The first of each kind, in words."""
        return {kind: texts[0] for kind, texts in self._shown.items()}

    def show(self) -> None:
        """Print the differences."""
        for kind, count in sorted(self.counts.items()):
            say(f"{kind}: {count} differences")
            for text in self._shown[kind]:
                say(f"    {text}")
