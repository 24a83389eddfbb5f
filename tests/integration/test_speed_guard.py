"""The workers stay about as fast, beside a bare loop in the same run, as they were on record."""

from pathlib import Path

import pytest

from benchmarks import guard


@pytest.mark.alone
@pytest.mark.timeout(900)  # four runs, beside whatever else the machine does
def test_the_workers_have_not_become_slow(tmp_path: Path) -> None:
    ratio = guard.measure(tmp_path)
    limit = guard.FAR_BELOW * guard.on_record()
    assert ratio >= limit, (
        f"Tillstream did the reference job at {ratio:.2f} x the bare loop, on record is "
        f"{guard.on_record():.2f}: profile it (docs/performance.md), or write a new record with "
        "`python -m benchmarks.guard --record` and say why in the commit"
    )
