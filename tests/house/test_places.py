"""Nothing in the checkout holds for one machine, or for one mirror of a registry, only."""

import re
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:work|root|home|Users|tmp|mnt)/\w[\w./-]*")

REGISTRY_HOST = re.compile(
    r"\b(?:pypi\.org|files\.pythonhosted\.org|repo1?\.maven(?:\.apache)?\.org|"
    r"registry\.npmjs\.org|proxy\.golang\.org|[\w.-]*artifactory[\w.-]*|[\w.-]*nexus\.[\w.-]+)"
)

LOCKS = ("requirements.lock", "jars.lock", "package-lock.json")


def _files() -> list[Path]:
    """Every file that git keeps or would keep, but this one, which has the patterns."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [CHECKOUT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__).resolve()]


def _found(pattern: re.Pattern[str]) -> list[str]:
    told: list[str] = []
    for path in _files():
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            if match := pattern.search(line):
                told.append(f"{path.relative_to(CHECKOUT)}:{number}: {match.group()}")
    return told


def test_no_file_names_a_path_of_one_machine() -> None:
    found = _found(MACHINE_PATH)
    assert not found, "derive the path, or take it from a setting:\n" + "\n".join(found)


def test_no_file_names_the_host_of_a_registry() -> None:
    found = _found(REGISTRY_HOST)
    assert not found, "the user's own client knows its registry:\n" + "\n".join(found)


def test_no_lock_names_an_address() -> None:
    locks = [path for path in _files() if path.name in LOCKS]
    assert len(locks) >= 2, "the locks of packages and jars are missing"
    named = [path.name for path in locks if "://" in path.read_text()]
    assert not named, f"{named} hold for one mirror only: write them again with `make lock`"
