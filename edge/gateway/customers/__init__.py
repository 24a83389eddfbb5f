"""Customers at the gateway: `known` has who they are by id and card, and nothing that names them;
`customer_call` answers over HTTP."""
