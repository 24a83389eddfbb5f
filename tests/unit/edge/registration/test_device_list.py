"""A location's list says who counts, and whoever changes a letter of it is found out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from edge.registration.device_list import content_of
from edge.signed_list import BadList, ListSigner, require_signed
from identity.authority import new_key

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _row(**changed: Any) -> dict[str, Any]:
    row = {
        "number": 7,
        "till_id": "1",
        "status": "active",
        "epoch": 2,
        "current": True,
        "certificates": ["ab"],
    }
    return row | changed


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (_row(), "active"),
        (_row(current=False), "replaced"),
        (_row(status="revoked", current=False), "revoked"),
        (_row(status="registered", current=False, certificates=[]), "registered"),
        (_row(status="registered", current=False), "replaced"),
        (_row(current=None, certificates=[]), "registered"),
    ],
)
def test_each_epoch_of_a_till_has_a_status(row: dict[str, Any], status: str) -> None:
    (entry,) = content_of("shop", [row], NOW)["devices"]
    assert entry == {
        "till_id": "1",
        "epoch": 2,
        "certificates": row["certificates"],
        "status": status,
    }


def test_a_location_whose_tills_are_all_gone_has_a_list_still() -> None:
    assert content_of("shop", [_row(till_id=None)], NOW)["devices"] == []


def test_what_was_signed_holds_and_nothing_else_does() -> None:
    key = new_key()
    signed = ListSigner(key, "PEM").signed(content_of("shop", [_row()], NOW))
    require_signed(signed, key.public_key())
    changed = [
        signed | {"number": 8},
        signed | {"location_id": "another"},
        signed | {"devices": []},
        signed | {"certificate": "of somebody"},
        signed | {"more": 1},
        signed | {"signature": signed["signature"][:-4]},
        signed | {"signature": "AAAA"},
        signed | {"signature": None},
        {name: value for name, value in signed.items() if name != "signature"},
    ]
    for each in changed:
        with pytest.raises(BadList):
            require_signed(each, key.public_key())
    with pytest.raises(BadList):
        require_signed(signed, new_key().public_key())
