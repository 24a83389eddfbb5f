"""Jars from the user's Maven repositories, by jgo's pure Python resolver.

Repositories are jgo's own: Maven Central, and whatever the user's jgo settings add.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver

TIMEOUT_SECONDS = 60
"""Of one request. Shorter fails on a slow line; longer hides that the line is down."""


def context(cache: Path) -> Any:
    """A Maven context that downloads into ``cache`` (a Maven repository layout)."""
    maven = MavenContext(PythonResolver(), repo_cache=cache, timeout=TIMEOUT_SECONDS)
    maven.remote_repos |= GlobalSettings.load().repositories
    return maven


def download(coordinate: str, cache: Path) -> Path:
    """The jar of ``group:artifact:version``, fetched into ``cache``."""
    return context(cache).create_dependency(coordinate).artifact.resolve()


def resolve(roots: Sequence[str], cache: Path) -> list[str]:
    """Coordinates of the roots and of all that they need at run time."""
    maven = context(cache)
    inputs, transitive = maven.resolver.resolve([maven.create_dependency(r) for r in roots])
    found = {f"{d.groupId}:{d.artifactId}:{d.version}" for d in [*inputs, *transitive]}
    return sorted(found)
