"""Whoever changes, deletes, inserts or cuts events is found out, and the events are named."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.journal import heads
from edge.journal.chain import canonical, hash_of
from edge.journal.comparing import CentreRecords, ToldEvent
from edge.journal.errors import JournalUnusable
from edge.journal.findings import Fault
from edge.journal.heads import SignedHead
from edge.journal.verifying import JournalProof, prove
from tests.unit.edge.journal.tills import KEY, all_accepted, event, heartbeat, opened, sale

EVENTS = 24
SALE_AT_THE_END = EVENTS
NUMBERS = st.integers(1, EVENTS)

Tamper = Callable[[Any], None]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a journal of an honest day, which ends in a sale."""
    folder = tmp_path_factory.mktemp("honest")
    with closing(opened(folder)) as journal:
        for number in range(EVENTS // 4):
            journal.append([event("cart_opened"), event("line_added"), heartbeat()])
            journal.append([sale(100 + number)])
    return folder


@pytest.fixture
def head(honest: Path) -> SignedHead:
    """The head that the last customer has on the receipt."""
    [row] = rows(honest / "journal.sqlite", "WHERE sequence = ?", EVENTS)
    told = {"epoch": 1, "sequence": EVENTS, "hash": row[3].hex()}
    sums = {"receipt_count": row[4], "grand_total_minor": row[5]}
    return heads.read(told | sums, row[6])


def rows(path: Path, condition: str = "", *values: Any) -> list[Any]:
    with closing(apsw.Connection(str(path))) as database:
        return database.execute(f"SELECT * FROM events {condition}", values).fetchall()  # noqa: S608


def tampered(honest: Path, folder: Path, tamper: Tamper) -> Path:
    """A copy of the honest journal, after somebody with the disk in their hands was at it."""
    shutil.rmtree(folder / "copy", ignore_errors=True)
    shutil.copytree(honest, folder / "copy")
    path = folder / "copy" / "journal.sqlite"
    with closing(apsw.Connection(str(path))) as database:
        database.execute("DROP TRIGGER events_are_never_changed")
        database.execute("DROP TRIGGER events_leave_from_the_front")
        tamper(database)
    return path


def named(proof: JournalProof, number: int, fault: Fault | None = None) -> bool:
    return any(
        each.first <= number <= each.last and fault in (None, each.fault) for each in proof.findings
    )


def edited(body: bytes, **changes: Any) -> bytes:
    return canonical(orjson.loads(body) | changes)


@pytest.fixture
def check(honest: Path, tmp_path: Path) -> Iterator[Callable[..., JournalProof]]:
    def checked(tamper: Tamper, *known: SignedHead) -> JournalProof:
        return prove(tampered(honest, tmp_path, tamper), known)

    yield checked


each_number = given(number=NUMBERS)
quickly = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def test_an_honest_journal_has_nothing_wrong(honest: Path, head: SignedHead) -> None:
    proof = prove(honest / "journal.sqlite", [head], [KEY.public_key()])
    assert proof.findings == []
    assert (proof.events, proof.heads) == (EVENTS, EVENTS // 2)
    assert proof.epochs[0].mark.head() == head.head
    assert proof.epochs[0].vouched_to == EVENTS


def test_a_journal_can_be_proven_while_its_till_sells(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])
        assert prove(tmp_path / "journal.sqlite").events == 1
        journal.append([sale()])
        assert prove(tmp_path / "journal.sqlite").events == 2


@quickly
@each_number
def test_a_changed_event_is_named(check: Callable[..., JournalProof], number: int) -> None:
    def tamper(database: Any) -> None:
        [body] = database.execute(
            "SELECT body FROM events WHERE sequence = ?", (number,)
        ).fetchone()
        changed = edited(body, build="another")
        database.execute("UPDATE events SET body = ? WHERE sequence = ?", (changed, number))

    assert named(check(tamper), number, Fault.CHANGED)


@quickly
@each_number
def test_a_changed_event_with_its_hash_made_anew_is_named(
    check: Callable[..., JournalProof], head: SignedHead, number: int
) -> None:
    def tamper(database: Any) -> None:
        prev, body = database.execute(
            "SELECT prev, body FROM events WHERE sequence = ?", (number,)
        ).fetchone()
        changed = edited(body, build="another")
        digest = bytes.fromhex(hash_of(prev.hex(), changed))
        database.execute(
            "UPDATE events SET body = ?, hash = ? WHERE sequence = ?", (changed, digest, number)
        )

    assert named(check(tamper), number)


@quickly
@each_number
def test_who_makes_the_whole_chain_anew_has_no_head_for_it(
    check: Callable[..., JournalProof], number: int
) -> None:
    def tamper(database: Any) -> None:
        prev = None
        for row in database.execute(
            "SELECT sequence, prev, body FROM events WHERE sequence >= ?", (number,)
        ).fetchall():
            sequence, before, body = row
            body = edited(body, build="another") if sequence == number else body
            prev = prev or before
            digest = bytes.fromhex(hash_of(prev.hex(), body))
            database.execute(
                "UPDATE events SET prev = ?, hash = ?, body = ? WHERE sequence = ?",
                (prev, digest, body, sequence),
            )
            prev = digest

    proof = check(tamper)
    assert named(proof, number, Fault.UNPROVEN)
    assert not any(each.fault is Fault.CHANGED for each in proof.findings)


@quickly
@given(number=st.integers(1, EVENTS - 1))
def test_a_deleted_event_is_named(check: Callable[..., JournalProof], number: int) -> None:
    def tamper(database: Any) -> None:
        database.execute("DELETE FROM events WHERE sequence = ?", (number,))

    proof = check(tamper)
    assert named(proof, number, Fault.DELETED)
    assert proof.found == 1, "honest events are called wrong"


@quickly
@given(number=st.integers(1, EVENTS - 1))
def test_a_deleted_event_whose_number_was_filled_is_named(
    check: Callable[..., JournalProof], number: int
) -> None:
    def tamper(database: Any) -> None:
        database.execute("DELETE FROM events WHERE sequence = ?", (number,))
        for later in range(number + 1, EVENTS + 1):
            database.execute(
                "UPDATE events SET sequence = ? WHERE sequence = ?", (later - 1, later)
            )

    assert named(check(tamper), number)


@quickly
@each_number
def test_an_inserted_event_is_named(check: Callable[..., JournalProof], number: int) -> None:
    def tamper(database: Any) -> None:
        for later in range(EVENTS, number - 1, -1):
            database.execute(
                "UPDATE events SET sequence = ? WHERE sequence = ?", (later + 1, later)
            )
        columns = "epoch, prev, hash, receipt_count, grand_total_minor, signature, key_id, body"
        database.execute(
            f"INSERT INTO events (sequence, {columns}) SELECT ?, {columns} FROM events "  # noqa: S608
            "WHERE sequence = ?",
            (number, number - 1 if number > 1 else EVENTS + 1),
        )

    assert named(check(tamper), number)


@quickly
@given(number=NUMBERS)
def test_a_tail_that_was_cut_off_is_named(
    check: Callable[..., JournalProof], head: SignedHead, number: int
) -> None:
    def tamper(database: Any) -> None:
        database.execute("DELETE FROM events WHERE sequence >= ?", (number,))

    proof = check(tamper, head)
    assert [(each.fault, each.first, each.last) for each in proof.findings] == [
        (Fault.CUT, number, EVENTS)
    ]


def test_a_tail_behind_what_was_accepted_is_missed_without_a_head(
    check: Callable[..., JournalProof],
) -> None:
    def tamper(database: Any) -> None:
        database.execute("UPDATE epochs SET reached = ?", (EVENTS - 5,))
        database.execute("DELETE FROM events WHERE sequence > ?", (EVENTS - 10,))

    assert named(check(tamper), EVENTS - 5, Fault.CUT)


def test_an_epoch_that_is_gone_is_missed_by_its_head(
    check: Callable[..., JournalProof], head: SignedHead
) -> None:
    def tamper(database: Any) -> None:
        database.execute("DROP TRIGGER epochs_stay")
        database.execute("DELETE FROM events")
        database.execute("DELETE FROM epochs")

    assert named(check(tamper, head), EVENTS, Fault.CUT)


@pytest.mark.parametrize("sum_", ["receipt_count = 1", "grand_total_minor = -1"])
def test_a_changed_sum_is_named(check: Callable[..., JournalProof], sum_: str) -> None:
    def tamper(database: Any) -> None:
        database.execute(f"UPDATE events SET {sum_} WHERE sequence = 9")  # noqa: S608

    assert named(check(tamper), 9, Fault.CHANGED)


@pytest.mark.parametrize("signature", [None, "", "A" * 86 + "=="])
def test_a_sale_without_its_head_is_named(
    check: Callable[..., JournalProof], signature: str | None
) -> None:
    def tamper(database: Any) -> None:
        database.execute("UPDATE events SET signature = ? WHERE sequence = 8", (signature,))

    assert named(check(tamper), 8, Fault.UNPROVEN)


def test_a_front_that_was_moved_is_named(check: Callable[..., JournalProof]) -> None:
    def tamper(database: Any) -> None:
        database.execute("DELETE FROM events WHERE sequence <= 3")
        database.execute("UPDATE epochs SET kept_from = 4")

    assert named(check(tamper), 3), "events were deleted, and the chain begins at nothing"


def drop_front(database: Any) -> None:
    """Take the first five events, so that chain and sums still follow."""
    digest, count, total = database.execute(
        "SELECT hash, receipt_count, grand_total_minor FROM events WHERE sequence = 5"
    ).fetchone()
    database.execute("DELETE FROM events WHERE sequence <= 5")
    database.execute(
        "UPDATE epochs SET kept_from = 6, before_hash = ?, before_receipt_count = ?, "
        "before_grand_total_minor = ?",
        (digest, count, total),
    )


def test_a_front_that_left_before_its_time_is_named(check: Callable[..., JournalProof]) -> None:
    proof = check(drop_front)
    assert [(each.fault, each.first, each.last) for each in proof.findings] == [
        (Fault.DELETED, 1, 5)
    ]


def test_a_front_that_is_not_at_the_centre_is_named(honest: Path, tmp_path: Path) -> None:
    def tamper(database: Any) -> None:
        drop_front(database)
        database.execute("UPDATE epochs SET confirmed_to = 5")

    path = tampered(honest, tmp_path, tamper)
    assert not prove(path).findings
    records = told(honest)
    for lacking, named_ in (([], []), ([2, 3, 5], [(2, 3), (5, 5)]), (range(1, 25), [(1, 5)])):
        there = [each for each in records if each.sequence not in lacking]
        proof = prove(path, centre=[CentreRecords(lambda till, t=there: iter(t), False)])
        assert [(each.first, each.last) for each in proof.findings] == named_


def test_a_journal_whose_front_has_left_is_honest(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale(), heartbeat(), sale(), event("cart_opened")])
        all_accepted(journal)
        journal.keeping.confirm(1, 3, [], 0)
        assert journal.keeping.tidy(40 * 86_400)
        journal.append([sale()])
    proof = prove(tmp_path / "journal.sqlite", trusted=[KEY.public_key()])
    assert proof.findings == []
    assert (proof.epochs[0].kept_from, proof.events) == (4, 2)


