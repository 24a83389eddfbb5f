-- What a store may have of master data, by a digest of its content.
SELECT kind, id, digest, is_due FROM replicated_digests(%(location)s)
