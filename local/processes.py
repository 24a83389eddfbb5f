"""Tillstream's own processes and one-shot steps, as services of the stack.

Each is the command line in a process of its own, on the interpreter and checkout of this one.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from local import cashier, connect, kafka_clients, metrics_links, own_till
from local.checkout import PREFIX
from local.child import Service
from local.home import StackHome
from local.identities import Identities
from local.options import StackOptions
from local.own_till import OwnTill
from local.ports import LOOPBACK, RememberedPorts, answers_ok
from local.programs import Furnish, Programs, StackProcess, StoreDoors, TillPage
from local.servers import external
from local.starting import Starter
from local.store_api import StoreApiPlace

ASKS_REGISTRATION = frozenset({"feeds"})
"""Roles that fetch from the registration what stores are told of their devices."""

STEPS = (("connectors", "apply"),)
"""Commands that must have succeeded before the stack counts as started. No process waits for them:
what the connector reads comes to its topics whenever it begins."""

SIMULATOR_SETTLE_SECONDS = 4.0
"""The simulator serves no page: it counts as ready if it has not given up by then. Shorter passes
one that has not come that far, as all processes start at once; longer is waited for."""


def furnished(home: StackHome, options: StackOptions) -> Furnish:
    """What a stack in ``home`` runs."""

    def furnish(
        ports: RememberedPorts, addresses: Mapping[str, str], elsewhere: Sequence[StoreDoors]
    ) -> Programs:
        processes = _Processes(home, ports, addresses)
        ruled = [word for store in options.stores for word in ("--store", store)]
        ruled += [word for each in _ids(elsewhere) for word in ("--mirrored", each)]
        booked = [word for each in elsewhere for word in ("--with-store", each.location_id)]
        before = [processes.step("topics", "sync", *ruled), processes.step("migrate", *booked)]
        steps = [processes.step(*arguments) for arguments in STEPS]
        board, dashboard = processes.board()
        wanted = [processes.worker(number + 1) for number in range(options.workers)]
        wanted += [processes.role(role) for role in options.roles]
        gateways = [processes.gateway(store) for store in options.stores]
        doors = [store for _, store in gateways]
        registration, asked = processes.registration([*doors, *elsewhere])
        wanted += [registration, board, *(process for process, _ in gateways)]
        wanted += [processes.store_api()] if doors or elsewhere else []
        if options.till is not None:
            till, doors = processes.till(options.till, doors)
            wanted.append(till)
            steps += processes.cashier(options.till) if options.simulate else []
        if options.simulate:
            wanted.append(processes.simulator(options.rate, is_store=bool(options.stores)))
            steps += [processes.step("furnish", *kept)] if (kept := _ids(elsewhere)) else []
        asked |= processes.by_hand()
        known = dashboard, asked["registration"]
        return Programs(before, steps, wanted, *known, asked, doors, processes.store_api_address)

    return furnish


def _ids(stores: Sequence[StoreDoors]) -> list[str]:
    return [each.location_id for each in stores]


class _Processes:
    """Builds them for one home, with the addresses of its services in their environment."""

    def __init__(
        self, home: StackHome, ports: RememberedPorts, addresses: Mapping[str, str]
    ) -> None:
        self._home = home
        self._ports = ports
        self._start = Starter(home, ports.take, {"home": str(home.folder), **addresses})
        self._identities = Identities(home.identities)
        self._registration_port = ports.take("registration")
        self._store_api = StoreApiPlace(self._identities, ports.take("store-api"))

    def step(self, *arguments: str) -> Service:
        """A command that is run to its end, as somebody would give it by hand."""
        return self._start.step(*arguments, settings=self._as("operator"))

    def worker(self, number: int) -> StackProcess:
        """One worker: a member of the group, with state of its own."""
        name = f"worker-{number}"
        return self._start.measured(name, ("worker",), {"worker_name": name, **self._as("worker")})

    def role(self, role: str) -> StackProcess:
        """What there is one of: the worker of another application, the sink, the webhooks."""
        settings = {"worker_name": role, **self._as(role)}
        if role in ASKS_REGISTRATION:
            settings |= {**self._registration_place(), **self._at_registration(role)}
        return self._start.measured(role, ("worker", role), settings)

    def gateway(self, location_id: str) -> tuple[StackProcess, StoreDoors]:
        """What takes a store's events, and where it is reached."""
        own, name = self._identities.of_store(location_id), f"gateway-{location_id}"
        port, relay = self._ports.take(name), self._ports.take(f"{name}-registration")
        settings, metrics = self._start.telling(
            name,
            {
                "gateway_port": str(port),
                "gateway_registration_port": str(relay),
                "gateway_cert": str(self._identities.certificate(own).absolute()),
                "gateway_key": str(self._identities.key(own).absolute()),
                "gateway_ca": str(self._identities.devices[0].absolute()),
                **self._registration_place(),
                **self._at_registration(own),
                **self._store_api.asked(),
                **self._as(own),
            },
            own,
        )
        url, asking = f"https://{LOOPBACK}:{port}", self._identities.context(metrics_links.READER)
        live = lambda: answers_ok(f"{url}/live", asking)  # noqa: E731
        service = self._start.service(name, ("gateway",), settings, live)
        return StackProcess(service, metrics), StoreDoors(
            location_id, url, f"https://{LOOPBACK}:{relay}"
        )

    def till(
        self, till: OwnTill, stores: Sequence[StoreDoors]
    ) -> tuple[StackProcess, list[StoreDoors]]:
        """The till that people sell at, and the stores with its page."""
        doors = next(each for each in stores if each.location_id == till.location_id)
        port = self._ports.take(f"{till.process}-page")
        settings, metrics = self._start.telling(till.process, {})
        service, page = own_till.service(self._home, self._home, till, doors, port, settings)
        shown = replace(doors, tills=[*doors.tills, TillPage(till.till_id, page)])
        return StackProcess(service, metrics), [shown if each is doors else each for each in stores]

    def cashier(self, till: OwnTill) -> list[Service]:
        """The step that lets somebody of the simulated company in at that till. Where the database
        is the user's own, whom it holds is theirs to say."""
        if "postgres" in external():
            return []
        return [cashier.step(self._home, till.location_id, self._home)]

    def registration(self, stores: Sequence[StoreDoors]) -> tuple[StackProcess, dict[str, str]]:
        """What gives tills their certificates, and how commands that are given by hand ask it;
        vouchers of these ``stores`` name their gateways, and the ways past them to here."""
        place = self._registration_place()
        issuing, issuing_key = self._identities.devices
        settings = {
            **place,
            **self._at_registration("registration"),
            "registration_port": str(self._registration_port),
            "gateway": ",".join(f"{each.location_id}={each.gateway}" for each in stores),
            "registration_relay": ",".join(
                f"{each.location_id}={each.registration}" for each in stores
            ),
            "registration_issuing_cert": str(issuing.absolute()),
            "registration_issuing_key": str(issuing_key.absolute()),
        }
        process = self._start.measured("registration", ("registration",), settings)
        return process, {**place, **self._at_registration("operator")}

    @property
    def store_api_address(self) -> str:
        """Where stores ask about other stores."""
        return self._store_api.address

    def store_api(self) -> StackProcess:
        """What answers them."""
        return self._store_api.process(self._start)

    def _registration_place(self) -> dict[str, str]:
        return {
            "registration": f"https://{LOOPBACK}:{self._registration_port}",
            "registration_ca": str(self._identities.authorities.absolute()),
        }

    def _at_registration(self, identity: str) -> dict[str, str]:
        return {
            "registration_cert": str(self._identities.certificate(identity).absolute()),
            "registration_key": str(self._identities.key(identity).absolute()),
        }

    def board(self) -> tuple[StackProcess, str]:
        """The live board, and its address."""
        port = self._ports.take("board")
        url = f"http://{LOOPBACK}:{port}"
        # The stack listens on the loopback alone. Whoever wants to try sign-in on it says so.
        sign_in = os.environ.get(f"{PREFIX}BOARD_SIGN_IN", "none")
        settings = {
            "board_port": str(port),
            "board_sign_in": sign_in,
            **self._registration_place(),
            **self._at_registration("board"),
            **self._as("board"),
        }
        settings, metrics = self._start.telling("board", settings)
        service = self._start.service("board", ("board",), settings, lambda: answers_ok(url))
        return StackProcess(service, metrics), url

    def simulator(self, rate: float | None, *, is_store: bool) -> StackProcess:
        """Tills that sell; ``rate`` in events per second, None for the command's default. Where
        there is a store, its tills go through its gateway."""
        arguments = (
            "simulate",
            *(() if rate is None else ("--rate", f"{rate:g}")),
            *(("--through-gateway",) if is_store else ()),
        )
        settings = {
            **self._as("simulator"),
            # Somebody registers the tills of a store.
            **self._registration_place(),
            **self._at_registration("operator"),
        }
        service = self._start.service(
            "simulator",
            arguments,
            settings,
            lambda: True,
            settle_seconds=SIMULATOR_SETTLE_SECONDS,
        )
        return StackProcess(service)

    def by_hand(self) -> Mapping[str, str]:
        """How commands come to the servers that somebody gives."""
        return self._as("operator")

    def _as(self, identity: str) -> Mapping[str, str]:
        """How a process comes to Kafka and Connect; at the user's own, it does so by the user's
        settings."""
        theirs, told = external(), dict[str, str]()
        if "kafka" not in theirs:
            told |= kafka_clients.settings(self._identities, identity)
        if "connect" not in theirs and identity in connect.VISITORS:
            told |= connect.settings(self._identities, identity)
        return told
