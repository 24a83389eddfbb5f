"""Settings of the board: how people reach it, and who gets in."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class BoardSettings(BaseSettings):
    """A part of `tillstream.settings.Settings`."""

    board_port: int = Field(0, description="Port of the board; 0 takes a free one.")
    board_sign_in: Literal["required", "none"] = Field(
        "required",
        description="Whether people must sign in at the board. 'none' is refused where others "
        "than this machine can reach it; the local stack says so for its own.",
    )
    board_address: str = Field(
        "",
        description="What people type to reach the board, as https://stock.example, where a "
        "proxy stands before it. With https, cookies travel by https only.",
    )
    board_behind_proxy: bool = Field(
        False,
        description="Take the visitor's address from the last entry of X-Forwarded-For. Without "
        "a proxy that adds it, anybody could claim any address.",
    )
    board_cert: Path | None = Field(
        None,
        description="PEM file with the board's certificate and its chain, for https without a "
        "proxy. Beyond the loopback the board is served by https, or not at all.",
    )
    board_key: Path | None = Field(None, description="PEM file with the key of that certificate.")
    board_second_factor: Literal["", "optional", "operators", "everybody"] = Field(
        "",
        description="Which of the board's own users must have a second factor. Empty: operators, "
        "where others than this machine can reach the board.",
    )
    board_session_hours: int = Field(
        12,
        ge=1,
        le=24 * 366,
        description="How long a sign-in holds; a working day, by default. That of "
        "a provider holds for a day at most.",
    )
    board_oidc_issuer: str = Field(
        "", description="OpenID Connect provider, https://…; empty for the board's own users only."
    )
    board_oidc_client_id: str = Field("", description="The board's name at the provider.")
    board_oidc_client_secret: str = Field(
        "", repr=False, description="The board's secret at the provider."
    )
    board_oidc_scope: str = Field(
        "openid profile email",
        description="What is asked of the provider; some give groups only to who asks for them.",
    )
    board_oidc_role_claim: str = Field(
        "roles",
        description="Claim of the ID token that gives the role: a text or a list; dots lead into "
        "objects, as realm_access.roles.",
    )
    board_oidc_roles: dict[str, str] = Field(
        {},
        description='Values of the claim and the roles they give, as {"stock-team": '
        '"merchandiser"}; empty where the values are the roles themselves.',
    )
