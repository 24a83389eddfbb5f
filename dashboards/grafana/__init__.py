"""Grafana's dashboards: written here as panels, kept beside it as the JSON that Grafana reads.

`python -m dashboards.grafana` writes the JSON again. `pipeline` is for who runs Tillstream, `fleet`
for who looks after shops and tills, `business` for who asks what is sold. Nothing here asks
Prometheus anything: the expressions are checked against the catalogue and a real Prometheus by
tests.
"""
