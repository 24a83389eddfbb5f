"""Settings of Java's clients, by their names: for a properties file that only its owner reads."""

from pathlib import Path

from clients.errors import AccessError
from clients.kafka import KafkaAccess, Login
from clients.tls import Tls


def properties(access: KafkaAccess) -> dict[str, str]:
    """What such a client is told of the cluster. It holds key and password: print it nowhere.

    Raises `clients.errors.AccessError` where a file cannot be read.
    """
    told = {"bootstrap.servers": access.servers}
    if access.tls is not None:
        told |= {"security.protocol": access.protocol, **_tls(access.tls)}
    if access.login is not None:
        told |= {"sasl.mechanism": access.login.mechanism, "sasl.jaas.config": _jaas(access.login)}
    return told


def _tls(tls: Tls) -> dict[str, str]:
    told: dict[str, str] = {}
    if tls.authorities is not None:
        told |= {
            "ssl.truststore.type": "PEM",
            "ssl.truststore.certificates": _text(tls.authorities),
        }
    if tls.certificate is not None and tls.key is not None:
        told |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": _text(tls.certificate),
            # Java reads PKCS #8 only: "BEGIN PRIVATE KEY".
            "ssl.keystore.key": _text(tls.key),
        }
    return told


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"{file} cannot be read: {error}") from error


def _jaas(login: Login) -> str:
    name = "PlainLoginModule" if login.mechanism == "PLAIN" else "ScramLoginModule"
    package = "plain" if login.mechanism == "PLAIN" else "scram"
    user, password = _quoted(login.user), _quoted(login.secret())
    return (
        f"org.apache.kafka.common.security.{package}.{name} required "
        f"username={user} password={password};"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
