"""Which faults a store may suffer."""

from __future__ import annotations

IN_STORE = ("gateway", "kafka", "postgres", "worker", "sink", "connect", "mirrors", "replication")
"""Its own processes, by the beginning of their names in the stack."""

AT_CENTRE = {"broker": "kafka", "admission": "admission", "feeds": "feeds"}
"""Processes of the centre, by the first word of a fault."""

KINDS = (
    "till_killed",
    "till_rolled_back",
    "answers_dropped",
    *(f"{name}_killed" for name in IN_STORE),
    *(f"{name}_suspended" for name in ("gateway", "kafka", "connect", "replication")),
    "gateway_file_lost",
    "line_cut",
    "line_slow",
    "line_flaps",
    *(f"{name}_killed" for name in AT_CENTRE),
    "power_cut",
)
"""``line_…`` is the one to the centre. ``power_cut`` ends all of the store's processes at once."""

FAULTS_MIN = 10
