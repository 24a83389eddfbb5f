DELETE FROM board_sessions WHERE who = %(who)s AND token_sha256 <> %(kept)s
RETURNING token_sha256, who
