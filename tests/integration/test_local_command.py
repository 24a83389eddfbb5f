"""``tillstream local`` as its user runs it: one stack in a folder of its own, from up to reset."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
import pytest
from confluent_kafka import Producer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from kafka import KafkaAdminClient
from prometheus_client import CollectorRegistry

from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.problems import Refusal
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import TillIdentity, load
from edge.proxy.upstream import upstream
from identity import files
from identity.names import ServiceName, name_of
from local import jars, java
from local.identities import Identities
from local.ports import answers_ok
from tests.integration.door import TOPICS, asked_in_cleartext, is_answered
from tests.links import connect
from tests.told_metrics import read_metrics
from tests.unit.edge.journal.tills import sale
from tillstream.local_up import STORE, TILL_ID
from tillstream.settings import HOME

pytestmark = pytest.mark.lonely

WAIT_SECONDS = 120


class LocalStack:
    """The command line with a home of its own, and no address from outside."""

    def __init__(self, home: Path) -> None:
        self.home = home
        ours = {"TILLSTREAM_HOME": str(home)}
        others = {k: v for k, v in os.environ.items() if not k.startswith("TILLSTREAM_")}
        self._environment = {**others, **ours}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HOME / ".venv" / "bin" / "tillstream", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
        )

    @contextmanager
    def started(self, *arguments: str) -> Generator[subprocess.Popen[str]]:
        """A command that goes on until it is asked to stop; it says in JSON what it does."""
        process = subprocess.Popen(
            [HOME / ".venv" / "bin" / "tillstream", *arguments],
            env={**self._environment, "TILLSTREAM_LOG_JSON": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=WAIT_SECONDS)

    def up(self) -> subprocess.CompletedProcess[str]:
        done = self.run("local", "up", "--detach", "--no-simulator")
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def status(self) -> dict[str, Any]:
        return json.loads(self.run("local", "status", "--json").stdout)

    def noted(self) -> dict[str, Any]:
        """What the supervisor has written down, for those who look often."""
        return json.loads((self.home / "stack.json").read_text())

    def process(self, name: str) -> dict[str, Any]:
        return next(each for each in self.noted()["processes"] if each["name"] == name)

    def product_names(self) -> list[str]:
        with psycopg.connect(self.status()["postgres"]) as connection:
            found = connection.execute("SELECT name FROM products WHERE sku = 'tea'")
            return [name for (name,) in found]


def wait_until(reached: Callable[[], bool], lost: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not reached():
        assert time.monotonic() < deadline, lost
        time.sleep(0.2)


@pytest.fixture(scope="module")
def stack() -> Generator[LocalStack]:
    with tempfile.TemporaryDirectory(prefix="tillstream-local-") as folder:
        stack = LocalStack(Path(folder) / "home")
        stack.up()
        yield stack
        stack.run("local", "down")


def test_status_names_every_address_and_each_answers(stack: LocalStack) -> None:
    status = stack.status()
    places = {"kafka", "postgres", "connect", "dashboard", "registration", "metrics"}
    links = {"kafka_client", "kafka_properties", "kafka_java", "ca_file"}
    assert set(status) == {*places, *links, "processes", "stores"}
    assert answers_ok(status["dashboard"])
    for store in status["stores"]:
        assert all(answers_ok(till["page"]) for till in store["tills"])
    answered, _ = connect(status).request("GET", "/health", patience_seconds=10)
    assert answered == 200, "Connect is named but does not answer"
    for url in status["metrics"]:
        assert url.startswith("https://127.0.0.1:")
        assert "tillstream_build_info" in read_metrics(stack.home, url)
        assert not answers_ok(url), f"{url} answers somebody without an identity"


def test_every_process_runs_and_serves_metrics_where_it_should(stack: LocalStack) -> None:
    status = stack.status()
    states = {each["name"]: each["state"] for each in status["processes"]}
    servers, beside = ("postgres", "kafka", "connect"), ("products", "receipts")
    names = (
        *servers,
        "worker-1",
        *beside,
        "sink",
        "webhooks",
        "registration",
        "board",
        f"gateway-{STORE}",
        "store-api",
        f"till-{TILL_ID}",
    )
    assert states == dict.fromkeys(names, "running")
    assert len(status["metrics"]) == len(names) - len(servers), "each of ours serves metrics"


def test_each_library_comes_to_kafka_by_what_status_says(stack: LocalStack) -> None:
    status = stack.status()
    by_kafka_python: Any = KafkaAdminClient(
        bootstrap_servers=status["kafka"], **status["kafka_client"]
    )
    with closing(by_kafka_python):
        assert "stock.levels" in by_kafka_python.list_topics()
    by_librdkafka = Producer(status["kafka_properties"])
    assert "stock.levels" in by_librdkafka.list_topics(timeout=60).topics
    arguments = ("--list", "--bootstrap-server", status["kafka"])
    by_java = subprocess.run(
        java.command(
            "org.apache.kafka.tools.TopicCommand",
            *(*arguments, "--command-config", status["kafka_java"]),
            footprint=java.Footprint(128),
            class_path=jars.class_path(),
        ),
        env={**os.environ, "CLASSPATH": jars.class_path()},
        capture_output=True,
        text=True,
    )
    assert "stock.levels" in by_java.stdout.split(), by_java.stdout + by_java.stderr


def test_a_shell_is_told_the_same(stack: LocalStack) -> None:
    told = stack.run("local", "env")
    assert told.returncode == 0, told.stderr
    asked = subprocess.run(
        ["sh", "-c", f"{told.stdout}\necho $KAFKA_BOOTSTRAP_SERVERS $KAFKA_SSL_CAFILE"],
        capture_output=True,
        text=True,
    )
    status = stack.status()
    assert asked.stdout.split() == [status["kafka"], status["ca_file"]]


def _printed(document: str, language: str) -> list[str]:
    """The examples of a document, as a reader copies them."""
    text = (HOME / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def reader(stack: LocalStack, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who tries the examples; their psql says who it comes as."""
    asks, found = "SELECT current_user", shutil.which("psql")
    opened = "import psycopg, sys; opened = psycopg.connect(*sys.argv[1:])"
    by_libpq = f"{opened}; print(opened.execute('{asks}').fetchone()[0])"
    real = f"{found} -XAtc '{asks}'" if found else f'{sys.executable} -c "{by_libpq}"'
    psql = tmp_path / "psql"
    psql.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    psql.chmod(0o755)
    mine = {
        k: v for k, v in os.environ.items() if not k.startswith(("TILLSTREAM_", "PG", "KAFKA_"))
    }
    path = f"{tmp_path}:{os.environ['PATH']}"
    return {**mine, "PATH": path, "TILLSTREAM_HOME": str(stack.home)}


