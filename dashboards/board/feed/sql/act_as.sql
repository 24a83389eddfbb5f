-- For the rest of the transaction; what writes audit_log takes it from here.
SELECT set_config('tillstream.who', %(who)s, true),
    set_config('tillstream.address', %(address)s, true)
