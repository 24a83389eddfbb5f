"""All stores' feeds together: what each was told, what it said, and what to tell it next.

One is filled from the topics at each start, and thrown away with the first write that fails: what
Kafka holds is the only truth. It makes no client and reads no clock.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import orjson

from connectors.feeds.acks import Acks
from connectors.feeds.feed import Feed, SaidRecord, wanted_by
from connectors.feeds.fleet import Fleet, Owns
from connectors.feeds.rows import KIND_OF_TOPIC, DownRow, UntellableRow
from connectors.feeds.standing import FeedStanding
from topics.down import canonical
from topics.for_stores import STORE_STATUS
from topics.mirrored import feed_of
from topics.registry import TILL_STATUS
from topics.store_status import StoreStatus

_LIST = b"device_list/"

CLOCK_AHEAD_MAX = timedelta(days=1)
"""How far our clock may be ahead of the newest record that somebody wrote. Where nothing happens
for so long, rows stay a little longer than they must."""

LeftOut = Callable[[str, str], None]
"""Is told the topic of a record from which nothing could be read, and why."""


class InputsLost(Exception):
    """Topics are empty of which stores were told something; the text is for people."""


class ToldStores:
    """Feeds by location, over one fleet. ``left_out`` hears of what nobody can read, ``owns`` says
    of which locations anything is kept."""

    def __init__(self, left_out: LeftOut, owns: Owns = lambda _: True) -> None:
        self.owns = owns
        self.fleet = Fleet(owns)
        self.acks = Acks()
        self.feeds: dict[str, Feed] = {}
        self.standings: dict[str, FeedStanding] = defaultdict(FeedStanding)
        self._list_numbers: dict[str, int] = {}
        self._dirty: dict[str, set[str]] = defaultdict(set)
        self._reported: set[str] = set()
        self._left_out = left_out
        self._newest_ms = 0

    def set_clock(self, now: datetime) -> None:
        """Let rows hold by this time, as far as it is believed: one clock that is a year ahead
        must not take from stores the prices that hold."""
        believed = datetime.fromtimestamp(self._newest_ms / 1000, UTC) + CLOCK_AHEAD_MAX
        self.fleet.now = min(now, believed)

    def hear(self, topic: str, key: bytes | None, value: bytes | None, time_ms: int) -> None:
        """Take a record of the inputs, written at a time in milliseconds since 1970."""
        self._newest_ms = max(self._newest_ms, time_ms)
        try:
            if topic == TILL_STATUS.name:
                self.acks.hear(key or b"", value)
            elif topic == STORE_STATUS.name:
                self._hear_status(value)
            else:
                self.fleet.hear(topic, key, value)
        except (UntellableRow, ValueError) as error:
            self._left_out(topic, str(error))

    def recover(self, topic: str, key: bytes | None, value: bytes | None, time_ms: int) -> None:
        """Take back a record that a store was told, in order."""
        location_id = feed_of(topic)
        if location_id is None:
            self.acks.recover(topic.partition(".")[2], key or b"", value)
            return
        feed = self.feeds[location_id]
        feed.recover(key or b"", value)
        self.standings[location_id].said(feed.version, time_ms / 1000)
        if value is not None and (key or b"").startswith(_LIST):
            row = orjson.loads(value)["row"]
            self.hear_list(location_id, row["number"], DownRow(canonical(row)))

    def add(self, stores: Iterable[str]) -> None:
        """Give stores a feed, still empty; `recover` fills those that are not new."""
        for location_id in stores:
            self.feeds[location_id] = Feed(location_id, str(uuid.uuid4()))

    def drop(self, stores: Iterable[str]) -> None:
        """Forget stores whose topics are gone."""
        for location_id in stores:
            del self.feeds[location_id]
            for held in (self.standings, self._dirty, self._list_numbers):
                held.pop(location_id, None)

    def require_inputs(self, ends: Mapping[str, int]) -> None:
        """Raise `InputsLost` where a topic has never held anything (``ends`` has the sum of its end
        offsets), and feeds have rows of it: they would all be taken back."""
        empty = {kind for topic, kind in KIND_OF_TOPIC.items() if not ends[topic]}
        told = {kind for feed in self.feeds.values() for kind in feed.kinds}
        if lost := sorted(empty & told):
            raise InputsLost(
                f"stores were told rows of {', '.join(lost)}, of which the topics are new and "
                "empty. Let Debezium send them again (tillstream connectors reset), and start then"
            )

    def compare(self, location_id: str) -> None:
        """Look at all of a store's rows, and not only at those that have changed."""
        keys = self._dirty[location_id]
        keys.update(self.feeds[location_id].keys())
        keys.update(self.fleet.all_wanted(location_id))

    def lots(
        self, stores: Collection[str], records_max: int
    ) -> Iterator[dict[str, list[SaidRecord]]]:
        """What there is to tell these stores, some at a time; a store's own is never divided."""
        self._note_changed()
        lot: dict[str, list[SaidRecord]] = {}
        records = 0
        for location_id in stores:
            if messages := list(self._to_say(self.feeds[location_id])):
                lot[location_id] = messages
                records += len(messages)
            if records >= records_max:
                yield lot
                lot, records = {}, 0
        if lot:
            yield lot

    def waiting(self) -> set[str]:
        """Stores of which something may have changed."""
        self._note_changed()
        return (self._dirty.keys() | self._reported) & self.feeds.keys()

    def _note_changed(self) -> None:
        for location_id, keys in self.fleet.changed().items():
            if location_id in self.feeds:
                self._dirty[location_id] |= keys

    def _to_say(self, feed: Feed) -> Iterator[SaidRecord]:
        keys = self._dirty.pop(feed.location_id, set[str]())
        yield from feed.say(wanted_by(self.fleet.wanted, feed.location_id, keys))
        if feed.location_id in self._reported:
            self._reported.discard(feed.location_id)
            yield from feed.forget(self.standings[feed.location_id].applied(feed.feed_id))
        yield from feed.heading()

    def _hear_status(self, value: bytes | None) -> None:
        if value is not None:
            status = StoreStatus.model_validate_json(value)
            self.standings[status.location_id].status = status
            self._reported.add(status.location_id)

    def behind(self) -> Iterable[tuple[str, int]]:
        """Stores whose list of devices has a higher number than the one that they were told, and
        that number."""
        for location_id in self.feeds:
            number = self.fleet.list_numbers.get(location_id, 0)
            if number > self._list_numbers.get(location_id, 0):
                yield location_id, number

    def hear_list(self, location_id: str, number: int, signed: DownRow) -> None:
        """Take a signed list; one that is not above the last changes nothing."""
        if number > self._list_numbers.get(location_id, 0):
            self._list_numbers[location_id] = number
            self.fleet.hear_device_list(location_id, signed)
