"""A link over TLS is closed at once, though the server does not say goodbye as well."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Generator

import pytest
import uvloop

from clients.tls import Tls
from tests.certificates import HOST, Identity


@pytest.fixture
def silent_server(identity: Identity) -> Generator[tuple[int, list[bytes]]]:
    """Its port and what it heard; it ends no connection, as Java's TLS 1.3 does not."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity.certificate, identity.key)
    heard: list[bytes] = []
    held: list[ssl.SSLSocket] = []
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            held.append(context.wrap_socket(connection, server_side=True))
            while said := held[0].recv(64):
                heard.append(said)
            heard.append(b"(the client said goodbye)")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join()
    held[0].close()


async def _say_and_close(port: int, tls: Tls) -> float:
    _, writer = await asyncio.open_connection(HOST, port, ssl=tls.context())
    writer.write(b"the last words")
    started = time.monotonic()
    writer.close()
    await writer.wait_closed()
    return time.monotonic() - started


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_closing_does_not_wait_for_an_answer(
    run, identity: Identity, silent_server: tuple[int, list[bytes]]
) -> None:
    port, heard = silent_server
    assert run(_say_and_close(port, Tls(identity.authority))) < 2
    deadline = time.monotonic() + 10
    while len(heard) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert heard == [b"the last words", b"(the client said goodbye)"], "the end was cut off"
