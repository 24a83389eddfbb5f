"""A store of the tests: a till's journal, a gateway in this process, and its topic."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.journal.journal import Journal
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import Store, store
from tests.unit.edge.journal.tills import opened


@pytest.fixture
def topic() -> MemoryTopic:
    return MemoryTopic()


@pytest.fixture
async def gateway(tmp_path: Path, topic: MemoryTopic) -> AsyncIterator[Store]:
    async with store(tmp_path, topic) as made:
        yield made


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(opened(tmp_path)) as made:
        yield made
