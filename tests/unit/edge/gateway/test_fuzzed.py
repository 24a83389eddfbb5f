"""The gateway, asked whatever its document lets one ask; `make gateway-fuzz` does it for long."""

from pathlib import Path

from tests.fuzz.gateway import fuzz

EXAMPLES = 15


def test_no_request_breaks_the_gateway_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert fuzz(tmp_path, EXAMPLES) > 0, "no batch was taken: the test shows nothing"
