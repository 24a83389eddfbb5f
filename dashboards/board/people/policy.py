"""How a board lets people in: what the settings say, checked once at its start. Pure."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from dashboards.board.live.visitor import ROLES, Role, role_named


class PolicyError(ValueError):
    """Settings that cannot be meant so; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider, and what the values of its role claim stand for here.

    Without ``roles`` the values are the names of the roles themselves.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    role_claim: str = "roles"
    roles: Mapping[str, str] = field(default_factory=dict[str, str])

    def role_of(self, value: object) -> Role | None:
        """The role that a value of the claim gives; None where it gives none."""
        name = self.roles.get(value, "") if self.roles and isinstance(value, str) else value
        return role_named(name)


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who gets in, for how long, and under which address people know the board.

    ``address`` is empty where they type the address that the board itself serves; with a proxy
    in front it is the proxy's, as https://stock.example. ``behind_proxy`` believes what that
    proxy says of where a request came from.
    """

    sign_in: bool = True
    address: str = ""
    lifetime: timedelta = timedelta(hours=12)
    behind_proxy: bool = False
    provider: Provider | None = None

    @property
    def secure(self) -> bool:
        """Whether cookies may travel by https only."""
        return self.address.startswith("https://")

    def check(self, host: str) -> None:
        """Raise `PolicyError` where the board must not be served so on ``host``."""
        if not self.sign_in and not is_loopback(host):
            raise PolicyError(
                f"without sign-in the board is only served on the loopback, not on {host}: set "
                "TILLSTREAM_BOARD_SIGN_IN=required, or TILLSTREAM_HOST=127.0.0.1"
            )
        if self.provider is not None:
            self._check_provider(self.provider)

    def _check_provider(self, provider: Provider) -> None:
        if not self.address:
            raise PolicyError(
                "OpenID Connect sends people back to the board, so it must know its own address: "
                "set TILLSTREAM_BOARD_ADDRESS to what they type, as https://stock.example"
            )
        issuer = urlsplit(provider.issuer)
        if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
            raise PolicyError(
                f"the issuer {provider.issuer} must be an https address: who stands between "
                "could sign in as anybody (TILLSTREAM_BOARD_OIDC_ISSUER)"
            )
        unknown = sorted(set(provider.roles.values()) - set(ROLES))
        if unknown:
            raise PolicyError(
                f"TILLSTREAM_BOARD_OIDC_ROLES names {', '.join(unknown)}; "
                f"the roles are {', '.join(ROLES)}"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on ``host``, a name or an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


OPEN_TO_THE_MACHINE = AccessPolicy(sign_in=False)
"""No sign-in; `AccessPolicy.check` refuses it anywhere but on the loopback."""
