"""A broker that takes nobody in cleartext but the one that looks whether it is ready."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import java_kafka
from clients.kafka import KafkaAccess
from clients.tls import Tls
from local import child, jars, kafka
from local.ports import choose
from tests.certificates import HOST, Authority, Identity
from tests.thrown_away import thrown_away

USER = "till-7"
SECRET = 'as"tor\\42'

_LOGIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass(frozen=True, slots=True)
class SecuredBroker:
    """Its three doors: certificate, password, and cleartext; and who may show a certificate."""

    mutual: str
    login: str
    plain: str
    identity: Identity


@contextmanager
def secured_broker(folder: Path) -> Generator[SecuredBroker]:
    """The broker for the length of a block."""
    plain, controller, mutual, login = choose(4)
    authority = Authority(folder)
    doors = {"PLAINTEXT": plain, "SSL": mutual, "SASL_SSL": login}
    more, log = _security(doors, controller, authority.identity("broker")), folder / "kafka.log"
    service = kafka.service(
        folder / "kafka", plain, controller, jars.class_path(), log, others=more
    )
    process = child.start(thrown_away(service))
    try:
        yield SecuredBroker(
            mutual=kafka.address(mutual),
            login=kafka.address(login),
            plain=kafka.address(plain),
            identity=authority.identity(USER),
        )
    finally:
        process.stop()


def _security(doors: dict[str, int], controller: int, own: Identity) -> dict[str, str]:
    told = java_kafka.properties(KafkaAccess(HOST, Tls(own.authority, own.certificate, own.key)))
    listening = [f"{name}://{kafka.address(port)}" for name, port in doors.items()]
    secret = java_kafka.quoted(SECRET)
    return {
        **{name: value for name, value in told.items() if name.startswith("ssl.")},
        "listeners": ",".join([*listening, f"CONTROLLER://{kafka.address(controller)}"]),
        "advertised.listeners": ",".join(listening),
        "listener.security.protocol.map": ",".join(
            ["CONTROLLER:PLAINTEXT", *(f"{name}:{name}" for name in doors)]
        ),
        "listener.name.ssl.ssl.client.auth": "required",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f"{_LOGIN_MODULE} required user_{USER}={secret};"
        ),
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }
