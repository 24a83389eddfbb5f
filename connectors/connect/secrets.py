"""Secrets in definitions: a definition lies in a topic, and holds only where the secret is."""

from pathlib import Path

from connectors.connect.errors import ConnectorError

_ENDS_A_NAME = frozenset(":}${\n")
"""Characters that Kafka's provider takes for the end of a folder's or a file's name."""


def held_in(file: Path) -> str:
    """A setting whose value is what ``file`` holds, as Connect's DirectoryConfigProvider reads it
    under the name ``directory``; raises `ConnectorError` where it could not."""
    place = file.absolute()
    if _ENDS_A_NAME & set(str(place)):
        raise ConnectorError(f"Connect cannot read {place}: its name must be without : $ {{ and }}")
    return f"${{directory:{place.parent}:{place.name}}}"
