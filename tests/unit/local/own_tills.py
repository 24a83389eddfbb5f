"""A home with a till of its own, and what its registration would give it."""

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from edge.till.identity.folder import IdentityFolder
from edge.till.identity.voucher import read_voucher
from local.home import StackHome
from local.ports import LOOPBACK
from tests.unit.edge.journal.tills import TILL

GATEWAY = "https://127.0.0.1:2"
RELAY = "https://127.0.0.1:1"


def voucher(**fields: Any) -> dict[str, Any]:
    """One that is good for a day."""
    ends = datetime.now(UTC) + timedelta(days=1)
    told = {"epoch": 1, "token": "secret", "expires_at": ends.isoformat(), "ca_sha256": "0" * 64}
    place = {"location_id": TILL.location_id, "till_id": TILL.till_id}
    return {**place, **told, "gateway": GATEWAY, "registration": RELAY} | fields


def took(own: Path, **fields: Any) -> None:
    """The till has taken a voucher and was ended before it had enrolled."""
    IdentityFolder(own / "till" / "identity").expect(
        read_voucher(msgspec.json.encode(voucher(**fields)))
    )


@contextmanager
def open_doors(stack: StackHome) -> Generator[str]:
    """Ports that take connections, as relay and registration do; the relay's address."""
    with ExitStack() as opened:
        relay, registration = (
            opened.enter_context(socket.create_server((LOOPBACK, 0))).getsockname()[1]
            for _ in range(2)
        )
        stack.note_addresses({"registration": f"https://{LOOPBACK}:{registration}"})
        yield f"https://{LOOPBACK}:{relay}"
