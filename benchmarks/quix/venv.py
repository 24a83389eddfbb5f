"""Makes the venv of Quix Streams under the checkout's folder for such things, once a lock."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.job import Job
from tillstream.settings import HOME

VENV = HOME / ".tillstream" / "bench-quix"

LOCK = Path(__file__).with_name("requirements.lock")


def python() -> str:
    """The interpreter of a venv that holds what the lock says."""
    installed = VENV / "installed.lock"
    if not installed.exists() or installed.read_text() != LOCK.read_text():
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
        subprocess.run([str(VENV / "bin" / "pip"), "install", *quiet, "-r", str(LOCK)], check=True)
        installed.write_text(LOCK.read_text())
    return str(VENV / "bin" / "python")


def command(_: Job) -> list[str]:
    """The contender in its venv."""
    return [python(), "-P", "-m", "benchmarks.contenders.quix"]
