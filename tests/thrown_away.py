"""Servers whose data nobody opens again."""

import signal
from dataclasses import replace

from local.child import Service


def thrown_away(service: Service) -> Service:
    """The same, but killed where it would be stopped: Java's servers take seconds to close files
    that are deleted next."""
    return replace(service, stop_signal=signal.SIGKILL)
