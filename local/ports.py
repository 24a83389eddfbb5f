"""Free ports on the loopback, remembered so that addresses stay the same from start to start."""

import json
import socket
import ssl
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

LOOPBACK = "127.0.0.1"


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
    """``count`` different free ports."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


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
