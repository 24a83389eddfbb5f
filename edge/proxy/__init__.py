"""The edge proxy: a program on a till's machine asks, and the proxy asks the gateway for it.

A program hands over plain requests, by a Unix socket or by loopback with a secret. `doors` lets it
in, `upstream` adds the device's certificate and signature, and makes sure that it speaks with this
till's own store. What comes back is passed on.
"""
