"""Whether the volume under the home is encrypted, as far as this machine can say."""

import os
from collections.abc import Iterator
from pathlib import Path

from operations.doctor.finding import Finding, Patient, good, unknown
from operations.upkeep.disks import existing

BLOCK_DEVICES = Path("/sys/dev/block")
"""What Linux knows of each block device, by its number."""

_DEPTH_MAX = 8
"""Of volumes upon volumes; real ones have two or three."""


def encryption(patient: Patient) -> Iterator[Finding]:
    """Whether who takes the disk has what `sealing` does not hide."""
    folder = existing(patient.installation.home)
    if is_encrypted(folder):
        yield good("encryption", f"the volume under {folder} is encrypted")
    else:
        yield unknown(
            "encryption",
            f"nothing shows that the volume under {folder} is encrypted: docs/at-rest.md says "
            "what lies there in the clear, and how to encrypt it",
        )


def is_encrypted(folder: Path, devices: Path = BLOCK_DEVICES) -> bool:
    """Whether dm-crypt lies below the file system of ``folder``, also under LVM or RAID.

    False says little: a disk, a hypervisor or another system may encrypt by itself.
    """
    number = folder.stat().st_dev
    return _is_crypt(devices / f"{os.major(number)}:{os.minor(number)}", _DEPTH_MAX)


def _is_crypt(device: Path, depth: int) -> bool:
    if _kind(device).startswith("CRYPT-"):
        return True
    if depth == 0:
        return False
    # What LVM and RAID are made of; each part must be encrypted.
    below = device / "slaves"
    parts = list(below.iterdir()) if below.is_dir() else []
    return bool(parts) and all(_is_crypt(part, depth - 1) for part in parts)


def _kind(device: Path) -> str:
    try:
        return (device / "dm" / "uuid").read_text()
    except OSError:
        return ""
