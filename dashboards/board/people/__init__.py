"""Who uses the board, what they may do, and the record of what they did.

Nothing here knows what a page shows. Every address asks for a signed-in user before
its handler runs, but for those that `guard` names. For a handler that changes something:

1. **The user.** ``user = request[USER]`` (a `live.visitor.User`: who, name, role, address), or
   ``user = require(request, "merchandiser")``, which raises `live.visitor.Refused` for a lesser
   role; the application makes a page of that. Roles: viewer < merchandiser < operator. Templates
   have ``user`` (``user.may("merchandiser")``), so that a page offers only what will be allowed.
2. **The form.** ``<form method="post">`` carries ``{{ m.csrf_field() }}`` (``live/macros.html``);
   requests by htmx carry the token in a header that the page sets for all. The guard has checked
   both, and where the request came from, before the handler runs. Pieces that are pushed are the
   same for everybody and must not hold ``csrf`` or ``user``: let their buttons be htmx's.
3. **The write**, with its entry in the log, both or neither::

       async with board.writing.transaction(user) as work:
           before = await work.query(statement(__file__, "thing_for_update"), Thing, id=...)
           await work.run(statement(__file__, "change_thing"), id=..., ...)
           await work.record("thing.change", f"thing/{id}", before, after)

   Who and from where are those of ``user``: the transaction carries them, also to triggers that
   write ``audit_log`` by themselves. ``before`` and ``after`` are what JSON can hold, or None.
   `psycopg.IntegrityError` passes through, for the page to say what was wrong;
   `feed.database.DatabaseBusy` and `feed.database.DatabaseAway` become pages by themselves.

Without sign-in, which only a board on the loopback may do, everybody is the operator ``local``.
"""
