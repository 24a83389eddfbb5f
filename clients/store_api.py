"""How a store's gateway reaches the centre's store API: by its own certificate, over TLS alone."""

from dataclasses import dataclass

from clients.errors import AccessError
from clients.tls import Tls


@dataclass(frozen=True, slots=True)
class StoreApiAccess:
    """The store API at ``url``, https://…, where the certificate in ``tls`` says which store we
    are."""

    url: str
    tls: Tls

    def __post_init__(self) -> None:
        """Raises `AccessError` where the address is none, or nothing says who we are."""
        if not self.url.startswith("https://"):
            raise AccessError(f"{self.url} is no address of a store API: write https://…")
        if self.tls.certificate is None:
            raise AccessError("the store API asks which store we are: name a certificate and key")
