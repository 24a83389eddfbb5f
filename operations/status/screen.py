"""The overview as tables for a terminal."""

from collections.abc import Iterator, Mapping

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from operations.status.beside import Beside
from operations.status.broker import BrokerSeen
from operations.status.overview import Overview
from operations.status.processes import ProcessStatus
from operations.status.words import UNKNOWN, ago, count, size, span

GOOD, BAD = "green", "bold red"


def draw(seen: Overview) -> Group:
    """Everything, what is wrong first."""
    parts: list[RenderableType] = [_verdict(seen), _processes(seen)]
    parts += [_partitions(seen)] if seen.kafka.partitions else []
    parts += [_services(seen)]
    return Group(*parts)


def _verdict(seen: Overview) -> Text:
    if not seen.faults:
        return Text("Everything runs.", style=GOOD)
    lines = [Text(f"! {line}", style=BAD) for line in seen.faults]
    return Text("\n").join([*lines, Text("'tillstream doctor' says what to do.")])


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)


def _processes(seen: Overview) -> Table:
    table = _table("process", "version", "running for", "partitions", "events", "metrics")
    for each in seen.processes:
        table.add_row(*_process(each, seen.at.timestamp()))
    return table


def _process(each: ProcessStatus, now: float) -> tuple[str | Text, ...]:
    if each.fault:
        return Text("no answer", style=BAD), "", "", "", "", each.address
    name = each.name if each.name.startswith(each.role) else f"{each.role} {each.name}"
    age = span(now - each.started_at)
    held = count(each.partitions_held) if each.role == "worker" else ""
    events = count(each.events) if each.role == "worker" else ""
    return name, each.version, age, held, events, each.address


def _partitions(seen: Overview) -> Table:
    table = _table("partition", "worker", "lag", "last checkpoint")
    for each in seen.kafka.partitions:
        holder = each.holder or Text("nobody", style=BAD)
        at = ago(each.checkpoint_at, seen.at)
        table.add_row(str(each.number), holder, count(each.lag_records), at)
    return table


def _services(seen: Overview) -> Table:
    table = _table("", "", "")
    for name, what, more in _lines(seen):
        table.add_row(name, Text(what, style=BAD if _is_bad(what) else ""), more)
    table.show_header = False
    return table


def _is_bad(state: str) -> bool:
    """Whether a word of ours, or a state of Connect's in capitals, is bad news."""
    return state in ("no answer", "unread") or (state.isupper() and state != "RUNNING")


def _lines(seen: Overview) -> Iterator[tuple[str, str, str]]:
    yield "Kafka", _answer(seen.kafka.fault), ", ".join(seen.kafka.brokers)
    yield "workers' group", seen.kafka.group_state or UNKNOWN, _members(seen)
    for each in seen.beside:
        yield each.role, *_beside(each)
    yield "generation", *_generation(seen.kafka)
    for each in seen.beside:
        if each.generation or each.building is not None:
            yield f"{each.role} generation", *_generation(each)
    yield "dead letters", *_letters(seen)
    yield "PostgreSQL", _answer(seen.postgres.fault), _database(seen)
    for name, slot in seen.postgres.slots.items():
        held = f"holds {size(slot.held_bytes)} of WAL"
        yield f"slot {name}", "read" if slot.is_read else "unread", held
    lag = seen.sink_lag
    yield "sink behind", count(None if lag is None else sum(lag.values())), _behind(lag or {})
    yield from _connect(seen)


def _answer(fault: str) -> str:
    return "no answer" if fault else "answers"


def _members(seen: Overview) -> str:
    return ", ".join(f"{each.name} on {each.host}" for each in seen.kafka.members)


def _beside(told: Beside) -> tuple[str, str]:
    if not told.is_run:
        return "not run", ""
    return f"{told.lag_records:,} behind", ", ".join(told.workers)


def _letters(seen: Overview) -> tuple[str, str]:
    told = seen.letters
    if told.fault:
        return UNKNOWN, ""
    if told.at_most is not None:
        return f"up to {told.at_most:,}", ""
    parts = [f"{name}: {n:,}" for name, n in sorted(told.waiting.items())]
    parts += [f"{n:,} {reason}" for reason, n in sorted(told.reasons.items())]
    return f"{sum(told.waiting.values()):,}", ", ".join(parts)


def _generation(told: BrokerSeen | Beside) -> tuple[str, str]:
    if told.generation is None:
        return UNKNOWN, ""
    more = "" if told.building is None else f"generation {told.building} is being built"
    return str(told.generation), more


def _database(seen: Overview) -> str:
    if seen.postgres.fault:
        return seen.postgres.fault
    return f"version {seen.postgres.version}, {size(seen.postgres.size_bytes)}"


def _behind(lag: Mapping[str, int]) -> str:
    return ", ".join(f"{topic}: {n:,}" for topic, n in sorted(lag.items()) if n)


def _connect(seen: Overview) -> Iterator[tuple[str, str, str]]:
    if seen.connect is None:
        yield "Connect", "not set", "TILLSTREAM_CONNECT names no address"
        return
    yield "Connect", _answer(seen.connect.fault), seen.connect.fault
    for name, each in seen.connect.connectors.items():
        trace = each.trace.partition("\n")[0]
        yield f"connector {name}", each.worst, trace
