-- Fills a staging table.
COPY {staged} ({columns}) FROM STDIN (FORMAT BINARY)
