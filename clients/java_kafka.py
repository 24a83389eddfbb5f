"""Settings of Java's clients, by their names, and the file of properties that holds them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from clients.errors import AccessError
from clients.kafka import KafkaAccess, Login, Token
from clients.tls import Tls


def text_of(file: Path) -> str:
    """What ``file`` holds; raises `clients.errors.AccessError`."""
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"{file} cannot be read: {error}") from error


def properties(access: KafkaAccess, held: Callable[[Path], str] = text_of) -> dict[str, str]:
    """What such a client is told of the cluster. It holds key and password: print it nowhere.

    ``held`` may name where a file's text is found in place of the text. Raises
    `clients.errors.AccessError` where a file cannot be read, and for a token.
    """
    told = {"bootstrap.servers": access.servers}
    if access.tls is not None:
        told |= {"security.protocol": access.protocol, **_tls(access.tls, held)}
    if isinstance(access.login, Token):
        raise AccessError("Java takes no token from a file: give it a certificate or a login")
    if access.login is not None:
        told |= {"sasl.mechanism": access.login.mechanism, "sasl.jaas.config": _jaas(access.login)}
    return told


def file_of(properties: Mapping[str, str]) -> str:
    """The text of a file of properties, which only its owner should be able to read.

    Java takes a backslash for an escape, a line's end for the value's, and bytes for Latin-1.
    """
    return "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(value: str) -> str:
    units = value.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(
        chr(code) if " " <= chr(code) <= "~" and chr(code) != "\\" else f"\\u{code:04x}"
        for code in codes
    )


def _tls(tls: Tls, held: Callable[[Path], str]) -> dict[str, str]:
    told: dict[str, str] = {}
    if tls.authorities is not None:
        told |= {
            "ssl.truststore.type": "PEM",
            "ssl.truststore.certificates": held(tls.authorities),
        }
    if tls.certificate is not None and tls.key is not None:
        told |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": held(tls.certificate),
            # Java reads PKCS #8 only: "BEGIN PRIVATE KEY".
            "ssl.keystore.key": held(tls.key),
        }
    return told


def _jaas(login: Login) -> str:
    name = "PlainLoginModule" if login.mechanism == "PLAIN" else "ScramLoginModule"
    package = "plain" if login.mechanism == "PLAIN" else "scram"
    user, password = quoted(login.user), quoted(login.secret())
    return (
        f"org.apache.kafka.common.security.{package}.{name} required "
        f"username={user} password={password};"
    )


def quoted(text: str) -> str:
    """``text`` as a value of a JAAS configuration."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
