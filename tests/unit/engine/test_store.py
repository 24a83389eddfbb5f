"""Both stores keep the same promises; each test runs against memory and RocksDB."""

from pathlib import Path

import pytest

from engine import store as store_module
from engine.store import MemoryStore, RocksStore, Store


def _cached_bytes() -> int:
    """How much of the stores' files is in the cache that they share."""
    return store_module._blocks.get_usage()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(params=["memory", "rocksdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else RocksStore(tmp_path / "db")


def test_a_store_that_was_never_written_has_no_position(store: Store) -> None:
    assert store.position() is None


def test_what_was_written_is_read_and_what_was_deleted_is_gone(store: Store) -> None:
    store.write({b"a": b"1", b"b": b"2"}, 5)
    store.write({b"a": None, b"c": b""}, 9)

    assert (store.read(b"a"), store.read(b"b"), store.read(b"c")) == (None, b"2", b"")
    assert store.position() == 9


def test_a_scan_gives_one_prefix_in_order_and_never_the_position(store: Store) -> None:
    store.write({b"t\x00b": b"2", b"t\x00a": b"1", b"u\x00a": b"3", b"s\x00z": b"0"}, 1)

    assert list(store.scan("t\x00")) == [("t\x00a", b"1"), ("t\x00b", b"2")]


def test_rocksdb_holds_values_and_position_after_it_was_closed(tmp_path: Path) -> None:
    first = RocksStore(tmp_path / "db")
    first.write({b"a": b"1"}, 7)
    first.close()

    second = RocksStore(tmp_path / "db")

    assert (second.read(b"a"), second.position()) == (b"1", 7)


def test_a_store_knows_when_it_was_last_complete(store: Store) -> None:
    assert store.confirmed_at() is None

    store.write({b"a": b"1"}, 5)
    store.confirm(1_763_700_000.0)

    assert store.confirmed_at() == 1_763_700_000.0


def test_a_store_that_is_opened_again_reads_through_the_cache_of_all(tmp_path: Path) -> None:
    """Its files were read as they were saved with it: no filter, and a cache for each of them."""
    first = RocksStore(tmp_path / "db")
    first.write({b"%06d" % number: b"x" * 100 for number in range(10_000)}, 1)
    first.close()
    again = RocksStore(tmp_path / "db")
    before = _cached_bytes()
    for number in range(0, 10_000, 50):
        assert again.read(b"%06d" % number) == b"x" * 100
    assert _cached_bytes() - before > 100_000
    again.close()


def test_keys_that_never_were_cost_a_store_that_is_opened_again_no_block(tmp_path: Path) -> None:
    first = RocksStore(tmp_path / "db")
    first.write({b"%06d" % number: b"x" * 100 for number in range(10_000)}, 1)
    first.close()
    again = RocksStore(tmp_path / "db")
    before = _cached_bytes()
    for number in range(0, 10_000, 50):
        assert again.read(b"%06d-none" % number) is None
    assert _cached_bytes() - before < 100_000, "its filters answer nothing"
    again.close()
