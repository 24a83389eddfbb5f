"""What a command changes in the database: one transaction, in the name of who typed it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg

from clients.postgres import PostgresAccess
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.sources import DATABASE, FeedSource
from dashboards.board.feed.writing import Actor, Work, Writing
from operations.who import who
from tillstream.database_roles import KEEPING_USERS
from tillstream.settings import load_settings

T = TypeVar("T")


def in_one_transaction(act: Callable[[Work], Awaitable[T]]) -> T:
    """What ``act`` gives; ends the command with one line where PostgreSQL does not do it."""
    postgres = load_settings().postgres_access(KEEPING_USERS)
    try:
        return asyncio.run(_done(postgres, act))
    except (DatabaseAway, psycopg.Error) as fault:
        sys.exit(f"tillstream: PostgreSQL did not do it: {str(fault).strip()}")


async def _done(postgres: PostgresAccess, act: Callable[[Work], Awaitable[T]]) -> T:
    writing = Writing(postgres, FeedSource(DATABASE, lambda: None))
    async with writing.transaction(Actor(who())) as work:
        return await act(work)
