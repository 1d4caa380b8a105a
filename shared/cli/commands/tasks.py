"""`carebus tasks list` and `close`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson, By, Seconds, Wait, Yes
from shared.cli.context import BUS, TABLES, USAGE, Cli, confirm, stop

app = typer.Typer(no_args_is_help=True, help="See what people have to do, and close it.")


@app.command("list")
def list_(
    context: typer.Context,
    queue: Annotated[str | None, typer.Option(help="What this queue has to do.")] = None,
    person: Annotated[str | None, typer.Option(help="What this person has to do.")] = None,
    contact: Annotated[str | None, typer.Option(help="All tasks about this contact, closed ones too.")] = None,
    as_json: AsJson = False,
) -> None:
    """List tasks, soonest due first.

    Example: `carebus tasks list --queue first-line`
    """
    from shared.cli import output, tasks

    cli: Cli = context.obj
    if len([one for one in (queue, person, contact) if one]) != 1:
        stop("Name one of --queue, --person and --contact.", USAGE)
    found = cli.run(lambda services: tasks.listed(services, queue=queue, person=person, contact=contact))
    output.show(found, ("due_at", "state", "contact", "subject", "id"), as_json=as_json, nothing="No tasks.")


@app.command()
def close(
    context: typer.Context,
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task's id.")],
    cancel: Annotated[bool, typer.Option("--cancel", help="Nobody needs it any more; else it is done.")] = False,
    text: Annotated[str, typer.Option(help="What came of it.")] = "",
    by: By = "operator",
    yes: Yes = False,
    wait: Wait = False,
    timeout: Seconds = 60,
) -> None:
    """Say that a task is done, or that nobody needs it any more.

    Example: `carebus tasks close 01KA5Q3N8M2V7R4T6W9X0YZABC --text "Called back." --wait`
    """
    from shared.cli import output, tasks
    from shared.tasks.messages import CloseTask

    cli: Cli = context.obj
    held = cli.run(lambda services: tasks.known(services, task))
    state = "cancelled" if cancel else "done"
    typer.echo(output.legible(f"{held.subject}, for {held.owner} {held.name}, due {held.due_at:%Y-%m-%dT%H:%M:%SZ}"))
    confirm(f"Close it as {state}?", yes=yes)
    command = CloseTask(task, by, state, text)
    patience = timeout if wait else None
    cli.run(lambda services: tasks.close(services, command, patience), needs=(TABLES, BUS))
    typer.echo(f"It is {state}." if wait else f"Sent; it is {state} in a moment.")
