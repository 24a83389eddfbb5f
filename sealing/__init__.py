"""What of people lies on disks and in topics, so that who takes a disk has nothing.

Lives here: the key that wraps all other keys, fields that are sealed under a key of one person,
card ids as keyed hashes, and PINs that are bound to a card. May not live here: tables, commands,
who may see what, links, and any other room.
"""
