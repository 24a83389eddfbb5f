"""What holds a secret that may change while a process runs."""

from typing import Protocol


class Secret(Protocol):
    """What holds a token."""

    def secret(self) -> str:
        """The token as it is now; raises `clients.errors.AccessError`."""
        ...
