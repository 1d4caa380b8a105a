"""`carebus unmatched list` and `replay`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson, Days
from shared.cli.context import BUS, TABLES, USAGE, Cli, stop

app = typer.Typer(no_args_is_help=True, help="Events that nobody could take: see them, and replay them.")


@app.command("list")
def list_(context: typer.Context, days: Days = 7, as_json: AsJson = False) -> None:
    """List events that nobody could take, and why, newest day first.

    Example: `carebus unmatched list --days 2`
    """
    from shared.cli import output, unmatched

    cli: Cli = context.obj
    found = cli.run(lambda services: unmatched.listed(services, days))
    output.show(found, ("at", "reason", "trigger", "source", "id"), as_json=as_json, nothing="No unmatched events.")


@app.command()
def replay(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="The events' ids, from the list.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that the list shows.")] = False,
    days: Days = 7,
) -> None:
    """Send events again, once their contact or device is known. What nobody can take comes back to the list.

    Example: `carebus unmatched replay --all`
    """
    from shared.cli import unmatched

    cli: Cli = context.obj
    if bool(ids) == all_:
        stop("Name events, or all of them by --all.", USAGE)
    wanted = None if all_ else set(ids or ())
    replayed = cli.run(lambda services: unmatched.replay(services, wanted, days), needs=(TABLES, BUS))
    typer.echo(f"{len(replayed)} sent again.")
    if missing := (wanted or set()) - set(replayed):
        stop(f"Not in the list of {days} days: {', '.join(sorted(missing))}")
