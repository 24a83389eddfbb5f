"""How the local broker's links are secured: TLS 1.3 on each, and a certificate of each client.

There is no other listener. Whoever has come in may do what access rules say and nothing else; the
broker's own principal alone stands above them.
"""

from pathlib import Path
from typing import Any

from identity.names import ORGANIZATION, ServiceName
from local.identities import Identities

BROKER = "kafka"
"""The service whose identity the broker shows."""

PRINCIPALS = (
    rf"RULE:^CN=([^,]+),OU=([^,]+),OU=till,O={ORGANIZATION}$/till:$2:$1/,"
    rf"RULE:^CN=([^,]+),OU=(store|service),O={ORGANIZATION}$/$2:$1/"
)
"""From subjects to principals, as `identity.names` writes them. Whoever has another subject does
not come in. A slash in a name would end the rule, and the broker with it."""


def plain() -> dict[str, object]:
    """Settings of a broker that takes everybody in cleartext."""
    return {"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"}


def secured(identities: Identities) -> dict[str, object]:
    """Settings of a broker that takes nobody but those who show an identity."""
    return {
        "listener.security.protocol.map": "SSL:SSL,CONTROLLER:SSL",
        "ssl.client.auth": "required",
        "ssl.principal.mapping.rules": PRINCIPALS,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": False,
        "super.users": f"User:{ServiceName(BROKER).principal()}",
        **java_identity(identities, BROKER),
        # Services alone: devices go through their store, and do not come as far as a name.
        "ssl.truststore.certificates": identities.services.read_text(),
    }


def java_identity(identities: Identities, service: str) -> dict[str, object]:
    """Settings by which a Java program shows the identity of ``service``."""
    return {
        "ssl.protocol": "TLSv1.3",
        "ssl.enabled.protocols": "TLSv1.3",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": identities.certificate(service).read_text(),
        "ssl.keystore.key": identities.key(service).read_text(),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": identities.authorities.read_text(),
    }


def java_client(kafka: str, identities: Identities, service: str) -> dict[str, object]:
    """Settings by which a Java client comes to the broker at ``kafka`` as ``service``."""
    link = {"bootstrap.servers": kafka, "security.protocol": "SSL"}
    return {**link, **java_identity(identities, service)}


def client_files(identities: Identities, service: str) -> dict[str, str]:
    """Keyword arguments of kafka-python that show the identity of ``service``, for programs."""
    return {
        "security_protocol": "SSL",
        "ssl_cafile": _text(identities.authorities),
        "ssl_certfile": _text(identities.certificate(service)),
        "ssl_keyfile": _text(identities.key(service)),
    }


def client_arguments(identities: Identities, service: str) -> dict[str, Any]:
    """The same with what the files hold now, for clients of this process."""
    return {"security_protocol": "SSL", "ssl_context": identities.context(service)}


def librdkafka(kafka: str, identities: Identities, service: str) -> dict[str, str]:
    """Properties by which librdkafka comes to the broker at ``kafka`` as ``service``."""
    return {
        "bootstrap.servers": kafka,
        "security.protocol": "ssl",
        "ssl.ca.location": _text(identities.authorities),
        "ssl.certificate.location": _text(identities.certificate(service)),
        "ssl.key.location": _text(identities.key(service)),
    }


def _text(path: Path) -> str:
    return str(path.absolute())
