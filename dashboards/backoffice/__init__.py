"""Work in a store's back office: what is ordered, delivered, moved, counted and set right.

`documents` has the forms in which it is kept, `asked` what may be asked for; `moving`, `counting`,
`correcting` and `deciding` are the rules, which know no database and no clock. `lines` reads what
people type, scan and send as files. `writer` books: a document, what was done with it, and its
movements in one transaction, under ids that whoever asks gives, so that what is sent twice is
booked once. `settling` looks after counts whose tills were dark.

The board's pages, its API and `tillstream stock` come here alone. Nobody formats for people here,
and nobody else writes these tables, but for `take_document` of the database (migration 0038), which
takes in a store what the centre sends down.
"""
