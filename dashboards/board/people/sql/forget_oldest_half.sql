DELETE FROM board_half_sign_ins
WHERE token_sha256 IN (
    SELECT token_sha256 FROM board_half_sign_ins WHERE name = %(name)s
    ORDER BY expires_at DESC OFFSET %(most)s
)
