"""Small disks that can be filled: a tmpfs for each of the stack's stores, where root may mount."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SIZES_MB = {"state": 160, "kafka": 640, "postgres": 640}
"""Above what a run writes, so that only the ballast fills them."""

SMALLEST_BYTES = 4096


class Disks:
    """The mounted ones by name; none where this user may not mount."""

    def __init__(self, home: Path, wanted: set[str]) -> None:
        self._home = home
        self.mounted = {name for name in sorted(wanted) if self._mount(name)}

    def _mount(self, name: str) -> bool:
        folder = self._home / name
        folder.mkdir(parents=True, exist_ok=True)
        options = f"size={SIZES_MB[name]}m,mode=1777"
        command = ["mount", "-t", "tmpfs", "-o", options, "tillstream-faults", str(folder)]
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except OSError:
            return False

    def fill(self, name: str) -> None:
        """Take all that is free, down to the last page."""
        with self._ballast(name).open("ab") as ballast:
            size = 1 << 22
            while size >= SMALLEST_BYTES:
                try:
                    os.write(ballast.fileno(), bytes(size))
                except OSError:
                    size //= 2

    def free(self, name: str) -> None:
        """Give it back."""
        self._ballast(name).unlink(missing_ok=True)

    def _ballast(self, name: str) -> Path:
        return self._home / name / "ballast"

    def unmount(self) -> None:
        """Take the disks away, with what is on them."""
        for name in sorted(self.mounted):
            subprocess.run(["umount", "--lazy", str(self._home / name)], capture_output=True)
        self.mounted = set()
