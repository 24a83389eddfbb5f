"""What all pages share: who visits, what they look at, and how it stays true.

``visit`` is one request and ``visitor`` who sent it; ``board`` keeps what is known; ``artist``
draws pages and the pieces of them that change, ``viewers`` notes who shows which, ``streams``
tells them, and ``listings`` and ``view`` keep the order of long tables and draw them by the
hundred. No subject is known here: each brings its kinds of pieces and its work along.
"""
