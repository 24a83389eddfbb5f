"""The till's service: a shop sells over it, whatever else is away.

`enrolment` and `renewal` get the till its identity, `desk` turns what a page asks for into events
that are in the journal before it is answered, `sending` tells the gateway, and `api` lets programs
of this machine in. `page` is what people see of it. What a till may do is decided here, and what it
has done is `edge.journal`'s.
"""
