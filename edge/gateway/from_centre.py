"""What has come down from the centre: feeds tell it here, and calls answer by it."""

import time
from collections.abc import Callable, Mapping, Sequence

from edge.bundle.catalog import RefusedTable
from edge.gateway.centre import HeardStatus
from edge.gateway.devices import ListedDevices
from edge.gateway.server import OpenConnections


class FromCentre:
    """Of one location, as far as it has come; nothing of it is waited for.

    ``catalog_version`` is that of the newest catalog that is here, 0 before the first;
    ``refused_tables`` are those in it by which no till decides. ``devices_heard_at`` is when the
    newest list of devices came, in seconds since 1970. ``catalog_age`` says how long ago the
    centre said that the catalog is all there is, in seconds; None where nobody has since the start.
    """

    def __init__(self, location_id: str, connections: OpenConnections) -> None:
        self.status = HeardStatus(location_id)
        self.devices = ListedDevices(location_id)
        self.catalog_version = 0
        self.refused_tables: Sequence[RefusedTable] = ()
        self.devices_heard_at = 0.0
        self.catalog_age: Callable[[], int | None] = _never
        self._devices_current_at: float | None = None
        self._connections = connections

    def learn_devices(self, content: Mapping[str, object]) -> int | None:
        """Take a list of devices whose signature was proven, and close the connections of those
        that it refuses; how many. None where it is not taken, see `ListedDevices.learn`."""
        if not self.devices.learn(content):
            return None
        self.devices_heard_at = time.time()
        return self._connections.close_refused(self.devices)

    def devices_are_current(self) -> None:
        """The centre has said, now, that there is no newer list."""
        self._devices_current_at = time.monotonic()

    @property
    def devices_age(self) -> int | None:
        """How long ago it last said so, in seconds; None where it has not since the start."""
        at = self._devices_current_at
        return None if at is None else int(time.monotonic() - at)


def _never() -> None:
    return None
