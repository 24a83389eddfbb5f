"""The stack's own till as people have it: its page, its terminal, its store, and books by hand."""
