"""The stack's own till: a real one of its store, with a page that people sell at.

It has a home of its own and nothing of the stack's, as on a machine of its own: a voucher is all
that it is told.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.checkout import PREFIX, environment, module
from local.child import Service
from local.home import StackHome
from local.ports import LOOPBACK, answers_ok
from local.programs import StoreDoors

SERVICE = "till"
"""As whom it shows its metrics. Its own certificate is a client's alone: nobody serves by it."""

GRACE_SECONDS = 20
"""It ends what it is writing and closes its journal; killed before, it goes on from there."""


@dataclass(frozen=True)
class OwnTill:
    """Which till a stack runs, and what its receipts and its field go by."""

    location_id: str
    till_id: str
    country: str
    heading: str

    @property
    def process(self) -> str:
        """Its name among the stack's processes."""
        return f"{SERVICE}-{self.till_id}"

    def home(self, store: StackHome) -> Path:
        """The till's own home, in that of its store."""
        return store.folder / "counters" / self.till_id


def service(
    centre: StackHome,
    store: StackHome,
    till: OwnTill,
    doors: StoreDoors,
    port: int,
    metrics: Mapping[str, str],
) -> tuple[Service, str]:
    """What runs the till and is ready when its page answers, and the page's address.

    Its voucher comes by the commands of ``centre``, and it lies in the home of its ``store``.
    ``port`` is the page's, ``metrics`` are settings of how it tells them.
    """
    own, page = till.home(store).absolute(), f"http://{LOOPBACK}:{port}"
    words = (str(centre.folder.absolute()), str(own), till.location_id, till.till_id, str(port))
    settings = {
        "home": str(own),
        "till_country": till.country,
        "till_heading": till.heading,
        # Whoever has a card terminal, or one that fails as they say, names it.
        "till_terminal": os.environ.get(f"{PREFIX}TILL_TERMINAL", "simulated"),
        **metrics,
    }
    made = Service(
        name=till.process,
        command=module("local.start_till", *words, doors.gateway, doors.registration),
        log=store.log(till.process),
        ready=lambda: answers_ok(page),
        environment=environment(settings),
        grace_seconds=GRACE_SECONDS,
    )
    return made, page


def needs_voucher(own: Path, gateway: str, registration: str, now: datetime | None = None) -> bool:
    """Whether the till with the home ``own`` has nothing that leads it to these doors: neither an
    identity nor a voucher that it may still enrol by.

    A till that was revoked keeps its identity, and no start brings it back.
    """
    folder, now = own / "till" / "identity", now or datetime.now(UTC)
    held = [*_in_use(folder), *_waiting(folder, now)]
    return not any(
        (each["gateway"], each["registration"]) == (gateway, registration) for each in held
    )


def _in_use(folder: Path) -> Iterator[dict[str, Any]]:
    named = folder / "current"
    if named.exists():
        yield json.loads((folder / named.read_text() / "device.json").read_text())


def _waiting(folder: Path, now: datetime) -> Iterator[dict[str, Any]]:
    for path in folder.glob("*/voucher.json"):
        voucher = json.loads(path.read_text())
        if datetime.fromisoformat(voucher["expires_at"]) > now:
            yield voucher
