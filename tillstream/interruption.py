"""SIGINT and SIGTERM as a wish to finish, for commands that run until they are told to stop."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruption() -> Generator[Event]:
    """An event that is set by the first signal; a second one ends the process as usual."""
    wished = Event()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def wish(number: int, _: FrameType | None) -> None:
        wished.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in _SIGNALS:
        signal.signal(number, wish)
    try:
        yield wished
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
