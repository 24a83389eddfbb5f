"""Asks a port in every protocol that the stack speaks, as nobody."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tests.acceptance.links.doors import Door

PATIENCE_SECONDS = 6.0
"""A port that says nothing costs all of it. An answer takes milliseconds; on a busy machine, where
`AT_ONCE` ask, tenths of a second. What comes later passes unheard."""

AT_ONCE = 32
"""Questions. With fewer, the silent ports are waited for in turn; each is a connection of its own,
and a broker takes dozens."""

READ_BYTES = 65_536

PATHS = ("/", "/metrics", "/connectors", "/devices", "/api/v1/levels", "/debug")
"""Of what tells something; `/live` and `/ready` may say to anybody that they are well."""

CORRELATION = 0x7E57

Connection = socket.socket
Question = tuple[str, bytes, Callable[[bytes], bool]]


def _http(path: str, door: Door) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {door.host}:{door.port}\r\n\r\n".encode()


def _tells(answer: bytes) -> bool:
    """Whether it is HTTP that gives something away."""
    head = answer[:12]
    return head.startswith(b"HTTP/1.") and head[9:10] in b"23"


def _kafka() -> bytes:
    """ApiVersions, version 0, which a broker answers before it knows who asks."""
    request = struct.pack(">hhih", 18, 0, CORRELATION, -1)
    return struct.pack(">i", len(request)) + request


def _is_kafka(answer: bytes) -> bool:
    return len(answer) >= 8 and struct.unpack(">i", answer[4:8])[0] == CORRELATION


def _postgres() -> bytes:
    names = b"".join(part + b"\0" for part in (b"user", b"postgres", b"database", b"postgres"))
    request = struct.pack(">i", 3 << 16) + names + b"\0"
    return struct.pack(">i", len(request) + 4) + request


def _is_postgres(answer: bytes) -> bool:
    """Whether the server goes on to ask who it is (R); an error (E) refuses."""
    return answer[:1] == b"R"


def questions(door: Door) -> list[Question]:
    """What is said first, and whether an answer to it gives something away."""
    asked = [(f"HTTP {path}", _http(path, door), _tells) for path in PATHS]
    return [
        *asked,
        ("Kafka", _kafka(), _is_kafka),
        ("PostgreSQL", _postgres(), _is_postgres),
    ]


def plain_answers(doors: Iterable[Door]) -> dict[str, list[str]]:
    """The protocols that answer in cleartext, by port; without the ports that keep silent."""
    return _answers(doors, None)


def nameless_answers(doors: Iterable[Door]) -> dict[str, list[str]]:
    """The same, over TLS to somebody without a certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return _answers(doors, context)


def _answers(doors: Iterable[Door], context: ssl.SSLContext | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [
            (door, name, tells, pool.submit(_said, door, text, context))
            for door in doors
            for name, text, tells in questions(door)
        ]
        for door, name, tells, answer in asked:
            if tells(answer.result()):
                found.setdefault(str(door), []).append(name)
    return found


def _said(door: Door, text: bytes, context: ssl.SSLContext | None) -> bytes:
    """The first answer; empty where there is none."""
    with suppress(OSError), _connected(door, context) as connection:
        connection.sendall(text)
        return connection.recv(READ_BYTES)
    return b""


def _connected(door: Door, context: ssl.SSLContext | None) -> Connection:
    connection = socket.create_connection((door.host, door.port), PATIENCE_SECONDS)
    if context is None:
        return connection
    try:
        return context.wrap_socket(connection)
    except OSError:
        connection.close()
        raise
