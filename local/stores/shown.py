"""What a store holds of the fleet, and what its Connect may read: copies in a folder of their own.

Of the fleet's authority a store has one certificate, its own, and whom it trusts. Connect, which
whoever may define a connector can have read files, is let into this folder alone: the keys of the
store's own authority lie elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path

from identity import files
from local.identities import Identities

CONNECT = "connect"


@dataclass(frozen=True, slots=True)
class ShownFiles:
    """Paths in the folder."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """Of the store at the centre and to its tills, with who vouches for it."""
        return self.folder / "store.pem"

    @property
    def key(self) -> Path:
        """Of that certificate."""
        return self.folder / "store.key"

    @property
    def fleet(self) -> Path:
        """Whom the store trusts at the centre."""
        return self.folder / "fleet.pem"

    @property
    def devices(self) -> Path:
        """Who vouches for its tills."""
        return self.folder / "devices.pem"

    @property
    def own(self) -> Path:
        """Whom processes in the store trust."""
        return self.folder / "own.pem"

    @property
    def connect(self) -> tuple[Path, Path]:
        """Certificate and key of Connect at the store's own Kafka."""
        return self.folder / "connect.pem", self.folder / "connect.key"

    def put(self, location_id: str, fleet: Identities, own: Identities) -> None:
        """Copy what differs."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store, (certificate, key) = fleet.of_store(location_id), self.connect
        for source, target in (
            (fleet.certificate(store), self.certificate),
            (fleet.key(store), self.key),
            (fleet.authorities, self.fleet),
            (fleet.devices[0], self.devices),
            (own.authorities, self.own),
            (own.certificate(CONNECT), certificate),
            (own.key(CONNECT), key),
        ):
            _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    wanted = source.read_bytes()
    if not target.exists() or target.read_bytes() != wanted:
        files.write(target, wanted)
