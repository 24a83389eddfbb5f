"""The whole stack from top to bottom: what starts after what, and what it tells others."""

from dataclasses import dataclass

from tillstream.local import record, servers
from tillstream.local.home import StackHome
from tillstream.local.ports import RememberedPorts
from tillstream.local.processes import STEPS, Process, Processes
from tillstream.local.record import Addresses, ProcessRecord, StackRecord, StackState
from tillstream.local.report import Report
from tillstream.local.supervisor import StopRequested, Supervisor


@dataclass(frozen=True)
class Options:
    """What the user may choose. ``rate`` is events per second, None for the default."""

    workers: int = 1
    simulate: bool = True
    rate: float | None = None


class Stack:
    """One stack in one home, run by this process."""

    def __init__(self, home: StackHome, options: Options, report: Report, pid: int) -> None:
        self._home = home
        self._options = options
        self._report = report
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
        class_path = servers.java_class_path(self._report)
        ports = RememberedPorts(self._home.ports)
        addresses = self._start_servers(servers.servers(self._home, ports, class_path))
        self._home.note_addresses(**addresses)
        processes = Processes(self._home, ports, addresses)
        for arguments in STEPS:
            step = processes.step(*arguments)
            with self._report.step(step.name):
                self._supervisor.run(step)
        self._start_processes(processes)

    def _start_servers(self, wanted: list[servers.Server]) -> dict[str, str]:
        addresses = {server.name: server.address for server in wanted}
        self._set_addresses(**addresses)
        for server in wanted:
            if server.service is None:
                servers.check_external(server)
                self._external.append(ProcessRecord(name=server.name, state="external"))
                self._report.say(f"  {server.name:<20} external: {server.address}")
            else:
                with self._report.step(server.name):
                    self._supervisor.start(server.service)
        return addresses

    def _start_processes(self, processes: Processes) -> None:
        board, dashboard = processes.board()
        self._set_addresses(dashboard=dashboard)
        wanted = [processes.worker(number + 1) for number in range(self._options.workers)]
        wanted += [processes.sink(), processes.webhooks(), board]
        if self._options.simulate:
            wanted.append(processes.simulator(self._options.rate))
        for process in wanted:
            self._start_process(process)

    def _start_process(self, process: Process) -> None:
        with self._report.step(process.service.name):
            self._supervisor.start(process.service)
        if process.metrics:
            self._set_addresses(metrics=[*self._record.addresses.metrics, process.metrics])

    def _greet(self) -> None:
        addresses = self._record.addresses
        self._report.say("")
        for name in ("kafka", "postgres", "connect"):
            self._report.say(f"  {name:<10} {getattr(addresses, name)}")
        self._report.say(f"\nThe board: {addresses.dashboard}")
        if self._report.console.is_terminal:
            self._report.say("Ctrl-C stops everything; the data stay.")

    def _stop(self) -> None:
        self._set_state("stopping")
        self._home.forget_addresses()
        self._supervisor.stop()
        self._set_state("stopped")

    def _set_state(self, state: StackState) -> None:
        self._record = self._record.model_copy(update={"state": state})
        self._record.save(self._home)

    def _set_addresses(self, **known: str | list[str]) -> None:
        addresses = self._record.addresses.model_copy(update=known)
        self._record = self._record.model_copy(update={"addresses": addresses})
        self._record.save(self._home)

    def _note(self, processes: list[ProcessRecord]) -> None:
        everything = [*self._external, *processes]
        self._record = self._record.model_copy(update={"processes": everything})
        self._record.save(self._home)
