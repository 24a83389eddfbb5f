"""What a check says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from operations.installation import Installation

Verdict = Literal["good", "bad", "unknown"]
"""``unknown``: another fault, told by its own check, keeps this one from finding out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict of the check ``check``; ``remedy`` says what to do where it is bad."""

    check: str
    verdict: Verdict
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: the installation, and the addresses of the processes' `/metrics`."""

    installation: Installation
    metrics: tuple[str, ...]


Check = Callable[[Patient], Iterator[Finding]]


def good(check: str, finding: str) -> Finding:
    """All is well with ``check``."""
    return Finding(check, "good", finding)


def bad(check: str, finding: str, remedy: str) -> Finding:
    """Something is wrong, and ``remedy`` mends it."""
    return Finding(check, "bad", finding, remedy)


def unknown(check: str, finding: str) -> Finding:
    """It could not be found out."""
    return Finding(check, "unknown", finding)
