"""The desk is killed at each write and sync: what it answered is there, whole, and is done once."""

import json
import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edge.journal.errors import DiskFull
from edge.journal.journal import Journal
from edge.journal.verifying import prove
from edge.till import asked, selling
from edge.till import closing as ending
from edge.till.answers import AskedOnce
from edge.till.checkout import drawer, inputs
from edge.till.clock import TillClock
from edge.till.deciding import Decision, Sight
from edge.till.desk import DeskTerms, SellingDesk
from edge.till.scanning.field import FieldTerms
from edge.till.shifts.shift import shifts_of
from tests.unit.edge.journal.disks import DeadlyDisk, Disk, FullDisk, mounted
from tests.unit.edge.journal.tills import TILL, opened
from topics.wire_parts import WireTender

Step = tuple[str, Callable[[Sight], Decision]]

DAY = asked.AskedDay(business_date=date(2026, 11, 30))
LINE = asked.AskedLine(sku="a", quantity=2, unit_price_minor=199)
PAID = asked.AskedCompletion(currency="EUR", tenders=(WireTender(kind="cash", amount_minor=398),))

SHIFT = asked.AskedShift(cashier_id="7", float_minor=5_000)
COUNT = asked.AskedCount(cashier_id="7", counted={"5000": 1, "397": 1})
THREE = asked.AskedInput(text="3*")


def first_cart(sight: Sight) -> str:
    """The cart that is open."""
    return next(iter(sight.carts))


STEPS: list[Step] = [
    ("day", lambda sight: selling.open_day(sight, DAY)),
    ("open", lambda sight: selling.open_cart(sight, asked.AskedCart())),
    ("line", lambda sight: selling.add_line(sight, first_cart(sight), LINE)),
    ("more", lambda sight: selling.add_line(sight, first_cart(sight), LINE)),
    (
        "void",
        lambda sight: selling.void_line(sight, first_cart(sight), asked.AskedVoid(line_no=1)),
    ),
    ("pay", lambda sight: ending.complete(sight, first_cart(sight), PAID)),
]


DRAWER: list[Step] = [
    *STEPS[:1],
    ("shift", lambda sight: drawer.open_shift(sight, SHIFT)),
    *STEPS[1:3],
    ("three", lambda sight: inputs.take_input(sight, first_cart(sight), THREE, FieldTerms({}))),
    ("pay", lambda sight: ending.complete(sight, first_cart(sight), PAID)),
    ("count", lambda sight: drawer.count_cash(sight, COUNT)),
    ("close", lambda sight: drawer.close_shift(sight, asked.AskedEnd(cashier_id="7"))),
]


def desk_on(journal: Journal) -> SellingDesk:
    return SellingDesk(journal, TILL, TillClock(), DeskTerms("test"))


def serve(journal: Journal, tell: Callable[[str, str], object], steps: list[Step] = STEPS) -> None:
    """Do what a page asks, and tell each answer once it was given; go on where it was left."""
    desk = desk_on(journal)
    for key, decide in steps:
        tell(key, desk.do(AskedOnce(key, key), decide).body)


def killed_at(folder: Path, step: int, steps: list[Step] = STEPS) -> tuple[dict[str, str], bool]:
    """What a desk had answered before it was killed at that write or sync, and whether it was."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with mounted(DeadlyDisk(step)):
                journal = opened(folder, vfs=Disk.name)
                journal.file.database.wal_autocheckpoint(12)

                def tell(*told: str) -> None:
                    os.write(writing, json.dumps(told).encode() + b"\n")

                serve(journal, tell, steps)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        answers = dict(json.loads(line) for line in told.read().splitlines())
    assert os.WIFSIGNALED(status) or not status, "the desk failed by itself"
    return answers, os.WIFSIGNALED(status)


def events_of(journal: Journal) -> list[dict[str, Any]]:
    rows = journal.file.database.execute("SELECT body FROM events ORDER BY sequence")
    return [json.loads(body) for (body,) in rows]


def lines_by_events(events: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The numbers of the lines in each open cart, as the events alone tell."""
    carts: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        match event["type"]:
            case "cart_opened":
                carts[event["cart_id"]] = []
            case "line_added":
                carts[event["cart_id"]].append(event["line"]["line_no"])
            case "line_voided":
                carts[event["cart_id"]].remove(event["line_no"])
            case _:
                del carts[event["cart_id"]]
    return dict(carts)


def check(folder: Path, answered: dict[str, str]) -> None:
    """Cart and events agree, each answer is given again, and the page can go on to the end."""
    with closing(opened(folder)) as journal:
        desk = desk_on(journal)
        shown = {each: [line.line_no for line in cart.lines] for each, cart in desk.carts.items()}
        assert shown == lines_by_events(events_of(journal)), "the cart is not that of its events"
        again: dict[str, str] = {}
        serve(journal, again.__setitem__)
        assert answered.items() <= again.items(), "an answer is another at the second time"
        types = [event["type"] for event in events_of(journal)]
        wanted = ["cart_opened", "line_added", "line_added", "line_voided", "cart_completed"]
        assert types == wanted, "something was lost, or done twice"
    assert not prove(folder / "journal.sqlite").findings


def test_a_desk_that_is_killed_anywhere_loses_and_doubles_nothing(tmp_path: Path) -> None:
    step, killed = 0, True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        opened(folder).close()  # how a journal is made is tried by its own tests
        answered, killed = killed_at(folder, step)
        check(folder, answered)
        step += 1
    assert step > 3 * len(STEPS), "the desk was not killed at each of its commits"


def test_a_desk_that_is_killed_anywhere_counts_each_cent_of_its_drawer_once(
    tmp_path: Path,
) -> None:
    step, killed = 0, True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        opened(folder).close()
        answered, killed = killed_at(folder, step, DRAWER)
        with closing(opened(folder)) as journal:
            check_drawer(journal, answered)
        step += 1
    assert step > 3 * len(DRAWER), "the desk was not killed at each of its commits"


def check_drawer(journal: Journal, answered: dict[str, str]) -> None:
    """The shifts are those of the events, and the page can go on to the end."""
    book = desk_on(journal).shifts
    assert [*(each.shift for each in book.ended), book.shift] == shifts_of(events_of(journal))
    again: dict[str, str] = {}
    serve(journal, again.__setitem__, DRAWER)
    assert answered.items() <= again.items(), "an answer is another at the second time"
    (ended,) = desk_on(journal).shifts.ended
    counts = [each.over_short_minor for each in ended.shift.counts]
    assert (ended.shift.receipts, counts) == (1, [-1])


def test_on_a_full_disk_what_is_refused_has_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mounted(FullDisk()) as disk, closing(opened(tmp_path, vfs=disk.name)) as journal:
        assert isinstance(disk, FullDisk)
        desk = desk_on(journal)
        for key, decide in STEPS[:3]:
            desk.do(AskedOnce(key, key), decide)
        journal.file.reserve.give()
        disk.room_bytes = 0
        with pytest.raises(DiskFull):
            desk.do(AskedOnce("more", "more"), STEPS[3][1])
        assert [len(cart.lines) for cart in desk.carts.values()] == [1]
        monkeypatch.setattr(journal.file.reserve, "has_room", lambda: False)
        desk.beat()
        monkeypatch.undo()
        assert len(events_of(journal)) == 2, "a heartbeat took the room of a sale"
        disk.room_bytes = None
        serve(journal, lambda *_: None)
        assert len(events_of(journal)) == 5
