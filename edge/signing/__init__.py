"""Signed requests between a till and its gateway: both sides of the contract's RFC 9421 profile.

A signature binds method, path, query and body to a device and a moment, and a nonce lets each
request in once. `edge.signing.signer` and `edge.signing.session` are the till's side,
`edge.signing.verifier` and `edge.signing.guard` the gateway's. Who a certificate belongs to, and
whether that device may ask, is none of this package's business.
"""
