"""Settings of webhooks: where they may go, and how often they are tried."""

from pydantic import Field
from pydantic_settings import BaseSettings

from connectors.webhooks.policy import (
    ATTEMPTS_MAX,
    FIRST_WAIT_SECONDS,
    LETTER_DAYS,
    TIMEOUT_SECONDS,
)


class WebhookSettings(BaseSettings):
    """A part of `tillstream.settings.Settings`."""

    webhook_networks: str = Field(
        "",
        description="Private networks that webhooks may reach, as 10.1.0.0/16 with commas "
        "between; elsewhere they go to public addresses only.",
    )
    webhook_attempts_max: int = Field(
        ATTEMPTS_MAX, ge=1, description="Attempts before a webhook's message is given up."
    )
    webhook_first_wait_seconds: float = Field(
        FIRST_WAIT_SECONDS,
        gt=0,
        description="Wait before a webhook's second attempt; each further one is four times as "
        "long, six hours at the most.",
    )
    webhook_timeout_seconds: float = Field(
        TIMEOUT_SECONDS, gt=0, le=60, description="How long an endpoint may take to answer."
    )
    webhook_letter_days: int = Field(
        LETTER_DAYS,
        ge=7,
        le=366,
        description="Days for which a webhook's message that was given up waits to be sent again.",
    )
