"""The back office's pages: documents, what is on its way, counts, labels.

What is booked, and by which rules, is `dashboards.backoffice`'s; here it is asked for by forms and
shown. `goods_page` lists, `new_page` makes documents from what is typed, scanned or sent as a file,
`document_page` has one of them and what can be done with it, `labels_page` prints shelf labels, and
`sweep` looks after counts whose tills were dark.

Each form carries an id that was drawn with it: sent twice, it is booked once. What a file says
makes its id, so the same file is booked once, whenever it comes.
"""
