"""A copy of this checkout in which one rule is another."""

import shutil
import sys
from pathlib import Path

from tests.house.checkout import PACKAGES
from tests.integration.process import HOME


def altered_checkout(folder: Path, module: str, rule: str, other: str) -> Path:
    """The copy in ``folder``, with ``other`` in place of the text ``rule`` in the file ``module``.

    What Python has compiled goes with it, where that is kept elsewhere: a worker of the copy would
    compile some seconds, and is no slower than one of ours.
    """
    for package in PACKAGES:
        shutil.copytree(HOME / package, folder / package)
        if sys.pycache_prefix and _compiled(HOME / package).exists():
            to = _compiled(folder / package)
            shutil.copytree(_compiled(HOME / package), to, dirs_exist_ok=True)
    shutil.copy(HOME / "pyproject.toml", folder)
    file = folder / module
    text = file.read_text()
    altered = text.replace(rule, other)
    assert altered != text, "the rule is written in another way now"
    file.write_text(altered)
    return folder


def _compiled(folder: Path) -> Path:
    """Where Python keeps what it compiles of the files there."""
    return Path(f"{sys.pycache_prefix}{folder}")
