"""The folder of one local stack: where everything is, and what belongs to the stack."""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

OWNED_FOLDERS = (
    *("postgres", "kafka", "connect", "identities", "logs", "state", "gateway"),
    *("counters", "tills", "stores"),
)
"""What `reset` deletes. Only these: a home that was pointed at the wrong place loses nothing. The
key in ``people/`` stays: what it wraps may lie in a database that is not the stack's."""

OWNED_FILES = ("addresses.json", "cashier.json", "ports.json", "stack.json")

LOOPBACK_NETWORKS = "127.0.0.0/8,::1/128"
"""Where webhooks of a local stack may go, beside public addresses: programs that are tried out."""


@dataclass(frozen=True)
class StackHome:
    """Paths below the home."""

    folder: Path

    @property
    def addresses(self) -> Path:
        """Addresses of the running stack, which every other command reads."""
        return self.folder / "addresses.json"

    @property
    def identities(self) -> Path:
        """Keys and certificates of all services."""
        return self.folder / "identities"

    @property
    def ports(self) -> Path:
        """The remembered ports."""
        return self.folder / "ports.json"

    @property
    def record(self) -> Path:
        """What the supervisor says about itself and its children."""
        return self.folder / "stack.json"

    @property
    def line(self) -> Path:
        """Of a store: what is asked of its line to the centre, and what that does."""
        return self.folder / "line"

    def store(self, location_id: str) -> "StackHome":
        """The home of a store that has a stack of its own beside the centre's."""
        return StackHome(self.folder / "stores" / location_id)

    def log(self, name: str) -> Path:
        """Log of the process or step called ``name``."""
        return self.folder / "logs" / f"{name.replace(' ', '-')}.log"

    def lock(self) -> IO[str] | None:
        """The right to be this home's supervisor, held until closed; None if somebody has it.

        The kernel takes it back however the holder ends, so it is never stale.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = (self.folder / "stack.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file

    def is_supervised(self) -> bool:
        """Whether a supervisor runs here now."""
        if not self.folder.exists():
            return False
        lock = self.lock()
        if lock is None:
            return True
        lock.close()
        return False

    def note_addresses(self, settings: Mapping[str, str]) -> None:
        """Tell all other commands by these settings where the services are, and how to show who
        they are; and that webhooks may stay here."""
        write_json(self.addresses, {**settings, "webhook_networks": LOOPBACK_NETWORKS})

    def forget_addresses(self) -> None:
        """The services are gone: other commands shall say so instead of waiting for them."""
        self.addresses.unlink(missing_ok=True)

    def reset(self) -> None:
        """Delete all data of the stack; the jars stay."""
        for name in OWNED_FOLDERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in OWNED_FILES:
            (self.folder / name).unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Replace a JSON file in one go: a reader sees the old one or the new one.

    Only its owner may read it: the address of an external database may hold a password.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value, indent=1))
    fresh.replace(path)
