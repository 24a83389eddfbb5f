SELECT count(*) AS total
