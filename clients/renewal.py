"""A certificate that takes another's place while a server shows it."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from clients.errors import AccessError
from clients.tls import Tls

LOOK_SECONDS = 60.0
"""How often the files are looked at: a renewed certificate serves from then on, long before the
old one ends."""


class Renewal:
    """Brings what is renewed of ``tls`` into a context that serves already."""

    def __init__(
        self, tls: Tls, context: ssl.SSLContext, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tls = tls
        self._context = context
        self._clock = clock
        self._known = self._written_at()
        self._looked_at = clock()
        self._log: Any = structlog.get_logger("tillstream.certificates")

    def look(self) -> None:
        """Look at the files, unless that was done of late."""
        if self._clock() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = self._clock()
        found = self._written_at()
        if found != self._known and self._bring():
            self._known = found

    def _written_at(self) -> list[float]:
        files: list[Path] = list(filter(None, (self._tls.certificate, self._tls.key)))
        try:
            return [file.stat().st_mtime for file in files]
        except OSError:
            return []

    def _bring(self) -> bool:
        told = str(self._tls.certificate)
        try:
            # Into another one first: half of a pair would break the context that serves.
            self._tls.public_context()
            self._tls.load(self._context)
        except AccessError as fault:
            self._log.warning("certificate_not_renewed", cause=str(fault), then="tried again")
            return False
        self._log.info("certificate_renewed", certificate=told)
        return True
