"""``tillstream journal`` says what is wrong, by its words, its JSON and its exit status."""

import json
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from operations.errors import OperationError
from tests.devices import certificate_of
from tests.unit.edge.journal.tills import KEY, heartbeat, opened, sale
from tillstream.cli import build
from tillstream.journal_work import centre_records, known_heads, trusted_keys
from tillstream.settings import load_settings


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(["journal"]), ["journal", *map(str, arguments)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(opened(tmp_path)) as journal:
        [sold, beaten] = journal.append([sale(), heartbeat()])
    assert sold.head and beaten.head
    for name, signed in (("sold", sold.head), ("beaten", beaten.head)):
        told = {"head": signed.head.as_json(), "signature": signed.signature}
        (tmp_path / f"{name}.json").write_text(json.dumps(told))

    certificate = x509.load_der_x509_certificate(certificate_of(KEY))
    (tmp_path / "till.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return tmp_path / "journal.sqlite"


def test_an_honest_journal_is_said_to_be_one(path: Path, tmp_path: Path) -> None:
    known = ["--certificate", tmp_path / "till.pem", "--head", tmp_path / "beaten.json"]
    done = run("verify", path, *known)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("till shop-0042/till-3: 2 events, 2 signed heads\n")
    assert done.output.endswith("nothing is wrong\n")


def test_a_tail_that_is_gone_is_named_by_a_receipt(path: Path, tmp_path: Path) -> None:
    with closing(apsw.Connection(str(path))) as database:
        database.execute("DROP TRIGGER events_leave_from_the_front; DELETE FROM events")
    done = run("verify", path, "--head", tmp_path / "sold.json")
    assert done.exit_code == 1
    assert "WRONG: epoch 1, 1: cut: a head that is known reaches further" in done.output
    told = json.loads(run("verify", path, "--head", tmp_path / "sold.json", "--json").output)
    assert told["found"] == 1
    assert told["findings"][0] | {"words": ""} == {
        "fault": "cut",
        "epoch": 1,
        "first": 1,
        "last": 1,
        "words": "",
    }


def test_an_export_has_a_folder_for_each_day(path: Path, tmp_path: Path) -> None:
    done = run("export", path, "--to", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["2026-11-21"]["events"] == 2
    assert (tmp_path / "out" / "2026-11-21" / "receipts.csv").exists()
    done = run("export", path, "--to", tmp_path / "out", "--day", "2020-01-01")
    assert done.output == f"{tmp_path / 'out' / '2020-01-01'}: nothing\n"


def test_what_is_no_journal_head_or_certificate_is_said_in_a_line(tmp_path: Path) -> None:
    for command in (["verify"], ["export", "--to", tmp_path]):
        done = run(*command, tmp_path / "nothing.sqlite")
        assert done.exit_code == 1
        assert done.output.startswith("tillstream: no journal can be read from")
        assert done.output.count("\n") == 1, "more than a line"
    (tmp_path / "file").write_text("[]")
    with pytest.raises(OperationError, match="there is no head in"):
        known_heads([tmp_path / "file"])
    with pytest.raises(OperationError, match="no certificate in"):
        trusted_keys([tmp_path / "file"])


def test_kafka_is_asked_only_where_it_is_wanted() -> None:
    assert centre_records(load_settings(), topic=False, receipts=False) == []
