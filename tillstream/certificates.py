"""The certificate that a server shows, and the one that takes its place while it serves."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from clients.errors import AccessError
from clients.tls import Tls

LOOK_SECONDS = 60.0
"""How often the files are looked at: a renewed certificate serves from then on, long before the
old one ends."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: a certificate with its chain, and its unencrypted key."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server that asks its clients for none; raises `AccessError`."""
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.load(made)
        return made

    def load(self, context: ssl.SSLContext) -> None:
        """Have ``context`` show it from the next connection on; raises `AccessError`."""
        Tls(None, self.chain, self.key).load(context)

    def written_at(self) -> tuple[float, float]:
        """When the files were; zeros where they are gone."""
        try:
            return self.chain.stat().st_mtime, self.key.stat().st_mtime
        except OSError:
            return 0.0, 0.0


class Renewal:
    """Brings what is renewed into a context that serves already."""

    def __init__(
        self,
        certificate: Certificate,
        context: ssl.SSLContext,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._certificate = certificate
        self._context = context
        self._clock = clock
        self._known = certificate.written_at()
        self._looked_at = clock()
        self._log: Any = structlog.get_logger("tillstream.certificates")

    def look(self) -> None:
        """Look at the files, unless that was done of late."""
        if self._clock() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = self._clock()
        found = self._certificate.written_at()
        if found != self._known and self._bring():
            self._known = found

    def _bring(self) -> bool:
        told = str(self._certificate.chain)
        try:
            # Into another one first: half of a pair would break the context that serves.
            self._certificate.context()
            self._certificate.load(self._context)
        except AccessError as fault:
            self._log.warning("certificate_not_renewed", cause=str(fault), then="tried again")
            return False
        self._log.info("certificate_renewed", certificate=told)
        return True
