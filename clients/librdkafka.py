"""Settings of the clients that are built on librdkafka, by its names."""

from clients.errors import AccessError
from clients.kafka import KafkaAccess, Token


def properties(access: KafkaAccess) -> dict[str, str]:
    """What such a client is told of the cluster. It holds the password: print it nowhere.

    Raises `clients.errors.AccessError` for a token.
    """
    told = {"bootstrap.servers": access.servers}
    if access.tls is not None:
        names = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location")
        told |= {"security.protocol": access.protocol, **access.tls.named(*names)}
    if isinstance(access.login, Token):
        raise AccessError("librdkafka takes no token from a file: give it a certificate or a login")
    if access.login is not None:
        told |= {
            "sasl.mechanism": access.login.mechanism,
            "sasl.username": access.login.user,
            "sasl.password": access.login.secret(),
        }
    return told
