"""The centre's store API in a local stack: which files it reads, and how gateways ask it."""

from collections.abc import Mapping
from dataclasses import dataclass

from local import metrics_links
from local.identities import Identities
from local.ports import LOOPBACK, answers_ok
from local.programs import StackProcess
from local.starting import Starter

NAME = "store-api"
"""Of the process, its command and its identity."""


@dataclass(frozen=True)
class StoreApiPlace:
    """At ``port``; it lets in whom the fleet's authority for services and stores vouches for."""

    identities: Identities
    port: int

    @property
    def address(self) -> str:
        """As the centre's own gateways ask it."""
        return f"https://{LOOPBACK}:{self.port}"

    def asked(self) -> Mapping[str, str]:
        """The settings of a gateway at the centre."""
        trusted = str(self.identities.authorities.absolute())
        return {"store_api": self.address, "store_api_ca": trusted}

    def process(self, start: Starter) -> StackProcess:
        """The process that answers."""
        settings, metrics = start.telling(
            NAME,
            {
                "store_api_port": str(self.port),
                "store_api_cert": str(self.identities.certificate(NAME).absolute()),
                "store_api_key": str(self.identities.key(NAME).absolute()),
                "store_api_ca": str(self.identities.services.absolute()),
            },
            NAME,
        )
        asking = self.identities.context(metrics_links.READER)
        ready = lambda: answers_ok(metrics, asking)  # noqa: E731
        return StackProcess(start.service(NAME, (NAME,), settings, ready), metrics)
