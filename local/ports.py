"""Free ports on the loopback, remembered so that addresses stay the same from start to start."""

import json
import random
import socket
import ssl
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

LOOPBACK = "127.0.0.1"

PORTS = range(10_240, 32_768)
"""Below those that systems give to connections that go out (Linux from 32768, RFC 6335 from 49152):
one of these may be taken by any client between the choice and the server's start. Above those that
services of a machine have."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def answers_ok(url: str, context: ssl.SSLContext | None = None) -> bool:
    """Whether a GET is answered with 200; ``context`` says who asks, and whom it trusts."""
    try:
        with urlopen(url, timeout=5, context=context) as answer:  # noqa: S310 - our own servers
            return answer.status == 200
    except (URLError, OSError):
        return False


def choose(count: int) -> list[int]:
    """``count`` different free ports, at random so that two who choose at once differ."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == count:
            break
        if is_free(port):
            found.append(port)
    return found


class RememberedPorts:
    """Ports by name, kept in a file; one that somebody else has taken is chosen anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def take(self, name: str) -> int:
        """The port of ``name``: the remembered one, or a free one that is remembered now."""
        if name not in self._ports or not is_free(self._ports[name]):
            self._ports[name] = self._fresh()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._ports, indent=1))
        return self._ports[name]

    def _fresh(self) -> int:
        taken = set(self._ports.values())
        return next(port for port in choose(len(taken) + 1) if port not in taken)
