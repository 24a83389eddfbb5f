-- How long one statement of this connection may take. Said here and not while connecting: options
-- there would replace those of the address.
SELECT set_config('statement_timeout', %(limit)s, false)
