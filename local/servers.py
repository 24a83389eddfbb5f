"""Where PostgreSQL, Kafka and Connect come from: started here, or the user's own."""

import os
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from local import (
    archive,
    connect,
    jars,
    kafka,
    kafka_links,
    kafka_rules,
    postgres,
    postgres_build,
    postgres_clients,
)
from local.checkout import PREFIX
from local.child import Service, StartError, nothing
from local.home import StackHome
from local.identities import Identities
from local.outside import Outside
from local.ports import RememberedPorts
from local.postgres_door import by_certificate
from local.report import Report
from local.stores.site import StoreSite

POSTGRES = "postgres"
"""The service whose identity the database shows."""

CONNECT = "connect"
"""The server that needs the others: they start together, it starts after them."""

NAMES = (POSTGRES, "kafka", CONNECT)


@dataclass(frozen=True)
class Server:
    """An address, and what must run for it; None where it is somebody else's.

    ``told`` is the address as programs of the user are told it, where that says more; ``links``
    are settings by which our own processes show who they are there. ``open`` makes ready what
    nobody else could, once the service answers.
    """

    name: str
    address: str
    service: Service | None
    told: str = ""
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    open: Callable[[], None] = nothing


def external(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Addresses that the user's environment names: used as they are, not started, not stopped."""
    given = {name: environment.get(f"{PREFIX}{name.upper()}", "") for name in NAMES}
    return {name: address for name, address in given.items() if address}


class Servers:
    """The three of one stack, or what is ``outside`` in their place."""

    def __init__(
        self,
        home: StackHome,
        ports: RememberedPorts,
        class_path: str,
        outside: Outside,
        sites: Sequence[StoreSite] = (),
    ) -> None:
        """``sites`` are stores, each of which has a door of its own at this Kafka."""
        self._home = home
        self._sites = sites
        self._ports = ports
        self._class_path = class_path
        self._outside = outside
        self._identities = Identities(home.identities)

    def wanted(self) -> list[Server]:
        """The three, `CONNECT` last."""
        theirs = external()
        broker = theirs.get("kafka") or kafka.address(self._ports.take("kafka"))
        ours = {
            "postgres": self._postgres,
            "kafka": self._kafka,
            CONNECT: lambda: self._connect(broker),
        }
        return [
            Server(name, theirs[name], None) if name in theirs else ours[name]() for name in NAMES
        ]

    def check_external(self, server: Server) -> None:
        """`StartError` if a server that the user named does not answer."""
        outside = self._outside
        checks = {
            "postgres": lambda: postgres.is_ready(server.address),
            "kafka": lambda: outside.kafka is not None and outside.kafka.answers(),
            CONNECT: lambda: outside.connect is not None and outside.connect(),
        }
        if not checks[server.name]():
            setting = f"{PREFIX}{server.name.upper()}"
            raise StartError(
                f"{setting}={server.address} does not answer: start it, or unset {setting} "
                "to have one started here"
            )

    def _postgres(self) -> Server:
        port, own = self._ports.take("postgres"), self._identities
        door = by_certificate(own.services_alone, own.certificate(POSTGRES), own.key(POSTGRES))
        folder, log = self._home.folder / "postgres", self._home.log("postgres")
        address = postgres.address(port)
        told, links = postgres_clients.dsn(address, own), postgres_clients.settings(own)
        return Server(POSTGRES, address, postgres.service(folder, port, log, door), told, links)

    def _kafka(self) -> Server:
        port, controller_port = self._ports.take("kafka"), self._ports.take("kafka-controller")
        more = [(site.port("door"), site.address("line-kafka")) for site in self._sites]
        service = kafka.service(
            self._home.folder / "kafka",
            port,
            controller_port,
            self._class_path,
            self._home.log("kafka"),
            self._identities,
            kafka.doors(port, controller_port, more),
        )
        address = kafka.address(port)
        admit = lambda: kafka_rules.admit_operator(address, self._identities)  # noqa: E731
        return Server("kafka", address, service, open=admit)

    def _connect(self, broker: str) -> Server:
        port, outside = self._ports.take("connect"), self._outside.kafka
        service = connect.service(
            self._home.folder / "connect",
            port,
            outside.properties if outside else lambda: self._own_link(broker),
            self._class_path,
            self._home.log("connect"),
            self._identities,
            _capture_secrets(),
        )
        return Server("connect", connect.address(port), service)

    def _own_link(self, broker: str) -> Mapping[str, object]:
        """How a Java program comes to the broker of this stack as Connect."""
        return kafka_links.java_client(broker, self._identities, "connect")


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


def _capture_secrets(environment: Mapping[str, str] = os.environ) -> Sequence[Path]:
    """The folder of the file in which the user keeps the password of Debezium's role."""
    file = environment.get(f"{PREFIX}CDC_PASSWORD_FILE", "")
    return [Path(file).absolute().parent] if file else []
