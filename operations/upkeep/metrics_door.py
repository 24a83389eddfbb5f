"""Where metrics are told, for settings; what answers there is `metrics_server`, beside this."""

from collections.abc import Collection
from dataclasses import dataclass

from clients.errors import AccessError
from clients.loopback import is_loopback
from clients.tls import Tls


@dataclass(frozen=True, slots=True)
class MetricsDoor:
    """Where metrics are told, by which certificate, and to which services.

    ``tls`` holds whom we trust and who we are; None tells everybody on this machine.
    """

    host: str
    port: int
    tls: Tls | None = None
    readers: Collection[str] = ()

    def __post_init__(self) -> None:
        """Raises `AccessError` where everybody else's machine would hear them in the clear."""
        if self.tls is None and not is_loopback(self.host):
            raise AccessError(
                f"metrics on {self.host} would go to everybody, in cleartext: set "
                "TILLSTREAM_METRICS_CERT, TILLSTREAM_METRICS_KEY and TILLSTREAM_METRICS_CA"
            )
