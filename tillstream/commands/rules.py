"""``tillstream rules``: checks decision tables, says why a rule did not apply, and decides sales
again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.rules.explaining import RowExplanation, explained
from edge.rules.faults import UnsoundTable
from tillstream import rules_recompute, rules_work
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, mendable, tell

group = grouped("Decision tables: check them, explain them, import them, and decide sales by them.")

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="Tables as CSV, each with its tests beside it: off5.csv and off5.tests.csv. Tests "
        "whose table is named as well are passed over, so *.csv will do.",
        exists=True,
        dir_okay=False,
    ),
]
Row = Annotated[str | None, typer.Option(help="Of this row alone.", metavar="NAME")]


@group.command()
@mendable(OSError)
def check(files: Files, as_json: AsJson = False) -> None:
    """Check decision tables and run their tests.

    Names file, row, column and reason of each mistake: what cannot be read, gaps, overlaps, rows
    that never apply, tests that fail, and what no test proves. docs/rule-tables.md says what a
    table may hold.

    Exit status: 0 nothing is wrong, 1 something is.
    """
    found = [rules_work.checked(path) for path in rules_work.without_tests(files)]
    told = [each.told() for each in found]
    tell(as_json, told, [line for each in found for line in each.words()])
    raise typer.Exit(1 if any(each.faults for each in found) else 0)


@group.command()
@mendable(UnsoundTable, rules_work.WrongCase, OSError)
def explain(
    files: Files,
    given: Annotated[
        list[str] | None,
        typer.Option(help="An attribute's value; once for each.", metavar="NAME=VALUE"),
    ] = None,
    cart: Annotated[
        Path | None,
        typer.Option(
            help="A cart as a till tells it: JSON with lines, customer_id and, where a table looks "
            'at them, categories: {"SKU": "category"}.',
            metavar="FILE",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    row: Row = None,
    as_json: AsJson = False,
) -> None:
    """Say for each row why it applies, or the first condition that does not hold, and both values.

    The case comes by --given, once for each attribute, or is a whole --cart.
    """
    if (cart is None) == (given is None):
        raise rules_work.WrongCase("give either a --cart, or --given for each attribute")
    told = [
        (line_no, each)
        for line_no, each in _explanations(files, given or [], cart)
        if row is None or each.rule.endswith(f"/{row}")
    ]
    if not told:
        raise rules_work.WrongCase(f"no row is called {row}" if row else "the cart has no lines")
    tell(as_json, [_plain(*each) for each in told], [_words(*each) for each in told])


def _explanations(
    files: list[Path], given: list[str], cart: Path | None
) -> Iterator[tuple[int | None, RowExplanation]]:
    for path in rules_work.without_tests(files):
        table = rules_work.table_of(path)
        if cart is not None:
            yield from rules_work.explained_cart(table, rules_work.read_cart(cart))
        else:
            facts = rules_work.given_facts(table, given)
            yield from ((None, each) for each in explained(table, facts))


def _plain(line_no: int | None, each: RowExplanation) -> dict[str, Any]:
    return {"line_no": line_no} | each._asdict()


def _words(line_no: int | None, each: RowExplanation) -> str:
    return str(each) if line_no is None else f"line {line_no}, {each}"


@group.command("board-file")
@mendable(UnsoundTable, OSError)
def board_file(files: Files) -> None:
    """Write the CSV by which the board's page of rule tables imports these tables.

    Nothing is written where anything is wrong with one of them.
    """
    typer.echo(rules_work.import_file(rules_work.without_tests(files)), nl=False)


@group.command("recompute")
@mendable()
def recompute_sales(
    location: Annotated[
        str | None, typer.Option(help="Of this location alone.", metavar="LOCATION_ID")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide every sale again, by the tables that it names, and list what differs.

    Reads all versions in cdc.rule-tables, and the sales in checkout.receipts, each once. What the
    till says of lines, customer and categories is taken as it is.

    Exit status: 0 nothing differs, 1 something does.
    """
    found = rules_recompute.recomputed(load_settings().kafka_access(), location)
    tell(as_json, rules_recompute.told(found), rules_recompute.lines(found))
    raise typer.Exit(1 if found.different else 0)
