"""Whether Connect is reached by TLS, and tells nobody else what it copies."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from operations.doctor.finding import Finding, Patient, bad, good
from operations.security.knock import is_page, nameless, page, plain

CHECK = "connect"

PATH = "/connectors"


def link(patient: Patient) -> Iterator[Finding]:
    """Our own way to it."""
    access = patient.installation.connect
    if access.url.startswith("http://"):
        remedy = "give Connect's REST API TLS, and write https:// in TILLSTREAM_CONNECT"
        yield bad(CHECK, "our own link to it is in cleartext", remedy)
    else:
        yield good(CHECK, "our own link to it is encrypted")


def strangers(patient: Patient) -> Iterator[Finding]:
    """Whether it tells its connectors to somebody without an identity."""
    address = urlsplit(patient.installation.connect.url)
    host, port = address.hostname or "", address.port or 443
    asked = page(host, port, PATH)
    if is_page(plain(host, port, asked)) or is_page(nameless(host, port, asked)):
        remedy = "set listeners.https.ssl.client.auth=required, or a login, for its REST API"
        yield bad(CHECK, "whoever reaches it may tell it what to copy", remedy)
    else:
        yield good(CHECK, "it tells nothing to somebody without an identity")
