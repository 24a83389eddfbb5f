"""Settings of the clients that are built on librdkafka, by its names."""

from clients.kafka import KafkaAccess


def properties(access: KafkaAccess) -> dict[str, str]:
    """What such a client is told of the cluster. It holds the password: print it nowhere."""
    told = {"bootstrap.servers": access.servers}
    if access.tls is not None:
        files = {
            "ssl.ca.location": access.tls.authorities,
            "ssl.certificate.location": access.tls.certificate,
            "ssl.key.location": access.tls.key,
        }
        told |= {"security.protocol": access.protocol}
        told |= {name: str(file) for name, file in files.items() if file is not None}
    if access.login is not None:
        told |= {
            "sasl.mechanism": access.login.mechanism,
            "sasl.username": access.login.user,
            "sasl.password": access.login.secret(),
        }
    return told
