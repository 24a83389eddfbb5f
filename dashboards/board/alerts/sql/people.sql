-- Who may be asked to look after an alert.
SELECT name FROM board_users WHERE disabled_at IS NULL ORDER BY name LIMIT %(most)s
