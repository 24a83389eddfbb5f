"""Whether Kafka is reached by TLS and an identity, and answers nobody else."""

import struct
from collections.abc import Iterator

from operations.doctor.finding import Finding, Patient, bad, good
from operations.security.knock import nameless, plain

CHECK = "kafka"

_CORRELATION = 0x0D0C
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, _CORRELATION, -1)
"""Which requests it takes: a broker answers that before it asks for a password."""

_METADATA = struct.pack(">ihhihi", 14, 3, 0, _CORRELATION, -1, 0)
"""All topics, which a broker that asks for a password does not tell before."""


def link(patient: Patient) -> Iterator[Finding]:
    """Our own way to it."""
    access = patient.installation.kafka
    if access.tls is None:
        remedy = "set TILLSTREAM_KAFKA_CA, and a certificate or a login"
        yield bad(CHECK, "our own link to it is in cleartext", remedy)
    elif access.login is None and access.tls.certificate is None:
        remedy = "give us a certificate or a login, and ask for one at the cluster"
        yield bad(CHECK, "we show it no identity", remedy)
    else:
        yield good(CHECK, "our own link to it is encrypted, and we show who we are")


def strangers(patient: Patient) -> Iterator[Finding]:
    """What it says to somebody without an identity."""
    for server in patient.installation.kafka.each_server():
        host, _, port = server.rpartition(":")
        if _is_answer(plain(host, int(port), _API_VERSIONS)):
            remedy = "take its PLAINTEXT and SASL_PLAINTEXT listeners away"
            yield bad(CHECK, f"{server} answers in cleartext", remedy)
        elif _is_answer(nameless(host, int(port), _METADATA)):
            remedy = "set ssl.client.auth=required on that listener, or use SASL_SSL"
            yield bad(CHECK, f"{server} tells its topics to somebody without an identity", remedy)
        else:
            yield good(CHECK, f"{server} answers nobody without an identity")


def _is_answer(answer: bytes) -> bool:
    return len(answer) >= 8 and struct.unpack(">i", answer[4:8])[0] == _CORRELATION
