"""Who signed something that lies about: a chain that is judged as of when its holder's began.

TLS judges who connects now. What was signed once counts for as long as its own rules say, and its
reader's clock may be wrong.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from identity.errors import IdentityError
from identity.names import Name, name_of

CHAIN_BYTES_MAX = 64 * 1024
"""Of a chain in PEM: ours has 2 KiB. More only keeps its reader busy."""


def holder_in(pem: str, authorities: Sequence[x509.Certificate]) -> tuple[Name, x509.Certificate]:
    """Whose certificate comes first in ``pem``, which one of ``authorities`` vouches for, by those
    that follow it.

    Raises `IdentityError`.
    """
    try:
        leaf, *between = x509.load_pem_x509_certificates(pem.encode()[: CHAIN_BYTES_MAX + 1])
        policy = PolicyBuilder().store(Store(list(authorities))).time(leaf.not_valid_before_utc)
        policy.build_client_verifier().verify(leaf, between)
    except (ValueError, VerificationError) as error:
        raise IdentityError(f"no authority of ours vouches for the certificate: {error}") from error
    return name_of(leaf), leaf
