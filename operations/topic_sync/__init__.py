"""Topics against the registry: what differs, and what is put right."""
