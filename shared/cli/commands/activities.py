"""`carebus activities list`, `show` and `release`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson, By, Days, Seconds, Wait, Yes
from shared.cli.context import BUS, TABLES, USAGE, Cli, confirm, stop

app = typer.Typer(no_args_is_help=True, help="See what people wrote that no rule took, and let it go on.")
Id = Annotated[str, typer.Argument(metavar="ID", help="The message's id, from the list.")]


@app.command("list")
def list_(
    context: typer.Context,
    ignored: Annotated[bool, typer.Option("--ignored", help="What rules ignored, instead of what is held.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="What is on its way, or stuck, instead.")] = False,
    days: Days = 7,
    as_json: AsJson = False,
) -> None:
    """List messages that are held for a person, that were ignored, or that wait, and why.

    Example: `carebus activities list --ignored --days 1`
    """
    from shared.cli import activities, output

    cli: Cli = context.obj
    if ignored and waiting:
        stop("A message is either ignored or waiting: give one of the two.", USAGE)
    if ignored or waiting:
        look = activities.ignored if ignored else activities.waiting
        found = cli.run(lambda services: look(services, days))
    else:
        found = cli.run(activities.held)
    columns = ("received_at", "channel", "reason", "rule", "contact", "id")
    output.show(found, columns, as_json=as_json, nothing="No messages.")


@app.command()
def show(context: typer.Context, id_: Id, as_json: AsJson = False) -> None:
    """Show one message, and what became of it.

    Example: `carebus activities show 7ZQ3N8M2V7R4T6W9X0YZABCDEF-01KA5Q3N8M2V7R4T6W9X0YZABC`
    """
    from shared.cli import activities, output

    cli: Cli = context.obj
    told = activities.told(cli.run(lambda services: activities.known(services, id_)))
    if as_json:
        output.dump(told)
    else:
        output.facts(told)


@app.command()
def release(
    context: typer.Context,
    id_: Id,
    contact: Annotated[str, typer.Option(help="Whose it is; else as its address says.")] = "",
    case: Annotated[str, typer.Option(help="The case it goes to; else as the rules say.")] = "",
    ignore: Annotated[bool, typer.Option("--ignore", help="Leave it for good.")] = False,
    by: By = "operator",
    yes: Yes = False,
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Let a held, ignored or stuck message go on: limits and the policy for unknown senders do not hold it again.

    Example: `carebus activities release 7ZQ3N8M2V7R4T6W9X0YZABCDEF-01KA5Q3N8M2V7R4T6W9X0YZABC --contact C-1 --wait`
    """
    from shared.cli import activities, output
    from shared.intake.messages import ReleaseActivity

    cli: Cli = context.obj
    if ignore and (contact or case):
        stop("What is ignored goes to no contact and no case.", USAGE)
    found = cli.run(lambda services: activities.releasable(services, id_))
    typer.echo(
        output.legible(f"{found.said.channel} of {found.received_at:%Y-%m-%dT%H:%M:%SZ}, {found.reason or found.state}")
    )
    confirm("Ignore it for good?" if ignore else "Let it go on?", yes=yes)
    command = ReleaseActivity(found.correspondent, found.id, by, contact, case, ignore)
    patience = timeout if wait else None
    cli.run(lambda services: activities.release(services, command, patience), needs=(TABLES, BUS))
    typer.echo("It is released." if wait else "Sent; it is released in a moment.")
