"""What a process shows of itself and of what it stands on: sources, start, disks, connectors, slot.

Prometheus collectors over facts that `operations.status` looks up, and the server that tells them
to who may read them. Nothing here judges: that is the alert rules' part, in
`dashboards/prometheus`.
"""
