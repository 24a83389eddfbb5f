"""One module a page: what it reads, what it shows, and its ``ROUTES``.

To add a page, write its module here and its templates in ``templates/<page>/``, add it to
`app.PAGES`, and, if people should find it from everywhere, to the navigation in ``base.html``.
"""
