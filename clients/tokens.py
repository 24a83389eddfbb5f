"""How Python's Kafka clients ask for a token: each library has a class of its own for it."""

# pyright: reportMissingTypeStubs=false, reportIncompatibleMethodOverride=false

from typing import Protocol

from aiokafka.abc import AbstractTokenProvider as AwaitedProvider
from kafka.net.sasl.oauth import AbstractTokenProvider as Provider


class Secret(Protocol):
    """What holds a token."""

    def secret(self) -> str:
        """The token as it is now; raises `clients.errors.AccessError`."""
        ...


class AwaitedTokens(AwaitedProvider):
    """For aiokafka, and so for Faust."""

    def __init__(self, held: Secret) -> None:
        self._held = held

    async def token(self) -> str:
        """Asked for at each connection."""
        return self._held.secret()


class Tokens(Provider):
    """For kafka-python."""

    def __init__(self, held: Secret) -> None:
        self._held = held

    def token(self) -> str:
        """Asked for at each connection."""
        return self._held.secret()
