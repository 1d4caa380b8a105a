"""`carebus queues list` and `show`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import Cli

app = typer.Typer(no_args_is_help=True, help="See queues, and what waits in them.")


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all queues, and how many cases wait in each.

    Example: `carebus queues list`
    """
    from shared.cli import output, queues

    cli: Cli = context.obj
    columns = ("name", "title", "kind", "assignment", "skills", "waiting")
    output.show(cli.run(queues.listed), columns, as_json=as_json, nothing="No queues.")


@app.command()
def show(
    context: typer.Context,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's name.")],
    as_json: AsJson = False,
) -> None:
    """Show a queue, its members, and what waits in it: the most urgent first, then who came first.

    Example: `carebus queues show first-line`
    """
    from shared.cli import agents, output, queues

    cli: Cli = context.obj
    found = cli.run(lambda services: queues.shown(services, queue))
    if as_json:
        output.dump(found)
        return
    members, cases = found.pop("members"), found.pop("cases")
    output.facts({**found, "skills": agents.skills_text(found["skills"])})
    output.show(members, ("agent", "presence", "free", "last_assigned_at", "skills"), nothing="No members.")
    columns = ("number", "priority", "queued_at", "passed_over", "title")
    output.show(cases, columns, nothing="Nothing waits.")
