"""What the journal takes is numbered, chained, summed up and there again; all of a call or none."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest

from edge.journal.chain import EPOCH_BEGINS, link_of
from edge.journal.entries import EVENT_BYTES_MAX, TillPlace
from edge.journal.errors import EpochRefused, EventRefused, JournalInUse, JournalUnusable
from edge.journal.heads import Sums
from edge.journal.journal import Journal
from tests.unit.edge.journal.tills import KEY, TILL, event, heartbeat, opened, sale
from topics.wire import decode_till_event


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(opened(tmp_path)) as journal:
        yield journal


def test_events_are_numbered_and_chained_in_order(journal: Journal) -> None:
    written = journal.append([event("cart_opened"), event("line_added")])
    written += journal.append([sale()])
    before = EPOCH_BEGINS
    for number, each in enumerate(written, 1):
        sent = each.entry.link.wire()
        read = decode_till_event.decode(sent)
        assert (read.location_id, read.till_id) == TILL
        assert (read.epoch, read.sequence) == (1, number)
        assert link_of(orjson.loads(sent)) == each.entry.link
        assert each.entry.link.prev == before
        before = each.entry.link.hash


def test_a_sale_a_return_and_a_heartbeat_end_in_a_signed_head(journal: Journal) -> None:
    kinds = ["cart_opened", "cart_completed", "goods_returned", "till_heartbeat", "drawer_opened"]
    written = journal.append([event(kind) for kind in kinds])
    assert [each.head is not None for each in written] == [False, True, True, True, False]
    head = written[2].head
    assert head and head.holds(KEY.public_key())
    assert head.head == written[2].entry.mark.head()
    assert (head.head.receipt_count, head.head.grand_total_minor) == (1, 786)


def test_a_receipt_is_numbered_by_till_epoch_and_counter(journal: Journal) -> None:
    written = journal.append([sale(), heartbeat(), sale(training=True), sale()])
    numbers = [each.entry.event.get("receipt_no") for each in written]
    assert numbers == ["till-3-1-1", None, "till-3-1-T3", "till-3-1-2"]
    assert written[-1].entry.mark.sums == Sums(2, 2 * 786), "training is in the totals"


def test_a_return_is_named_by_its_own_number(journal: Journal) -> None:
    [returned] = journal.append([event("goods_returned", return_id="brought")])
    assert returned.entry.event["return_id"] == "brought"
    given = event("goods_returned")
    del given["return_id"]
    [returned] = journal.append([given])
    assert returned.entry.event["return_id"] == "till-3-1-R2"


def test_all_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()], {"cart/1": b"lines", "shift": b"open"})
        journal.append([heartbeat()], {"cart/1": None, "shift": b"counted"})
        mark = journal.mark
    with closing(opened(tmp_path)) as journal:
        assert journal.mark == mark
        assert journal.state() == {"shift": b"counted"}
        [written] = journal.append([sale()])
    assert written.entry.link.prev == mark.hash, "the chain does not go on"
    assert written.entry.event["receipt_no"] == "till-3-1-2", "a receipt's number came twice"


@pytest.mark.parametrize(
    "spoiled",
    [
        {"total_minor": 1.5},
        {"total_minor": 10**12 + 1},
        {"cart_id": "\ud800"},
        {"type": "cart_stolen"},
        {"lines": None},
        {"sequence": 7},
        {"receipt_no": "till-3-1-1"},
        {"receipt_no": 7},
        {"chain": {"prev": EPOCH_BEGINS, "hash": EPOCH_BEGINS}},
        {"more": "x" * EVENT_BYTES_MAX},
    ],
    ids=lambda spoiled: next(iter(spoiled)),
)
def test_an_event_that_nobody_could_read_takes_the_whole_call_with_it(
    journal: Journal, spoiled: dict[str, Any]
) -> None:
    journal.append([heartbeat()], {"cart": b"before"})
    mark = journal.mark
    with pytest.raises(EventRefused):
        journal.append([heartbeat(), sale() | spoiled], {"cart": b"after"})
    assert journal.mark == mark, "a part of the call was written"
    assert journal.state() == {"cart": b"before"}
    assert journal.append([heartbeat()])[0].entry.mark.sequence == 2, "the journal has a gap"


def test_nothing_to_write_is_nothing_written(journal: Journal) -> None:
    mark = journal.mark
    assert journal.append([], {"shift": b"open"}) == []
    assert journal.mark == mark and journal.state() == {"shift": b"open"}


def test_no_event_is_changed_or_taken_away(journal: Journal) -> None:
    journal.append([sale(), sale()])
    for statement in (
        "UPDATE events SET body = x'7b7d'",
        "DELETE FROM events",
        "DELETE FROM events WHERE sequence = 1",
        "DELETE FROM epochs",
    ):
        with pytest.raises(apsw.ConstraintError, match="append-only"):
            journal.file.database.execute(statement)
    assert journal.mark.sequence == 2


def test_a_second_process_is_told_who_has_the_journal(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(JournalInUse, match=r"process \d+ writes this journal already"):
        opened(tmp_path)
    journal.append([heartbeat()])


def test_a_journal_belongs_to_one_till(tmp_path: Path, journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalUnusable, match="shop-0042/till-3"):
        Journal(tmp_path / "journal.sqlite", TillPlace("shop-0042", "till-4"), KEY)
    opened(tmp_path).close()


def test_without_an_epoch_nothing_is_written(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.sqlite", TILL, KEY)) as journal:
        with pytest.raises(EpochRefused, match="enrol it"):
            journal.append([heartbeat()])
        journal.begin_epoch(7)
        assert journal.append([heartbeat()])[0].entry.event["epoch"] == 7


def test_an_epoch_is_above_those_before_it(journal: Journal) -> None:
    journal.append([sale()])
    mark = journal.mark
    assert journal.begin_epoch(1) == mark, "the same answer of the registration changed something"
    assert journal.begin_epoch(4).sequence == 0
    [written] = journal.append([sale()])
    assert written.entry.link.prev == EPOCH_BEGINS
    assert written.entry.event["receipt_no"] == "till-3-4-1"
    for epoch in (3, 1, 0, 2**31):
        with pytest.raises(EpochRefused):
            journal.begin_epoch(epoch)
    assert journal.mark.epoch == 4


def test_a_file_that_is_no_journal_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(JournalUnusable):
        opened(tmp_path)
