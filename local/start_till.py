"""The command of the stack's own till: a voucher where it has none, and then the till itself.

    python -m local.start_till STACK_HOME TILL_HOME LOCATION TILL PAGE_PORT GATEWAY REGISTRATION

Ended at any step, the next start goes on: a voucher that the till has not taken is made anew, and
one that it has taken lies in its own folder, where the till enrols by it, or goes on to.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from local.checkout import environment, module
from local.home import StackHome, write_json
from local.own_till import needs_voucher
from local.ports import answers

PATIENCE_SECONDS = 90.0
"""Until the registration has made a voucher: it is on its way up beside the till. The stack waits
for a process for two minutes, in which this has to be told."""

AGAIN_SECONDS = 0.2

SOCKET_BYTES_MAX = 100
"""Of a socket's path: systems take 103 or 107. A longer one would end the till at its start, and a
home may lie deep."""


class NoVoucher(Exception):
    """The registration made none; the text says why."""


def voucher(stack: StackHome, location_id: str, till_id: str, relay: str) -> object:
    """A fresh voucher, by the command that operators have; raises `NoVoucher`. ``relay`` is the
    store's way to the registration, which the till will take."""
    deadline, why = time.monotonic() + PATIENCE_SECONDS, "it does not answer"
    while time.monotonic() < deadline:
        if _is_open(relay) and _is_open(json.loads(stack.addresses.read_text())["registration"]):
            done = subprocess.run(
                module("tillstream", "devices", "add", location_id, till_id, "--json"),
                env={**os.environ, **environment({"home": str(stack.folder)})},
                capture_output=True,
                text=True,
            )
            if done.returncode == 0:
                return json.loads(done.stdout)
            why = done.stderr.strip()
        time.sleep(AGAIN_SECONDS)
    raise NoVoucher(f"the registration gives {till_id} of {location_id} no voucher: {why}")


def _programs_door(own: Path) -> tuple[str, ...]:
    """Programs come in by the till's socket, or by loopback where its path is too long for one."""
    is_long = len(os.fsencode(own / "till" / "till.sock")) > SOCKET_BYTES_MAX
    return ("--port", "0") if is_long else ()


def _is_open(address: str) -> bool:
    return answers(urlsplit(address).port or 0)


def main(words: list[str]) -> None:
    """Become the till's process; raises `NoVoucher`."""
    stack_home, till_home, location_id, till_id, port, gateway, relay = words
    own, given = Path(till_home), Path(till_home) / "voucher.json"
    command = module("tillstream", "till", "--page-port", port, *_programs_door(own))
    if needs_voucher(own, gateway, relay):
        write_json(given, voucher(StackHome(Path(stack_home)), location_id, till_id, relay))
        command += ["--voucher", str(given)]
    else:
        given.unlink(missing_ok=True)
    os.execv(command[0], command)  # noqa: S606 - the till takes the place of this process


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NoVoucher as error:
        sys.exit(f"tillstream: {error}")
