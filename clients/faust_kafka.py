"""What Faust is told of the cluster, for the clients that it makes itself."""

from typing import Any

from faust import SASLCredentials, SSLCredentials
from faust.auth import OAuthCredentials
from yarl import URL

from clients.awaited_tokens import AwaitedTokens
from clients.kafka import KafkaAccess, Token


def arguments(access: KafkaAccess) -> dict[str, Any]:
    """Keywords of a ``faust.App``; raises `clients.errors.AccessError`."""
    return {
        "broker": [URL(f"kafka://{server}") for server in access.each_server()],
        "broker_credentials": _credentials(access),
    }


def _credentials(access: KafkaAccess) -> OAuthCredentials | SASLCredentials | SSLCredentials | None:
    if access.tls is None:
        return None
    if access.login is None:
        return SSLCredentials(access.tls.context())
    if isinstance(access.login, Token):
        return OAuthCredentials(
            oauth_cb=AwaitedTokens(access.login), ssl_context=access.tls.context()
        )
    return SASLCredentials(
        username=access.login.user,
        password=access.login.secret(),
        mechanism=access.login.mechanism,
        ssl_context=access.tls.context(),
    )
