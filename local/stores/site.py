"""Where one store's stack lies, and at which ports it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.home import StackHome
from local.identities import Identities
from local.ports import LOOPBACK, RememberedPorts
from local.programs import StoreDoors
from local.stores.shown import ShownFiles

PORTS = (
    *("postgres", "kafka", "kafka-controller", "connect"),
    *("gateway", "registration", "board"),
    *("door", "line-kafka", "line-registration", "line-store-api"),
)
"""``door`` is the listener of the store's own at the centre's broker, to which ``line-kafka``
leads; ``registration`` is the gateway's, which leads over ``line-registration`` to the centre's."""

_DOORS = ("gateway", "registration")


@dataclass(frozen=True)
class StoreSite:
    """One store of a stack in ``home``, the centre's."""

    location_id: str
    centre: StackHome
    ports: RememberedPorts
    _taken: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def mark(self) -> str:
        """What the names of the store's processes end in."""
        return f"@{self.location_id}"

    @property
    def home(self) -> StackHome:
        """The store's own home."""
        return self.centre.store(self.location_id)

    @property
    def identities(self) -> Identities:
        """Of the store's own processes, by an authority that is trusted nowhere else."""
        return Identities(self.home.identities)

    @property
    def fleet(self) -> Identities:
        """Of the centre, whose authority is the fleet's."""
        return Identities(self.centre.identities)

    @property
    def shown(self) -> ShownFiles:
        """Of the store at the centre, and what Connect is shown of both sides."""
        return ShownFiles(self.home.folder / "link")

    @property
    def doors(self) -> StoreDoors:
        """Where its tills come in."""
        gateway, registration = (f"https://{self.address(name)}" for name in _DOORS)
        return StoreDoors(self.location_id, gateway, registration)

    def take(self, name: str) -> int:
        """A port of the store's, by name."""
        return self.ports.take(name + self.mark)

    def port(self, name: str) -> int:
        """One of `PORTS`."""
        return self._taken[name]

    def address(self, name: str) -> str:
        """Of one of `PORTS`, host:port."""
        return f"{LOOPBACK}:{self._taken[name]}"


def site_of(location_id: str, centre: StackHome, ports: RememberedPorts) -> StoreSite:
    """The site of a store, with all `PORTS` taken: before anything listens there."""
    taken = {name: ports.take(f"{name}@{location_id}") for name in PORTS}
    return StoreSite(location_id, centre, ports, taken)
