"""What may happen to a worker's folder of state while the worker is away."""

from __future__ import annotations

import shutil
from pathlib import Path

from rocksdict import Options, Rdict

POSITION = b"\x00position"
"""Where the store keeps how far of the changelog it holds."""

FAR_AHEAD = 10**12


def replace(folder: Path, copy: Path) -> None:
    """Put an earlier copy in place of the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(copy, folder)


def put_ahead(folder: Path) -> int:
    """Make every store claim what the changelog does not have, with values that are not true.

    As after a disk of the broker was lost and its copy is older. Returns how many stores.
    """
    stores = [path.parent for path in folder.glob("*/CURRENT")]
    for store in stores:
        options = Options(raw_mode=True)
        database = Rdict(str(store), options)
        for key in list(database.keys()):
            database.delete(key)
        database.put(POSITION, b"%d" % FAR_AHEAD)
        database.close()
    return len(stores)
