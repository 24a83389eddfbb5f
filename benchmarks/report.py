"""The table of all systems."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from benchmarks.result import Result


def show(results: Sequence[Result]) -> None:
    for r in results:
        Console().print(asdict(r))
