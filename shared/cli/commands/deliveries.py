"""`carebus deliveries list`."""

from typing import Annotated

import typer

from shared.cli.commands.options import AsJson
from shared.cli.context import Cli

app = typer.Typer(no_args_is_help=True, help="See what was sent to a contact, and what became of it.")


@app.callback()
def deliveries() -> None:
    """Keep `list` a command of its own: typer would make a group's only command the group."""


@app.command("list")
def list_(
    context: typer.Context,
    contact: Annotated[str, typer.Option(help="The contact's id.")],
    as_json: AsJson = False,
) -> None:
    """List the messages to a contact: their state, and why they were not sent. Addresses are masked.

    Example: `carebus deliveries list --contact C-1001`
    """
    from shared.cli import deliveries, output

    cli: Cli = context.obj
    found = cli.run(lambda services: deliveries.listed(services, contact))
    columns = ("requested_at", "channel", "to", "template", "state", "reason_text", "id")
    output.show(found, columns, as_json=as_json, nothing="Nothing was sent to this contact.")
