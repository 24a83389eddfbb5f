"""What is made of Connect's refusals. A server of our own gives them: Connect does in a moment
that no test can choose.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clients.connect import ConnectAccess
from connectors.connect.errors import ConnectorError
from connectors.connect.rest import Busy, Connect

REBALANCE = "Request cannot be completed because a rebalance is expected"


@contextmanager
def refusing(status: int, message: str, times: int = 1, patience: float = 0) -> Iterator[Connect]:
    """A Connect that answers so many times so, and then that the connector has no settings."""
    refusal = (status, {"error_code": status, "message": message})
    answers = [*[refusal] * times, (200, {})]

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, body = answers.pop(0)
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what fails is told by what is tested."""

    server = HTTPServer(("127.0.0.1", 0), Refusal)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        there = ConnectAccess(f"http://127.0.0.1:{server.server_port}")
        yield Connect(there, "any", busy_seconds=patience)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "message"), [(409, "stale"), (503, "starting"), (500, REBALANCE)]
)
def test_a_rebalance_is_a_reason_to_ask_again(status: int, message: str) -> None:
    with refusing(status, message) as connect, pytest.raises(Busy, match=message):
        connect.config()


def test_who_asks_again_gets_the_answer() -> None:
    with refusing(500, REBALANCE, times=2, patience=60) as connect:
        assert connect.config() == {}


def test_any_other_internal_error_is_none() -> None:
    with refusing(500, "out of memory") as connect, pytest.raises(ConnectorError) as refused:
        connect.config()
    assert not isinstance(refused.value, Busy), "a real error is asked again until patience ends"
    assert "out of memory" in str(refused.value)
