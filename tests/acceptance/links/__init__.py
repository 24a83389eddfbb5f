"""What a stranger on this machine can reach of a running stack, and read on its wires.

It knows the addresses that `local status` tells, the protocols, and nothing of the product.
"""
