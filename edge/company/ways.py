"""The ways on which a simulated till's event leaves the shop."""

from typing import Protocol

import msgspec

from edge.producer import TillProducer
from topics.wire import AnyWireEvent


class EventWay(Protocol):
    """Takes events in the order in which tills say them."""

    def tell(self, event: AnyWireEvent) -> None:
        """Take one; raises where the way is broken for good."""
        ...

    def flush(self) -> None:
        """Wait until everything is where it was to go; raises where something is not."""
        ...


class DirectWay:
    """Straight to the centre's topic, as a till does that has no store's gateway."""

    def __init__(self, producer: TillProducer) -> None:
        self._producer = producer
        self._encode = msgspec.json.Encoder().encode

    def tell(self, event: AnyWireEvent) -> None:
        """See `EventWay`; raises `DeliveryFailed`."""
        self._producer.publish(event.location_id, self._encode(event))

    def flush(self) -> None:
        """See `EventWay`; raises `DeliveryFailed`."""
        self._producer.flush()


class ByLocation:
    """One location's events by ``theirs``, all others by ``rest``."""

    def __init__(self, location_id: str, theirs: EventWay, rest: EventWay) -> None:
        self._location_id = location_id
        self._theirs = theirs
        self._rest = rest

    def tell(self, event: AnyWireEvent) -> None:
        """See `EventWay`."""
        way = self._theirs if event.location_id == self._location_id else self._rest
        way.tell(event)

    def flush(self) -> None:
        """See `EventWay`."""
        self._rest.flush()
        self._theirs.flush()