@pytest.mark.parametrize(
    ("document", "roles"),
    [
        ("README.md", ["tillstream_client", "tillstream_reader", "tillstream_client"]),
        ("docs/database.md", ["tillstream_reader"]),
    ],
)
def test_psql_comes_in_by_what_the_documents_print(
    reader: dict[str, str], document: str, roles: list[str]
) -> None:
    said: list[str] = []
    for example in _printed(document, "sh"):
        if "psql" in example:
            done = subprocess.run(
                ["sh", "-euc", example], cwd=HOME, env=reader, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{example}\n{done.stderr}"
            said += done.stdout.split()
    assert said == roles


def test_kafka_python_produces_and_consumes_by_what_the_readme_prints(
    stack: LocalStack, reader: dict[str, str]
) -> None:
    with psycopg.connect(stack.status()["postgres"]) as connection:
        connection.execute(
            "INSERT INTO stock_movements (location_id, sku, quantity, reason)"
            " VALUES ('shop-1', 'milk', 7, 'delivery')"
        )
    produces, consumes = _printed("README.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", f"{produces}\n{consumes}"],
        cwd=HOME,
        env=reader,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "shop-1/milk" in done.stdout


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("board", ("board", "--port", "0", "--json")),
        ("sink", ("worker", "sink", "--name", "by-hand")),
        ("webhooks", ("worker", "webhooks", "--name", "by-hand")),
    ],
)
def test_what_somebody_starts_by_hand_is_itself_beside_the_stacks_own(
    stack: LocalStack, service: str, command: tuple[str, ...]
) -> None:
    with stack.started(*command) as process:
        told = next(line for line in process.stdout or () if '"metrics"' in line)
        address = json.loads(told)["metrics"]
        assert "tillstream_build_info" in read_metrics(stack.home, address)
        place = urlsplit(address)
        with socket.create_connection((place.hostname or "", place.port or 0)) as plain:
            context = Identities(stack.home / "identities").context("metrics")
            with context.wrap_socket(plain, server_hostname=place.hostname) as door:
                shown = x509.load_der_x509_certificate(door.getpeercert(True) or b"")
        assert name_of(shown) == ServiceName(service)


def test_kafka_takes_nobody_without_an_identity(stack: LocalStack) -> None:
    status = stack.status()
    answer = asked_in_cleartext(status["kafka"], TOPICS)
    assert not answer or answer[0] == 0x15, f"no alert of TLS, but an answer: {answer!r}"
    trusting = ssl.create_default_context(cafile=status["ca_file"])
    assert not is_answered(status["kafka"], trusting, TOPICS)
    operator = Identities(stack.home / "identities").context("operator")
    assert is_answered(status["kafka"], operator, TOPICS), "nobody is"


