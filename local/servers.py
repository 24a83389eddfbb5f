"""Where PostgreSQL, Kafka and Connect come from: started here, or the user's own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from local import archive, connect, jars, kafka, postgres
from local.checkout import PREFIX
from local.child import Service, StartError
from local.home import StackHome
from local.ports import RememberedPorts
from local.report import Report

NAMES = ("postgres", "kafka", "connect")
"""In the order in which they start."""


@dataclass(frozen=True)
class Server:
    """An address, and what must run for it; None where it is somebody else's."""

    name: str
    address: str
    service: Service | None


def external(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Addresses that the user's environment names: used as they are, not started, not stopped."""
    given = {name: environment.get(f"{PREFIX}{name.upper()}", "") for name in NAMES}
    return {name: address for name, address in given.items() if address}


def servers(home: StackHome, ports: RememberedPorts, class_path: str) -> list[Server]:
    """The three, in the order in which they start."""
    theirs = external()
    broker = theirs.get("kafka") or kafka.address(ports.take("kafka"))
    ours = {
        "postgres": lambda: _postgres(home, ports),
        "kafka": lambda: _kafka(home, ports, class_path),
        "connect": lambda: _connect(home, ports, broker, class_path),
    }
    return [Server(name, theirs[name], None) if name in theirs else ours[name]() for name in NAMES]


def check_external(server: Server) -> None:
    """`StartError` if a server that the user named does not answer."""
    checks = {"postgres": postgres.is_ready, "kafka": kafka.is_ready, "connect": connect.is_ready}
    if not checks[server.name](server.address):
        setting = f"{PREFIX}{server.name.upper()}"
        raise StartError(
            f"{setting}={server.address} does not answer: start it, or unset {setting} "
            "to have one started here"
        )


def java_class_path(report: Report) -> str:
    """The class path, after fetching what is missing; empty where no Java is to be started.

    `StartError` where a broker does not start on it.
    """
    if {"kafka", "connect"} <= external().keys():
        return ""
    class_path = _fetched(report)
    if archive.is_missing(class_path):
        with report.step("java classes"):
            archive.make(class_path)
    return class_path


def _fetched(report: Report) -> str:
    wanted = jars.missing()
    if not wanted:
        return jars.class_path()
    with report.downloads(len(wanted), sum(jar.size_bytes for jar in wanted)) as progress:
        return jars.class_path(progress)


def _postgres(home: StackHome, ports: RememberedPorts) -> Server:
    port = ports.take("postgres")
    service = postgres.service(home.folder / "postgres", port, home.log("postgres"))
    return Server("postgres", postgres.address(port), service)


def _kafka(home: StackHome, ports: RememberedPorts, class_path: str) -> Server:
    port, controller_port = ports.take("kafka"), ports.take("kafka-controller")
    folder = home.folder / "kafka"
    service = kafka.service(folder, port, controller_port, class_path, home.log("kafka"))
    return Server("kafka", kafka.address(port), service)


def _connect(home: StackHome, ports: RememberedPorts, broker: str, class_path: str) -> Server:
    port = ports.take("connect")
    folder = home.folder / "connect"
    service = connect.service(folder, port, broker, class_path, home.log("connect"))
    return Server("connect", connect.address(port), service)
