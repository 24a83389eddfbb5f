"""Follows what gateways pass on, till by till: does each head vouch for what came before it?

What is known is in memory alone. Behind a start, a gap or what nobody could read, the next head's
own word counts for the sums; chain and signature are proven all the same.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from edge.gateway.events import AlteredEvent, ReadEvent, read_event
from edge.gateway.headed import SentHead, doubts, read_head, sums_after
from edge.gateway.unreadable import Place
from edge.heads.holders import DeviceHolder
from edge.journal.chain import EPOCH_BEGINS
from edge.journal.heads import Sums
from edge.watched import WatchedRecord
from identity.names import TillName
from topics.decoder import Refused
from topics.envelope import numbered
from topics.taken import TAKEN_AT
from topics.till_headers import HEAD_HEADER
from topics.wire import decode_till_event
from topics.wire_audit import WireUnreadable

EPOCHS_MAX = 50_000
"""Epochs of tills that are followed at once, some 20 MB. One that was forgotten is followed again
from its next head on."""

SLICE_RECORDS = 50
"""Records that are looked at before others may run, some 4 ms where each has a head."""

_UNKNOWN = "no device has a certificate with this SHA-256"


class Holders(Protocol):
    """Tells whose a certificate is, by its SHA-256 in hex."""

    async def of(self, key_ids: Collection[str]) -> Mapping[str, DeviceHolder]: ...


class HeadReports(Protocol):
    """Hears what heads are worth."""

    def verified(self) -> None:
        """A head vouches for what came before it."""
        ...

    def doubted(self, place: Place, wrong: Sequence[str]) -> None:
        """Something does not hold at that event."""
        ...


class _Standing(NamedTuple):
    """Up to which event an epoch was followed; None is what nobody knows."""

    sequence: int
    last_hash: str | None
    sums: Sums | None


class _Told(msgspec.Struct, frozen=True):
    """The header, of which the head itself is read by its own rules."""

    key_id: str
    head: Any = None
    signature: Any = None


_decode_told = msgspec.json.Decoder(_Told).decode


class _Headed(NamedTuple):
    """A message of a gateway; ``told`` None where no head ends at it or it cannot be read."""

    value: bytes
    told: _Told | None
    is_readable: bool


class HeadWatch:
    """The watch over all tills."""

    def __init__(self, holders: Holders, reports: HeadReports) -> None:
        self._holders = holders
        self._reports = reports
        self._standings: OrderedDict[tuple[str, str, int], _Standing] = OrderedDict()

    async def look(self, records: Sequence[WatchedRecord]) -> None:
        """Look at messages in their order; those that no gateway passed on are none of ours.

        Raises what the holders raise; what was looked at is not judged again.
        """
        found = [each for each in map(_headed, records) if each is not None]
        key_ids = {each.told.key_id for each in found if each.told}
        holders: Mapping[str, DeviceHolder] = {}
        if key_ids:
            holders = await self._holders.of(key_ids)
        for at in range(0, len(found), SLICE_RECORDS):
            for each in found[at : at + SLICE_RECORDS]:
                self._look(each, holders)
            await asyncio.sleep(0)

    def _look(self, message: _Headed, holders: Mapping[str, DeviceHolder]) -> None:
        number = numbered(message.value)
        if number is None:
            return  # a dead letter: whoever folds it says so
        place = Place(*msgspec.structs.astuple(number))
        epoch = place.location_id, place.till_id, place.epoch
        standing = self._standings.get(epoch)
        if standing is not None and place.sequence <= standing.sequence:
            return  # it came again, or is a fork: others judge that
        event, wrong = _event(message.value, place)
        before = _before(standing, place.sequence)
        if event.prev and before.last_hash and event.prev != before.last_hash:
            wrong.append("another event stands before it")
        sums = None if wrong else sums_after(before.sums, [event])
        if message.told is not None:
            wrong += _wrong(message.told, holders, place, event, sums)
            sums = sums or (None if wrong else _sums_of(message.told))
        self._keep(epoch, _Standing(place.sequence, event.hash, sums))
        self._report(place, message, wrong)

    def _report(self, place: Place, message: _Headed, wrong: list[str]) -> None:
        if not message.is_readable:
            wrong = [*wrong, "the head cannot be read"]
        if wrong:
            self._reports.doubted(place, wrong)
        elif message.told is not None:
            self._reports.verified()

    def _keep(self, epoch: tuple[str, str, int], standing: _Standing) -> None:
        self._standings[epoch] = standing
        self._standings.move_to_end(epoch)
        if len(self._standings) > EPOCHS_MAX:
            self._standings.popitem(last=False)


def _headed(record: WatchedRecord) -> _Headed | None:
    if record.value is None or not record.headers:
        return None
    headers = dict(record.headers)
    if not headers.keys() & {TAKEN_AT, HEAD_HEADER}:
        return None
    if HEAD_HEADER not in headers:
        return _Headed(record.value, None, True)
    try:
        told = _decode_told(headers[HEAD_HEADER])
        bytes.fromhex(told.key_id)
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError):
        return _Headed(record.value, None, False)
    return _Headed(record.value, told, True)


def _event(value: bytes, place: Place) -> tuple[ReadEvent, list[str]]:
    """The event, and what is wrong with it; of what nobody could read, the hash that it tells."""
    try:
        decoded = decode_till_event.decode(value)
        if isinstance(decoded, WireUnreadable):
            chain = decoded.chain
            hashes = (chain.prev.lower(), chain.hash.lower()) if chain else (None, None)
            return ReadEvent(place.sequence, value, *hashes, decoded.reason, {}), []
        return read_event(value, place), []
    except (Refused, AlteredEvent) as error:
        return ReadEvent(place.sequence, value, None, None, str(error), {}), [str(error)]


def _before(standing: _Standing | None, sequence: int) -> _Standing:
    """What stands before the event, as far as it is known."""
    if sequence == 1:
        return _Standing(0, EPOCH_BEGINS, Sums())
    if standing is not None and standing.sequence == sequence - 1:
        return standing
    return _Standing(sequence - 1, None, None)


def _wrong(
    told: _Told,
    holders: Mapping[str, DeviceHolder],
    place: Place,
    event: ReadEvent,
    sums: Sums | None,
) -> list[str]:
    holder = holders.get(told.key_id)
    if holder is None:
        return [_UNKNOWN]
    if holder.till != TillName(place.location_id, place.till_id):
        return [f"it is signed by {holder.till}"]
    return doubts(_sent(told), place.epoch, event, sums, holder.key)


def _sent(told: _Told) -> SentHead:
    return read_head(told.head, told.signature)


def _sums_of(told: _Told) -> Sums | None:
    signed = _sent(told).signed
    return Sums(signed.head.receipt_count, signed.head.grand_total_minor) if signed else None
