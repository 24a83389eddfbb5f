"""A whole stack of the tests' own, started by the command that users have."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.counter.store import Store, opened
from tests.acceptance.counter.terminal import CounterTerminal, terminal_open
from tests.acceptance.stacks import START_SECONDS_MAX, Stack
from tests.acceptance.store_side import StoreSide


@pytest.fixture(scope="session")
def counter_terminal() -> Iterator[tuple[CounterTerminal, str]]:
    """What cards are paid at, and its address."""
    with terminal_open() as opened_terminal:
        yield opened_terminal


@pytest.fixture
def terminal(counter_terminal: tuple[CounterTerminal, str]) -> CounterTerminal:
    """The terminal of the stack's own till."""
    return counter_terminal[0]


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, counter_terminal: tuple[CounterTerminal, str]
) -> Iterator[Stack]:
    """The whole stack without its simulator, taken down after the last test."""
    cards = {"TILLSTREAM_TILL_TERMINAL": counter_terminal[1]}
    whole = Stack(tmp_path_factory.mktemp("stack") / "home", cards)
    up = ("tillstream", "local", "up", "--detach", "--no-simulator")
    try:
        started = whole.python(*up, timeout=START_SECONDS_MAX)
        assert started.returncode == 0, started.stdout + started.stderr
        yield whole
    finally:
        whole.python("tillstream", "local", "down")


@pytest.fixture(scope="session")
def stores_stack() -> Iterator[Stack]:
    """The whole stack with a store that has a stack of its own, and without its simulator.

    Its folder is not that of the tests, which is deep: a till's socket has 107 bytes for its path.
    """
    up = ("tillstream", "local", "up", "--detach", "--no-simulator", "--stores", "1")
    with tempfile.TemporaryDirectory(prefix="stores-") as folder:
        whole = Stack(Path(folder) / "home")
        try:
            started = whole.python(*up, timeout=START_SECONDS_MAX)
            assert started.returncode == 0, started.stdout + started.stderr
            yield whole
        finally:
            whole.python("tillstream", "local", "down")


@pytest.fixture(scope="session")
def side(stores_stack: Stack) -> StoreSide:
    """The store of that stack."""
    return StoreSide(stores_stack, stores_stack.status()["stores"][0]["location_id"])


@pytest.fixture(scope="session")
def store(stack: Stack) -> Store:
    """The store of the stack's own till, open for business."""
    return opened(stack)
