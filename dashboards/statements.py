"""The loader of SQL statements, under the name by which the board's modules know it."""

from clients.statements import statement as statement
