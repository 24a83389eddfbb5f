"""Settings of the link to Kafka: who we are there, and whom we trust."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from clients.errors import AccessError
from clients.kafka import KafkaAccess, Login, Token
from clients.tls import Tls
from local.checkout import PREFIX

SYSTEM = "system"
"""In place of a file: the authorities that the operating system trusts."""


class KafkaSettings(BaseSettings):
    """Of these, a certificate or a login says who we are; TLS is on wherever one of them is set."""

    kafka: str = Field("", description="Bootstrap servers, host:port[,host:port].")
    kafka_ca: str = Field(
        "",
        description="File in PEM with the authorities that vouch for Kafka's servers, or 'system' "
        "for those that this machine trusts.",
    )
    kafka_cert: Path | None = Field(None, description="Our certificate for Kafka, in PEM.")
    kafka_key: Path | None = Field(None, description="The unencrypted key of that certificate.")
    kafka_login: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "",
        description="SASL mechanism, where Kafka knows us by a password or a token; always over "
        "TLS.",
    )
    kafka_user: str = Field("", description="Our name at Kafka, for a login.")
    kafka_password: str = Field("", repr=False, description="Our password at Kafka.")
    kafka_password_file: Path | None = Field(
        None, description="File that holds that password and nothing else; read for each client."
    )
    kafka_token_file: Path | None = Field(
        None,
        description="File that holds our token and nothing else, for OAUTHBEARER. Somebody keeps "
        "it fresh, as Kubernetes does its own; it is read for each connection.",
    )
    kafka_plaintext: bool = Field(
        False,
        description="Whether the link to Kafka may be in cleartext where no other setting secures "
        "it. Whoever sees it can then read and change all of it.",
    )

    def kafka_at(self, servers: str) -> KafkaAccess:
        """How the cluster at ``servers`` is reached; raises `clients.errors.AccessError`."""
        secures = (self.kafka_ca, self.kafka_cert, self.kafka_key, self.kafka_login)
        if not any(secures):
            self._require_plaintext()
            return KafkaAccess(servers)
        authorities = Path(self.kafka_ca) if self.kafka_ca not in ("", SYSTEM) else None
        tls = Tls(authorities, self.kafka_cert, self.kafka_key)
        return KafkaAccess(servers, tls, self._who())

    def _who(self) -> Login | Token | None:
        mechanism = self.kafka_login
        if not mechanism:
            return None
        if mechanism == "OAUTHBEARER":
            if self.kafka_token_file is None:
                raise AccessError(f"OAUTHBEARER needs {PREFIX}KAFKA_TOKEN_FILE")
            return Token(self.kafka_token_file)
        return Login(mechanism, self.kafka_user, self.kafka_password, self.kafka_password_file)

    def _require_plaintext(self) -> None:
        if not self.kafka_plaintext:
            name = f"{PREFIX}KAFKA"
            raise AccessError(
                f"nothing says how the link is secured: set {name}_CA with {name}_CERT and "
                f"{name}_KEY, or with {name}_LOGIN; where it is to be in cleartext, for everybody "
                f"to read and change, set {name}_PLAINTEXT=true"
            )
