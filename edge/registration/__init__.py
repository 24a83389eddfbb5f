"""The registration: which tills may take part, and the certificates by which they are known.

Lives here: vouchers, enrolment and renewal (RFC 7030 and JSON), revocation, the signed list of a
location's devices, the list of revoked certificates. May not live here: what a till or a gateway
does with its identity.
"""
