"""The live board for merchandisers: web pages that keep themselves true.

``feed`` brings rows from PostgreSQL and Kafka into memory, ``words`` makes texts of them in the
viewer's locale, ``live`` tells open pages what changed, ``lists`` holds the order of long tables,
and ``pages`` has one module a page, with its templates, statements and routes. Everything shown
is drawn on the server: what is pushed is, to the letter, what a reload would show.
"""
