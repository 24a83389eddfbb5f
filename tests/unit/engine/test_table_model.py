"""A table beside a plain dictionary, over any order of what folds, commits and restarts do."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine import state as state_module
from engine.state import PartitionState, Table
from engine.store import MemoryStore, RocksStore, Store

KEYS = st.sampled_from(
    ["", "a", "a/1", "a/2", "a/3", "a\x01", "a0", "b/1", "b/2", "ü/1", "\U0001f4a5"]
)
PREFIXES = st.sampled_from(["", "a", "a/", "b/", "ü", "z"])


class Level(msgspec.Struct, array_like=True):
    """A value that folds change in place."""

    on_hand: int


class TableBesideDict(RuleBasedStateMachine):
    """``live`` is what the table holds now, ``taken`` at the last take, ``durable`` in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = state_module.CACHE_ENTRIES
        state_module.CACHE_ENTRIES = 3
        self.live: dict[str, int] = {}
        self.taken: dict[str, int] = {}
        self.durable: dict[str, int] = {}
        self.on_its_way = False
        self.log: list[dict[bytes, bytes | None]] = []
        self.store = self.new_store()
        self.open()

    def new_store(self) -> Store:
        return MemoryStore()

    def open(self) -> None:
        self.state = PartitionState(self.store, {"a": Level, "levels": Level, "z": Level})
        for neighbour in "az":  # what lies before and behind must never be seen
            self.state.table(neighbour).put("a/1", Level(-1))
        self.table: Table[Level] = self.state.table("levels")

    @rule(key=KEYS, value=st.integers(0, 9))
    def put(self, key: str, value: int) -> None:
        self.table.put(key, Level(value))
        self.live[key] = value

    @rule(key=KEYS, value=st.integers(0, 9))
    def put_away(self, key: str, value: int) -> None:
        self.table.put_away(key, Level(value))
        self.live[key] = value

    @rule(key=KEYS)
    def edit(self, key: str) -> None:
        self.table.edit(key, lambda: Level(0)).on_hand += 1
        self.live[key] = self.live.get(key, 0) + 1

    @rule(key=KEYS)
    def drop(self, key: str) -> None:
        self.table.drop(key)
        self.live.pop(key, None)

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        assert said(self.table.get(key)) == self.live.get(key)

    @rule(key=KEYS)
    def peek(self, key: str) -> None:
        assert said(self.table.peek(key)) == self.live.get(key)

    @rule(prefix=PREFIXES, start=KEYS, limit=st.integers(0, 4))
    def scan_from(self, prefix: str, start: str, limit: int) -> None:
        mine = sorted(k for k in self.live if k.startswith(prefix) and k >= start)
        found = self.table.scan_from(prefix, start, limit)
        assert [(k, v.on_hand) for k, v in found] == [(k, self.live[k]) for k in mine[:limit]]

    @precondition(lambda self: not self.on_its_way)
    @rule()
    def take(self) -> None:
        self.log.append(self.state.take())
        self.taken = dict(self.live)
        self.on_its_way = True

    @precondition(lambda self: self.on_its_way)
    @rule()
    def settle(self) -> None:
        self.state.settle()
        self.durable = dict(self.taken)
        self.on_its_way = False

    @precondition(lambda self: not self.on_its_way)
    @rule()
    def write(self) -> None:
        self.state.write(len(self.log))

    @rule()
    def restart(self) -> None:
        """The store is brought to the end of the log, as a recovery does."""
        if self.on_its_way:
            self.log.pop()
            self.on_its_way = False
        self.reopen_store()
        for position in range(self.store.position() or 0, len(self.log)):
            self.store.write(self.log[position], position + 1)
        self.open()
        self.live, self.taken = dict(self.durable), dict(self.durable)

    def reopen_store(self) -> None:
        pass

    @invariant()
    def scans_what_was_taken(self) -> None:
        assert [(k, v.on_hand) for k, v in self.table.scan()] == sorted(self.taken.items())

    def teardown(self) -> None:
        state_module.CACHE_ENTRIES = self.cache
        self.state.close()


class TableOnDisk(TableBesideDict):
    """The same over RocksDB, closed and opened again at each restart."""

    def new_store(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        return RocksStore(Path(self.folder.name) / "db")

    def reopen_store(self) -> None:
        self.state.close()
        self.store = RocksStore(Path(self.folder.name) / "db")

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


def said(level: Level | None) -> int | None:
    """What a level holds."""
    return None if level is None else level.on_hand


TestInMemory: Any = TableBesideDict.TestCase
TestInMemory.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)

TestOnDisk: Any = TableOnDisk.TestCase
TestOnDisk.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize(
    ("kind", "values"), [(int, (0, -5, 2**53)), (str, ("", "x")), (bytes, (b"", b"\x00"))]
)
def test_a_table_of_plain_values_holds_the_empty_ones_too(
    kind: type, values: tuple[Any, ...]
) -> None:
    store = MemoryStore()
    state = PartitionState(store, {"plain": kind})
    for number, value in enumerate(values):
        state.table("plain").put(str(number), value)
    state.take()
    state.settle()
    state.write(1)
    again: Table[Any] = PartitionState(store, {"plain": kind}).table("plain")
    assert tuple(value for _, value in again.scan()) == values
    assert tuple(again.get(str(number)) for number in range(len(values))) == values
