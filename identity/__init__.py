"""Who somebody is: names, the authority that vouches for them, and the files both lie in.

Lives here: names of tills, stores and services and how a certificate carries them, issuing,
revocation lists, keys and certificates in files. May not live here: who may do what, who is
known or revoked, links, and any other room.
"""
