"""The local stack's own broker, which asks everybody who they are, with the table's rules."""

import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import kafka.admin as kafka_admin
from jwt.algorithms import ECAlgorithm

from clients import blocking_kafka
from clients.kafka import KafkaAccess, Login, Token
from clients.tls import Tls
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name
from local import child, jars, kafka, kafka_rules
from local.identities import Identities
from local.kafka_links import BROKER
from local.ports import choose
from local.vouching import prepare
from tests.integration.own_broker import tillstream
from tests.thrown_away import thrown_away

PASSWORD = 'as"tor\\42'

PARTITIONS = 2

ADMIN: Any = kafka_admin  # its types lag behind it

DAY = timedelta(days=1)


class TokenIssuer:
    """Signs tokens, and publishes the key in a file that the broker reads."""

    def __init__(self, folder: Path) -> None:
        self._key = new_key()
        public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(self._key.public_key()))
        self._keys = folder / "keys.json"
        self._keys.write_text(json.dumps({"keys": [{**public, "kid": "1", "use": "sig"}]}))

    def token(self, service: str, *, ends: timedelta = DAY, audience: str = "kafka") -> str:
        """A token that says that its holder is a service."""
        now = datetime.now(UTC)
        claims = {"iat": now - DAY, "exp": now + ends, "aud": audience}
        claims["sub"] = f"service:{service}"
        return jwt.encode(claims, self._key, "ES256", headers={"kid": "1"})

    def door(self) -> dict[str, str]:
        """The broker's settings for tokens."""
        package = "org.apache.kafka.common.security.oauthbearer"
        prefix = "listener.name.sasl_ssl.oauthbearer.sasl"
        return {
            f"{prefix}.jaas.config": f"{package}.OAuthBearerLoginModule required;",
            f"{prefix}.server.callback.handler.class": (
                f"{package}.OAuthBearerValidatorCallbackHandler"
            ),
            f"{prefix}.oauthbearer.jwks.endpoint.url": self._keys.as_uri(),
            f"{prefix}.oauthbearer.expected.audience": "kafka",
        }

    def java_options(self) -> str:
        """What lets the broker read the file."""
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self._keys.as_uri()}"
        return f"{os.environ.get('JDK_JAVA_OPTIONS', '')} {allowed}"


@dataclass(frozen=True, slots=True)
class GuardedBroker:
    """Two doors, by certificate and by password, and the controller's; nobody else comes in."""

    folder: Path
    issuer: TokenIssuer
    mutual: str
    login: str
    controller: str
    identities: Identities

    def access(self, service: str) -> KafkaAccess:
        """As a service of the stack."""
        own = self.identities
        tls = Tls(own.authorities, own.certificate(service), own.key(service))
        return KafkaAccess(self.mutual, tls)

    def by_password(self, service: str, password: str = PASSWORD) -> KafkaAccess:
        """As a service that shows no certificate."""
        login = Login("SCRAM-SHA-512", f"service:{service}", password)
        return KafkaAccess(self.login, Tls(self.identities.authorities), login)

    def by_token(self, token: str) -> KafkaAccess:
        """As whoever ``token`` says."""
        file = self.folder / "token"
        file.write_text(token)
        return KafkaAccess(self.login, Tls(self.identities.authorities), Token(file))

    def as_somebody(
        self, name: Name, *, begins: timedelta = timedelta(), ends: timedelta = DAY
    ) -> KafkaAccess:
        """As whoever ``name`` is, by the authority that the broker trusts."""
        return self.with_certificate_of(
            self._authority(self.identities.issuing), name, begins=begins, ends=ends
        )

    def as_device(self, name: Name) -> KafkaAccess:
        """As whoever ``name`` is, by the authority that issues for devices."""
        return self.with_certificate_of(self._authority(self.identities.devices), name)

    def _authority(self, files_of: tuple[Path, Path]) -> Authority:
        chain, key = files_of
        return Authority(files.read_certificates(chain), files.read_key(key))

    def with_certificate_of(
        self,
        authority: Authority,
        name: Name,
        *,
        begins: timedelta = timedelta(),
        ends: timedelta = DAY,
    ) -> KafkaAccess:
        """As whoever ``authority`` says that we are; times are from now."""
        now, key = datetime.now(UTC), new_key()
        own = authority.issue(
            key.public_key(),
            name,
            not_before=now + begins,
            not_after=now + ends,
            client=True,
            server=False,
        )
        certificate, file = self.folder / "somebody.pem", self.folder / "somebody.key"
        files.write_certificates(certificate, (own, *authority.chain[:-1]))
        files.write_key(file, key)
        return KafkaAccess(self.mutual, Tls(self.identities.authorities, certificate, file))

    def settings(self, service: str) -> dict[str, str]:
        """For the command line, by name."""
        own = self.identities
        return {
            "home": str(self.folder / "home"),
            "partitions": str(PARTITIONS),
            "kafka_ca": str(own.authorities),
            "kafka_cert": str(own.certificate(service)),
            "kafka_key": str(own.key(service)),
            "kafka_plaintext": "false",
        }

    def sync(self, *options: str, service: str = "operator") -> tuple[int, str, str]:
        """`tillstream topics sync`: exit status, output, errors."""
        return tillstream(self.mutual, "topics", "sync", *options, **self.settings(service))


@contextmanager
def guarded_broker(folder: Path) -> Generator[GuardedBroker]:
    """The broker for the length of a block, its rules and topics made by the command."""
    mutual, controller, login = choose(3)
    identities = prepare(folder / "identities")
    issuer, log = TokenIssuer(folder), folder / "kafka.log"
    more = {**_second_door(mutual, controller, login), **issuer.door()}
    service = kafka.service(
        folder / "kafka", mutual, controller, jars.class_path(), log, identities, more
    )
    broker = GuardedBroker(
        folder,
        issuer,
        kafka.address(mutual),
        kafka.address(login),
        kafka.address(controller),
        identities,
    )
    environment = {**service.environment, "JDK_JAVA_OPTIONS": issuer.java_options()}
    process = child.start(thrown_away(replace(service, environment=environment)))
    try:
        kafka_rules.admit_operator(broker.mutual, identities)
        _add_passwords(broker, "operator", "sink")
        status, output, errors = broker.sync()
        assert status == 0, output + errors
        yield broker
    finally:
        process.stop()


def _second_door(mutual: int, controller: int, login: int) -> dict[str, str]:
    doors = f"SSL://{kafka.address(mutual)},SASL_SSL://{kafka.address(login)}"
    return {
        "listeners": f"{doors},CONTROLLER://{kafka.address(controller)}",
        "advertised.listeners": doors,
        "listener.security.protocol.map": "SSL:SSL,SASL_SSL:SASL_SSL,CONTROLLER:SSL",
        "listener.name.sasl_ssl.ssl.client.auth": "none",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }


def _add_passwords(broker: GuardedBroker, *services: str) -> None:
    with blocking_kafka.admin(broker.access(BROKER)) as admin:
        admin.alter_user_scram_credentials(
            [
                ADMIN.UserScramCredentialUpsertion(f"service:{each}", "SCRAM-SHA-512", PASSWORD)
                for each in services
            ]
        )
        described: Any = {}
        while len(described) < len(services):  # the broker hears of them a moment later
            time.sleep(0.1)
            described = admin.describe_user_scram_credentials([f"service:{s}" for s in services])
