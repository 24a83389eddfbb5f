"""A till's drawer: what should be in it, worked out from the journal's events alone. Pure."""
