"""What was acknowledged is there: after SIGKILL at any point, a power cut, or on a full disk."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import apsw
import pytest

from edge.journal.errors import DiskFull, JournalUnusable
from edge.journal.journal import Journal
from edge.journal.reserve import Reserve
from edge.journal.verifying import prove
from tests.unit.edge.journal.disks import (
    DeadlyDisk,
    Disk,
    ForgetfulDisk,
    FullDisk,
    TightDisk,
    mounted,
)
from tests.unit.edge.journal.tills import KEY, TILL, event, heartbeat, opened, sale

CUSTOMERS = 2


def serve(journal: Journal, tell: Callable[[int], None]) -> None:
    """Serve customers, and tell each number once the journal has acknowledged it."""
    for customer in range(CUSTOMERS):
        opening = [event("cart_opened"), event("line_added")]
        journal.append(opening, {"cart": json.dumps(customer).encode()})
        tell(journal.mark.sequence)
        journal.append([sale()], {"cart": None})
        tell(journal.mark.sequence)


def check_acknowledged(folder: Path, acknowledged: int) -> None:
    """The file opens, has what was acknowledged, agrees with itself, and goes on."""
    with closing(opened(folder)) as journal:
        there = journal.mark.sequence
        assert there >= acknowledged, f"acknowledged up to {acknowledged}, {there} is the last"
        assert there % 3 in (0, 2), "half of a call is in the journal"
        assert bool(journal.state()) == (there % 3 == 2), "events and cart disagree"
        journal.append([heartbeat()])
    assert not prove(folder / "journal.sqlite").findings


def killed_at(folder: Path, step: int) -> tuple[int, bool]:
    """A process that serves customers and is killed before its write or sync number ``step``:
    what it had acknowledged by then, and whether it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with mounted(DeadlyDisk(step)):
                journal = opened(folder, vfs=Disk.name)
                # So that the log goes into the file in between, once or twice.
                journal.file.database.wal_autocheckpoint(12)
                serve(journal, lambda number: (os.write(writing, b"%d\n" % number), None)[1])
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        numbers = [int(line) for line in told.read().split()]
    assert os.WIFSIGNALED(status) or not status, "the writer failed by itself"
    return max(numbers, default=0), os.WIFSIGNALED(status)


def test_a_writer_that_is_killed_anywhere_loses_nothing_acknowledged(tmp_path: Path) -> None:
    step = 0
    killed = True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        acknowledged, killed = killed_at(folder, step)
        check_acknowledged(folder, acknowledged)
        step += 1
    assert step > 8 * CUSTOMERS, "the writer was not killed at each of its commits"


@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    told = [0]
    with mounted(ForgetfulDisk()) as disk:
        assert isinstance(disk, ForgetfulDisk)
        journal = opened(tmp_path, vfs=disk.name)
        # So that some seeds cut the power around the moment when the log goes into the file.
        journal.file.database.wal_autocheckpoint(chance.choice([3, 20, 1000]))
        for _ in range(chance.randint(0, 6)):
            serve(journal, told.append)
        with pytest.raises(_Cut):
            serve(journal, _cut_after(chance.randint(1, 2 * CUSTOMERS), told))
        disk.cut_power(chance)
        abandon(journal)
    check_acknowledged(tmp_path, told[-1])


class _Cut(Exception):
    """The power goes."""


def _cut_after(calls: int, told: list[int]) -> Callable[[int], None]:
    until = len(told) + calls

    def tell(number: int) -> None:
        told.append(number)
        if len(told) >= until:
            raise _Cut

    return tell


def abandon(journal: Journal) -> None:
    """End a journal whose disk has no power, as the process ends with it."""
    try:
        journal.close()
    except apsw.Error:
        journal.file.database.close(True)


def test_the_shim_forgets_what_was_not_synced(tmp_path: Path) -> None:
    with mounted(ForgetfulDisk()) as disk:
        assert isinstance(disk, ForgetfulDisk)
        journal = opened(tmp_path, vfs=disk.name)
        journal.append([sale()])
        journal.file.database.pragma("synchronous", "normal")
        journal.append([sale(), sale()])
        for file in disk.files:
            file.pending.clear()
        disk.cut_power(Random(0))
        abandon(journal)
    with closing(opened(tmp_path)) as journal:
        assert journal.mark.sequence == 1, "the test of power cuts would find no missing sync"


def test_on_a_full_disk_the_open_cart_ends_and_no_new_one_begins(tmp_path: Path) -> None:
    with mounted(FullDisk()) as disk, closing(opened(tmp_path, vfs=disk.name)) as journal:
        assert isinstance(disk, FullDisk)
        journal.append([event("cart_opened")], {"cart": b"open"})
        disk.room_bytes = 0
        journal.file.reserve = _GivesRoom(tmp_path, disk)
        journal.append([event("line_added")], {"cart": b"more"})
        journal.append([sale()], {"cart": None})
        with pytest.raises(DiskFull, match="no new cart"):
            journal.append([event("cart_opened")], {"cart": b"new"})
        assert journal.mark.sequence == 3 and journal.state() == {}
        journal.append([heartbeat()])
    assert not prove(tmp_path / "journal.sqlite").findings


class _GivesRoom(Reserve):
    """A reserve on the disk that is full."""

    def __init__(self, folder: Path, disk: FullDisk) -> None:
        super().__init__(folder / "journal.sqlite.reserve", 256 * 1024)
        self._disk = disk

    def give(self) -> bool:
        given = super().give()
        if given:
            self._disk.room_bytes = 256 * 1024
        return given

    def has_room(self, room_bytes: int = 0) -> bool:
        return self.is_there


def test_when_the_reserve_is_used_up_nothing_is_half_written(tmp_path: Path) -> None:
    with mounted(FullDisk()) as disk, closing(opened(tmp_path, vfs=disk.name)) as journal:
        assert isinstance(disk, FullDisk)
        journal.append([sale()], {"cart": b"open"})
        mark = journal.mark
        disk.room_bytes = 0
        for _ in range(2):
            with pytest.raises(DiskFull, match="nothing was written"):
                journal.append([sale(), sale()], {"cart": None})
        assert journal.mark == mark and journal.state() == {"cart": b"open"}
        disk.room_bytes = None
        assert journal.append([sale()], {"cart": None})[0].entry.mark.sequence == 2
    assert not prove(tmp_path / "journal.sqlite").findings


def test_a_till_starts_on_a_disk_that_is_full(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([event("cart_opened")], {"cart": b"open"})
    with (
        mounted(TightDisk(tmp_path / "journal.sqlite.reserve")) as disk,
        closing(opened(tmp_path, None, disk.name)) as journal,
    ):
        assert journal.state() == {"cart": b"open"}
        assert journal.append([sale()], {"cart": None})


def test_the_reserve_comes_back_when_there_is_room(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", 4096)
    assert reserve.has_room(0) and reserve.is_there
    assert reserve.give() and not reserve.give()
    assert not reserve.has_room(1 << 60) and not reserve.is_there
    assert reserve.has_room(0) and reserve.is_there


def test_a_sync_that_fails_ends_the_writing(tmp_path: Path) -> None:
    with mounted(ForgetfulDisk()) as disk:
        assert isinstance(disk, ForgetfulDisk)
        journal = opened(tmp_path, vfs=disk.name)
        journal.append([sale()])
        disk.cut_power(Random(0))
        for _ in range(2):
            with pytest.raises(JournalUnusable, match="start anew"):
                journal.append([sale()])
        abandon(journal)
    with closing(Journal(tmp_path / "journal.sqlite", TILL, KEY)) as journal:
        assert journal.mark.sequence >= 1
