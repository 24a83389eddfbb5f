"""Where one number has come to, by the files of its till and of its store's gateway."""

from contextlib import closing
from pathlib import Path

import pytest

from edge.gateway import tracing as gateway_tracing
from edge.gateway.errors import GatewayUnusable
from edge.journal import tracing as journal_tracing
from edge.journal.entries import TillPlace
from edge.journal.errors import JournalUnusable
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import NOW, drained, send, store
from tests.unit.edge.journal.tills import TILL, heartbeat, opened, sale
from topics.taken import read_taken_at

FILE = "gateway.sqlite"


def of_journal(folder: Path, sequence: int) -> journal_tracing.TracedEntry | None:
    """What the till's journal says."""
    return journal_tracing.traced(folder / "journal.sqlite", TILL, 1, sequence)


def of_gateway(folder: Path, sequence: int) -> gateway_tracing.TracedNumber:
    """What the gateway's file says."""
    return gateway_tracing.traced(folder / FILE, TILL.till_id, 1, sequence)


async def test_a_sale_is_followed_from_the_till_into_the_topic(tmp_path: Path) -> None:
    topic = MemoryTopic()
    topic.is_up = topic.may_open = False
    with closing(opened(tmp_path)) as journal:
        journal.append([sale(), heartbeat()])
        assert _told(tmp_path) == (False, False)
        async with store(tmp_path, topic) as gateway:
            assert not of_gateway(tmp_path, 1).is_taken

            await send(journal, gateway)
            assert _told(tmp_path) == (True, False)
            assert of_gateway(tmp_path, 2) == (True, None, True), "it waits in the spool"

            topic.may_open = True
            await drained(gateway)
            assert of_gateway(tmp_path, 2) == (True, None, False)
            assert [read_taken_at(message.headers) for message in topic.messages] == [NOW, NOW]
        journal.keeping.confirm(1, 2, [(2, 2)], 0)
        assert (_told(tmp_path), _told(tmp_path, 2)) == ((True, True), (True, False))
        assert not of_gateway(tmp_path, 3).is_taken


def _told(folder: Path, sequence: int = 1) -> tuple[bool, bool]:
    entry = of_journal(folder, sequence)
    assert entry is not None and entry.hash is not None, "the sale is not in the journal"
    return entry.is_accepted, entry.is_confirmed


async def test_a_number_that_nobody_wrote_is_told_from_one_that_is_kept(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])
    assert journal_tracing.traced(tmp_path / "journal.sqlite", TILL, 9, 1) is None
    never = of_journal(tmp_path, 2)
    assert never is not None and (never.hash, never.has_left) == (None, False)


async def test_another_tills_journal_says_nothing_of_this_one(tmp_path: Path) -> None:
    other = TillPlace(TILL.location_id, "till-9")
    with closing(opened(tmp_path)), pytest.raises(JournalUnusable, match="till-9"):
        journal_tracing.traced(tmp_path / "journal.sqlite", other, 1, 1)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database, but long enough to be read as one " * 100)
    with pytest.raises(GatewayUnusable, match=FILE):
        of_gateway(tmp_path, 1)


@pytest.mark.parametrize("value", [b"", b"yesterday", b"2026-11-29T12:00:00", b"\xff", None])
def test_a_time_that_is_none_is_not_told(value: bytes) -> None:
    assert read_taken_at([("gateway-at", value)]) is None
