"""What the centre has of each till, as it last said: `till.status` of this store's own tills."""

from typing import Protocol

from topics.wire_derived import WireTillStatus


class CentreWord(Protocol):
    """Where the centre's word comes from."""

    def of(self, till_id: str) -> WireTillStatus | None:
        """Its last word on a till; None where it has said nothing."""
        ...


class HeardStatus:
    """The centre's words, in memory: `edge.gateway.feeds` brings and keeps them."""

    def __init__(self, location_id: str) -> None:
        self._location_id = location_id
        self._by_till: dict[str, WireTillStatus] = {}

    def hear(self, status: WireTillStatus) -> None:
        """Take a word, unless it is of another location or a later one is here."""
        held = self._by_till.get(status.till_id)
        if status.location_id == self._location_id and (not held or held.version < status.version):
            self._by_till[status.till_id] = status

    def put(self, till_id: str, status: WireTillStatus | None) -> None:
        """Take a word that was judged, whatever is here; None says that there is none any more."""
        if status is None:
            self._by_till.pop(till_id, None)
        else:
            self._by_till[till_id] = status

    def of(self, till_id: str) -> WireTillStatus | None:
        """See `CentreWord`."""
        return self._by_till.get(till_id)
