"""Returns that nothing explains, as the sink found them: read by commands."""
