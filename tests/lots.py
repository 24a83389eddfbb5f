"""Which tests `tests.whole` runs together, and in which order: the lots of ``make test``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PLAIN_LINES = ("-o", "console_output_style=classic")
"""Without a share at the right edge, which nobody would see: see `LINE_WIDTH`."""

PYTEST = ("pytest", "--color=no", "--no-header", *PLAIN_LINES, "-m")


@dataclass(frozen=True)
class Lot:
    """A part of the tests, as the arguments of ``python -m``."""

    name: str
    command: Sequence[str]
    needs_disk: bool = False
    """Whether it fills a disk, and so keeps nothing in memory."""


def _lot(name: str, *places: str, marker: str = "not alone", without: Sequence[str] = ()) -> Lot:
    left_out = (f"--ignore=tests/{place}" for place in without)
    return Lot(name, (*PYTEST, marker, *left_out, *(f"tests/{place}" for place in places)))


TESTS = Path(__file__).parent

WITH_A_STORE = tuple(
    path.relative_to(TESTS).as_posix()
    for path in sorted((TESTS / "acceptance").glob("test_*.py"))
    if re.search(r"\b(stores_stack|side): ", path.read_text())
)
"""What asks for the stack that has a store with a stack of its own: twice the servers of the other
one, which would take their share of the cores until the last test of a lot has ended."""

FIRST = (
    Lot("java", ("local.archive",)),
    Lot("types", ("pyright",)),
    _lot("unit", "house", "unit", without=["unit/edge"]),
    _lot("edge", "unit/edge"),
)
"""Within two minutes they tell of a slip, which ends all others at once. The others begin where
these leave a core, and find Kafka's jars fetched and its classes kept."""

SIDE_BY_SIDE = (
    replace(_lot("stores", *WITH_A_STORE), needs_disk=True),
    _lot("integration", "integration", marker="not alone and not lonely"),
    _lot("lonely", "integration", marker="lonely"),
    replace(_lot("faults", "faults", "till_faults", "store_faults"), needs_disk=True),
    replace(_lot("acceptance", "acceptance", without=WITH_A_STORE), needs_disk=True),
    _lot("pages", "pages"),
    _lot("simulation", "simulation", "protocol"),
)
"""Each of the `AT_ONCE` that run is followed by the next: the longest come first. A whole stack
takes a fifth of a core even when nobody asks it: what needs none is in another lot."""

ALONE = (_lot("alone", "integration", marker="alone"),)
"""Tests marked ``alone``, which measure speed: nothing else runs beside them."""
