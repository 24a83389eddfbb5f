"""What every store should have, from all that the centre's topics say. Pure, in any order.

Of each location everything is kept, whether it has a store or not: one that gets a store is full
without reading anything again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from pydantic import TypeAdapter

from connectors.feeds.catalog import RowTable, is_over, replaced
from connectors.feeds.places import LocationRows
from connectors.feeds.rows import (
    KIND_OF_TOPIC,
    OF_ONE_PLACE,
    DownRow,
    StandingRow,
    ToldRow,
    UntellableRow,
    cut_to,
    read,
)
from topics.devices import Device
from topics.for_stores import DEVICES, STORE_CUSTOMERS
from topics.registry import STOCK_LEVELS
from topics.store_customers import StoreCustomer

INPUTS = (*KIND_OF_TOPIC, STOCK_LEVELS.name, STORE_CUSTOMERS.name, DEVICES.name)
"""What the fleet is made of."""

_OF_ALL = tuple(kind for kind in KIND_OF_TOPIC.values() if kind not in OF_ONE_PLACE)

_OF_SKU = ("price", "recall")

_device = TypeAdapter(Device)
_customer = TypeAdapter(StoreCustomer)


Owns = Callable[[str], bool]
"""Whether a location is among those of which rows are kept."""


class Fleet:
    """The locations that it ``owns``. ``now`` is the time by which rows hold; whoever asks sets
    it."""

    def __init__(self, owns: Owns = lambda _: True) -> None:
        self._owns = owns
        self.now = datetime.min.replace(tzinfo=UTC)
        self.is_followed = False
        """Whether changes are noted: not while all that there is comes in."""
        self.list_numbers: dict[str, int] = {}
        """By location, the number that its list of devices has reached."""
        self._places: dict[str, LocationRows] = {}
        self._tables = {kind: RowTable(indexed=kind in _OF_SKU) for kind in _OF_ALL}
        self._changed: dict[str, set[str]] = defaultdict(set)
        self._others: Mapping[str, Callable[[str, str, bytes | None], None]] = {
            STOCK_LEVELS.name: self._hear_level,
            STORE_CUSTOMERS.name: self._hear_customer,
            DEVICES.name: self._hear_device,
        }

    def place(self, location_id: str) -> LocationRows:
        """A location, also one of which nothing was heard yet."""
        if location_id not in self._places:
            self._places[location_id] = LocationRows(location_id)
        return self._places[location_id]

    def last_bought(self, location_id: str, customer_id: str) -> date | None:
        """When a customer of a location bought there last, as noted; None of others."""
        place = self._places.get(location_id)
        return None if place is None else place.customers.get(customer_id)

    def hear(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Take a record of `INPUTS`; raises `UntellableRow`, and then what was heard before
        stays."""
        if topic in KIND_OF_TOPIC:
            told = read(topic, key, value)
            take = self._hear_of_place if told.kind in OF_ONE_PLACE else self._hear_of_all
            take(told)
            return
        try:
            location_id, _, rest = (key or b"").decode().partition("/")
            self._others[topic](location_id, rest, value)
        except ValueError as error:
            raise UntellableRow(f"not what {topic} holds: {type(error).__name__}") from error

    def hear_device_list(self, location_id: str, signed: DownRow) -> None:
        """Take a location's signed list."""
        self.place(location_id).device_list = signed
        self._change(location_id, "device_list", location_id)

    def changed(self) -> dict[str, set[str]]:
        """By location, the keys of what may have changed since this was asked last."""
        changed, self._changed = self._changed, defaultdict(set)
        return changed

    def wanted(self, location_id: str, kind: str, row_id: str) -> DownRow | None:
        """A row as that store should have it; None where it should not."""
        place = self.place(location_id)
        if kind in OF_ONE_PLACE:
            return place.own(kind, row_id, self.now)
        if kind == "device_list":
            return place.device_list if row_id == location_id else None
        if kind not in self._tables:
            return None
        for each in self._tables[kind].rows(row_id):
            if self._concerns(place, kind, row_id, each):
                return cut_to(location_id, each.row) if each.locations else each.row
        return None

    def all_wanted(self, location_id: str) -> Iterator[str]:
        """The keys of all that the store might have."""
        place = self.place(location_id)
        for sku in place.carried():
            yield from self._keys_of_product(sku)
        for kind in OF_ONE_PLACE:
            yield from (f"{kind}/{row_id}" for row_id in place.tables[kind].ids())
        yield from (f"customer/{each}" for each in place.customers)
        for kind in ("employee", "rule_table"):
            yield from (f"{kind}/{row_id}" for row_id in self._tables[kind].ids())
        if place.device_list is not None:
            yield f"device_list/{location_id}"

    def _concerns(self, place: LocationRows, kind: str, row_id: str, each: StandingRow) -> bool:
        """Whether a row is that store's business at all, now."""
        if kind == "customer":
            return place.knows(row_id, self.now)
        if kind == "employee":
            return place.location_id in each.locations
        if each.locations and place.location_id not in each.locations:
            return False
        if each.location_id not in (None, place.location_id) or is_over(each, self.now):
            return False
        if kind == "price" and replaced(self._tables["price"], each, self.now):
            return False
        return kind == "rule_table" or place.carries(each.sku)

    def _hear_of_place(self, told: ToldRow) -> None:
        if not self._owns(told.place):
            return
        place = self.place(told.place)
        if told.kind != "assortment":
            if place.hear(told):
                self._change(told.place, told.kind, told.id)
            return
        carried = place.carries(told.id)
        if place.hear(told):
            self._change(told.place, told.kind, told.id)
        self._carries(place, told.id, carried)

    def _hear_of_all(self, told: ToldRow) -> None:
        heard = self._tables[told.kind].hear(told)
        if not heard or not self.is_followed:
            return
        for location_id, place in self._places.items():
            if any(self._may_concern(place, told, each) for each in heard):
                self._change(location_id, told.kind, told.id)
                if told.kind == "price":  # one that is new may replace others
                    for each in heard:
                        for price_id in self._tables["price"].ids_of(each.sku or ""):
                            self._change(location_id, "price", price_id)

    def _may_concern(self, place: LocationRows, told: ToldRow, each: StandingRow) -> bool:
        if told.kind == "customer":
            return told.id in place.customers
        if each.locations or told.kind == "employee":
            return place.location_id in each.locations
        if each.location_id not in (None, place.location_id):
            return False
        return each.sku is None or place.carries(each.sku)

    def _hear_level(self, location_id: str, sku: str, value: bytes | None) -> None:
        if not self._owns(location_id):
            return
        place = self.place(location_id)
        if (sku in place.moved) == (value is not None):
            return
        carried = place.carries(sku)
        if value is None:
            place.moved.discard(sku)
        else:
            place.moved.add(sku)
        self._carries(place, sku, carried)

    def _carries(self, place: LocationRows, sku: str, before: bool) -> None:
        if place.carries(sku) != before:
            for key in self._keys_of_product(sku):
                self._change(place.location_id, *key.split("/", 1))

    def _keys_of_product(self, sku: str) -> Iterable[str]:
        yield f"product/{sku}"
        for kind in _OF_SKU:
            yield from (f"{kind}/{row_id}" for row_id in self._tables[kind].ids_of(sku))

    def _hear_customer(self, location_id: str, customer_id: str, value: bytes | None) -> None:
        if value is None:
            self.place(location_id).customers.pop(customer_id, None)
        else:
            last = _customer.validate_json(value).last_bought
            self.place(location_id).customers[customer_id] = last
        self._change(location_id, "customer", customer_id)

    def _hear_device(self, location_id: str, _: str, value: bytes | None) -> None:
        if value is not None:
            number = _device.validate_json(value).list_number
            self.list_numbers[location_id] = max(number, self.list_numbers.get(location_id, 0))

    def _change(self, location_id: str, kind: str, row_id: str) -> None:
        if self.is_followed:
            self._changed[location_id].add(f"{kind}/{row_id}")
