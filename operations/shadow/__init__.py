"""`tillstream shadow`: this checkout's agents beside the live ones, and their outputs compared.

Here live the shadow's worker and topics, the comparison key by key, and the course of a run.
What is told here of live and shadow changes nothing that is live: the shadow has a consumer
group, state and output topics of its own, which go when it ends.
"""
