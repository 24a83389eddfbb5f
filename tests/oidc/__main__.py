"""Fetches the provider, unless it is there: ``python -m tests.oidc``."""

from tests.oidc import install, is_installed

if not is_installed():
    install()
