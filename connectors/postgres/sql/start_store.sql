-- The software of the store whose database this is starts anew.
UPDATE stores SET started = gen_random_uuid()::text WHERE here
