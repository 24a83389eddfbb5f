"""Says something to a port as nobody, and listens whether it is answered."""

import socket
import ssl
from contextlib import suppress

PATIENCE_SECONDS = 3.0
"""For a connection, and for an answer; a server that refuses does so at once."""

ANSWER_BYTES = 4096


def plain(host: str, port: int, said: bytes) -> bytes:
    """The first answer in cleartext; empty where there is none."""
    with suppress(OSError), socket.create_connection((host, port), PATIENCE_SECONDS) as link:
        link.sendall(said)
        return link.recv(ANSWER_BYTES)
    return b""


def nameless(host: str, port: int, said: bytes) -> bytes:
    """The first answer over TLS to somebody without a certificate; empty where there is none."""
    context = ssl.create_default_context()
    # Whoever knocks as nobody trusts nobody either, and says nothing that is secret.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        suppress(OSError),
        socket.create_connection((host, port), PATIENCE_SECONDS) as link,
        context.wrap_socket(link, server_hostname=host) as secured,
    ):
        secured.sendall(said)
        return secured.recv(ANSWER_BYTES)
    return b""


def page(host: str, port: int, path: str) -> bytes:
    """A request for ``path``, as a browser begins it."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()


def is_page(answer: bytes) -> bool:
    """Whether an answer to `page` tells something: neither a refusal nor an error."""
    return answer.startswith(b"HTTP/1.") and answer[9:10] in (b"2", b"3")
