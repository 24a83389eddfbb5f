"""Long tables: their order, kept while somebody walks through them, and their rows, drawn by the
hundred as they come into view."""
