"""A store's gateway: takes what its tills have written, once and for good, and passes it on.

Here live the rules by which a batch of events is judged (`standing`, `judging`, `headed`: pure),
the file that remembers what was taken, the way to the topic with a spool for when it is away, and
the HTTP call. Nothing here knows what an event means for stock or totals, waits for the centre, or
makes an event up: what a till says is passed on byte for byte, and what nobody can read goes on as
`unreadable`, under its number.
"""
