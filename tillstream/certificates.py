"""The certificate of a server that people's browsers reach, and the one that takes its place."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

LOOK_SECONDS = 60.0
"""How often the files are looked at: a renewed certificate serves from then on, long before the
old one ends."""


class CertificateError(Exception):
    """A certificate or key that cannot be used; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: a certificate with its chain, and its key."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server; raises `CertificateError`."""
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load(made)
        return made

    async def keep(self, context: ssl.SSLContext) -> None:
        """Until cancelled: bring what is renewed into a context that serves already."""
        log: Any = structlog.get_logger("tillstream.board")
        known = self._written_at()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            found = self._written_at()
            if found == known:
                continue
            try:
                # Into another one first: half of a pair would break the context that serves.
                self._load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
                self._load(context)
            except CertificateError as fault:
                log.warning("certificate_not_renewed", cause=str(fault), then="tried again")
                continue
            known = found
            log.info("certificate_renewed", certificate=str(self.chain))

    def _written_at(self) -> tuple[float, float]:
        try:
            return self.chain.stat().st_mtime, self.key.stat().st_mtime
        except OSError:
            return 0.0, 0.0

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            # A server has no terminal to ask for a password at.
            context.load_cert_chain(self.chain, self.key, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as fault:
            raise CertificateError(f"{self.chain} with {self.key}: {fault}") from fault


def _no_password() -> str:
    raise ValueError("the key is encrypted; store it as it is, in a file that only we may read")
