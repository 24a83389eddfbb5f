"""Where a value is looked up on its way from the fold to the store: never stale, never lost."""

import msgspec
import pytest

from engine import state as state_module
from engine.state import PartitionState, Table
from engine.store import MemoryStore


class Level(msgspec.Struct, array_like=True):
    """A value that folds change in place."""

    on_hand: int


def opened(store: MemoryStore) -> tuple[PartitionState, Table[Level]]:
    state = PartitionState(store, {"levels": Level, "other": Level})
    return state, state.table("levels")


def commit(state: PartitionState, position: int = 1) -> dict[bytes, bytes | None]:
    """Take, settle and write, as after a transaction."""
    changes = state.take()
    state.settle()
    state.write(position)
    return changes


def evict(levels: Table[Level]) -> None:
    """Look at other keys until a cache of one holds nothing else."""
    for key in "bcd":
        levels.get(key)
        levels.age(1)


@pytest.fixture
def tiny_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that every second key evicts."""
    monkeypatch.setattr(state_module, "CACHE_ENTRIES", 1)


def test_a_value_survives_into_a_state_that_is_opened_anew() -> None:
    store = MemoryStore()
    state, levels = opened(store)
    levels.put("a", Level(3))
    commit(state)

    _, again = opened(store)

    assert again.get("a") == Level(3)


@pytest.mark.usefixtures("tiny_cache")
def test_an_evicted_value_is_not_read_stale_before_its_transaction() -> None:
    state, levels = opened(MemoryStore())
    levels.put("a", Level(1))
    commit(state)
    levels.put("a", Level(2))
    evict(levels)

    assert levels.get("a") == Level(2), "the store's older value came back"


@pytest.mark.usefixtures("tiny_cache")
@pytest.mark.parametrize("settled", [False, True])
def test_an_evicted_value_is_not_read_stale_while_it_is_on_its_way(settled: bool) -> None:
    state, levels = opened(MemoryStore())
    levels.put("a", Level(1))
    commit(state)
    levels.put("a", Level(2))
    state.take()
    if settled:
        state.settle()
    evict(levels)

    assert levels.get("a") == Level(2), "the store's older value came back"


def test_a_change_after_the_take_belongs_to_the_next_one() -> None:
    state, levels = opened(MemoryStore())
    level = Level(1)
    levels.put("a", level)
    first = state.take()
    level.on_hand = 2
    levels.put("a", level)

    assert msgspec.msgpack.decode(first[b"levels\x00a"] or b"") == [1]
    assert msgspec.msgpack.decode(state.take()[b"levels\x00a"] or b"") == [2]


def test_a_dropped_key_is_a_tombstone_and_is_gone_everywhere() -> None:
    store = MemoryStore()
    state, levels = opened(store)
    levels.put("a", Level(1))
    commit(state)
    levels.drop("a")

    assert levels.get("a") is None
    assert commit(state) == {b"levels\x00a": None}, "the changelog would keep the key for ever"
    assert opened(store)[1].get("a") is None


def test_tables_do_not_see_each_others_keys() -> None:
    state, levels = opened(MemoryStore())
    state.table("other").put("a", Level(9))
    commit(state)

    assert levels.get("a") is None
    assert list(levels.scan()) == []


def test_nothing_that_was_unchanged_is_taken_again() -> None:
    state, levels = opened(MemoryStore())
    levels.put("a", Level(1))
    commit(state)
    levels.get("a")

    assert state.take() == {}


def test_the_cache_of_a_process_does_not_grow_with_its_partitions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state_module, "CACHE_ENTRIES", 8)
    states = [opened(MemoryStore()) for _ in range(4)]
    keys = "abcdefgh"
    for state, levels in states:
        for key in keys:
            levels.put(key, Level(1))
            commit(state)
    live = sum(levels.live for _, levels in states)
    assert live <= 2 * 8, "four partitions keep more live values than two halves of the cache hold"
    for state, _ in states:
        state.close()


class AskedStore(MemoryStore):
    """Counts what it is asked for."""

    asked = 0

    def read(self, key: bytes) -> bytes | None:
        self.asked += 1
        return super().read(key)


def test_a_state_made_from_nothing_asks_no_store_for_what_it_never_had() -> None:
    store = AskedStore()
    state, levels = opened(store)
    for number in range(100):
        assert levels.get(f"new-{number}") is None
        levels.put(f"new-{number}", Level(number))
        commit(state)
    assert store.asked == 0

    _, again = opened(store)
    assert again.get("never") is None
    assert store.asked == 1, "a state that was opened anew has not all of its values at hand"


@pytest.mark.usefixtures("tiny_cache")
def test_a_value_that_has_left_the_cache_is_found_in_a_store_that_was_empty() -> None:
    state, levels = opened(MemoryStore())
    for number in range(5):
        levels.put(f"old-{number}", Level(number))
        commit(state)
    levels.put_away("away", Level(9))
    commit(state)
    assert [levels.peek(f"old-{number}") for number in range(5)] == [Level(n) for n in range(5)]
    assert levels.peek("away") == Level(9)
