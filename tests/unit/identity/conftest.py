"""What the tests of identities share."""

from datetime import UTC, datetime, timedelta

import pytest

from identity.authority import Authority

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """Certificates know whole seconds only."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def root(now: datetime) -> Authority:
    """Nobody vouches for it."""
    return Authority.root("root", not_before=now, not_after=now + 100 * DAY)


@pytest.fixture
def issuing(root: Authority, now: datetime) -> Authority:
    """The root vouches for it."""
    return root.below("issuing", not_before=now, not_after=now + 50 * DAY)
