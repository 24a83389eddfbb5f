"""Removing a store's folder, so that it is rebuilt from the changelog."""

import shutil
from pathlib import Path


def empty(folder: Path | None) -> None:
    """Remove ``folder`` with all that is in it; None, a store in memory, has none."""
    if folder is not None and folder.exists():
        shutil.rmtree(folder)
