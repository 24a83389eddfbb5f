"""One module a page: its routes, what it reads, and the name of its template."""
