"""Decision tables: discounts, and what a till must check, as rows that a merchandiser edits. Pure.

`files` reads a table and its tests from CSV, `reading` gives its cells a meaning, `checks` and
`coverage` find what is wrong with it, `compiling` makes integer Python of it, `evaluating` says
what follows for a cart, and `explaining` why a row did not apply. `trying` is what a till asks
before it takes a bundle. No floats, and no I/O but of the files that a command names.
"""
