"""What the tests of clients share."""

from pathlib import Path

import pytest

from tests.certificates import Authority, Identity


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    """A certificate in files of its own."""
    return Authority(tmp_path).identity("till-7")
