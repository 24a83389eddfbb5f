"""What the processes of a local stack tell of themselves, read as Prometheus reads it."""

from pathlib import Path
from urllib.request import urlopen

from local import metrics_links
from local.home import StackHome
from local.identities import Identities


def identities(home: Path) -> Identities:
    """Those of the stack in ``home``."""
    return Identities(StackHome(home).identities)


def read_metrics(home: Path, address: str) -> str:
    """The page at ``address``, of a process of the stack in ``home``."""
    with urlopen(
        address, timeout=10, context=identities(home).context(metrics_links.READER)
    ) as answer:
        return answer.read().decode()
