"""A broker that one module after another has to itself."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.integration.own_broker import empty, own_broker


@pytest.fixture(scope="session")
def emptied_broker(services_folder: Path) -> Generator[str]:
    """Bootstrap servers of the broker behind `lonely_kafka`."""
    folder = services_folder / "lonely"
    folder.mkdir()
    with own_broker(folder) as bootstrap:
        yield bootstrap


@pytest.fixture(scope="module")
def lonely_kafka(emptied_broker: str) -> str:
    """Bootstrap servers of a broker on which nobody else works, empty when a module begins.

    To start one takes several seconds of CPU, to empty it a part of one. A test that stops its
    broker takes `own_broker`.
    """
    empty(emptied_broker)
    return emptied_broker


@pytest.fixture
def lonely_kafka_anew(emptied_broker: str) -> str:
    """The same broker, emptied for one test: whose module has several that must not meet."""
    empty(emptied_broker)
    return emptied_broker
