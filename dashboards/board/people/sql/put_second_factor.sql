INSERT INTO board_second_factors (name, secret, last_step)
VALUES (%(name)s, %(secret)s, %(step)s)
ON CONFLICT (name) DO UPDATE
SET secret = excluded.secret, last_step = excluded.last_step, added_at = now()
