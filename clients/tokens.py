"""How kafka-python's clients ask for a token."""

# pyright: reportMissingTypeStubs=false, reportIncompatibleMethodOverride=false

from kafka.net.sasl.oauth import AbstractTokenProvider

from clients.secret import Secret


class Tokens(AbstractTokenProvider):
    """Asked at each connection."""

    def __init__(self, held: Secret) -> None:
        self._held = held

    def token(self) -> str:
        """As it is now; raises `clients.errors.AccessError`."""
        return self._held.secret()
