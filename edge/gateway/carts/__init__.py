"""Carts that wait, for all tills of a store: `steps` reads them from what tills send, `keeping` has
them in the gateway's file, `waiting` gives each to one till, and `cart_calls` answers over HTTP."""
