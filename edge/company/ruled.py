"""The decision tables that the simulated company sells by: those that come with Tillstream."""

from pathlib import Path

import edge.rules
from edge.bundle.rows import BundledTable
from edge.rules.files import path_of_tests, read_files

_FOLDER = Path(edge.rules.__file__).parent / "data"


def company_tables() -> list[BundledTable]:
    """Each as its file has it, by name."""
    paths = sorted(_FOLDER.glob("*.csv"))
    beside = {path_of_tests(path) for path in paths}
    return [read_files(path).table for path in paths if path not in beside]
