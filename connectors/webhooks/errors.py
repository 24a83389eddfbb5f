"""What can go wrong with webhooks, in words for who runs them."""


class WebhookRefused(Exception):
    """An address that no webhook may go to, or an order that cannot be followed; why is said."""
