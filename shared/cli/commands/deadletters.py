"""`carebus deadletters list` and `redrive`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import BUS, Cli

app = typer.Typer(no_args_is_help=True, help="What crashed too often: see it, and send it again.")

Queue = Annotated[str | None, typer.Option(help="Only this queue.")]


@app.command("list")
def list_(context: typer.Context, queue: Queue = None, as_json: AsJson = False) -> None:
    """List the broker's dead letters. Their content is not shown.

    Example: `carebus deadletters list --queue case-commands`
    """
    from shared.cli import deadletters, output

    cli: Cli = context.obj
    queues = (queue,) if queue else deadletters.QUEUES
    found = cli.run(lambda services: deadletters.listed(services, queues), needs=(BUS,))
    columns = ("queue", "kind", "reason", "deliveries", "enqueued_at", "id")
    output.show(found, columns, as_json=as_json, nothing="No dead letters.")


@app.command()
def redrive(context: typer.Context, queue: Queue = None) -> None:
    """Send dead letters to their queues again, after what crashed was mended.

    Example: `carebus deadletters redrive --queue case-commands`
    """
    from shared.cli import deadletters

    cli: Cli = context.obj
    queues = (queue,) if queue else deadletters.QUEUES
    redriven = cli.run(lambda services: deadletters.redrive(services, queues), needs=(BUS,))
    for name, count in redriven.items():
        typer.echo(f"{name}: {count} sent again.")
    if not redriven:
        typer.echo("No dead letters.")
