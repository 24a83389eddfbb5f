-- Whoever writes says so.
LISTEN tillstream_outbox
