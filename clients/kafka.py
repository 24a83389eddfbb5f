"""How a Kafka cluster is reached."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from clients.errors import AccessError
from clients.passwords import password_in
from clients.tls import Tls

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are by a password, given as it is or as a file that holds nothing else."""

    mechanism: Mechanism
    user: str
    password: str = field(default="", repr=False)
    password_file: Path | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where something is missing or given twice."""
        if not self.user:
            raise AccessError("a login at Kafka needs a user")
        if bool(self.password) == (self.password_file is not None):
            raise AccessError(f"the login of {self.user} needs a password or its file, one of both")

    def secret(self) -> str:
        """The password; a file is read anew for each client, as it may have been replaced."""
        return self.password if self.password_file is None else password_in(self.password_file)


@dataclass(frozen=True, slots=True)
class Token:
    """Who we are by a token (OAUTHBEARER), which somebody keeps fresh in a file of its own."""

    file: Path

    def secret(self) -> str:
        """The token; read anew for each connection."""
        return password_in(self.file)

    @property
    def user(self) -> str:
        """For messages to people: the token's own word for who we are is the server's to read."""
        return f"the token in {self.file}"


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """The cluster at ``servers``, as host:port with commas between.

    Without ``tls`` the link is in cleartext. Who we are is told by a certificate in ``tls``, by
    ``login``, or not at all.
    """

    servers: str
    tls: Tls | None = None
    login: Login | Token | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where ``servers`` is no list, or a password would go in clear."""
        for server in self.each_server():
            _check(server)
        if self.login is not None and self.tls is None:
            raise AccessError(f"the password of {self.login.user} would go in cleartext: give TLS")

    @property
    def protocol(self) -> Literal["PLAINTEXT", "SSL", "SASL_SSL"]:
        """The link's name in Kafka's settings."""
        if self.tls is None:
            return "PLAINTEXT"
        return "SSL" if self.login is None else "SASL_SSL"

    def each_server(self) -> list[str]:
        """The servers, one by one."""
        return [server.strip() for server in self.servers.split(",")]

    def python_arguments(self) -> dict[str, Any]:
        """What aiokafka is told of the cluster; kafka-python uses the same names.

        Tokens alone are asked for in another way, see `clients.blocking_kafka`.
        """
        told: dict[str, Any] = {"bootstrap_servers": self.each_server()}
        if self.tls is not None:
            told |= {"security_protocol": self.protocol, "ssl_context": self.tls.context()}
        if isinstance(self.login, Token):
            from clients.awaited_tokens import (
                AwaitedTokens,
            )  # who has none need not load its library

            tokens = AwaitedTokens(self.login)
            told |= {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": tokens}
        elif self.login is not None:
            told |= {
                "sasl_mechanism": self.login.mechanism,
                "sasl_plain_username": self.login.user,
                "sasl_plain_password": self.login.secret(),
            }
        return told

    def __str__(self) -> str:
        """The servers, for messages to people."""
        return self.servers


def _check(server: str) -> None:
    host, colon, port = server.rpartition(":")
    if not colon:
        host, port = server, ""
    numbered = not colon or (port.isdecimal() and 0 < int(port) < 2**16)
    if not host or not numbered or "/" in server or " " in server:
        raise AccessError(f"{server!r} is no Kafka server: write host:port[,host:port]")
