"""A store's database kept equal to its feed: what `down.LOCATION` says is put into its tables.

`replica` is the pure rule of what a record changes, and of when all is there; `kinds` says which
kind of row is whose table's; `store` writes a lot of records together with its position, `putting`
puts rows into tables; `session` and `loop` read on for ever. Nothing is judged here: what the
centre has decided holds, and what cannot be put into a table is kept, counted and tried again.
"""
