SELECT key FROM board_keys WHERE name = 'browsers'
