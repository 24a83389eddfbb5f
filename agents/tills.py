"""Tills of one partition: whose number an event has, whether it was taken, and by what."""

from collections.abc import Callable

from agents.deadlines import Deadlines
from agents.outputs import till_message
from engine.agents import State
from engine.contract import Message, Outbox
from engine.table import Table
from tables import marks
from tables.offsets import require_unseen
from tables.tills import (
    IN_ORDER,
    Admission,
    EpochWindow,
    TillState,
    admit,
    begin_block,
    close_epoch,
    keep_window,
    left_of,
    waive,
)
from topics.registry import TILL_STATUS

TILLS = "tills"
MARKS = "marks"
EPOCH = "e"
"""The kind of deadline of an epoch that is not its till's newest."""


ForgetCarts = Callable[[str, TillState], None]
"""Told of a till that is forgotten, by its key: its closed carts go with it."""


class Tills:
    """What is known of each till, and which have changed since they were announced."""

    def __init__(
        self, state: State, deadlines: Deadlines, forget_carts: ForgetCarts, base: int
    ) -> None:
        self._tills: Table[TillState] = state.table(TILLS)
        self._marks: Table[bytes] = state.table(MARKS)
        self._deadlines = deadlines
        self._forget_carts = forget_carts
        self._base = base
        self._gone: list[str] = []

    def edit(self, key: str, offset: int) -> TillState:
        """The till of ``location_id/till_id``, of which the record at ``offset`` tells."""
        till = self._tills.changed.get(key)
        if till is None:
            till = self._tills.edit(key, TillState)
        if offset <= till.offset:
            require_unseen(key, offset, till.offset)
        till.offset = offset
        return till

    def admit(
        self,
        key: str,
        till: TillState,
        epoch: int,
        window: EpochWindow,
        sequence: int,
        clock_us: int,
    ) -> Admission:
        """Count an event whose number is new."""
        if sequence == window.last + 1 and len(till.epochs) == 1 and epoch in till.epochs:
            window.last, window.heard_us = sequence, clock_us  # nearly all there are
            return IN_ORDER
        if epoch not in till.epochs:
            self._begin_epoch(key, till, epoch, window, clock_us)
        return admit(till, epoch, window, sequence, clock_us)

    def quarantine(
        self,
        key: str,
        till: TillState,
        epoch: int,
        window: EpochWindow,
        sequence: int,
        clock_us: int,
    ) -> bool:
        """Take the number of what cannot be applied; False where it was taken, or cannot be."""
        if not window.quarantine(sequence):
            return False
        if epoch not in till.epochs:
            self._begin_epoch(key, till, epoch, window, clock_us)
        window.heard_us = clock_us
        if sequence == window.last and epoch == till.epoch:
            till.last_hash = None  # nobody can say what its place in the journal was
        return True

    def mark(self, key: str, till: TillState, sequence: int, mark: bytes) -> None:
        """Remember what ``sequence`` of the newest epoch stood for."""
        block, at = divmod(sequence, marks.BLOCK_NUMBERS)
        if block == till.block and len(till.marks) == at * marks.MARK_BYTES:
            till.marks += mark  # nearly all there are
            return
        if block > till.block:
            self._begin_block(key, till, block)
        if block == till.block:
            till.marks = marks.written(till.marks, at, mark)
        elif block >= till.block - marks.BLOCKS_KEPT:
            old = self._marks.get(_block_key(key, block)) or b""
            self._marks.put(_block_key(key, block), marks.written(old, at, mark))
            if block not in till.blocks:
                till.blocks.append(block)

    def is_fork(self, key: str, till: TillState, epoch: int, sequence: int, mark: bytes) -> bool:
        """Whether the number was taken by an event with another content than ``mark``'s."""
        if epoch != till.epoch:
            return False
        block, at = marks.place(sequence)
        held = till.marks if block == till.block else None
        if held is None and block in till.blocks:
            held = self._marks.get(_block_key(key, block))
        return held is not None and marks.contradicts(marks.read(held, at), mark)

    def count_carts(self, key: str, carts: int) -> None:
        """So many more of the till's carts are open or suspended."""
        till = self._tills.get(key)
        if till is not None:
            till.carts = max(0, till.carts + carts)
            self._turn(key, till)

    def forget(self, key: str, up_to_epoch: int) -> None:
        """The till is gone, unless it has begun a newer epoch; what it sold stays."""
        till = self._tills.get(key)
        left = left_of(till, up_to_epoch) if till else None
        if till is None or left is None:
            return
        self._drop_marks(key, till)
        self._forget_carts(key, till)
        self._tills.put(key, left)
        self._gone.append(key)

    def close_gap(self, key: str, epoch: int, up_to_sequence: int) -> None:
        """Wait no more for what is missing; an older epoch closes as a whole."""
        till = self._tills.get(key)
        if till is not None and waive(till, epoch, up_to_sequence):
            self._turn(key, till)

    def leave_epoch(self, location_id: str, rest: str, clock_us: int, _offset: int) -> None:
        """An older epoch's time has come: it closes, unless something was heard of it since."""
        till_id, _, epoch = rest.rpartition("/")
        key = f"{location_id}/{till_id}"
        till = self._tills.get(key)
        window = till.epochs.get(int(epoch)) if till else None
        if till is None or window is None or int(epoch) == till.epoch:
            return
        if window.ends_us > clock_us:
            self._deadlines.note(location_id, EPOCH, rest, window.ends_us)
            return
        close_epoch(till, int(epoch))
        self._turn(key, till)

    def announce(self, outbox: Outbox) -> None:
        """Send the status of every till that said something, and which are gone."""
        gone, self._gone = self._gone, []
        outbox.send_all(TILL_STATUS.name, [Message(key.encode(), None) for key in gone])
        outbox.send_all(
            TILL_STATUS.name,
            [
                till_message(key, till, self._base)
                for key, till in self._tills.edited()
                if till.epochs
            ],
        )

    def restated(self, start: str, limit: int) -> list[tuple[str, Message | None]]:
        """The first tills from the key ``start`` on, as they stand; None for one that is gone."""
        return [
            (key, till_message(key, till, self._base) if till.epochs else None)
            for key, till in self._tills.scan_from("", start, limit)
        ]

    def restate(self, key: str) -> Message:
        """One till as it stands; a tombstone where there is none."""
        till = self._tills.peek(key)
        if till is None or not till.epochs:
            return Message(key.encode(), None)
        return till_message(key, till, self._base)

    def _begin_epoch(
        self, key: str, till: TillState, epoch: int, window: EpochWindow, clock_us: int
    ) -> None:
        newest = till.epoch
        keep_window(till, epoch, window)
        if epoch > newest:
            self._drop_marks(key, till)
            till.last_hash = None
        if newest:
            older = min(epoch, newest)
            self._note_end(key, till, older, clock_us)

    def _note_end(self, key: str, till: TillState, epoch: int, clock_us: int) -> None:
        window = till.epochs.get(epoch)
        if window is None:
            return
        window.heard_us = window.heard_us or clock_us
        location_id, _, till_id = key.partition("/")
        self._deadlines.note(location_id, EPOCH, f"{till_id}/{epoch}", window.ends_us)

    def _turn(self, key: str, till: TillState) -> None:
        till.turns += 1
        self._tills.put(key, till)

    def _begin_block(self, key: str, till: TillState, block: int) -> None:
        if till.block >= 0:
            self._marks.put_away(_block_key(key, till.block), till.marks)
        for old in begin_block(till, block):
            self._marks.drop(_block_key(key, old))

    def _drop_marks(self, key: str, till: TillState) -> None:
        for block in till.blocks:
            self._marks.drop(_block_key(key, block))
        till.blocks, till.block, till.marks = [], -1, b""


def _block_key(key: str, block: int) -> str:
    return f"{key}/{block}"
