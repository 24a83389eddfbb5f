"""The running stack, reached only through its command line."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parents[3]

RETURN_SECONDS_MAX = 180.0
"""Far above the longest back-off of the supervisor and a start on a busy machine."""

RECONCILE = ("reconcile", "--wait", "300")
"""The patience bounds how long readers may be behind, which on a busy machine is no difference.
What differs is told at once."""


def say(text: str) -> None:
    """Tell whoever watches the run."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tillstream(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run the product's command line."""
    command = [sys.executable, "-m", "tillstream", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )


@dataclass(frozen=True)
class Stack:
    """What `local status --json` names.

    ``kafka`` are the keyword arguments of kafka-python, ``librdkafka`` the properties of that;
    ``stores`` are the locations that have a gateway, and tills of the stack's own.
    """

    kafka: dict[str, Any]
    librdkafka: dict[str, str]
    postgres: str
    metrics: list[str]
    processes: list[dict[str, Any]]
    stores: tuple[str, ...] = ()

    def read_metrics(self, address: str) -> bytes:
        """What a process tells whom it knows: us by the certificate that Kafka knows us by."""
        trust = ssl.create_default_context(cafile=self.kafka["ssl_cafile"])
        trust.load_cert_chain(self.kafka["ssl_certfile"], self.kafka["ssl_keyfile"])
        with urllib.request.urlopen(address, timeout=10, context=trust) as answer:
            return answer.read()

    def operators_kafka(self) -> dict[str, Any]:
        """As somebody who may write where a user's program may not."""
        beside = {
            name: str(Path(self.kafka[name]).with_name(f"operator{Path(self.kafka[name]).suffix}"))
            for name in ("ssl_certfile", "ssl_keyfile")
        }
        return {**self.kafka, **beside}

    def worker_pids(self) -> list[tuple[str, int]]:
        """Names and process ids of all running workers."""
        named = [(str(one["name"]), one.get("pid")) for one in self.processes]
        return [(name, int(pid)) for name, pid in named if "worker" in name and pid]


def as_service(dsn: str, service: str, role: str, database: str = "tillstream") -> str:
    """A database of a stack of our own, as another than the programs of its users."""
    told = conninfo_to_dict(dsn, user=role, dbname=database)
    folder = Path(str(told["sslcert"])).parent
    files = {"sslcert": str(folder / f"{service}.pem"), "sslkey": str(folder / f"{service}.key")}
    return make_conninfo(**{**told, **files})


def as_owner(dsn: str, database: str = "tillstream") -> str:
    """The same as the role that owns it: it may do what no program may."""
    return as_service(dsn, "owner", "tillstream", database)


def status() -> Stack:
    """Ask for every address."""
    result = tillstream("local", "status", "--json")
    if result.returncode != 0:
        raise RuntimeError(f"local status failed: {result.stdout}{result.stderr}")
    answer = cast(dict[str, Any], json.loads(result.stdout))
    return Stack(
        {"bootstrap_servers": answer["kafka"], **answer["kafka_client"]},
        answer["kafka_properties"],
        answer["postgres"],
        answer["metrics"],
        answer["processes"],
        tuple(store["location_id"] for store in answer["stores"]),
    )


def kill_workers() -> dict[str, int]:
    """Kill every worker the hard way, each by its own process id, which is told by its name."""
    workers = dict(status().worker_pids())
    for pid in workers.values():
        os.kill(pid, signal.SIGKILL)
    return workers


def await_successors(killed: Mapping[str, int]) -> None:
    """Wait until each runs again under another process id; raises TimeoutError."""
    limit = time.monotonic() + RETURN_SECONDS_MAX
    while waited_for := killed.keys() - _others(killed):
        if time.monotonic() > limit:
            raise TimeoutError(f"{sorted(waited_for)} did not come back")
        time.sleep(0.5)


def _others(pids: Mapping[str, int]) -> set[str]:
    """The names of processes that run, and not as the ones with these ids."""
    running = [one for one in status().processes if one["state"] == "running"]
    return {one["name"] for one in running if one["pid"] not in (None, pids.get(one["name"]))}
