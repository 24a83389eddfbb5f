"""The till's page: what cashiers sell with, and where customers ask what things cost.

Server-rendered, and a view: what it shows is the till's own cart and one `stage.PageStage` in the
till's process, so that all pages of a till show the same, and one that forgets everything has lost
nothing. Input goes one way (`web` → `PageStage.hear`, in order), pictures the other (`PageStage` →
`open_pages` → the same line), as fragments: a scan sends one line and the sums.

`actions`, with `store_actions` for what is the whole store's, is the only way from here to the
till: it calls the functions that answer the local API, in process. Nothing here decides what may be
sold, and no script holds what is shown.
"""
