"""Ports stay the same from start to start unless somebody has taken them."""

import socket
from pathlib import Path

from local.ports import LOOPBACK, RememberedPorts, choose


def test_a_port_is_remembered_by_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = RememberedPorts(file).take("board")
    assert RememberedPorts(file).take("board") == first


def test_a_port_that_somebody_took_is_chosen_anew_and_remembered(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = RememberedPorts(file).take("board")
    with socket.socket() as other:
        other.bind((LOOPBACK, first))
        other.listen()
        second = RememberedPorts(file).take("board")
    assert second != first
    assert RememberedPorts(file).take("board") == second


def test_names_do_not_share_a_port(tmp_path: Path) -> None:
    ports = RememberedPorts(tmp_path / "ports.json")
    chosen = [ports.take(f"worker-{number}") for number in range(20)]
    assert len(set(chosen)) == len(chosen)


def test_ports_chosen_together_differ() -> None:
    assert len(set(choose(20))) == 20
