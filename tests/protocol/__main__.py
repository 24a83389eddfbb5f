"""``python -m tests.protocol``: the larger bounds, each with what it found; ``make protocol``."""

import sys
import tempfile
from pathlib import Path

from tests.protocol.scenarios import LARGE, SHORT, Scenario
from tests.protocol.spin import check


def _told(scenario: Scenario) -> bool:
    """Check one and say so; whether it holds."""
    bounds = ", ".join(f"{name} {value}" for name, value in scenario.bounds.items())
    sys.stdout.write(f"{scenario.name} ({bounds}): {', '.join(scenario.faults)}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="tillstream-protocol-") as folder:
        result = check(scenario, Path(folder))
    sys.stdout.write(f"{result}\n")
    return result.fault is None


def main() -> int:
    """All scenarios; 0 where all of them hold."""
    return 0 if all([_told(scenario) for scenario in (*SHORT, *LARGE)]) else 1


if __name__ == "__main__":
    sys.exit(main())