def test_no_process_of_the_stack_lacks_a_right(stack: LocalStack) -> None:
    log = (stack.home / "logs" / "kafka.log").read_text()
    denied = [line for line in log.splitlines() if "is Denied" in line]
    assert not denied, "the table in topics/access.py lacks what they do:\n" + "\n".join(denied)


def test_a_second_up_says_that_it_runs_and_starts_nothing(stack: LocalStack) -> None:
    before = stack.status()
    done = stack.run("local", "up")
    assert (done.returncode, "already running" in done.stdout) == (0, True)
    assert before["dashboard"] in done.stdout
    assert stack.status() == before


def test_other_commands_find_the_running_stack(stack: LocalStack) -> None:
    done = stack.run("reconcile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_till_comes_in_and_is_ended(stack: LocalStack, tmp_path: Path) -> None:
    added = stack.run("devices", "add", "shop-1", "1", "--json")
    assert added.returncode == 0, added.stderr
    voucher = json.loads(added.stdout)
    assert voucher["registration"] == stack.status()["registration"]
    assert voucher["gateway"] == "", "it names another store's gateway"
    trusted = files.read_certificates(stack.home / "identities" / "ca.pem")
    roots = [each for each in trusted if each.issuer == each.subject]
    digest = hashlib.sha256(roots[0].public_bytes(Encoding.DER)).hexdigest()
    assert voucher["ca_sha256"] == digest, "a till could not tell that it is ours"
    _curl_enrols(stack.home / "identities" / "ca.pem", voucher, tmp_path)
    listed = json.loads(stack.run("devices", "list", "--location", "shop-1", "--json").stdout)
    assert [(each["till_id"], each["status"], each["epoch"]) for each in listed] == [
        ("1", "active", 1)
    ]
    assert json.loads(stack.run("devices", "spare", "shop-1", "1", "--json").stdout)["epoch"] == 2
    assert stack.run("devices", "revoke", "shop-1", "1").returncode == 0
    assert "revoked, epoch 1" in stack.run("devices", "list", "--location", "shop-1").stdout
    unknown = stack.run("devices", "revoke", "shop-1", "99")
    assert unknown.returncode == 1 and unknown.stderr == "tillstream: there is no till shop-1/99\n"
    wrong = stack.run("devices", "add", "shop 1", "..")
    assert wrong.returncode == 1 and "is no name" in wrong.stderr


def test_the_stack_shows_itself_as_one_store_and_its_tills_sell_through_the_gateway(
    stack: LocalStack, tmp_path: Path
) -> None:
    status = stack.status()
    (store,) = status["stores"]
    assert store["location_id"] == STORE
    assert [till["till_id"] for till in store["tills"]] == [TILL_ID]
    for name in ("dashboard", "kafka", "kafka_client", "postgres"):
        assert store[name] == status[name], name
    voucher = json.loads(stack.run("devices", "add", STORE, "seven", "--json").stdout)
    assert voucher["gateway"] == store["gateway"]
    assert store["registration"] != status["registration"], "it needs a route beyond its store"
    voucher["registration"] = store["registration"]
    _curl_enrols(Path(status["ca_file"]), voucher, tmp_path)
    till = load(tmp_path / "crt", tmp_path / "k", Path(status["ca_file"]))
    with closing(Journal(tmp_path / "journal.sqlite", TillPlace(STORE, "seven"), till.key)) as own:
        own.begin_epoch(voucher["epoch"])
        own.append([sale()])
        batch = own.outbox.next_batch(0.0)
        assert batch
    asked = (store["gateway"], till, "seven", batch.body)
    told = asyncio.run(_delivered(*asked))
    assert (told["accepted_to"], told["durable"]) == (1, "kafka"), told
    with psycopg.connect(status["postgres"]) as connection:
        query = "SELECT last_sequence FROM till_status WHERE location_id = %s AND till_id = 'seven'"
        wait_until(
            lambda: connection.execute(query, (STORE,)).fetchall() == [(1,)],
            "the sale does not come to the database",
        )
        connection.execute(SOLD_HERE, {"location_id": STORE}, prepare=False)
    wait_until(
        lambda: "tillstream-tea" in asyncio.run(_sold_by(store["gateway"], till)),
        "the gateway does not tell its tills of a product that the store sells",
    )
    wait_until(
        lambda: asyncio.run(_delivered(*asked))["confirmed_to"] == 1,
        "the till is not told that the centre has it",
    )
    assert stack.run("devices", "revoke", STORE, "seven").returncode == 0
    wait_until(
        lambda: "revoked" in asyncio.run(_refusal(*asked)),
        "the gateway takes events of a till that was revoked",
    )


SOLD_HERE = """
WITH product AS (
    INSERT INTO products (sku, name, category, unit, price_minor, currency, tax_basis_points)
    VALUES ('tillstream-tea', 'Tea', 'drinks', 'each', 300, 'EUR', 700)
)
INSERT INTO assortment (location_id, sku, listed, reorder_point, order_up_to)
VALUES (%(location_id)s, 'tillstream-tea', true, 1, 2)
"""


async def _sold_by(gateway: str, till: TillIdentity) -> dict[str, Any]:
    """The products of the store's catalog."""
    async with upstream(gateway, till, proxy_metrics(CollectorRegistry())) as way:
        reply = await way.ask("GET", "/v1/bundle?wait=5", b"", {})
    return json.loads(reply.body)["rows"].get("product", {}) if reply.status == 200 else {}


async def _delivered(gateway: str, till: TillIdentity, till_id: str, body: bytes) -> dict[str, Any]:
    async with upstream(gateway, till, proxy_metrics(CollectorRegistry())) as way:
        reply = await way.ask("POST", f"/v1/tills/{till_id}/events", body, {})
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


async def _refusal(gateway: str, till: TillIdentity, till_id: str, body: bytes) -> str:
    """Why the gateway takes nothing of the till; empty while it does."""
    async with upstream(gateway, till, proxy_metrics(CollectorRegistry())) as way:
        try:
            reply = await way.ask("POST", f"/v1/tills/{till_id}/events", body, {})
        except Refusal:  # the connection ended meanwhile
            return ""
    return "" if reply.status == 200 else json.loads(reply.body)["detail"]


def _curl_enrols(ca: Path, voucher: dict[str, Any], folder: Path) -> None:
    request = ("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    subprocess.run(
        [*request, "-nodes", "-subj", "/CN=x", "-keyout", folder / "k", "-out", folder / "csr"],
        check=True,
        capture_output=True,
    )
    asked = {"token": voucher["token"], "csr": (folder / "csr").read_text()}
    done = subprocess.run(
        ["curl", "-sS", "--cacert", ca, "--data", "@-", f"{voucher['registration']}/v1/enrol"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["epoch"] == 1, done.stdout
    (folder / "crt").write_text("".join((told["certificate"], *told["chain"])))
    (folder / "k").chmod(0o600)


def test_what_is_saved_on_the_board_is_published_and_the_board_hears_of_it(
    stack: LocalStack,
) -> None:
    board = str(stack.status()["dashboard"]).rstrip("/")
    browser = build_opener(HTTPCookieProcessor())

    def read(path: str, form: dict[str, str] | None = None) -> str:
        body = urlencode(form).encode() if form else None
        with browser.open(board + path, body, timeout=10) as answer:
            return answer.read().decode()

    (csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', read("/manage/add/locations"))
    place = {"location_id": "ulm", "name": "Ulm", "kind": "shop", "time_zone": "UTC"}
    read("/manage/add/locations", {"csrf": csrf, **place})
    said = "Saved by local, published"
    wait_until(
        lambda: said in read("/manage/locations/ulm"),
        "the board never hears that it is published: may it read the topic?",
    )


def test_a_reset_of_a_running_stack_is_refused(stack: LocalStack) -> None:
    done = stack.run("local", "reset", "--yes")
    assert done.returncode != 0
    assert "local down" in done.stderr, "the refusal does not say what to do"
    assert stack.process("postgres")["state"] == "running"


def test_a_killed_worker_is_started_again_and_counted(stack: LocalStack) -> None:
    killed = stack.process("worker-1")["pid"]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: stack.process("worker-1")["restarts"] == 1, "nobody noticed the crash")
    wait_until(lambda: stack.process("worker-1")["state"] == "running", "no new worker came")
    assert stack.process("worker-1")["pid"] != killed
    log = (stack.home / "logs" / "supervisor.log").read_text()
    assert "worker-1 was killed by SIGKILL" in log


def test_data_survive_a_crash_and_a_stop_and_go_with_a_reset(stack: LocalStack) -> None:
    with psycopg.connect(stack.status()["postgres"]) as connection:
        connection.execute(
            "INSERT INTO products (sku, name, category, unit, price_minor, currency,"
            " tax_basis_points) VALUES ('tea', 'Tea', 'drinks', 'each', 250, 'EUR', 700)"
        )
    os.kill(stack.noted()["pid"], signal.SIGKILL)
    wait_until(lambda: stack.run("local", "status").returncode == 1, "a dead stack looks alive")

    stack.up()
    assert stack.product_names() == ["Tea"], "the database did not survive a crash"
    assert stack.run("local", "down").returncode == 0
    assert "local up" in stack.run("reconcile").stderr, "a stopped stack still has addresses"

    stack.up()
    assert stack.product_names() == ["Tea"], "the database did not survive a stop"
    assert stack.run("local", "down").returncode == 0
    assert stack.run("local", "reset", "--yes").returncode == 0
    gone = ("postgres", "kafka", "logs", "counters", "cashier.json")
    assert not any((stack.home / name).exists() for name in gone)
