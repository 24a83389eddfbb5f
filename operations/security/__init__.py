"""What stands open: `tillstream doctor --security`.

Each check looks from outside, as nobody in particular would: it tries the door instead of reading
how the door was meant to be. It changes nothing.
"""
