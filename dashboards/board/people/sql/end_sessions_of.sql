DELETE FROM board_sessions WHERE local_user = %(name)s
