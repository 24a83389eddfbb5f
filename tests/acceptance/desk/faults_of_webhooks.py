"""An endpoint that is out of order, and is mended as the runbook says."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.acceptance.desk.operators import Desk, Fault, now
from tests.integration.sink_world import Till, line


class _Endpoint(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it took."""

    status = 503

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.taken: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: _Endpoint  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.status == 200:
            self.server.taken.append(told)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what fails is told by what is tested."""


@contextmanager
def _served() -> Iterator[_Endpoint]:
    server = _Endpoint()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def told(desk: Desk) -> Iterator[tuple[_Endpoint, str]]:
    """An endpoint that is registered for the length of a block, and its id."""
    with _served() as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        endpoint = json.loads(desk.run("webhooks", "add", url, "--json"))["endpoint_id"]
        yield server, endpoint
        desk.run("webhooks", "remove", endpoint)


def out_of_order(desk: Desk, shop: str) -> Fault:
    with told(desk) as (server, endpoint):
        till = Till(shop, f"{shop}-9", epoch=int(time.time()))
        # A SKU that was never delivered: its stock goes below zero, which raises an alert.
        sku = f"sku-{uuid.uuid4().hex[:8]}"
        desk.say(till.sale(line(1, sku, 1), occurred_at=now()))
        labels = {"endpoint": endpoint}
        yield [("WebhooksAreLate", labels), ("WebhookGaveUp", labels)]
        assert "answered 503" in desk.run("webhooks", "deliveries", "--endpoint", endpoint)
        server.status = 200
        desk.run("webhooks", "test", endpoint)
        desk.run("webhooks", "retry", "--all")
        desk.prometheus.until(
            lambda: len(server.taken) >= 2 and any(sku in each for each in server.taken),
            "what was given up did not come again",
        )
