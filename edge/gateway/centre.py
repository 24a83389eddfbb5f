"""What the centre has of each till, as it last said: `till.status` of this store's own tills."""

from typing import Protocol

from topics.wire_derived import WireTillStatus


class CentreWord(Protocol):
    """Where the centre's word comes from."""

    def of(self, till_id: str) -> WireTillStatus | None:
        """Its last word on a till; None where it has said nothing."""
        ...


class HeardStatus:
    """The centre's words, in memory: whoever reads them from a topic, reads them again."""

    def __init__(self, location_id: str) -> None:
        self._location_id = location_id
        self._by_till: dict[str, WireTillStatus] = {}

    def hear(self, status: WireTillStatus) -> None:
        """Take a word, unless it is of another location or a later one is here."""
        held = self._by_till.get(status.till_id)
        if status.location_id == self._location_id and (not held or held.version < status.version):
            self._by_till[status.till_id] = status

    def of(self, till_id: str) -> WireTillStatus | None:
        """See `CentreWord`."""
        return self._by_till.get(till_id)
