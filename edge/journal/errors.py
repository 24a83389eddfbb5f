"""What can be wrong with a journal, or with what it is given.

JournalError
 ├─ JournalInUse      another process has it
 ├─ JournalUnusable   it cannot be opened, read or written any more
 ├─ EventRefused      an event that nobody could read, or that is too large
 ├─ EpochRefused      no epoch yet, or one that is not above those before it
 └─ NoNewCart         what is open can end, but nothing new begins
     ├─ DiskFull      the disk has too little room
     └─ Forked        another device has used this till's numbers
"""


class JournalError(Exception):
    """Whatever is wrong with a journal; its text tells a person what to do."""


class JournalInUse(JournalError):
    """Another process writes this journal."""


class JournalUnusable(JournalError):
    """The file cannot be opened, read or written, or is not of this till."""


class EventRefused(JournalError):
    """The journal does not take this event; nothing of the call was written."""


class EpochRefused(JournalError):
    """There is no epoch to write under, or the one that was named is not above the others."""


class NoNewCart(JournalError):
    """What is open can end; no new cart begins. Nothing of the call was written."""


class DiskFull(NoNewCart):
    """The disk has too little room."""


class Forked(NoNewCart):
    """The gateway holds other events under numbers of this epoch: the till needs a new one."""
