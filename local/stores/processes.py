"""The processes of one store, and the steps before them: the same commands as at the centre."""

from collections.abc import Mapping
from dataclasses import replace

from local import cashier, connect, kafka_clients, metrics_links, own_till
from local.child import Service
from local.own_till import OwnTill
from local.ports import answers_ok
from local.programs import StackProcess, TillPage
from local.starting import Starter
from local.stores import servers
from local.stores.site import StoreSite

ROLES = ("receipts", "sink", "replication")
"""Of `tillstream worker`, beside the agents. Sums over all locations are the centre's."""


class StoreProcesses:
    """Builds them for one site."""

    def __init__(self, site: StoreSite) -> None:
        self.site = site
        self._start = Starter(site.home, site.take, servers.settings(site), site.mark)

    def before_connect(self) -> list[Service]:
        """Steps that need the servers alone; what is written to Kafka comes after them."""
        return [
            self._step("topics", "sync", "--own", self.site.location_id),
            self._step("migrate"),
        ]

    def guard(self) -> Service:
        """The step that sets back positions of mirrors, while nobody writes."""
        return self._start.step("mirrors", "guard", settings=self._mirrors("operator"))

    def furnishing(self, has_tills: bool) -> list[Service]:
        """Steps that bring the first stock, and somebody who may sell where there are tills."""
        site = self.site
        step = cashier.step(site.centre, site.location_id, site.home)
        stock = self._step("furnish", site.location_id)
        return [stock, replace(step, name=step.name + site.mark)] if has_tills else [stock]

    def workers(self) -> list[StackProcess]:
        """What is one of its kind and tells its metrics."""
        worker = self._start.measured(
            "worker", ("worker",), {"worker_name": "worker-1", **self._as("worker")}
        )
        mirrors = self._start.measured("mirrors", ("worker", "mirrors"), self._mirrors("mirrors"))
        return [worker, *(self._role(role) for role in ROLES), mirrors]

    def gateway(self) -> StackProcess:
        """What takes the events of its tills, and relays them to the registration."""
        site, shown = self.site, self.site.shown
        settings, metrics = self._start.telling(
            "gateway",
            {
                "gateway_port": str(site.port("gateway")),
                "gateway_registration_port": str(site.port("registration")),
                "gateway_topic": f"up.{site.location_id}.till-events",
                "gateway_cert": str(shown.certificate.absolute()),
                "gateway_key": str(shown.key.absolute()),
                "gateway_ca": str(shown.devices.absolute()),
                "registration": f"https://{site.address('line-registration')}",
                "registration_ca": str(shown.fleet.absolute()),
                "registration_cert": str(shown.certificate.absolute()),
                "registration_key": str(shown.key.absolute()),
                "store_api": f"https://{site.address('line-store-api')}",
                "store_api_ca": str(shown.fleet.absolute()),
                **self._as("gateway"),
            },
        )
        url, asking = self.site.doors.gateway, site.fleet.context(metrics_links.READER)
        live = lambda: answers_ok(f"{url}/live", asking)  # noqa: E731
        return StackProcess(self._start.service("gateway", ("gateway",), settings, live), metrics)

    def board(self) -> StackProcess:
        """The board, which knows this location alone."""
        told = {
            "board_port": str(self.site.port("board")),
            "board_sign_in": "none",
            **self._as("board"),
        }
        settings, metrics = self._start.telling("board", told)
        url = self.dashboard
        service = self._start.service("board", ("board",), settings, lambda: answers_ok(url))
        return StackProcess(service, metrics)

    def till(self, till: OwnTill) -> tuple[StackProcess, TillPage]:
        """A till of the store, which has nothing of the store's but its voucher."""
        site = self.site
        settings, metrics = self._start.telling(till.process, {})
        port = site.take(f"{till.process}-page")
        homes, doors = (site.centre, site.home), site.doors
        made, page = own_till.service(*homes, till, doors, port, settings)
        service = replace(made, name=made.name + site.mark)
        return StackProcess(service, metrics), TillPage(till.till_id, page)

    @property
    def dashboard(self) -> str:
        """The address of its board."""
        return f"http://{self.site.address('board')}"

    def by_hand(self) -> Mapping[str, str]:
        """The settings of commands that somebody gives in the store."""
        return {**servers.settings(self.site), **self._mirrors("operator")}

    def _step(self, *arguments: str) -> Service:
        return self._start.step(*arguments, settings=self._as("operator"))

    def _role(self, role: str) -> StackProcess:
        settings = {"worker_name": role, **self._as(role)}
        return self._start.measured(role, ("worker", role), settings)

    def _as(self, identity: str) -> Mapping[str, str]:
        return kafka_clients.settings(self.site.identities, identity)

    def _mirrors(self, identity: str) -> Mapping[str, str]:
        """How the mirrors' keeper comes to both Kafkas and to Connect: by files that Connect, too,
        may read."""
        site, shown = self.site, self.site.shown
        named = {
            "kafka_ca": shown.own,
            "centre_kafka_ca": shown.fleet,
            "centre_kafka_cert": shown.certificate,
            "centre_kafka_key": shown.key,
            "mirror_cert": shown.connect[0],
            "mirror_key": shown.connect[1],
        }
        return {
            **self._as(identity),
            **connect.settings(site.identities, identity),
            "connect": connect.address(site.port("connect")),
            "centre_kafka": site.address("line-kafka"),
            **{name: str(file.absolute()) for name, file in named.items()},
        }
