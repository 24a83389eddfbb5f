"""How aiokafka's clients, and so Faust's, ask for a token."""

# pyright: reportMissingTypeStubs=false, reportIncompatibleMethodOverride=false

from aiokafka.abc import AbstractTokenProvider

from clients.secret import Secret


class AwaitedTokens(AbstractTokenProvider):
    """Asked at each connection."""

    def __init__(self, held: Secret) -> None:
        self._held = held

    async def token(self) -> str:
        """As it is now; raises `clients.errors.AccessError`."""
        return self._held.secret()
