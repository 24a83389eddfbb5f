"""Who a till is: forks, shared ids, numbers that nobody could read, and gaps without end."""

from typing import Any

import pytest

from tests.unit.agents.partition_world import (
    PARTITIONS,
    SHOP,
    World,
    after,
    line,
    receipt,
    said,
)
from topics import sequences
from topics.partitioning import partition_of
from topics.till_headers import FORK, UNLISTED

EVENTS = "till.cart-events"
ANOTHER_ID = "01932f5e-7a1b-7c3d-8e4f-ffffffffffff"
OTHER_SHOP = next(
    name
    for name in (f"shop-{n}" for n in range(2, 1_000))
    if partition_of(name, PARTITIONS) == partition_of(SHOP, PARTITIONS)
)


def sale(sequence: int, minutes: float = 0, **given: Any) -> dict[str, Any]:
    cart = f"c-{sequence}"
    return said("cart_completed", sequence, minutes, **receipt(line(), cart=cart), **given)


def test_another_event_under_a_number_that_was_taken_is_a_fork() -> None:
    world = World()
    world.sell(sale(1), sale(2))
    world.sell(sale(2) | {"event_id": ANOTHER_ID, "total_minor": 900})
    assert (world.till().forks, world.till().duplicates) == (1, 0)
    assert world.reasons(EVENTS) == ["fork"]
    assert world.totals().receipts == 2, "the first counts"
    assert world.tally.counts[-1].forks == 1


def test_the_same_id_with_another_place_in_the_journal_is_a_fork() -> None:
    def chained(digit: str) -> dict[str, Any]:
        return sale(1) | {"chain": {"prev": "0" * 64, "hash": digit * 64}}

    world = World()
    world.sell(chained("a"), chained("a"), chained("b"), sale(1))
    assert (world.till().forks, world.till().duplicates) == (1, 2)
    assert world.till().last_hash == "a" * 64


def test_what_a_gateway_calls_a_fork_takes_no_number_that_is_missing() -> None:
    """The log lost the number's own event: it comes again, and the fork under another epoch."""
    world = World()
    world.sell(sale(2))
    fork = sale(1) | {"event_id": ANOTHER_ID}
    world.give_records(EVENTS, [world.record(EVENTS, fork, headers=[FORK])])
    assert (world.till().forks, world.till().missing) == (1, ((1, 1),))
    assert world.reasons(EVENTS) == ["fork"]
    world.sell(sale(1), fork | {"epoch": 2})
    assert (world.till().forks, world.totals().receipts) == (1, 3)


def test_events_of_a_device_that_no_list_names_count_and_are_counted_once() -> None:
    world = World()
    unread = said("unreadable", 3, body="eyJ0", reason="cut off")
    for each in (sale(1), sale(1), sale(2), sale(2) | {"event_id": ANOTHER_ID}, unread, unread):
        world.give_records(EVENTS, [world.record(EVENTS, each, headers=[UNLISTED])])
    world.restart()
    world.sell(sale(4))
    assert (world.till().unlisted, world.totals().receipts) == (3, 3)


def test_forks_are_known_for_the_last_256_numbers_and_after_a_restart() -> None:
    world = World()
    last = 1_000
    for start in range(1, last, 100):
        world.sell(*[said("till_heartbeat", n, n / 100) for n in range(start, start + 100)])
        world.restart()
    forked = [
        said("till_heartbeat", n, n / 100) | {"event_id": ANOTHER_ID}
        for n in range(last - 255, last + 1)
    ]
    world.sell(*forked)
    assert world.till().forks == 256, "sales of a cloned till were taken for repeats"
    kept = [key for key, _ in world.state.table("marks").scan()]
    assert len(kept) <= 9, f"marks of numbers long ago stay: {kept}"


def test_late_numbers_within_the_last_256_have_their_content_noted_too() -> None:
    world = World()
    world.sell(sale(1), sale(200), sale(90))
    world.sell(sale(90) | {"event_id": ANOTHER_ID})
    assert world.till().forks == 1


def test_a_new_epoch_begins_with_no_memory_of_the_older_ones_numbers() -> None:
    world = World()
    world.sell(sale(1), sale(1, epoch=2) | {"event_id": ANOTHER_ID})
    assert (world.till().forks, world.till().epoch, world.totals().receipts) == (0, 2, 2)


def test_two_shops_may_call_a_till_the_same() -> None:
    world = World()
    world.sell(*[said("till_heartbeat", n, n) for n in range(1, 6)])
    world.sell(said("till_heartbeat", 1, 9, shop=OTHER_SHOP, epoch=2))
    here, there = (world.history("till.status", f"{s}/till-1") for s in (SHOP, OTHER_SHOP))
    assert [status.last_sequence for status in here] == [5]
    assert [(status.location_id, status.epoch) for status in there] == [(OTHER_SHOP, 2)]


