"""Where programs of a till's machine come in: by a Unix socket, or by a port of loopback."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from edge.proxy import doors
from edge.proxy.service import Loopback
from tillstream.settings import SettingsError

TillDoors = tuple[socket.socket, Loopback | None, dict[str, str]]
"""Where programs come in, whom it lets in by loopback, and what is told of both."""


@contextmanager
def door(folder: Path, port: int | None, name: str) -> Generator[TillDoors]:
    """The door of the process of that name; ``port`` 0 is a free one, None the socket.

    Raises `SettingsError`.
    """
    try:
        if port is None:
            with doors.unix_door(folder.absolute(), name) as (listening, path):
                yield listening, None, {"socket": str(path)}
        else:
            with doors.loopback_door(folder.absolute(), port, name) as (listening, secret, path):
                taken = listening.getsockname()[1]
                told = {"address": f"http://{doors.LOOPBACK}:{taken}", "secret_file": str(path)}
                yield listening, Loopback(taken, secret), told
    except doors.DoorError as error:
        raise SettingsError(str(error)) from error
