"""Tillstream's own commands as services of one home: on the interpreter and checkout of this one.

A home is that of a stack, or of one store in it, whose processes bear the store's name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local import metrics_links
from local.checkout import environment, module
from local.child import Service
from local.home import StackHome
from local.identities import Identities
from local.ports import LOOPBACK, answers_ok
from local.programs import StackProcess

WORKER_GRACE_SECONDS = 20
"""A worker finishes its batch and its transaction; killed before, the next one repeats it."""


@dataclass(frozen=True)
class Starter:
    """Makes services in ``home``; all have ``settings``, and ports that ``take`` gives by name.

    ``place`` is added to their names, so that equal ones of several homes are told apart.
    """

    home: StackHome
    take: Callable[[str], int]
    settings: Mapping[str, str]
    place: str = ""

    @property
    def identities(self) -> Identities:
        """Of who runs in this home."""
        return Identities(self.home.identities)

    def step(self, *arguments: str, settings: Mapping[str, str]) -> Service:
        """A command that is run to its end, as somebody would give it by hand."""
        name = " ".join(word for word in arguments[:2] if not word.startswith("-"))
        return self.service(name, arguments, settings, ready=lambda: False)

    def measured(
        self, name: str, arguments: tuple[str, ...], settings: Mapping[str, str]
    ) -> StackProcess:
        """A process that is ready when it tells its metrics."""
        settings, url = self.telling(name, settings)
        asking = self.identities.context(metrics_links.READER)
        service = self.service(name, arguments, settings, lambda: answers_ok(url, asking))
        return StackProcess(service, url)

    def telling(
        self, name: str, settings: Mapping[str, str], identity: str = ""
    ) -> tuple[dict[str, str], str]:
        """The settings with where and how a process tells its metrics, and their address."""
        port = self.take(f"{name}-metrics")
        # Workers share an identity: worker-2 is one as worker-1 is.
        told = metrics_links.settings(self.identities, identity or name.partition("-")[0])
        url = f"https://{LOOPBACK}:{port}/metrics"
        return {**settings, **told, "metrics_port": str(port)}, url

    def service(
        self,
        name: str,
        arguments: tuple[str, ...],
        settings: Mapping[str, str],
        ready: Callable[[], bool],
        settle_seconds: float = 0,
    ) -> Service:
        """A process, by the words of its command."""
        return Service(
            name=name + self.place,
            command=module("tillstream", *arguments),
            log=self.home.log(name),
            ready=ready,
            environment=environment({**self.settings, **settings}),
            settle_seconds=settle_seconds,
            grace_seconds=WORKER_GRACE_SECONDS,
        )
