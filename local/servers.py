"""Where PostgreSQL, Kafka and Connect come from: started here, or the user's own."""

import os
from collections.abc import Mapping, Set
from dataclasses import dataclass

from local import archive, connect, jars, kafka, postgres, postgres_build
from local.checkout import PREFIX
from local.child import Service, StartError
from local.home import StackHome
from local.ports import RememberedPorts
from local.postgres_door import OWNER, PostgresDoor
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


def fetch(report: Report) -> None:
    """Fetch what the servers that are started here need and this machine does not have yet."""
    theirs = external().keys()
    needed = [] if "postgres" in theirs else [postgres_build.wanted()]
    needed += [] if _runs_no_java(theirs) else jars.for_java()
    if wanted := jars.missing(needed):
        with report.downloads(len(wanted), sum(jar.size_bytes for jar in wanted)) as progress:
            jars.fetch(wanted, jars.CACHE, progress)


def java_class_path(report: Report) -> str:
    """The class path, when all was fetched; empty where no Java is to be started.

    `StartError` where a broker does not start on it.
    """
    if _runs_no_java(external().keys()):
        return ""
    class_path = jars.class_path()
    if archive.is_missing(class_path):
        with report.step("java classes"):
            archive.make(class_path)
    return class_path


def _runs_no_java(theirs: Set[str]) -> bool:
    return {"kafka", "connect"} <= theirs


def _postgres(home: StackHome, ports: RememberedPorts) -> Server:
    port = ports.take("postgres")
    everybody = PostgresDoor(rules="host all all 127.0.0.1/32 trust\n")
    service = postgres.service(home.folder / "postgres", port, home.log("postgres"), everybody)
    return Server("postgres", postgres.address(port).replace("//", f"//{OWNER}@"), service)


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
