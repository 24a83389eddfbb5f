"""The catalogue of metrics as a page for those who write rules and boards.

A test keeps ``docs/metrics.md`` equal to it, and says how to write it again.
"""

from metrics.catalogue import BY_PROCESS
from metrics.spec import MetricSpec
from metrics.workers import APPLICATION

_INTRODUCTION = """\
# Metrics

What the `/metrics` of each process shows, from the catalogue in `metrics/catalogue.py`. The addresses are in `tillstream local status --json`.

Metrics have a port of their own. With `TILLSTREAM_METRICS_CERT`, `_KEY` and `_CA` a process tells them over TLS, and only to who shows a certificate of one of the services that `TILLSTREAM_METRICS_READERS` names: `metrics` (Prometheus), `operator` (`tillstream status` and `doctor`) and `client`. Those of the local stack have all that; `dashboards/prometheus/prometheus.yml` shows how Prometheus does. Without a certificate they are told in cleartext on the loopback, and nowhere else: a process that binds another address does not start.

```sh
cd .tillstream/identities
curl --cacert ca.pem --cert metrics.pem --key metrics.key https://127.0.0.1:PORT/metrics
```

The last word of a name is its unit, before `_total` in a counter: `seconds`, `bytes`, `minor` (minor units of the currency), `records`, `rows`. A name without a unit counts what it names; one that ends in `up` is 1 or 0. Beside a histogram's `_bucket`, `_sum` and `_count` the client library shows when a counter or histogram began, as `_created`.
"""  # noqa: E501 - Markdown: a paragraph is a line

_MORE = {
    "worker": f"Every metric of a worker has the label `{APPLICATION}`, too: the role of its "
    "application. Sum by it, or figures of different things are added."
}
"""What is said before the table of a process."""


def page() -> str:
    """The Markdown of ``docs/metrics.md``."""
    tables = [_table(process, specs) for process, specs in BY_PROCESS.items()]
    return "\n".join([_INTRODUCTION, *tables])


def _table(process: str, specs: tuple[MetricSpec, ...]) -> str:
    rows = "".join(f"{_row(spec)}\n" for spec in specs)
    more = f"{_MORE[process]}\n\n" if process in _MORE else ""
    head = "| name | kind | labels | meaning |\n|---|---|---|---|\n"
    return f"## {process.capitalize()}\n\n{more}{head}{rows}"


def _row(spec: MetricSpec) -> str:
    labels = ", ".join(f"`{label}`" for label in spec.labels)
    meaning = spec.help
    if spec.buckets:
        meaning += f" Buckets: {', '.join(f'{bound:g}' for bound in spec.buckets)}."
    return f"| `{spec.name}` | {spec.kind} | {labels} | {meaning} |"
