"""How often the database is asked for tables. That it answers, tests/integration shows."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from clients.postgres import PostgresAccess
from edge.recomputing import database
from edge.recomputing.database import UNKNOWN_SECONDS, TablesOfDatabase
from tests.unit.edge.recomputing.ruled_sales import BEGUN


class Asked:
    """A database that has one table in some versions, and counts its questions."""

    def __init__(self, *versions: int) -> None:
        self.versions = set(versions)
        self.questions: list[Mapping[str, list[Any]]] = []
        self._found: list[dict[str, Any]] = []

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator["Asked"]:
        yield self

    async def connect_async(self, **_: Any) -> Any:
        return self._connection()

    async def execute(self, _: object, told: Mapping[str, list[Any]]) -> "Asked":
        self.questions.append(told)
        if "versions" in told:
            self._found = [_row(each) for each in told["versions"] if each in self.versions]
        else:
            self._found = [{"table_name": each} for each in told["names"] if each == "off5"]
        return self

    async def fetchall(self) -> list[dict[str, Any]]:
        return self._found


def _row(version: int) -> dict[str, Any]:
    return {
        "table_name": "off5", "version": version, "hit_policy": "unique", "locations": [],
        "columns": '[{"name": "subtotal_minor", "part": "when", "type": "integer"}]',
        "rows": '[{"row": "a", "cells": [">= 1"]}]', "tests": "[]", "valid_from": BEGUN,
    }  # fmt: skip


def tables_of(asked: Asked, now: list[float]) -> TablesOfDatabase:
    return TablesOfDatabase(cast(PostgresAccess, asked), lambda: now[0])


async def test_a_version_is_asked_for_once_and_one_that_is_none_seldom() -> None:
    asked, now = Asked(1), [0.0]
    tables = tables_of(asked, now)
    for _ in range(3):
        found = await tables.of([("off5", 1), ("off5", 2)], ["off5", "damaged"])
        assert found.has(("off5", 1)) and not found.has(("off5", 2))
        assert found.names == {"off5"}
    assert len(asked.questions) == 2, "each lot of sales asks the database"
    asked.versions.add(2)
    now[0] = UNKNOWN_SECONDS + 1
    assert (await tables.of([("off5", 1), ("off5", 2)], [])).has(("off5", 2))
    assert asked.questions[2] == {"names": ["off5"], "versions": [2]}


async def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "TABLES_MAX", 10)
    asked = Asked(*range(1, 100))
    tables = tables_of(asked, [0.0])
    for version in range(2, 100):
        found = await tables.of([("off5", version - 1), ("off5", version)], [f"made-up-{version}"])
        assert found.has(("off5", version - 1)) and found.has(("off5", version)), (
            "what was forgotten counts as never published"
        )
        assert len(found) <= 10 and len(vars(tables)["_unknown"]) <= 10
    assert len(asked.questions) < 2 * 99


async def test_what_is_known_is_kept_however_often_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "TABLES_MAX", 10)
    asked = Asked(*range(1, 10))
    tables, known = tables_of(asked, [0.0]), [("off5", version) for version in range(1, 8)]
    for _ in range(3):
        assert len(await tables.of(known, ["off5"])) == len(known)
    assert len(asked.questions) == 2, "it was forgotten and asked for again"
