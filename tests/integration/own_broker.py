"""A broker of one's own, for tests that need all topics to themselves."""

import io
import json
import os
import sys
import time
from collections.abc import Collection, Generator, Iterable
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    MemberToRemove,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] - its stub lags behind
)

from local import child, jars, kafka
from local.ports import choose
from tests.integration.process import PATIENCE_SECONDS
from tests.thrown_away import thrown_away
from tillstream import cli


@contextmanager
def own_broker(folder: Path) -> Generator[str]:
    """Bootstrap servers of an empty broker that keeps its data in ``folder``."""
    port, controller_port = choose(2)
    log = folder / "kafka.log"
    service = kafka.service(folder / "kafka", port, controller_port, jars.class_path(), log)
    process = child.start(thrown_away(service))
    try:
        yield kafka.address(port)
    finally:
        process.stop()


def empty(bootstrap: str) -> None:
    """Delete all topics and groups."""
    untyped: Any = KafkaAdminClient(bootstrap_servers=bootstrap)
    with closing(untyped) as admin:
        ours = [name for name in admin.list_topics() if not name.startswith("__")]
        delete_topics(admin, ours)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while groups := [each["group_id"] for each in admin.list_groups()]:
            assert time.monotonic() < deadline, f"members of {groups} do not leave"
            for group in groups:
                _dismiss(admin, group)
            admin.delete_groups(groups)


def dismiss(bootstrap: str, group: str, *names: str) -> None:
    """Let a group forget its workers, or those of ``names``, which have ended: each keeps its
    place for 12 s."""
    untyped: Any = KafkaAdminClient(bootstrap_servers=bootstrap)
    with closing(untyped) as admin:
        _dismiss(admin, group, names)


def _dismiss(admin: Any, group: str, names: Collection[str] = ()) -> None:
    described = admin.describe_groups([group])[group]["members"]
    members = [
        MemberToRemove(each["member_id"], each["group_instance_id"] or None)
        for each in described
        if not names or each["group_instance_id"] in names
    ]
    if members:
        admin.remove_group_members(group, members)


def delete_topics(admin: Any, names: Iterable[str]) -> None:
    """Delete topics and wait until the broker no longer shows them."""
    present = set(names) & set(admin.list_topics())
    if present:
        admin.delete_topics(sorted(present), raise_errors=False)
    while present & set(admin.list_topics()):
        time.sleep(0.1)


def shown(admin: Any, names: Iterable[str]) -> None:
    """Wait until the broker shows topics that were just made, which under load is not at once."""
    wanted = set(names)
    while not wanted <= set(admin.list_topics()):
        time.sleep(0.1)


def tillstream(bootstrap: str, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run the command line against a broker: exit status, output, errors.

    In this process: starting one for each costs seconds that no test here is about.
    """
    given = {f"TILLSTREAM_{name.upper()}": value for name, value in settings.items()}
    output, errors = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, {"TILLSTREAM_KAFKA": bootstrap, **given}),
        patch.object(sys, "argv", ["tillstream", *arguments]),
        redirect_stdout(output),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    code = ended.value.code
    if isinstance(code, str):
        return 1, output.getvalue(), errors.getvalue() + code
    return code or 0, output.getvalue(), errors.getvalue()


def tillstream_json(bootstrap: str, *arguments: str, **settings: str) -> tuple[int, Any]:
    """Exit status, and what ``--json`` says."""
    status, output, errors = tillstream(bootstrap, *arguments, "--json", **settings)
    assert output, errors
    return status, json.loads(output)
