"""The few calls of Kafka Connect's REST API that keeping one connector takes."""

import http.client
import json
import time
from typing import Any
from urllib.parse import quote

from clients.connect import ConnectAccess
from clients.errors import AccessError
from connectors.connect.errors import ConnectorError

_ANSWER_SECONDS_MAX = 90
"""Connect itself waits 90 s for a definition to be validated; less would hide its verdict."""

BUSY_SECONDS_MAX = 60.0
"""For how long a call is made again while Connect is busy: most of a minute where another worker
has just died and its tasks are waited for."""

_AGAIN_SECONDS = 0.2

_BUSY = (http.HTTPStatus.CONFLICT, http.HTTPStatus.SERVICE_UNAVAILABLE)

_REBALANCE = "a rebalance is expected"
"""Of Connect's RebalanceNeededException. Where a change is asked for it comes as a conflict; where
the definition is asked for, as an internal error (500) that no code tells from a real one."""

Status = dict[str, Any]


class Busy(ConnectorError):
    """Connect has been distributing its connectors, or starting, for longer than is waited for."""


class Connect:
    """One connector, by name.

    A call that comes while Connect is busy is made again, for ``busy_seconds``.
    """

    def __init__(
        self, access: ConnectAccess, name: str, busy_seconds: float = BUSY_SECONDS_MAX
    ) -> None:
        self._access = access
        self._busy_seconds = busy_seconds
        self._path = f"/connectors/{quote(name, safe='')}"

    def config(self) -> dict[str, str] | None:
        """What Connect has been told; None where it knows no such connector."""
        return self._call("GET", "/config")

    def put_config(self, config: dict[str, str]) -> None:
        """Create or change the connector. Its tasks restart, also for an equal ``config``."""
        self._call("PUT", "/config", config)

    def status(self) -> Status | None:
        """State of the connector and its tasks; None where there is none, or none yet."""
        return self._call("GET", "/status")

    def restart_failed(self) -> None:
        """Restart what has failed, the connector or a task, and nothing else."""
        self._call("POST", "/restart?includeTasks=true&onlyFailed=true")

    def restart(self) -> None:
        """Restart the connector and its tasks, whatever they do."""
        self._call("POST", "/restart?includeTasks=true")

    def resume(self) -> None:
        """Start the tasks of a connector that was paused or stopped."""
        self._call("PUT", "/resume")

    def stop(self) -> None:
        """Take the tasks down; definition and position stay."""
        self._call("PUT", "/stop")

    def forget_position(self) -> None:
        """Drop the stored position of a stopped connector."""
        self._call("DELETE", "/offsets")

    def delete(self) -> None:
        """Take the connector away; its position stays under its name."""
        self._call("DELETE", "")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                return self._call_once(method, path, body)
            except Busy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_AGAIN_SECONDS)

    def _call_once(self, method: str, path: str, body: object) -> Any:
        told = None if body is None else json.dumps(body).encode()
        try:
            status, text = self._access.request(
                method, self._path + path, told, patience_seconds=_ANSWER_SECONDS_MAX
            )
        except (OSError, http.client.HTTPException, AccessError) as error:
            where = f"Kafka Connect does not answer at {self._access}"
            raise ConnectorError(f"{where}: {error}") from error
        return self._judge(status, text)

    def _judge(self, status: int, text: bytes) -> Any:
        if status == http.HTTPStatus.NOT_FOUND:
            return None
        if status < http.HTTPStatus.BAD_REQUEST:
            return json.loads(text) if text else None
        message = _message(text)
        kind = Busy if status in _BUSY or _REBALANCE in message else ConnectorError
        raise kind(f"Kafka Connect refused: {message}")


def _message(text: bytes) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text.decode(errors="replace")
