"""What can be wrong with a bundle.

BundleError
 ├─ UnreadableBundle  these bytes are no bundle, or not the one that was named
 ├─ AnotherVersion    a difference does not lead on from the version that is held
 ├─ BundleTooLarge    more than anybody may make, send or keep
 ├─ UnfitBundle       it can be read, and no till may sell by it
 └─ UnkeptBundle      the disk does not take it
"""


class BundleError(Exception):
    """Whatever is wrong; its text says what."""


class UnreadableBundle(BundleError):
    """These bytes are no bundle or difference, or not those that were named."""


class AnotherVersion(BundleError):
    """A difference does not lead from the version that is held to the one that it names: the
    whole is wanted."""


class BundleTooLarge(BundleError):
    """More rows or bytes than a bundle may have."""


class UnfitBundle(BundleError):
    """It can be read, but no till may sell by it."""


class UnkeptBundle(BundleError):
    """The disk does not take it, or cannot be used at all."""
