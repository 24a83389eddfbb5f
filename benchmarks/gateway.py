"""What a store's gateway takes, how soon, and at what cost: ``python -m benchmarks.gateway``.

A real gateway over TLS with signed requests, behind it a broker whose topic syncs each append. The
tills are a process of their own, on the same machine; what they cost is told beside, for they need
more of it than the gateway does.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psutil
import typer

from benchmarks.gateway_load import Order
from benchmarks.gateway_tills import LOCATION, StoreFiles, vouch
from benchmarks.kafka import Broker
from benchmarks.scratch import scratch
from identity.names import StoreName
from local import child, jars, kafka
from local.ports import choose
from topics.registry import TILL_EVENTS
from topics.topic_spec import kafka_configs

TILLS = 200
HERD = {"tills": TILLS, "batches": 2, "size": 500}

SCENES: Mapping[str, Mapping[str, Any]] = {
    "steady": {"tills": TILLS, "batches": 60, "every_seconds": 1.0},
    "single": {"tills": TILLS, "batches": 60, "first_till": TILLS},
    "batched": {"tills": 20, "batches": 20, "size": 500, "first_till": 2 * TILLS},
    "day": {"tills": 1, "batches": 4, "size": 500, "first_till": 3 * TILLS - 1},
    "herd": {**HERD, "first_till": 3 * TILLS, "live": 4 * TILLS},
    "herd_again": {**HERD, "first_till": 4 * TILLS + 1, "live": 5 * TILLS + 1},
}
"""By name, what the tills do; each scene has tills of its own. The second herd tells whether the
first has left anything behind."""

START_SECONDS_MAX = 60.0


def main(
    only: Annotated[list[str] | None, typer.Option(help="Scenes to run; else all.")] = None,
) -> None:
    """Run the scenes one after the other, and print a JSON object for each."""
    with scratch("gateway") as folder, _broker(folder) as broker:
        broker.create([TILL_EVENTS.name], kafka_configs(TILL_EVENTS, 1))
        files = vouch(_made(folder / "identities"), 5 * TILLS + 2)
        with _gateway(folder, broker, files) as (process, address):
            for name in only or SCENES:
                order = Order(str(files.folder), address, **SCENES[name])
                print(json.dumps({"scene": name, **_scene(process, order)}), flush=True)  # noqa: T201


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _broker(folder: Path) -> Generator[Broker]:
    port, controller = choose(2)
    log = folder / "kafka.log"
    process = child.start(kafka.service(folder / "kafka", port, controller, jars.class_path(), log))
    try:
        yield Broker(kafka.address(port), process.pid)
    finally:
        process.stop()


@contextmanager
def _gateway(
    folder: Path, broker: Broker, files: StoreFiles
) -> Generator[tuple[psutil.Process, str]]:
    certificate, key = files.of(StoreName(LOCATION))
    (port,) = choose(1)
    environment = {
        **os.environ,
        "TILLSTREAM_HOME": str(folder / "home"),
        "TILLSTREAM_KAFKA": broker.bootstrap,
        "TILLSTREAM_KAFKA_PLAINTEXT": "true",
        "TILLSTREAM_GATEWAY_CERT": str(certificate),
        "TILLSTREAM_GATEWAY_KEY": str(key),
        "TILLSTREAM_GATEWAY_CA": str(files.authorities),
    }
    command = [sys.executable, "-m", "tillstream", "gateway", "--port", str(port)]
    with (folder / "gateway.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
    try:
        _await_start(process, folder / "gateway.log")
        yield psutil.Process(process.pid), f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _await_start(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while "gateway_serves" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the gateway did not start: {log.read_text()}")
        time.sleep(0.1)


def _scene(gateway: psutil.Process, order: Order) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.gateway_load", msgspec.json.encode(order).decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tills:
        ready = tills.stdout and tills.stdout.readline()
        before, at_first = _cpu_seconds(gateway), gateway.memory_info().rss
        answer, _ = tills.communicate(b"begin\n")
    if ready != b"ready\n" or not answer:
        sys.exit(f"the tills ended with {tills.returncode}")
    told, cpu = json.loads(answer), _cpu_seconds(gateway) - before
    return {
        **told,
        "events_per_second": round(told["events"] / told["seconds"]),
        "events_per_cpu_second": round(told["events"] / max(cpu, 0.01)),
        "cores": round(cpu / told["seconds"], 3),
        "mib": [round(each / 2**20, 1) for each in (at_first, gateway.memory_info().rss)],
        "load_average": round(os.getloadavg()[0], 1),
    }


def _cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


if __name__ == "__main__":
    typer.run(main)
