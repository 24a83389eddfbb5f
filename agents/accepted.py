"""`checkout.accepted`: the sales and returns that count, told to whom the receipts are kept by.

Whoever judges till events says so, in one transaction with what they change. A rebuild says all
of them again, by its own rules; the receipts' agent knows which of them it has said.
"""

from typing import NamedTuple

from engine.contract import Message, Outbox, Record
from tables.moments import Moment
from topics.decoder import Refused
from topics.registry import ACCEPTED
from topics.wire import AnyWireEvent, WireCartCompleted, WireGoodsReturned, decode_till_event

MOMENT = "moment"
"""The header that has the till event's own offset, and the time that is believed of it, in
microseconds since 1970, with a stroke between."""

Receipt = WireCartCompleted | WireGoodsReturned

RECEIPTS = frozenset({WireCartCompleted, WireGoodsReturned})
"""The kinds of till events that become receipts."""


class AcceptedSale(NamedTuple):
    """A sale or return that counts, and what its header says of it."""

    event: Receipt
    offset: int
    at_us: int


class Accepted:
    """What one partition has accepted since it was announced."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def note(self, event: Receipt, moment: Moment, record: Record) -> None:
        """Pass on what ``record`` holds, as its till has written it."""
        headers = ((MOMENT, b"%d/%d" % (moment.offset, moment.at_us)),)
        key = f"{moment.till_key}/{event.epoch}/{event.sequence}"
        self._messages.append(Message(key.encode(), record.value, headers))

    def announce(self, outbox: Outbox) -> None:
        """Send all of them, in the order of their events."""
        messages, self._messages = self._messages, []
        outbox.send_all(ACCEPTED.name, messages)


def key_of(event: AnyWireEvent) -> bytes:
    """What names a receipt."""
    return f"{event.location_id}/{event.till_id}/{event.epoch}/{event.sequence}".encode()


def read_accepted(record: Record) -> AcceptedSale:
    """Raises `topics.decoder.Refused`."""
    event = decode_till_event(record.value)
    if not isinstance(event, Receipt):
        raise Refused(f"{type(event).__name__} is neither a sale nor a return")
    if record.key != key_of(event):
        raise Refused(f"the receipt {key_of(event)!r} has the key {record.key!r}")
    told = dict(record.headers).get(MOMENT, b"")
    offset, _, at_us = told.partition(b"/")
    try:
        return AcceptedSale(event, int(offset), int(at_us))
    except ValueError as fault:
        raise Refused(f"the header {MOMENT!r} is no offset and time, but {told!r}") from fault
