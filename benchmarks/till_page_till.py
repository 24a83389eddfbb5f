"""A till of its own for the benchmark of its page: ten thousand products, and a cashier."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from edge.bundle.form import BundleRows, canonical_row, sha256_of, whole_of
from edge.bundle.holding import CatalogHolder
from sealing.cards import card_hash, pin_hash

PLACE = "shop-0001"
CARD, PIN = "card-7", "1234"
CODE = "4006381333931"

PRODUCTS = 10_000


class StartedTill(NamedTuple):
    """A till's process, and where its page is."""

    pid: int
    address: str


@contextmanager
def own_till(folder: Path) -> Generator[StartedTill]:
    """A till that sells under its voucher in a dark store, for the length of a block."""
    _stock(folder)
    command = [sys.executable, "-m", "tillstream", "till", "--metrics-port", "0"]
    till = subprocess.Popen(
        [*command, "--voucher", str(folder / "voucher.json")],
        env=os.environ | {"TILLSTREAM_HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield StartedTill(till.pid, _address_of(till))
    finally:
        till.terminate()
        till.wait()


def _address_of(till: "subprocess.Popen[str]") -> str:
    for line in till.stdout or ():
        found = re.search(r"page\W+(http://127\.0\.0\.1:\d+)", line)
        if found:
            return found[1]
    raise RuntimeError(f"the till ended with {till.wait()}")


def _stock(folder: Path) -> None:
    home = folder / "till"
    home.mkdir()
    content = whole_of(PLACE, 1, _rows())
    CatalogHolder(home / "catalog", PLACE).take_whole(content, sha256_of(content))
    voucher = {
        "location_id": PLACE, "till_id": "1", "epoch": 1, "token": "none", "expires_at": "",
        "registration": "https://127.0.0.1:1", "ca_sha256": "0" * 64,
    }  # fmt: skip
    (folder / "voucher.json").write_text(json.dumps(voucher))


def _rows() -> BundleRows:
    key = secrets.token_bytes(32)
    employee: dict[str, Any] = {
        "employee_id": "anna", "card_hash": card_hash(key, "employee", CARD),
        "pin_hash": pin_hash(CARD, PIN), "role": "cashier", "limits": {},
    }  # fmt: skip
    product: dict[str, Any] = {
        "name": "Whole milk 1 l", "category": "dairy", "unit": "each", "price_minor": 119,
        "currency": "EUR", "tax_basis_points": 700,
    }  # fmt: skip
    card_key = canonical_row({"version": 1, "key": key.hex()})
    rows: BundleRows = {
        ("employee", "anna"): canonical_row(employee),
        ("card_key", "store"): card_key,
    }
    for number in range(PRODUCTS):
        sku, gtin = f"sku-{number:05}", None if number else CODE
        rows["product", sku] = canonical_row(product | {"sku": sku, "gtin": gtin})
    return rows
