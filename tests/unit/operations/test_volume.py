"""The doctor looks below the file system for dm-crypt."""

import os
from pathlib import Path

import pytest

from operations.security.volume import is_encrypted


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """A made-up /sys/dev/block with the device of this folder."""
    folder = tmp_path / "block"
    _device(tmp_path, folder).mkdir(parents=True)
    return folder


def _device(folder: Path, devices: Path) -> Path:
    number = folder.stat().st_dev
    return devices / f"{os.major(number)}:{os.minor(number)}"


def _mapped(device: Path, uuid: str) -> None:
    (device / "dm").mkdir(parents=True)
    (device / "dm" / "uuid").write_text(uuid)


def test_a_volume_of_dm_crypt_is_encrypted(tmp_path: Path, devices: Path) -> None:
    _mapped(_device(tmp_path, devices), "CRYPT-LUKS2-0123-home\n")
    assert is_encrypted(tmp_path, devices)


def test_a_logical_volume_on_dm_crypt_is_encrypted(tmp_path: Path, devices: Path) -> None:
    device = _device(tmp_path, devices)
    _mapped(device, "LVM-abc")
    _mapped(device / "slaves" / "dm-1", "CRYPT-LUKS2-0123")
    assert is_encrypted(tmp_path, devices)


def test_half_an_encrypted_volume_is_none(tmp_path: Path, devices: Path) -> None:
    device = _device(tmp_path, devices)
    _mapped(device / "slaves" / "dm-1", "CRYPT-LUKS2-0123")
    (device / "slaves" / "sda2").mkdir()
    assert not is_encrypted(tmp_path, devices)


def test_a_plain_disk_and_one_that_nobody_knows_are_not(tmp_path: Path, devices: Path) -> None:
    assert not is_encrypted(tmp_path, devices)
    assert not is_encrypted(tmp_path, tmp_path / "nowhere")
