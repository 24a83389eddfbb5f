"""Encryption of a link: whom we trust, and who we are."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clients.errors import AccessError


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. Without ``authorities`` the system's are trusted.

    ``certificate`` and its unencrypted ``key`` say who we are; a server that knows its clients
    by a password needs neither. The server's name is always checked.
    """

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where half an identity is given."""
        if (self.certificate is None) != (self.key is None):
            raise AccessError("a client's certificate and its key go together: name both files")

    def named(self, authorities: str, certificate: str, key: str) -> dict[str, str]:
        """The files that there are, under a library's names for them."""
        held = {authorities: self.authorities, certificate: self.certificate, key: self.key}
        return {name: str(file) for name, file in held.items() if file is not None}

    def context(self) -> ssl.SSLContext:
        """What Python's own TLS wants; raises `AccessError` where a file cannot be used."""
        context = self._trusting(ssl.Purpose.SERVER_AUTH)
        context.sslobject_class = _OneWordGoodbye
        self.load(context)
        return context

    def public_context(self) -> ssl.SSLContext:
        """For a server that shows our identity and asks its clients for none; raises
        `AccessError`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.load(context)
        return context

    def server_context(self) -> ssl.SSLContext:
        """For a server that shows our identity and asks each client for one that an authority of
        ours vouches for; raises `AccessError` where a file cannot be used."""
        context = self._trusting(ssl.Purpose.CLIENT_AUTH)
        context.verify_mode = ssl.CERT_REQUIRED
        self.load(context)
        return context

    def _trusting(self, purpose: ssl.Purpose) -> ssl.SSLContext:
        """Of the authorities, each counts by itself, be it a root or one below: so a file that
        holds the latter alone keeps out what others below the same root vouch for."""
        try:
            context = ssl.create_default_context(purpose, cafile=self.authorities)
        except OSError as error:
            raise AccessError(f"no authorities in {self.authorities}: {error}") from error
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    def load(self, context: ssl.SSLContext) -> None:
        """Have ``context`` show our identity, if we have one; raises `AccessError`."""
        if self.certificate is None or self.key is None:
            return
        try:
            # Asked for a passphrase, OpenSSL would wait at the terminal.
            context.load_cert_chain(self.certificate, self.key, password=_refuse)
        except (OSError, ValueError) as error:
            raise AccessError(
                f"no identity in {self.certificate} with {self.key}: {error}"
            ) from error


class _OneWordGoodbye(ssl.SSLObject):
    """Closes without waiting for the other side to say goodbye as well.

    TLS 1.3 asks for no answer and Java gives none, so loops would wait 30 s at each close: a
    worker took a minute to open a partition.
    """

    def unwrap(self) -> None:
        """Say that nothing more comes."""
        with suppress(ssl.SSLWantReadError):  # all that waits is the other side's word
            super().unwrap()


def _refuse() -> str:
    raise ValueError("the key is encrypted")
