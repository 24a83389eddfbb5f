"""Listens to all that passes on the loopback, as a tap would."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_EVERYTHING = 0x0003
"""ETH_P_ALL."""

_ETHERNET_BYTES = 14
_IPV4 = b"\x08\x00"
_TCP = 6
_RECEIVE_BUFFER_FORCED = 33
"""SO_RCVBUFFORCE, above what users may have."""

FRAME_BYTES_MAX = 70_000
"""The loopback's packets are of 64 KiB, and a header."""

BUFFER_BYTES = 64 * 1024 * 1024
"""Of the kernel, for what is not looked at yet: a busy second on the loopback is some megabytes."""


DRAIN_SECONDS = 2.0
"""The wire of a stack is never silent: what waits in the kernel's buffer is taken for so long."""


@dataclass
class Tap:
    """What was seen of ``markers``, by the ports of the connection; the lower one first."""

    markers: tuple[bytes, ...]
    seen: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])
    packets: int = 0

    def take(self, frame: bytes) -> None:
        """Look into one frame."""
        found = _tcp(frame)
        if found is None:
            return
        ports, payload = found
        self.packets += 1
        if any(marker in payload for marker in self.markers):
            self.seen[ports] += 1


def _tcp(frame: bytes) -> tuple[tuple[int, int], bytes] | None:
    if frame[12:14] != _IPV4 or frame[_ETHERNET_BYTES + 9] != _TCP:
        return None
    segment = frame[_ETHERNET_BYTES + 4 * (frame[_ETHERNET_BYTES] & 0x0F) :]
    source, target = struct.unpack(">HH", segment[:4])
    ports = (min(source, target), max(source, target))
    return ports, segment[4 * (segment[12] >> 4) :]


@contextmanager
def tapped(*markers: str) -> Generator[Tap]:
    """A tap for the length of a block; needs the right to open raw sockets."""
    tap = Tap(tuple(each.encode() for each in markers))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER_FORCED, BUFFER_BYTES)
        raw.bind(("lo", 0))
        raw.settimeout(0.2)
        ends = threading.Event()
        thread = threading.Thread(target=_listen, args=(raw, tap, ends))
        thread.start()
        try:
            yield tap
        finally:
            ends.set()
            thread.join()


def _listen(raw: socket.socket, tap: Tap, ends: threading.Event) -> None:
    """Until told to end, and then so long that what was said before has been heard."""
    deadline = None
    while deadline is None or time.monotonic() < deadline:
        with suppress(TimeoutError):
            tap.take(raw.recv(FRAME_BYTES_MAX))
        if deadline is None and ends.is_set():
            deadline = time.monotonic() + DRAIN_SECONDS