def test_what_cannot_be_read_takes_its_number_where_that_can_be_read() -> None:
    world = World()
    broken = sale(2) | {"total_minor": "much"}
    world.sell(sale(1), broken, sale(3))
    assert (world.till().missing, world.till().quarantined) == ((), 1)
    assert world.reasons(EVENTS) == ["malformed"]
    world.sell(sale(2))
    assert (world.till().quarantined, world.totals().receipts) == (0, 3), "readable, it counts"
    world.sell(broken)
    assert world.till().quarantined == 0, "a number that counts is not taken back"


def test_junk_in_which_nothing_can_be_read_concerns_no_till() -> None:
    world = World()
    world.sell(sale(1))
    elsewhere = next(
        f"s{n}" for n in range(99) if partition_of(f"s{n}", 8) != partition_of(SHOP, 8)
    )
    world.give(EVENTS, b"{", sale(2, shop=elsewhere) | {"total_minor": None}, b"\xff")
    assert len(world.history("till.status", f"{SHOP}/till-1")) == 1
    assert world.history("till.status", f"{elsewhere}/till-1") == []


def test_what_a_gateway_could_not_read_is_quarantined_and_not_missing() -> None:
    world = World()
    world.sell(sale(1), said("unreadable", 2, body="eyJ0", reason="cut off"), sale(3))
    assert (world.till().missing, world.till().quarantined) == ((), 1)
    world.sell(sale(2))
    assert (world.till().quarantined, world.totals().receipts) == (0, 3)
    world.sell(said("unreadable", 2, body="eyJ0", reason="cut off"))
    assert (world.till().duplicates, world.till().quarantined) == (1, 0)


def test_gaps_beyond_the_bound_are_dead_letters_that_take_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequences, "RANGES_MAX", 50)
    world = World()
    world.sell(*[sale(2 * n, n / 60) for n in range(1, 61)])
    assert world.till().last_sequence == 100
    assert world.reasons(EVENTS) == ["too_many_gaps"] * 10
    assert world.totals().receipts == 50
    world.sell(*[sale(n, 2) for n in range(1, 101, 2)], *[sale(2 * n, 3) for n in range(51, 61)])
    assert world.totals().receipts == 110, "what was refused is applied once there is room"


def test_a_status_lists_a_thousand_ranges_and_counts_them_all() -> None:
    world = World()
    world.sell(*[said("till_heartbeat", 3 * n, n / 600) for n in range(1, 5_001)])
    status = world.till()
    assert (len(status.missing), status.missing_count) == (1_000, 10_000)
    assert status.missing[0] == (1, 2)
    size = len(world.sent["till.status"][-1].value or b"")
    assert size < 30_000, f"{size} bytes are sent with every event of this till"


def test_older_epochs_are_listed_while_they_are_open() -> None:
    world = World()
    world.sell(said("till_heartbeat", 3), said("till_heartbeat", 1, 1, epoch=4))
    (older,) = world.till().older
    assert (older.epoch, older.last_sequence, older.missing) == (1, 3, ((1, 2),))


def test_epochs_that_a_till_makes_up_fill_neither_state_nor_status() -> None:
    world = World()
    world.sell(*[said("till_heartbeat", 1, n / 600, epoch=n) for n in range(1, 5_001)])
    world.sell(said("till_heartbeat", 1, 10, epoch=2**31 - 1))
    status = world.till()
    assert status.epoch == 2**31 - 1
    assert len(status.older) <= 1_000
    assert len(world.sent["till.status"][-1].value or b"") < 100_000


@pytest.mark.parametrize("epoch", [0, 2**31])
def test_an_epoch_out_of_range_is_malformed(epoch: int) -> None:
    world = World()
    world.sell(sale(1, epoch=epoch))
    assert world.reasons(EVENTS) == ["malformed"]
    assert "till.status" not in world.sent, "a wild epoch would be the till's newest for good"


def test_training_takes_its_number_and_moves_nothing() -> None:
    world = World()
    world.sell(
        sale(1) | {"training": True},
        said("line_added", 2, 1, cart_id="c-9", line=line()) | {"training": True},
        sale(3, 2),
    )
    assert (world.till().last_sequence, world.till().missing) == (3, ())
    assert (world.level().on_hand, world.level().in_carts, world.totals().receipts) == (-1, 0, 1)
    assert world.till().last_seen == after(2)


def test_the_last_hash_is_unknown_where_the_last_number_could_not_be_read() -> None:
    world = World()
    chained = {"chain": {"prev": "0" * 64, "hash": "a" * 64}}
    world.sell(sale(1) | chained, sale(2) | chained | {"total_minor": "much"})
    assert (world.till().last_sequence, world.till().last_hash) == (2, None)
