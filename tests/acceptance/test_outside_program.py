"""An outsider's program feeds a stack, kills its worker, and finds everything right.

Then it sends what the contract allows and forbids at its limits, and writes into the derived
topics, while other shops sell: they are right and on time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.stacks import Stack

EVENTS = 20_000
GAPS = 33_000
BURST = 5_000


@pytest.mark.timeout(1900)
def test_an_outsider_finds_every_output_right(stack: Stack) -> None:
    """With bad input among good, a killed worker, and a row altered by hand at the end."""
    sizes = ("--events", str(EVENTS), "--gaps", str(GAPS), "--burst", str(BURST))
    options = (*sizes, "--seed", "7", "--kill-worker", "--alter")
    result = stack.python("tests.acceptance.outside", *options, timeout=1800)
    assert result.stdout, result.stderr
    summary: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert summary["differences"] == {}, f"{summary['examples']}\n{result.stdout}"
    assert result.returncode == 0
    assert summary["messages"] > EVENTS * 0.9
    assert summary["dead_letters"] > 0 and summary["duplicates"] > 0 and summary["forks"] > 0
    assert summary["watched"] > 0 and summary["intrusions"] > 0
