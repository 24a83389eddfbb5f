"""The database: its migrations, the role that Debezium reads it as, and the sink that fills it.

All tables are declared here, those of the business and those that Tillstream writes. Statements
live in .sql files. What the rows mean is said in `topics`.
"""
