-- All rows, the first to come first, in pieces.
SELECT kind, id, body, place FROM replicated_rows
WHERE place > %(after)s
ORDER BY place
LIMIT %(most)s
