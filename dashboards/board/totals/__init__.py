"""Totals over a range of business dates: what is asked, how it is read, and how it is exported.

``wish`` reads an address, ``columns`` says what a table holds, ``reports`` asks PostgreSQL, and
``export`` writes CSV and Parquet. Day, location, till and tender come from the totals that the
workers keep; a category is only known of a receipt's lines, joined with the catalog. Totals do
not say which currency they are in: it is that of the location's sales. Nothing is formatted for
people here, and no amount is ever a float.
"""
