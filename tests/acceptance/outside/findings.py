"""Differences, and readings of the contract where it leaves a choice."""

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
        self._readings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._samples: dict[tuple[str, str], str] = {}

    def add(self, kind: str, text: str) -> None:
        """Note a difference."""
        self.counts[kind] += 1
        if len(self._shown[kind]) < SHOWN:
            self._shown[kind].append(text)

    def same(self, kind: str, where: object, expected: Any, found: Any) -> None:
        """Note a difference unless both are equal."""
        if expected != found:
            self.add(kind, f"{where}: expected {expected!r}, found {found!r}")

    def reading(self, field: str, where: object, choices: dict[str, Any], found: Any) -> None:
        """Compare with several readings of one field; one of them must hold everywhere."""
        for name, value in choices.items():
            wrong = value != found
            self._readings[field][name] += wrong
            if wrong:
                self._samples.setdefault((field, name), f"{where}: {value!r}, found {found!r}")

    def readings(self) -> dict[str, str]:
        """The reading that fits best for each field where the contract leaves a choice."""
        return {field: self._best(counts) for field, counts in self._readings.items()}

    def settle_readings(self) -> None:
        """Turn a field that follows no reading everywhere into a difference."""
        for field, counts in self._readings.items():
            best = self._best(counts)
            if counts[best]:
                text = f"best reading {best!r} fails {counts[best]} times"
                self.add(f"{field} (no reading)", f"{text}, e.g. {self._samples[field, best]}")

    def absorb(self, other: Findings) -> None:
        """Take over what another check found."""
        self.counts += other.counts
        for kind, texts in other._shown.items():
            self._shown[kind] += texts

    @staticmethod
    def _best(counts: Counter[str]) -> str:
        return min(counts, key=lambda name: counts[name])

    def show(self) -> None:
        """Print the differences."""
        for kind, count in sorted(self.counts.items()):
            say(f"{kind}: {count} differences")
            for text in self._shown[kind]:
                say(f"    {text}")
