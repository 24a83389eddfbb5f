"""Whether the processes' metrics are told to everybody who asks."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from operations.doctor.finding import Finding, Patient, bad, good
from operations.security.knock import is_page, nameless, page, plain

CHECK = "metrics"


def metrics(patient: Patient) -> Iterator[Finding]:
    """Each address of the installation."""
    for url in patient.metrics:
        address = urlsplit(url)
        host, port = address.hostname or "", address.port or 443
        asked = page(host, port, address.path or "/")
        if is_page(plain(host, port, asked)) or is_page(nameless(host, port, asked)):
            remedy = "let it have a certificate, and ask for one"
            yield bad(CHECK, f"{url} answers somebody without an identity", remedy)
        else:
            yield good(CHECK, f"{url} answers nobody without an identity")
