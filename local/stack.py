"""The whole stack from top to bottom: what starts after what, and what it tells others."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from local import kafka_clients, metrics_links, record, servers, vouching
from local.child import Service
from local.home import StackHome
from local.identities import Identities
from local.options import StackOptions
from local.outside import Outside
from local.ports import RememberedPorts
from local.programs import Furnish, Programs, StoreDoors
from local.record import Addresses, ProcessRecord, StackRecord, StackState, StoreAddresses
from local.report import Report
from local.servers import Server, Servers
from local.stores.furnished import FurnishedStore, furnish_store, side_by_side
from local.stores.lines import CentrePorts
from local.stores.site import site_of
from local.supervisor import StopRequested, Supervisor


class Stack:
    """One stack in one home, run by this process."""

    def __init__(
        self,
        home: StackHome,
        furnish: Furnish,
        report: Report,
        pid: int,
        outside: Outside | None = None,
        options: StackOptions | None = None,
    ) -> None:
        """``options`` name the stores, whose identities are made before anything else."""
        self._home = home
        self._stores = options.stores if options else ()
        self._own_stores = options.own_stores if options else ()
        self._identities = Identities(home.identities)
        self._furnish = furnish
        self._report = report
        self._outside = outside or Outside()
        self._supervisor = Supervisor(report, self._note)
        self._record = StackRecord(
            pid=pid,
            addresses=Addresses(kafka="", postgres="", connect="", dashboard="", metrics=[]),
        )
        self._external: list[ProcessRecord] = []

    def run(self) -> None:
        """Start everything, watch it until somebody asks to stop, stop everything.

        Raises `StartError` or `JarError` where something cannot start, after stopping the rest.
        """
        self._clear_up()
        self._supervisor.listen_for_signals()
        try:
            self._start()
            self._set_state("running")
            self._greet()
            self._supervisor.watch()
            self._report.say("stopping")
        except StopRequested:
            pass
        finally:
            self._stop()

    def _clear_up(self) -> None:
        before = record.load(self._home)
        if before is None:
            return
        for name in record.end_leftovers(before):
            self._report.say(f"{name} had outlived its supervisor and was killed")

    def _start(self) -> None:
        self._record.save(self._home)
        known = [*self._stores, *(each.location_id for each in self._own_stores)]
        vouching.prepare(self._home.identities, stores=known)
        servers.fetch(self._report)
        class_path = servers.java_class_path(self._report)
        ports = RememberedPorts(self._home.ports)
        sites = [site_of(each.location_id, self._home, ports) for each in self._own_stores]
        own = Servers(self._home, ports, class_path, self._outside, sites)
        wanted = own.wanted()
        links = {name: value for server in wanted for name, value in server.links.items()}
        settings = {server.name: server.address for server in wanted} | links
        programs = self._furnish(ports, settings, [site.doors for site in sites])
        self._start_servers(own, wanted, programs)
        by_hand = {**programs.by_hand, **metrics_links.settings(self._identities, "operator")}
        self._home.note_addresses({**settings, **by_hand})
        self._set_addresses(dashboard=programs.dashboard, registration=programs.registration)
        processes = programs.processes
        self._together([each.service for each in processes], programs.steps)
        self._set_addresses(metrics=[each.metrics for each in processes if each.metrics])
        centre = CentrePorts(_port(programs.registration), _port(programs.store_api))
        stores = [
            furnish_store(each, site, class_path, centre)
            for each, site in zip(self._own_stores, sites, strict=True)
        ]
        self._open_stores(stores)
        self._tell_stores(programs.stores, stores)

    def _start_servers(self, own: Servers, wanted: list[Server], programs: Programs) -> None:
        self._set_addresses(**{server.name: server.told or server.address for server in wanted})
        before = [server for server in wanted if server.name != servers.CONNECT]
        self._open(own, before)
        self._tell_clients(wanted)
        self._together(steps=programs.before_connect)
        self._open(own, [server for server in wanted if server not in before])

    def _open(self, own: Servers, together: Sequence[Server]) -> None:
        for server in together:
            if server.service is None:
                own.check_external(server)
                self._external.append(ProcessRecord(name=server.name, state="external"))
                self._report.say(f"  {server.name:<20} external: {server.address}")
        self._together([each.service for each in together if each.service is not None])
        for server in together:
            server.open()

    def _together(self, services: Sequence[Service] = (), steps: Sequence[Service] = ()) -> None:
        if names := [each.name for each in (*steps, *services)]:
            with self._report.steps(names) as done:
                self._supervisor.start(*services, steps=steps, told=done)

    def _tell_clients(self, wanted: Sequence[Server]) -> None:
        kafka = next(server.address for server in wanted if server.name == "kafka")
        told = kafka_clients.told(kafka, self._identities, self._outside.kafka)
        self._set_addresses(**told)

    def _open_stores(self, stores: Sequence[FurnishedStore]) -> None:
        for each in stores:
            each.site.home.note_addresses(each.by_hand)
        for together in side_by_side(stores):
            self._together(together.services, together.steps)
            together.opens()

    def _tell_stores(self, here: Sequence[StoreDoors], own: Sequence[FurnishedStore]) -> None:
        known = self._record.addresses
        told = [*(known.store(each) for each in here), *(each.addresses for each in own)]
        self._set_addresses(stores=told)

    def _greet(self) -> None:
        addresses = self._record.addresses
        self._report.say("")
        for name in ("kafka", "postgres", "connect"):
            self._report.say(f"  {name:<10} {getattr(addresses, name)}")
        if self._report.console.is_terminal:
            self._report.say("\nCtrl-C stops everything; the data stay.")
        self._report.say(f"\nThe board: {addresses.dashboard}")
        for store in addresses.stores:
            if store.dashboard != addresses.dashboard:
                self._report.say(f"\nThe board of {store.location_id}: {store.dashboard}")
            for till in store.tills:
                self._report.say(f"The till's page: {till.page}")

    def _stop(self) -> None:
        self._set_state("stopping")
        self._home.forget_addresses()
        for each in self._own_stores:
            self._home.store(each.location_id).forget_addresses()
        self._supervisor.stop()
        self._set_state("stopped")

    def _set_state(self, state: StackState) -> None:
        self._record = self._record.model_copy(update={"state": state})
        self._record.save(self._home)

    def _set_addresses(
        self, **known: str | list[str] | dict[str, str] | list[StoreAddresses]
    ) -> None:
        addresses = self._record.addresses.model_copy(update=known)
        self._record = self._record.model_copy(update={"addresses": addresses})
        self._record.save(self._home)

    def _note(self, processes: list[ProcessRecord]) -> None:
        everything = [*self._external, *processes]
        self._record = self._record.model_copy(update={"processes": everything})
        self._record.save(self._home)


def _port(address: str) -> int:
    return urlsplit(address).port or 0
