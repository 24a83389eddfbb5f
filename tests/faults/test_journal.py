"""Many seeds go on where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.faults.journal import append, is_right, read, run_seeds, table


def row(seed: int, **more: Any) -> dict[str, Any]:
    figures = {"events": 12_345, "dead_letters": 7, "lost": 0, "doubled": 0, "wrong": 0}
    return {
        "seed": seed,
        **figures,
        "faults": {"total": 10},
        "slowest_recovery_seconds": 8.25,
        **more,
    }


class Runs:
    """Stands for the runs; one of them can be made to end without a verdict."""

    def __init__(self, without: int | None = None) -> None:
        self.without = without
        self.seeds: list[int] = []

    def __call__(self, seed: int, minutes: float) -> dict[str, Any] | None:
        self.seeds.append(seed)
        return None if seed == self.without else row(seed)


def test_a_seed_that_is_in_the_journal_is_not_run_again(tmp_path: Path) -> None:
    journal = tmp_path / "new" / "faults.jsonl"
    first, second = Runs(without=3), Runs()
    assert [one["seed"] for one in run_seeds([1, 2, 3, 4], 4, journal, first)] == [1, 2]
    assert [one["seed"] for one in run_seeds([1, 2, 3, 4], 4, journal, second)] == [1, 2, 3, 4]
    assert (first.seeds, second.seeds) == ([1, 2, 3], [3, 4])


def test_another_length_is_another_run(tmp_path: Path) -> None:
    journal, runs = tmp_path / "faults.jsonl", Runs()
    run_seeds([1], 4, journal, runs)
    assert len(run_seeds([1], 3, journal, runs)) == 1
    assert runs.seeds == [1, 1]


def test_a_row_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    journal = tmp_path / "faults.jsonl"
    append(journal, row(1))
    with journal.open("a") as file:
        file.write('{"seed": 2, "ev')
    append(journal, row(3))
    assert [one["seed"] for one in read(journal)] == [1, 3]


def test_a_row_is_a_line_of_the_table() -> None:
    text = table([row(2, commit="abc1234", wrong=3), row(1, commit="abc1234")])
    assert text.splitlines()[2:] == [
        "| 1 | 12,345 | 10 | 7 | 0 | 0 | 0 | 8.2 s | abc1234 |",
        "| 2 | 12,345 | 10 | 7 | 0 | 0 | 3 | 8.2 s | abc1234 |",
    ]
    assert is_right(row(1)) and not is_right(row(1, doubled=1))
