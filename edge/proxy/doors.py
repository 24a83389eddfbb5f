"""Where programs come in: a Unix socket, or a port of loopback with a secret in a file.

Both belong to the user as whom the proxy runs, and are there for as long as it runs.
"""

import fcntl
import os
import secrets
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600
LOOPBACK = "127.0.0.1"

_SECRET_BYTES = 32
_BACKLOG = 64


class DoorError(Exception):
    """Programs cannot come in; the text says why."""


@contextmanager
def unix_door(folder: Path, name: str = "proxy") -> Generator[tuple[socket.socket, Path]]:
    """A socket in ``folder`` that its owner alone can open, and its path; raises `DoorError`.

    ``name`` is that of the process whose door it is: a folder has one of each.
    """
    with _alone(folder, name):
        path = folder / f"{name}.sock"
        path.unlink(missing_ok=True)
        try:
            with socket.socket(socket.AF_UNIX) as listening:
                _bind_privately(listening, path)
                yield listening, path
        finally:
            path.unlink(missing_ok=True)


def _bind_privately(listening: socket.socket, path: Path) -> None:
    # From the first moment: whoever connects before a chmod has connected.
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
        listening.listen(_BACKLOG)
    except OSError as error:
        raise DoorError(f"no socket at {path}: {error}") from error
    finally:
        os.umask(before)


@contextmanager
def loopback_door(
    folder: Path, port: int, name: str = "proxy"
) -> Generator[tuple[socket.socket, str, Path]]:
    """A port of loopback (0: a free one), a secret of this start, and the file that holds it.

    Raises `DoorError`.
    """
    with _alone(folder, name):
        path = folder / f"{name}.secret"
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        path.unlink(missing_ok=True)
        try:
            with socket.socket(socket.AF_INET) as listening:
                _bind_here(listening, port)
                opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
                with os.fdopen(opened, "w") as file:
                    file.write(secret)
                yield listening, secret, path
        finally:
            path.unlink(missing_ok=True)


def _bind_here(listening: socket.socket, port: int) -> None:
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        raise DoorError(f"nobody can listen at {LOOPBACK}:{port}: {error}") from error


@contextmanager
def _alone(folder: Path, name: str) -> Generator[None]:
    """The folder for one process of that name: a second would take the first one's door away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DoorError(f"another {name} runs in {folder}") from error
        yield
