"""`carebus rejected list`, `show` and `redrive`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.commands.options import AsJson, Days
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

if TYPE_CHECKING:
    from shared.runtime.store import Row

app = typer.Typer(no_args_is_help=True, help="Messages that were refused for good: see them, and send them again.")

Reason = Annotated[str | None, typer.Option(help="All that were refused for this reason.")]


@app.command("list")
def list_(context: typer.Context, days: Days = 7, as_json: AsJson = False) -> None:
    """List refused messages with reason and field, newest day first. Their content is not shown.

    Example: `carebus rejected list --days 2`
    """
    from shared.cli import output, rejected

    cli: Cli = context.obj
    found = cli.run(lambda services: rejected.listed(services, days))
    columns = ("at", "reason", "field", "queue", "kind", "id", "key")
    output.show(found, columns, as_json=as_json, nothing="No rejected messages.")


@app.command()
def show(context: typer.Context, key: str, days: Days = 30) -> None:
    """Print one refused message as it came. It may hold personal data: who may run this is restricted.

    Example: `carebus rejected show 3QJ8R0V2M4N6P8S0T2W4Y6A8C1`
    """
    from shared.cli import output, rejected

    cli: Cli = context.obj
    body = cli.run(lambda services: rejected.body_of(services, key, days))
    typer.echo("Access to this content is restricted: it may hold personal data.", err=True)
    typer.echo(output.printable(body.decode("utf-8", "backslashreplace")))


@app.command()
def redrive(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(metavar="[KEY]...", help="Keys from the list.")] = None,
    reason: Reason = None,
    days: Days = 7,
) -> None:
    """Send refused messages to their queues again, after what refused them was mended.

    Example: `carebus rejected redrive --reason gave_up`
    """
    from shared.cli import rejected

    cli: Cli = context.obj
    if bool(keys) == (reason is not None):
        stop("Name keys, or a reason by --reason.", USAGE)

    def wanted(row: "Row") -> bool:
        return row.key in keys if keys else row.data["reason"] == reason

    redriven = cli.run(lambda services: rejected.redrive(services, wanted, days), needs=(TABLES, BUS))
    typer.echo(f"{len(redriven.sent)} sent again.")
    missing = set(keys or ()) - {*redriven.sent, *redriven.left}
    problems = [f"Not in the list of {days} days: {key}" for key in sorted(missing)]
    problems += [f"Its body is gone: {key}" for key in redriven.left]
    if problems:
        stop("\n".join(problems))
