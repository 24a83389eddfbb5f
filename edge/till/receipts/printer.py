"""A receipt printer: a device file, or a port of the network that takes the same bytes.

A printer without paper takes nothing and says nothing: it is given up after some seconds, and what
was asked for can be asked for again.
"""

import asyncio
import os
import select
import time
from contextlib import suppress
from pathlib import Path

PRINT_SECONDS = 5.0
"""For all of a receipt, some 3 kB. A printer takes them in a second; a cashier who waits for longer
looks at the printer anyway."""


class PrinterAway(Exception):
    """It took not all of it; the text says why."""


async def send(address: str, data: bytes) -> None:
    """Print ``data`` at a device's path or at host:port; raises `PrinterAway`."""
    try:
        if address.startswith("/"):
            await asyncio.to_thread(_write, Path(address), data)
        else:
            async with asyncio.timeout(PRINT_SECONDS):
                await _send(address, data)
    except TimeoutError as error:
        raise PrinterAway(f"it took nothing for {PRINT_SECONDS:.0f} s") from error
    except OSError as error:
        raise PrinterAway(error.strerror or str(error)) from error


async def _send(address: str, data: bytes) -> None:
    host, _, port = address.rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(data)
        await writer.drain()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _write(path: Path, data: bytes) -> None:
    """In a thread of its own, which must end: a device that takes nothing would hold it."""
    deadline = time.monotonic() + PRINT_SECONDS
    opened = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        left = memoryview(data)
        while left:
            _, ready, _ = select.select([], [opened], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            with suppress(BlockingIOError):
                left = left[os.write(opened, left) :]
    finally:
        os.close(opened)
