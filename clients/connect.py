"""How Kafka Connect's REST API is reached, and one request to it."""

import http.client
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from clients.errors import AccessError
from clients.loopback import is_loopback
from clients.passwords import password_in
from clients.tls import Tls


@dataclass(frozen=True, slots=True)
class ConnectAccess:
    """Connect at ``url``, https://…; http:// is taken on this machine only.

    Who we are is told by a certificate in ``tls``, by ``user`` with the password that
    ``password_file`` holds, by both, or not at all.
    """

    url: str
    tls: Tls | None = None
    user: str = ""
    password_file: Path | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where the address is none, or what is secret would go in clear."""
        address = self._address()
        if address.username or address.password:
            raise AccessError(
                "a password in Connect's address ends in logs: name the user and the password's "
                "file in settings of their own"
            )
        if bool(self.user) != (self.password_file is not None):
            raise AccessError("a user of Connect and the file of the password go together")
        if address.scheme == "http" and not is_loopback(address.hostname or ""):
            raise AccessError(f"what is said to {self.url} would go in cleartext: write https://")

    def request(
        self, method: str, path: str, body: bytes | None = None, *, patience_seconds: float
    ) -> tuple[int, bytes]:
        """Status and text of the answer. Raises ``OSError`` or ``http.client.HTTPException``
        where there is none, `AccessError` where a file cannot be used."""
        conn = self._connection(patience_seconds)
        try:
            target = self._address().path.rstrip("/") + path
            conn.request(method, target, body, self._headers())
            answer = conn.getresponse()
            return answer.status, answer.read()
        finally:
            conn.close()

    def _connection(self, patience_seconds: float) -> http.client.HTTPConnection:
        address = self._address()
        place, port = address.hostname or "", address.port
        if address.scheme == "http":
            return http.client.HTTPConnection(place, port, timeout=patience_seconds)
        context = (self.tls or Tls()).context()
        return http.client.HTTPSConnection(place, port, timeout=patience_seconds, context=context)

    def _headers(self) -> dict[str, str]:
        told = {"Content-Type": "application/json"}
        if self.password_file is not None:
            login = f"{self.user}:{password_in(self.password_file)}"
            told["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
        return told

    def _address(self) -> SplitResult:
        try:
            address = urlsplit(self.url)
            is_whole = address.scheme in ("http", "https") and bool(address.hostname)
            _ = address.port  # which raises where it is no number
        except ValueError:
            is_whole = False
            address = SplitResult("", "", "", "", "")
        if not is_whole:
            raise AccessError("Connect's address is no https://host:port")
        return address

    def __str__(self) -> str:
        """The address, for messages to people."""
        return self.url