def test_a_journal_by_another_device_is_not_this_tills(honest: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    proof = prove(honest / "journal.sqlite", trusted=[other])
    assert named(proof, EVENTS, Fault.UNPROVEN)


def test_a_head_that_nobody_signed_is_not_believed(honest: Path, head: SignedHead) -> None:
    forged = SignedHead(head.head, "A" * 86 + "==")
    [finding] = prove(honest / "journal.sqlite", [forged]).findings
    assert (finding.fault, finding.first) == (Fault.UNPROVEN, EVENTS)


def test_a_receipt_that_says_otherwise_is_named(honest: Path) -> None:
    [row] = rows(honest / "journal.sqlite", "WHERE sequence = 4")
    told = heads.sign(KEY, heads.Head(1, 4, row[3].hex(), 1, 999))
    [finding] = prove(honest / "journal.sqlite", [told]).findings
    assert (finding.fault, finding.first) == (Fault.CHANGED, 4)


def told(honest: Path) -> list[ToldEvent]:
    return [
        ToldEvent(1, row[1], orjson.loads(row[8])["event_id"], row[3].hex())
        for row in rows(honest / "journal.sqlite")
    ]


def against(honest: Path, folder: Path, records: list[ToldEvent], receipts: bool = False) -> Any:
    """The honest journal, of which the centre said that it has all."""
    path = tampered(
        honest,
        folder,
        lambda database: database.execute("INSERT INTO confirmed VALUES (1, 1, ?)", (EVENTS,)),
    )
    proof = prove(path, centre=[CentreRecords(lambda till: iter(records), receipts)])
    return [(each.fault, each.first, each.last) for each in proof.findings]


def test_a_centre_that_agrees_has_nothing_wrong(honest: Path, tmp_path: Path) -> None:
    records = told(honest)
    assert against(honest, tmp_path, records + records[::-1]) == []
    assert against(honest, tmp_path, [each._replace(hash=None) for each in records]) == []
    receipts = [each for each in records if each.sequence % 4 == 0]
    assert against(honest, tmp_path, receipts, receipts=True) == []


def test_what_the_centre_lost_is_named(honest: Path, tmp_path: Path) -> None:
    records = [each for each in told(honest) if each.sequence not in (7, 8)]
    assert against(honest, tmp_path, records) == [(Fault.ELSEWHERE, 7, 8)]
    receipts = [each for each in records if each.sequence % 4 == 0]
    assert against(honest, tmp_path, receipts, receipts=True) == [(Fault.ELSEWHERE, 8, 8)]


def test_what_only_the_centre_has_was_cut_off_here(honest: Path, tmp_path: Path) -> None:
    more = [ToldEvent(1, EVENTS + 1, "later", None), ToldEvent(2, 1, "later", None)]
    assert against(honest, tmp_path, told(honest) + more) == [
        (Fault.CUT, EVENTS + 1, EVENTS + 1),
        (Fault.CUT, 1, 1),
    ]


@pytest.mark.parametrize("other", [{"event_id": "another"}, {"hash": "ab" * 32}])
def test_another_event_at_the_centre_is_named(
    honest: Path, tmp_path: Path, other: dict[str, str]
) -> None:
    records = [each._replace(**other) if each.sequence == 5 else each for each in told(honest)]
    assert against(honest, tmp_path, records) == [(Fault.ELSEWHERE, 5, 5)]


def test_where_there_is_no_journal_it_is_said(tmp_path: Path) -> None:
    for content in (None, b"", b"no database" * 1_000):
        path = tmp_path / "journal.sqlite"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(JournalUnusable):
            prove(path)


def test_what_the_till_writes_and_sends_while_it_is_proven_is_nothing_wrong(
    tmp_path: Path,
) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])

        def read(_: Any) -> Iterator[ToldEvent]:
            journal.append([heartbeat()])
            yield from told(tmp_path)

        path = tmp_path / "journal.sqlite"
        assert prove(path, centre=[CentreRecords(read, False)]).findings == []
