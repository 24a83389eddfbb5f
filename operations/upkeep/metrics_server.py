"""`/metrics` on a port of its own: over TLS, for who shows an identity that may read them.

Without a certificate of its own a process tells them in cleartext, and on the loopback alone.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from clients.errors import AccessError
from clients.loopback import is_loopback
from clients.renewal import Renewal
from clients.tls import Tls
from identity.names import ServiceName
from operations.upkeep.metrics_door import MetricsDoor

PATH = "/metrics"

AT_ONCE = 16
"""Who is answered at a time; others are hung up on. Prometheus asks once in some seconds, and each
takes a thread."""

PATIENCE_SECONDS = 10.0
"""For a handshake and a request: who says nothing holds a thread no longer."""


CLOSING_SECONDS = 0.05
"""Within which it notices that it shall close: the end of each process waits for that. Less wakes a
process over and over for nothing."""


class MetricsServer:
    """Tells what a registry holds until it is closed, in threads of its own."""

    def __init__(self, door: MetricsDoor, registry: CollectorRegistry) -> None:
        """Raises `AccessError` or OSError."""
        self._server = _Server(door, registry)
        scheme = "https" if door.tls else "http"
        self.address = f"{scheme}://{door.host}:{self._server.server_port}{PATH}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSING_SECONDS,), name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, door: MetricsDoor, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.readers = {ServiceName(name).uri() for name in door.readers} if door.tls else None
        self._secured = _Secured(door.tls) if door.tls else None
        self._free = threading.Semaphore(AT_ONCE)
        super().__init__((door.host, door.port), _Handler)

    def get_request(self) -> tuple[socket, Any]:
        accepted, address = super().get_request()
        accepted.settimeout(PATIENCE_SECONDS)
        return (self._secured.wrap(accepted) if self._secured else accepted), address

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who shows no certificate, or hangs up, is no fault of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]
    server_version = "Tillstream"
    sys_version = ""
    timeout = PATIENCE_SECONDS

    def do_GET(self) -> None:
        """The metrics, or a refusal."""
        if not self._may_read():
            self.send_error(403, "this certificate may not read metrics")
        elif self.path.partition("?")[0] != PATH:
            self.send_error(404)
        else:
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            body = encode(self.server.registry)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _may_read(self) -> bool:
        if self.server.readers is None:
            # Also for a page of elsewhere, whose name was made to lead here.
            return is_loopback(
                urlsplit(f"//{self.headers.get('Host', 'localhost')}").hostname or ""
            )
        shown: Any = self.connection.getpeercert()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        uris = [value for kind, value in shown.get("subjectAltName", ()) if kind == "URI"]
        return len(uris) == 1 and uris[0] in self.server.readers

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads who asked for metrics."""


class _Secured:
    """Connections over TLS, by a certificate that is renewed while it serves."""

    def __init__(self, tls: Tls) -> None:
        """Raises `AccessError`."""
        if tls.authorities is None or tls.certificate is None or tls.key is None:
            raise AccessError(
                "metrics need a certificate, its key and whom to trust: set "
                "TILLSTREAM_METRICS_CERT, TILLSTREAM_METRICS_KEY and TILLSTREAM_METRICS_CA"
            )
        self._context = tls.server_context()
        self._renewal = Renewal(tls, self._context)

    def wrap(self, accepted: socket) -> socket:
        """The handshake is the thread's: who does not go on with it holds up nobody else."""
        self._renewal.look()
        return self._context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
