"""Settings of metrics: who may read ours, and who we are where we read others'."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from clients.tls import Tls


class MetricsSettings(BaseSettings):
    """A part of `tillstream.settings.Settings`."""

    metrics_port: int = Field(0, description="Port of /metrics; 0 takes a free one.")
    metrics_ca: Path | None = Field(
        None, description="Authorities that vouch for who reads metrics and who tells them, in PEM."
    )
    metrics_cert: Path | None = Field(
        None,
        description="Our certificate, with its chain, in PEM: a process shows it on the port of "
        "/metrics, and status and doctor where they ask for others'. Without it metrics are told "
        "on the loopback only, in cleartext.",
    )
    metrics_key: Path | None = Field(None, description="The key of that certificate, in PEM.")
    metrics_readers: str = Field(
        "metrics,operator,client",
        description="Services that may read metrics, by the names in their certificates, with "
        "commas between.",
    )

    def metrics_tls(self) -> Tls | None:
        """Whom we trust and who we are; None where metrics go in cleartext."""
        if self.metrics_ca is None and self.metrics_cert is None:
            return None
        return Tls(self.metrics_ca, self.metrics_cert, self.metrics_key)

    def readers(self) -> frozenset[str]:
        """Names of the services that may read."""
        return frozenset(filter(None, (each.strip() for each in self.metrics_readers.split(","))))
