"""How the stack's processes tell their metrics, and how others read them: by their identities."""

from collections.abc import Mapping

from local.identities import Identities

READER = "metrics"
"""Who reads them here, to see whether a process is ready."""


def settings(identities: Identities, service: str) -> Mapping[str, str]:
    """Settings of a process that is ``service``."""
    return {
        # Services alone: who issues for devices could make a reader, and its root is the same.
        "metrics_ca": str(identities.services.absolute()),
        "metrics_cert": str(identities.certificate(service).absolute()),
        "metrics_key": str(identities.key(service).absolute()),
    }
