"""The live board for merchandisers: web pages that keep themselves true.

Three layers lie under all pages: ``wording`` makes texts of figures and times in the viewer's
locale, ``feed`` brings rows from PostgreSQL and Kafka into memory, and ``live`` tells open pages
what changed. On them stand the subjects, each with its pages, statements, templates and words in
one folder: ``alerts``, ``catalog``, ``people``, ``stock``, ``totals``, ``locations``, ``api`` and
``subscribe``. ``app`` puts them together. Everything shown is drawn on the server: what is pushed
is, to the letter, what a reload would show.
"""
