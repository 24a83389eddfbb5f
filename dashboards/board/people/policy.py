"""How a board lets people in: what the settings say, checked once at its start. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from clients.loopback import is_loopback
from dashboards.board.live.visitor import ROLES, Role, role_named

SecondFactor = Literal["optional", "operators", "everybody"]


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
    scope: str = "openid profile email"

    def role_of(self, value: object) -> Role | None:
        """The role that a value of the claim gives; None where it gives none."""
        name = self.roles.get(value, "") if self.roles and isinstance(value, str) else value
        return role_named(name)


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who gets in, for how long, and under which address people know the board.

    ``address`` is empty where they type the address that the board itself serves; with a proxy
    in front it is the proxy's, as https://stock.example. ``behind_proxy`` believes what that
    proxy says of where a request came from. ``has_certificate`` where the board itself speaks
    https.
    """

    sign_in: bool = True
    address: str = ""
    lifetime: timedelta = timedelta(hours=12)
    behind_proxy: bool = False
    has_certificate: bool = False
    second_factor: SecondFactor = "optional"
    provider: Provider | None = None

    @property
    def is_secure(self) -> bool:
        """Whether people reach the board by https only: so do its cookies then."""
        return self.has_certificate or self.address.startswith("https://")

    def requires_second_factor(self, role: Role) -> bool:
        """Whether a local user of that role must have one; a provider asks for its own."""
        if self.second_factor == "operators":
            return role == "operator"
        return self.second_factor == "everybody"

    def check(self, host: str) -> None:
        """Raise `PolicyError` where the board must not be served so on ``host``."""
        if not self.sign_in and not is_loopback(host):
            raise PolicyError(
                f"without sign-in the board is only served on the loopback, not on {host}: set "
                "TILLSTREAM_BOARD_SIGN_IN=required, or TILLSTREAM_HOST=127.0.0.1"
            )
        self._check_links(host)
        if self.provider is not None:
            self._check_provider(self.provider)

    def _check_links(self, host: str) -> None:
        """Passwords and sessions go over no line that others can listen to."""
        name = urlsplit(self.address).hostname or ""
        if self.address and not self.is_secure and not is_loopback(name):
            raise PolicyError(
                f"people would send passwords to {self.address} in the clear: "
                "TILLSTREAM_BOARD_ADDRESS must be an https address"
            )
        behind = self.behind_proxy and self.address.startswith("https://")
        if not (is_loopback(host) or self.has_certificate or behind):
            raise PolicyError(
                f"beyond the loopback, on {host}, the board is only served by https: set "
                "TILLSTREAM_BOARD_CERT and TILLSTREAM_BOARD_KEY to files, or put a proxy "
                "that speaks https before it and set TILLSTREAM_BOARD_BEHIND_PROXY=true and "
                "TILLSTREAM_BOARD_ADDRESS to its address"
            )

    def _check_provider(self, provider: Provider) -> None:
        if not self.address:
            raise PolicyError(
                "OpenID Connect sends people back to the board, so it must know its own address: "
                "set TILLSTREAM_BOARD_ADDRESS to what they type, as https://stock.example"
            )
        if not is_safe(provider.issuer):
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


def is_safe(address: str) -> bool:
    """Whether nobody can stand between us and ``address``: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" or is_loopback(parts.hostname or "")
    except ValueError:
        return False


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers compare them; empty where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


OPEN_TO_THE_MACHINE = AccessPolicy(sign_in=False)
"""No sign-in; `AccessPolicy.check` refuses it anywhere but on the loopback."""
