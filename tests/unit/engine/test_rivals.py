"""Two workers of one name are told so; one that was put out by accident is not."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.rivals import EXPULSIONS_MAX, WINDOW_SECONDS, NameTaken, Rivals, claim
from tests.house.checkout import CHECKOUT


def test_a_worker_that_is_put_out_again_and_again_learns_of_its_namesake() -> None:
    rivals = Rivals("worker-1")
    for number in range(EXPULSIONS_MAX):
        rivals.look(f"member-{number}", now_seconds=number)
    with pytest.raises(NameTaken, match=r"'worker-1'.*give every worker a name of its own"):
        rivals.look("member-again", now_seconds=EXPULSIONS_MAX)


def test_a_worker_that_is_put_out_now_and_then_goes_on() -> None:
    rivals = Rivals("worker-1")
    for number in range(4 * EXPULSIONS_MAX):
        rivals.look(f"member-{number}", now_seconds=number * WINDOW_SECONDS)


def test_a_member_that_stays_or_is_between_two_ids_goes_on() -> None:
    rivals = Rivals("worker-1")
    for second in range(20):
        rivals.look("member" if second % 2 else "", now_seconds=second)


def test_a_folder_is_held_until_its_process_ends_however_that_is(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; from engine.rivals import claim;"
        "held = claim(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=CHECKOUT, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        with pytest.raises(NameTaken, match=str(tmp_path)):
            claim(tmp_path)
        other.kill()
        other.wait()
    claim(tmp_path).close()
