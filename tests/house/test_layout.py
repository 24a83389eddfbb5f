"""The packages are those of this checkout: other distributions ship an `agents` or `tables`."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

from tests.house.checkout import CHECKOUT, PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_the_one_in_this_checkout(package: str) -> None:
    spec = importlib.util.find_spec(package)
    found = spec.origin if spec else None
    assert found == str(CHECKOUT / package / "__init__.py"), f"{package} comes from {found}"


def test_the_command_runs_in_a_folder_that_has_packages_of_the_same_name(tmp_path: Path) -> None:
    for package in PACKAGES:
        (tmp_path / f"{package}.py").write_text("raise SystemExit('the wrong package')")
    done = subprocess.run(
        [CHECKOUT / ".venv" / "bin" / "tillstream", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "local" in done.stdout
