-- How long ago a moment was, by the database's clock.
SELECT extract(epoch FROM now() - %(moment)s::timestamptz)::float8 AS seconds
