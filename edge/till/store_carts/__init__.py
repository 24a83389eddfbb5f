"""Carts that wait anywhere in the store: `asking` speaks with the gateway, which gives each to one
till, `going_on` resumes and takes over by its word, and `calls` answers over HTTP."""
