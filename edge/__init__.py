"""The shop's side of the wire: tills and what stands in for them.

Here live a till's journal (`edge.journal`), decision tables (`edge.rules`), the till-side publisher
(`edge.producer`), the event ids that a till gives (`edge.event_ids`), signed requests
(`edge.signing`) and the proxy that makes them for programs on a till's machine (`edge.proxy`),
simulated shops (`edge.simulator`) with their company (`edge.company`), and the replay of recorded
baskets (`edge.replay`). A till must run without the workers' state, Faust or a database server.
Only the company reaches one: deliveries that a simulated shop needs are handed out as movements,
which it books.
"""
