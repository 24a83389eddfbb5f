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
    """Answers what it is told to."""

    status = 503
    taken = 0


class _Answer(BaseHTTPRequestHandler):
    server: _Endpoint  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken += self.server.status == 200
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what fails is told by what is tested."""


@contextmanager
def _served() -> Iterator[_Endpoint]:
    server = _Endpoint(("127.0.0.1", 0), _Answer)
    thread = threading.Thread(target=server.serve_forever)
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
        desk.say(till.sale(line(1, f"sku-{uuid.uuid4().hex[:8]}", 1), occurred_at=now()))
        labels = {"endpoint": endpoint}
        yield [("WebhooksAreLate", labels), ("WebhookGaveUp", labels)]
        assert "answered 503" in desk.run("webhooks", "deliveries", "--endpoint", endpoint)
        server.status = 200
        desk.run("webhooks", "test", endpoint)
        desk.run("webhooks", "retry", "--all")
        desk.prometheus.until(lambda: server.taken >= 2, "what was given up did not come again")
