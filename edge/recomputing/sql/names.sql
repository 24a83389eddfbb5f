-- Which of these are names of decision tables.
SELECT DISTINCT table_name
FROM rule_tables
WHERE table_name = ANY (%(names)s)
