"""A real Prometheus over a whole stack, in which a minute lasts a second."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from local.ports import choose
from tests.integration.process import HOME
from tests.told_metrics import identities

ON_THEIR_OWN_MACHINE = ("tillstream-proxy", "tillstream-till")
"""Jobs that are told to this machine alone, without an identity, but for what is `secured`."""

_HTTPS = "https://"

RULES = HOME / "dashboards" / "prometheus" / "rules.yml"

PATIENCE_SECONDS = 150.0
"""How long anything may take before a test gives up on it: a limit, not an expectation."""

SHORTER = {"m": "s", "h": "m"}

SMALLER = {
    # Records: 50,000 would mostly keep the machine busy.
    "> 50000": "> 5000",
    # WAL: a segment is 16 MiB.
    "> 268435456": "> 33554432",
    # A worker's own measure of its standstill, in seconds.
    "(tillstream_stalled_seconds) > 30": "(tillstream_stalled_seconds) > 6",
    # How long a webhook's message has waited, in seconds.
    "(tillstream_webhook_oldest_seconds) > 900": "(tillstream_webhook_oldest_seconds) > 4",
}


def hastened(rules: str, changed: dict[str, str] | None = None) -> str:
    """The rules with each duration 60 times shorter, and the quantities of `SMALLER`."""
    for large, small in {**SMALLER, **(changed or {})}.items():
        assert large in rules, f"rules.yml has no {large!r} any more"
        rules = rules.replace(large, small)
    duration = r"((?:for: |\[|offset )\d+)([mh])"
    return re.sub(duration, lambda found: found[1] + SHORTER[found[2]], rules)


def secured(target: str) -> str:
    """A target (host:port) of one of these jobs that is told over TLS, to an identity."""
    return f"{_HTTPS}{target}"


class Prometheus:
    """One that runs: what it knows, and which alerts fire."""

    def __init__(self, address: str, folder: Path, jobs: Mapping[str, Sequence[str]]) -> None:
        self._address = address
        self._folder = folder
        self._targets = {job: list(targets) for job, targets in jobs.items()}
        self._changing = threading.Lock()
        for job in jobs:
            self._note(job)

    @contextmanager
    def scraping(self, job: str, target: str) -> Iterator[None]:
        """One more target (host:port) of ``job``, for the length of a block."""
        with self._changing:
            self._targets[job].append(target)
            self._note(job)
        try:
            yield
        finally:
            with self._changing:
                self._targets[job].remove(target)
                self._note(job)

    def _note(self, job: str) -> None:
        fresh = self._folder / f"{job}.new"
        fresh.write_text(json.dumps([_group(target) for target in self._targets[job]]))
        fresh.replace(self._folder / f"{job}.json")

    def _get(self, path: str, **parameters: str) -> Any:
        with urlopen(f"{self._address}/api/v1/{path}?{urlencode(parameters)}") as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression; raises where Prometheus refuses it."""
        return self._get("query", query=expression)["result"]

    def value(self, metric: str, **labels: str) -> float:
        """The newest value of one series, also where its process is away for the moment."""
        found = self.query(f"last_over_time({metric}{_chosen(labels)}[5m])")
        return float(found[0]["value"][1]) if found else 0.0

    def reaches(self, enough: Callable[[float], bool], metric: str, **labels: str) -> None:
        """Wait until the value of one series is as wanted."""
        lost = f"{metric} {labels} did not get there"
        self.until(lambda: enough(self.value(metric, **labels)), lost)

    def firing(self, alert: str, **labels: str) -> list[dict[str, Any]]:
        """Alerts of that name that fire, with their labels and annotations."""
        found = [each for each in self._get("alerts")["alerts"] if each["state"] == "firing"]
        return [
            each
            for each in found
            if {"alertname": alert, **labels}.items() <= each["labels"].items()
        ]

    def fires(self, alert: str, since: float, **labels: str) -> None:
        """Wait until it does, or has since ``since`` (monotonic); some rest by themselves."""

        def fired() -> bool:
            seconds = int(time.monotonic() - since) + 1
            return bool(self.query(f"last_over_time({_series(labels, alert)}[{seconds}s])"))

        self.until(fired, f"{alert} {labels} did not fire")
        for each in self.firing(alert, **labels):
            said = " ".join(each["annotations"].values())
            assert "error" not in said, f"{alert} cannot say what is wrong: {said}"

    def rests(self, alert: str, **labels: str) -> None:
        """Wait until it no longer fires."""
        self.until(lambda: not self.firing(alert, **labels), f"{alert} went on")

    def until(self, reached: Callable[[], bool], lost: str) -> None:
        """Wait until ``reached``; fails with ``lost`` and what fires when patience ends."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < deadline, f"{lost}; firing: {self._all_firing()}"
            time.sleep(0.2)

    def _all_firing(self) -> list[str]:
        return sorted({each["labels"]["alertname"] for each in self._get("alerts")["alerts"]})


def _chosen(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def _series(labels: Mapping[str, str], alert: str) -> str:
    return "ALERTS" + _chosen({**labels, "alertname": alert, "alertstate": "firing"})


def _group(target: str) -> dict[str, Any]:
    place = target.removeprefix(_HTTPS)
    return {"targets": [place], "labels": {"__scheme__": "https"} if place != target else {}}


def _identity(home: Path) -> dict[str, str]:
    ours = identities(home)
    return {
        "ca_file": str(ours.authorities),
        "cert_file": str(ours.certificate("metrics")),
        "key_file": str(ours.key("metrics")),
    }


def _config(jobs: Iterable[str], home: Path, elsewhere: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [
            {
                "job_name": job,
                "file_sd_configs": [{"files": [f"{job}.json"]}],
                "scheme": "http" if job in ON_THEIR_OWN_MACHINE else "https",
                "tls_config": _identity(elsewhere.get(job, home)),
            }
            for job in jobs
        ],
    }


@contextmanager
def watching(
    jobs: Mapping[str, Sequence[str]],
    rules: str,
    folder: Path,
    home: Path,
    elsewhere: Mapping[str, Path] | None = None,
) -> Iterator[Prometheus]:
    """A Prometheus that scrapes ``jobs`` (name to host:port) of the stack in ``home``, for the
    length of a block. Jobs that are ``elsewhere`` are told to identities of another home."""
    program = shutil.which("prometheus")
    assert program, "no prometheus on the path: apt-get install prometheus"
    folder.mkdir(parents=True)
    (folder / "rules.yml").write_text(rules)
    (folder / "prometheus.yml").write_text(json.dumps(_config(jobs, home, elsewhere or {})))
    (port,) = choose(1)
    address = f"http://127.0.0.1:{port}"
    prometheus = Prometheus(address, folder, jobs)
    command = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(f"{address}/-/ready", process, folder / "log")
        yield prometheus
    finally:
        process.terminate()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"Prometheus is not ready:\n{log.read_text()}"
            time.sleep(0.1)
